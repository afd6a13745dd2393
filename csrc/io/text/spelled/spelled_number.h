/* spelled_number.h: numbers as people write them, 1.234,50 or 12 % or EUR (1,234), put into the one form that
 * is read: digits with one mark among them. */
#ifndef BLT_IO_SPELLED_NUMBER_H
#define BLT_IO_SPELLED_NUMBER_H

#include "blt.h"

#define BLT_SPELLED_ROOM 80

/* What is read beside plain numbers. */
typedef struct blt_spelling {
  char mark;      /* before the fraction: '.' or ',' */
  char thousands; /* between groups of three digits; 0: none. A blank is any blank, ' any apostrophe */
  bool percent;   /* 12.5 % is 0.125 */
  bool currency;  /* a currency's sign or code before or behind, and a loss in brackets */
} blt_spelling;

static inline bool blt_spelling_any(const blt_spelling *s) {
  return s->thousands || s->percent || s->currency;
}

/* The number that `text` spells, in digits with the same mark, written to `room`; the text itself when it
 * spells none. */
blt_str blt_spelled_number(const blt_spelling *s, blt_str text, char room[BLT_SPELLED_ROOM]);

/* How many of the first bytes are a number as it may be spelled, which something else may follow: 4 of
 * "1234 p", and 4 of "12 % p" with percent. */
size_t blt_spelled_prefix(const blt_spelling *s, const char *text, size_t len);

/* The length of the blank with which a text begins, of those that stand in and behind numbers; 0 for none. */
size_t blt_spelled_blank(const char *text, size_t len);

#endif
