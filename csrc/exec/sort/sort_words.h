/* sort_words.h: keys of rows as words that sort as the rows do.
 *
 * The keys of a row become one number of as many bits as their domains need, packed into 64-bit words, the
 * first key in the highest bits: ascending numbers are the order asked for, nulls and descending keys
 * included. For heads (head.h) a word is
 *
 *   | the first keys: of which group a row is | the others: its place in the group | row |
 */
#ifndef BLT_EXEC_SORT_WORDS_H
#define BLT_EXEC_SORT_WORDS_H

#include "exec/scan/input.h"

typedef struct blt_sort_key {
  const blt_expr *expr;
  bool descending, nulls_first;
} blt_sort_key;

/* Where a key lies in the words, and how a value becomes its number there. */
typedef struct blt_sort_field {
  uint32_t input, word, shift;
  uint32_t null_word, null_shift; /* of a wide key: the bit in front of the value */
  bool nullable, descending, nulls_first;
  bool wide; /* nullable, and values take all 64 bits: null needs a bit of its own */
  int64_t low;
  uint64_t limit;        /* largest distance from low */
  const uint32_t *ranks; /* strings */
} blt_sort_field;

typedef struct blt_sort_words {
  blt_scan *scan;
  blt_inputs inputs;
  blt_sort_field *fields;
  uint32_t nkeys, nwords;
  /* Rows whose first `head_words` words are the same, the last of them without its lowest `head_shift` bits,
   * are of one group; within a group, words from `first_own` on decide the order. */
  uint32_t head_words, head_shift, first_own;
} blt_sort_words;

/* Of `nkeys` keys, the first `nheads` of which say the group. err->position: index of the wrong key. Free it
 * in any case. */
blt_status blt_sort_words_init(blt_sort_words *w, blt_scan *scan, const blt_sort_key *keys, uint32_t nkeys,
                               uint32_t nheads, blt_error *err);
void blt_sort_words_free(blt_sort_words *w);

/* Words of a slice: word k of row i to out[k][i]. */
blt_status blt_sort_words_load(const blt_sort_words *w, blt_eval *ev, const blt_slice *slice,
                               uint64_t *const *out, blt_error *err);

#endif
