/* join_keys.h: the keys of both sides of a join as words that are equal exactly where the keys are.
 *
 * A key becomes a number below the number of values that the right side can have: an integer its distance
 * from the smallest one, a string its code in the right side's dictionary. What the left side has beyond
 * that has no partner. Numbers of several keys are combined in as few 64-bit words as hold them; a double
 * takes a word of its own.
 */
#ifndef BLT_EXEC_JOIN_KEYS_H
#define BLT_EXEC_JOIN_KEYS_H

#include "exec/passed.h"

typedef struct blt_join_field {
  uint32_t left, right; /* inputs of the sides */
  bool is_float;
  bool nulls; /* null is a value like another: number 0 */
  bool nans;  /* and so is NaN */
  int64_t low;
  uint64_t limit; /* the right side's values are low to low + limit */
  bool none;      /* the right side has no value at all */
  uint32_t *map;  /* codes of the left's dictionary to the right's, UINT32_MAX none; NULL: the same */
  size_t nmap;
  uint32_t word;
  uint64_t times; /* the number counts so often in its word */
} blt_join_field;

typedef struct blt_join_keys {
  blt_ctx *ctx;
  uint32_t n, nwords;
  uint64_t domain; /* numbers that the only word can be; 0: more than fit, or several words */
  blt_join_field *fields;
  blt_expr **exprs; /* left's, then right's */
  blt_inputs left, right;
} blt_join_keys;

/* Zeroed, and freed in any case. No key at all: one word that is always 0. `left` NULL: only the right side
 * is ever asked for. */
blt_status blt_join_keys_init(blt_join_keys *k, blt_passed *left, blt_passed *right,
                              const blt_plan_join *join, blt_error *err);
void blt_join_keys_free(blt_join_keys *k);

/* Words of a slice of one side, word w of row i to words[w * BLT_VECTOR_ROWS + i]; ok[i] is 0 where the row
 * can have no partner. */
blt_status blt_join_words(const blt_join_keys *k, bool right, blt_eval *ev, const blt_slice *slice,
                          uint64_t *words, uint8_t *ok, blt_error *err);

#endif
