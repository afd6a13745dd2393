/* text.h: strings as UTF-8 characters, and room for new strings in an evaluator. A byte that belongs to no
 * valid sequence counts as one character and is kept as it is. */
#ifndef BLT_EXPR_TEXT_H
#define BLT_EXPR_TEXT_H

#include "expr/expr_inside.h"

/* Bytes of the character at s (s < end). */
uint32_t blt_char_bytes(const char *s, const char *end);
uint32_t blt_text_chars(blt_str s);
/* Where character `n` (from 0) starts; the end when there are not so many. */
const char *blt_text_at(blt_str s, uint64_t n);
/* First position of `part` in s, or NULL. */
const char *blt_text_find(blt_str s, blt_str part);
/* SQL's LIKE over the whole text: % any characters, _ one, a backslash takes the next character literally. */
blt_status blt_text_like(const blt_call *c, blt_str s, blt_str pattern, uint8_t *out, blt_error *err);

/* Strings of one vector, packed into scratch chunks. */
typedef struct blt_text_room {
  blt_eval *ev;
  char *at;
  size_t left;
} blt_text_room;

/* Room for `bytes`; NULL when refused, or past BLT_MAX_STRING, with the error filled. */
char *blt_text_take(blt_text_room *room, size_t bytes, blt_error *err);
/* Upper or lower case by Unicode's simple mappings, one character for one. `out` has room for half more than
 * s. */
blt_str blt_text_case(blt_str s, bool upper, char *out);

#endif
