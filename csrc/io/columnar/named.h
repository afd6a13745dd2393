/* named.h: texts of a page to codes, by way of a dictionary of the reader's own, which is made for looking up
 * (io/text/intern.h). Codes are those of the table's dictionary, which is asked once for each text that is
 * new; or of the own one alone, for a worker that reads beside others: turns.h says what becomes of them.
 */
#ifndef BLT_COLUMNAR_NAMED_H
#define BLT_COLUMNAR_NAMED_H

#include "io/text/intern.h"
#include "store/column/dict.h"

typedef struct blt_named {
  blt_dict *dict; /* set: the table's; NULL: codes are those of `own` */
  blt_intern own;
  uint32_t *codes; /* of own's entries, in the table's dictionary */
  size_t cap;
  uint32_t known; /* of them */
  uint32_t moved; /* of these the ones whose code is not their number in `own` */
} blt_named;

#define BLT_NAMED_ROOM 16u /* bytes that must be readable before the first text and behind the last one */

/* Codes of n texts that lie one behind the other, `gap` bytes between them. */
blt_status blt_named_codes(blt_ctx *ctx, blt_named *k, const blt_str *texts, uint32_t n, uint32_t gap,
                           uint32_t *out, blt_error *err);
/* The same of texts that lie anywhere. */
blt_status blt_named_texts(blt_ctx *ctx, blt_named *k, const blt_str *texts, uint32_t n, uint32_t *out,
                           blt_error *err);
void blt_named_free(blt_ctx *ctx, blt_named *k); /* of a zeroed or used one */

#endif
