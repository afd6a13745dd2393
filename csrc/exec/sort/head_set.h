/* head_set.h: groups of rows, and of each group the rows that come first in an order.
 *
 * A row is an entry of `size` words, the last of which is its number: entries compare word by word, so no two
 * are alike, and what is kept does not depend on the order in which rows are added. The `each` entries of a
 * group are a heap with the latest of them on top; one that is not there yet is all ones. Most rows of a
 * large group come too late, which a look at its limit tells.
 */
#ifndef BLT_EXEC_HEAD_SET_H
#define BLT_EXEC_HEAD_SET_H

#include "blt.h"

typedef struct blt_head_set {
  blt_ctx *ctx;
  uint32_t each, size;
  uint32_t head_words; /* of a group that is found by its words; 0: groups are numbers */
  size_t ngroups, most;
  uint64_t *limits;  /* by group: first word of the entry on top */
  uint64_t *entries; /* by group */
  uint64_t *heads;   /* by group: its words */
  uint32_t *slots;   /* hash table: group + 1; nslots is a power of two, or 0 */
  size_t limits_cap, entries_cap, heads_cap, nslots;
} blt_head_set;

/* A set of groups 0 to ngroups - 1. Free it in any case. */
blt_status blt_head_set_numbered(blt_head_set *s, blt_ctx *ctx, size_t ngroups, uint32_t each, uint32_t size,
                                 blt_error *err);
/* A set of the groups that will be found by their `head_words` words, at most `most`. Free it in any case. */
blt_status blt_head_set_found(blt_head_set *s, blt_ctx *ctx, uint32_t head_words, size_t most, uint32_t each,
                              uint32_t size, blt_error *err);
void blt_head_set_free(blt_head_set *s);

/* The number of the group with these words, a new one where there is none yet; BLT_HEAD_FULL when that would
 * be one too many. */
#define BLT_HEAD_FULL UINT32_MAX
blt_status blt_head_set_find(blt_head_set *s, const uint64_t *words, uint32_t *group, blt_error *err);

/* Adds an entry to a group, unless `each` earlier ones are there. */
void blt_head_set_add(blt_head_set *s, size_t group, const uint64_t *entry);
/* The same for all entries of a group of another set. */
void blt_head_set_merge(blt_head_set *s, size_t group, const blt_head_set *from, size_t from_group);

/* Puts the entries of a group in order, after which nothing can be added to it; returns how many it has. */
uint32_t blt_head_set_sort(blt_head_set *s, size_t group);
static inline uint32_t blt_head_set_row(const blt_head_set *s, size_t group, uint32_t i) {
  return (uint32_t)s->entries[(group * s->each + i + 1) * s->size - 1];
}

#endif
