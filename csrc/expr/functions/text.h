/* text.h: strings as UTF-8 characters, and room for new strings in an evaluator. A byte that belongs to no
 * valid sequence counts as one character and is kept as it is. */
#ifndef BLT_EXPR_TEXT_H
#define BLT_EXPR_TEXT_H

#include "base/text/needle.h"
#include "expr/expr_inside.h"

/* Bytes of the character at s (s < end). */
uint32_t blt_char_bytes(const char *s, const char *end);
uint32_t blt_text_chars(blt_str s);
/* *end: up to where texts `from` to n - 1 lie one behind the other, some of them. Whether each of their
 * characters is a byte, looked at as one text. */
bool blt_text_run(const blt_str *texts, uint32_t from, uint32_t n, uint32_t *end);
/* Where character `n` (from 0) starts; the end when there are not so many. */
const char *blt_text_at(blt_str s, uint64_t n);
/* For n texts, whether each has the needle in it. Texts that lie one behind the other are searched as one. */
blt_status blt_text_search(const blt_call *c, const blt_needle *needle, const blt_str *texts, uint32_t n,
                           uint8_t *out, blt_error *err);

/* A pattern of SQL's LIKE, taken apart: % any characters, _ one, a backslash takes the next character
 * literally. The pieces between its % … */
typedef struct blt_like_piece {
  const char *p, *end;
  bool plain;        /* neither _ nor a backslash nor half a character: its bytes stand for themselves */
  blt_needle needle; /* of a plain one */
} blt_like_piece;

#define BLT_LIKE_PIECES 16u /* pieces that are kept; those of longer patterns are found again and again */

typedef struct blt_like {
  blt_str pattern;
  blt_like_piece pieces[BLT_LIKE_PIECES];
  uint32_t n; /* pieces, one more than there are % */
} blt_like;

void blt_like_make(blt_like *like, blt_str pattern);
/* The pattern is %text% without anything to interpret: a search for its second piece. */
bool blt_like_is_search(const blt_like *like);
/* Whether it matches the whole of s. */
blt_status blt_like_match(const blt_call *c, const blt_like *like, blt_str s, uint8_t *out, blt_error *err);

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
/* The same of a text each of whose characters is a byte: whether any changes, and how it reads then. */
bool blt_ascii_changes(blt_str s, bool upper);
blt_str blt_ascii_case(blt_str s, bool upper, char *out);

#endif
