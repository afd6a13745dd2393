/* group.h: grouped aggregation.
 *
 * Keys become numbers first: an integer its distance from the smallest one (in steps: minutes of a timestamp
 * that was cut to them), a string its code, null a number of its own, a double its bits (all NaN one, -0 as
 * 0). Then
 *
 *   direct  when the product of the keys' domains is small: the mixed-radix number of the keys is the group's
 *           number, and records are indexed by it. Each lane of rows has records of its own.
 *   radix   otherwise: keys are packed into as few 64-bit words as they need, rows are scattered by their
 *           hash into partitions that fit the cache, and each partition numbers its groups with a small
 *           hash table.
 *
 * Lanes are contiguous ranges of rows whose number depends on the data only, merged in order, and partitions
 * keep the order of rows: so every float sum has the same bits whatever the number of threads.
 */
#ifndef BLT_EXEC_GROUP_H
#define BLT_EXEC_GROUP_H

#include "base/words.h"
#include "exec/aggregate/agg.h"

/* A key as it is asked for. */
typedef struct blt_group_term {
  const char *name;
  blt_expr *expr; /* borrowed */
} blt_group_term;

typedef struct blt_group_key {
  uint32_t input;
  bool nullable; /* number 0 is null */
  bool wide;     /* all 64 bits are taken, so that null needs a field of its own */
  int64_t low;
  uint64_t step;   /* from one number to the next; 1 but for values that are known to lie further apart */
  uint64_t domain; /* numbers it can be, with null; 0: more than fit */
  uint8_t bits, shift, null_shift;
  uint32_t word, null_word;
} blt_group_key;

/* The values of a segment for all groups. */
typedef struct blt_group_segment {
  uint64_t *a, *b;  /* direct: group after group; radix: by row, in partitions */
  uint8_t *kept;    /* radix: rows that the mask lets pass; NULL: all */
  uint64_t *starts; /* by position: where the group's values begin in a */
  uint64_t rows;    /* room in a, b and kept */
} blt_group_segment;

typedef struct blt_grouping {
  blt_scan *scan;
  blt_inputs *inputs;
  blt_agg_plan *agg;
  blt_group_key *keys;
  uint32_t nkeys, nwords;
  uint64_t domain; /* product of the domains; 0: more than fit */
  bool direct;
  uint32_t nlanes, partition_bits;
  int32_t split; /* radix: the key whose lowest partition_bits bits are in the number of the partition; -1:
                    none */
  /* ---- the answer: groups at positions ---- */
  uint64_t ngroups, capacity; /* positions are below capacity */
  uint32_t *order;            /* positions of groups in order of the answer; NULL: by partition */
  bool repeated;              /* answer: positions are asked for more than once, or left out */
  uint32_t npartitions;
  uint64_t *starts, *counts, *before; /* radix: first position, groups, groups in earlier partitions */
  uint64_t **words;                   /* radix: key words by position */
  uint64_t **columns; /* direct: parts' words by position; radix: slots by position, NULL where
                       * every group has the constant of one row */
  size_t ncolumns;
  const char *segment_way;                /* how their values come together, in words; NULL: gathered */
  struct blt_group_segment *segments;     /* of each segment of the plan */
  uint64_t **segment_words;               /* results of aggregates with a segment, by position */
  uint8_t **segment_valid;                /* (agg_segment.h) */
  struct blt_segment_work *segment_works; /* of each worker: they own the texts of string_agg */
} blt_grouping;

blt_status blt_grouping_init(blt_grouping *g, blt_scan *scan, blt_inputs *inputs, blt_agg_plan *agg,
                             const blt_group_term *keys, uint32_t nkeys, blt_error *err);
void blt_grouping_free(blt_grouping *g);

/* Numbers of key k for a slice, null as 0 where it is nullable. Masks by the vector's nulls. */
void blt_group_numbers(const blt_group_key *k, const blt_vec *v, uint64_t *out);
/* Evaluates the keys of a slice, and no other input. */
blt_status blt_group_load_keys(const blt_grouping *g, blt_agg_work *w, blt_eval *ev, const blt_slice *slice,
                               blt_error *err);
/* Direct: the key that alone tells the groups apart, because each other one has a single value; -1 when there
 * are several, or none. */
int32_t blt_group_only_key(const blt_grouping *g);
/* Direct: group numbers of a slice. */
void blt_group_direct_ids(const blt_grouping *g, const blt_vec *vecs, uint32_t n, uint32_t *out);
/* Radix: packed key words, word w to out + w * BLT_VECTOR_ROWS; behind the last, the split key's lowest bits.
 */
void blt_group_pack(const blt_grouping *g, const blt_vec *vecs, uint32_t n, uint64_t *out);
/* The partition of packed words: their hash, and with a split key its lowest bits turned by the hash, so that
 * the words and the partition together say what the bits are and one word less goes to the partition. */
static inline uint32_t blt_group_partition(const blt_grouping *g, const uint64_t *words, size_t stride) {
  if (g->partition_bits == 0) return 0;
  uint32_t top = (uint32_t)(blt_hash_words(words, stride, g->nwords) >> (64 - g->partition_bits));
  return g->split < 0 ? top : top ^ (uint32_t)words[g->nwords * stride];
}
/* Splits a key over words and partition when that saves a word. */
void blt_group_split(blt_grouping *g);
/* The partition in which a position lies. */
uint32_t blt_group_partition_at(const blt_grouping *g, uint32_t position);

blt_status blt_group_direct(blt_grouping *g, blt_error *err);
/* Steps of it: an array for each word of each part; and the positions of groups whose presence is not 0, in
 * the order of their keys' numbers: of those chunks of BLT_DIRECT_CHUNK positions only that `chunks` names,
 * if it is not NULL. */
#define BLT_DIRECT_CHUNK 8192u
blt_status blt_group_direct_columns(blt_grouping *g, blt_error *err);
blt_status blt_group_direct_list(blt_grouping *g, const uint8_t *chunks, blt_error *err);
blt_status blt_group_radix(blt_grouping *g, blt_error *err);

/* Segments (group_segment.c). Room for results by position, and for the values of `rows` rows of each
 * segment. */
blt_status blt_group_segments_results(blt_grouping *g, blt_error *err);
blt_status blt_group_segment_room(blt_grouping *g, uint32_t s, uint64_t rows, bool kept, blt_error *err);
/* Asks for bytes `from` to `to` of each array of values (blt_touch). */
void blt_group_segments_touch(const blt_grouping *g, size_t from, size_t to);
void blt_group_segments_free(blt_grouping *g);
/* Direct: gathers values by group and computes. The groups are known, or (columns NULL) are found by
 * counting. */
blt_status blt_group_segments_direct(blt_grouping *g, blt_error *err);
/* The same without gathering, for order statistics and variances of many rows (group_rank.c). */
bool blt_group_ranks_suit(const blt_grouping *g);
/* *done false: the values have to be gathered after all, because some variances need them together. */
blt_status blt_group_ranks(blt_grouping *g, bool *done, blt_error *err);
/* The same for rough distinct counts and quantiles of few groups (group_sketch.c). */
bool blt_group_sketches_suit(const blt_grouping *g);
blt_status blt_group_sketches(blt_grouping *g, blt_error *err);
/* Radix: puts a slice's values at rows `to` of the partitions; and computes for one partition whose rows have
 * the group numbers gids. */
void blt_group_segments_scatter(blt_grouping *g, const blt_agg_work *w, const uint32_t *to, uint32_t n);
blt_status blt_group_segments_partition(blt_grouping *g, uint32_t worker, uint64_t start,
                                        const uint32_t *gids, uint32_t n, uint32_t groups, blt_error *err);

/* Puts at most BLT_ORDERED_GROUPS groups in order of their first row. */
#define BLT_ORDERED_GROUPS 65536u
blt_status blt_group_order(blt_grouping *g, blt_error *err);
blt_status blt_group_order_radix(blt_grouping *g, blt_error *err); /* called by the former */

/* Reading the answer. Groups first to first + n - 1 of its order: their positions … */
void blt_group_positions(const blt_grouping *g, uint64_t first, uint32_t n, uint32_t *out);
/* … and for positions: numbers of a key … */
void blt_group_key_numbers(const blt_grouping *g, uint32_t key, const uint32_t *positions, uint32_t n,
                           uint64_t *out);
/* … or at once its values, as ints or codes, when it has no nulls and they lie one behind the other; false:
 * not so … */
bool blt_group_key_values(const blt_grouping *g, uint32_t key, const uint32_t *positions, uint32_t n,
                          uint64_t *ints, uint32_t *codes);
/* … and of word r of a part where it is kept … */
typedef struct blt_group_field {
  const uint64_t *words; /* by position, the field at `shift`; NULL: it is `value` everywhere */
  uint64_t mask, value;
  int shift;
} blt_group_field;
blt_group_field blt_group_part_field(const blt_grouping *g, uint32_t part, uint32_t r);
static inline uint64_t blt_group_field_at(const blt_group_field *f, uint32_t position) {
  return f->words ? (f->words[position] >> f->shift) & f->mask : f->value;
}
/* … or the words themselves, where they lie or in `room`. */
const uint64_t *blt_group_part_words(const blt_grouping *g, uint32_t part, uint32_t r,
                                     const uint32_t *positions, uint32_t n, uint64_t *room);

#endif
