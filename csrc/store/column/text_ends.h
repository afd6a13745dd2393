/* text_ends.h: where the smallest and the largest text of a block are.
 *
 * Numbers have their bounds in the block's head; texts are as long as they like, and so have the rows in
 * which their bounds stand. They are found when somebody first asks, at the price of comparing all texts, and
 * kept for as long as the block is.
 */
#ifndef BLT_STORE_TEXT_ENDS_H
#define BLT_STORE_TEXT_ENDS_H

#include "block.h"

typedef struct blt_text_ends {
  bool any;           /* false: all rows are null */
  uint32_t low, high; /* of texts that are alike the first row */
} blt_text_ends;

/* Of a block in the form TEXT. Any number of threads may ask. */
blt_text_ends blt_text_ends_of(const blt_block *b);
/* The same when somebody has asked before; false: nobody has. */
bool blt_text_ends_known(const blt_block *b, blt_text_ends *out);

#endif
