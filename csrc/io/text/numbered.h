/* numbered.h: codes of names such as id0000012345, found without hashing.
 *
 *   i d 0 0 | 0 0 0 1 2 3 4 5      the head that all share, then a number of fixed width (8 digits at most)
 *                    │
 *   codes  [ 0 ][ 7 ][ 0 ][ 3 ]…   indexed by that number: code + 1, 0: not met
 *
 * The form is that of the first text. A text of another form, or whose number is far beyond how many names
 * there are, is a stray: the dictionary looks it up by its hash. Length and head being equal, equal numbers
 * mean equal texts. A dictionary of other texts finds that out within its first strays and does without. */
#ifndef BLT_IO_NUMBERED_H
#define BLT_IO_NUMBERED_H

#include "blt.h"

#define BLT_NUMBERED_LONGEST 16 /* bytes of a text */

typedef struct blt_numbered {
  uint32_t len;               /* of every text; 0: no form */
  uint64_t tail_mask, tail;   /* of the last eight bytes, what belongs to the head */
  uint64_t first_mask, first; /* of the first eight bytes; only above eight */
  uint64_t digits;            /* mask of the last eight bytes */
  uint32_t *codes;            /* `limit` of them */
  uint32_t limit;
  uint32_t asked, strays; /* lookups in this period, and those of another form */
  bool tried;             /* the form of a first text was looked at */
} blt_numbered;

/* Takes the form of `text`, which may have none. Eight bytes before it are readable. */
void blt_numbered_form(blt_numbered *f, const char *text, uint32_t len);
/* The number of a text of the form. Eight bytes before it are readable, and sixteen from its start. */
bool blt_numbered_of(const blt_numbered *f, const char *text, uint32_t len, uint32_t *number);

/* Codes of the fields that end at ends[0], ends[stride], …, each `gap` after the entry before its own: as
 * many in a row as are known (with AVX-512 in eights). Returns how many. Offsets are below 2^31. */
uint32_t blt_numbered_codes(const blt_numbered *f, const char *text, const uint32_t *ends, uint32_t stride,
                            uint32_t gap, uint32_t n, uint32_t *out);

#endif
