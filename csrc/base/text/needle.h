/* needle.h: a text that is looked for in many others.
 *
 * Three of its bytes, those that texts have least often, are compared with 16 or 32 places at a time; only
 * where all are found is the rest compared: a pair alone may stand in every text that is searched. What is
 * searched may be many texts that lie one behind the other: the caller sees from the place in which of them a
 * match lies, and goes on behind it.
 */
#ifndef BLT_BASE_NEEDLE_H
#define BLT_BASE_NEEDLE_H

#include "blt.h"

typedef struct blt_needle {
  const char *s; /* borrowed */
  uint32_t len;
  uint32_t rare[3];    /* places of the rarest bytes, different ones if there are so many */
  uint64_t head, mask; /* the first bytes, up to eight, as a word */
} blt_needle;

blt_needle blt_needle_of(blt_str text);

/* The first match that lies between `from` and `end` as a whole, or NULL. An empty needle is found at once.
 */
const char *blt_needle_find(const blt_needle *n, const char *from, const char *end);
/* Where matches of a needle that is not empty begin, those that overlap too, in their order: the first ones,
 * up to `room` (at least 1). How many. */
uint32_t blt_needle_find_all(const blt_needle *n, const char *from, const char *end, const char **at,
                             uint32_t room);

#endif
