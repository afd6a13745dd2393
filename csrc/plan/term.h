/* term.h: what rules do with terms. Results lie in the arena; false: memory was refused. */
#ifndef BLT_PLAN_TERM_H
#define BLT_PLAN_TERM_H

#include "tree.h"

/* Counts, for each column, how often the term reads it. */
void blt_term_count(const blt_term *term, uint32_t *uses);
/* Every column that the term reads stands in `allowed`. */
bool blt_term_within(const blt_term *term, const bool *allowed);
/* The term reads no column. */
bool blt_term_constant(const blt_term *term);
bool blt_term_same(const blt_term *a, const blt_term *b);
/* The column when the term is just one, else -1. */
int64_t blt_term_column(const blt_term *term);
/* Nodes of the part of a term that ends with node `last`. */
uint32_t blt_term_part(const blt_term *term, uint32_t last);

/* The term with `by[c].term` in the place of column c. */
bool blt_term_inline(blt_plan_arena *a, const blt_term *term, const blt_plan_item *by, blt_term *out);
/* The term with columns by[c] - minus in the place of columns c; by NULL: c. */
bool blt_term_renumber(blt_plan_arena *a, const blt_term *term, const uint32_t *by, uint32_t minus,
                       blt_term *out);

#endif
