/* word_bounds.h: where the words of a text begin, for packed_words.c.
 *
 * Four digits and more are a number. Fewer are letters, as are bytes of other alphabets. A word is letters
 * and what stands between them and the next ones; behind a number it starts with what stands there.
 */
#ifndef BLT_STORE_WORD_BOUNDS_H
#define BLT_STORE_WORD_BOUNDS_H

#include "blt.h"

#define BLT_WORD_NUMBER (UINT32_C(1) << 31) /* beside the place of a number's first digit */
#define BLT_WORD_TEXT_MOST (BLT_WORD_NUMBER - 1)
#define BLT_WORD_STEP 64u /* bytes looked at together */

/* A walk over a text from its beginning. */
typedef struct blt_word_walk {
  const char *text;
  size_t bytes;
  const void *starts; /* of the pieces that it consists of: no word reaches over them */
  uint32_t nstarts;
  uint8_t width;          /* of such a number, 4 or 8 bytes */
  uint32_t start;         /* next of them */
  uint64_t digits, words; /* of the 64 bytes that are next */
  uint64_t fours;         /* of those before: where four digits begin */
  bool number, between;   /* the byte before is part of a number, or between words */
  bool after;             /* between a number and a word */
} blt_word_walk;

/* Lists where words begin from byte `from` up to `to`, multiples of BLT_WORD_STEP or the end: as many at
 * most, and room for BLT_WORD_STEP more. Has to be asked of all bytes in turn, with a walk of zeros behind
 * `width`.
 */
size_t blt_word_bounds(blt_word_walk *w, size_t from, size_t to, uint32_t *out);

#endif
