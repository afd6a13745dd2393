/* agg.h: aggregate functions, taken apart.
 *
 * An aggregate is computed in one of two ways. Most are made of a few *parts*: a count, an integer sum, a
 * float sum, a set of bits, a maximum. Parts of all aggregates of a query are shared and packed into *slots*
 * of 64 bits; a group's record is a row of slots, and a row of the input is a few additions to it:
 *
 *   sum(v1), mean(v2), sum(v3)      record of a group: | Σv1 : 22 bits  Σv2 : 24  count : 18 | Σv3 double |
 *
 * How many bits a sum needs is known from the blocks' bounds and the number of rows, so no addition can wrap.
 * The others (median, mode, string_agg, variance of floats …) need their values together: they name a
 * *segment*, values gathered group by group in row order (agg_segment.h).
 *
 *   plan     what to compute: parts, slots, segments        agg_plan.c
 *   step     contributions of a slice, added to records     agg_step.c, agg_record.c
 *   merge    records of one lane added to the group's parts  agg_record.c
 *   final    parts to values and nulls                       agg_final.c
 */
#ifndef BLT_EXEC_AGG_H
#define BLT_EXEC_AGG_H

#include "agg_text.h"
#include "plan/aggregates.h"

#define BLT_TOP_SLOTS 16 /* a longer top n gathers a segment */

/* ---- the plan ---- */

/* The rows that a part sees: `where` is true, inputs a and b are not null. -1: no such condition. */
typedef struct blt_agg_mask {
  int32_t where, a, b;
} blt_agg_mask;

typedef enum blt_part_kind {
  BLT_PART_COUNT,    /* rows of the mask */
  BLT_PART_SUM,      /* sum of (a - base_a), an integer */
  BLT_PART_LOW,      /* sum of the lower 32 bits of (a - base_a) */
  BLT_PART_HIGH,     /* sum of the upper 32 bits */
  BLT_PART_PRODUCT,  /* sum of (a - base_a) * (b - base_b) */
  BLT_PART_FSUM,     /* sum of doubles, each less the part's centre */
  BLT_PART_FPRODUCT, /* sum of a * b as doubles */
  BLT_PART_BITS,     /* set of (a - base_a), all below 64 */
  BLT_PART_MAX,      /* largest a, as an unsigned word that sorts alike */
  BLT_PART_MIN,      /* largest complement of that word */
  BLT_PART_FIRST,    /* complement of the smallest row number */
  BLT_PART_LAST,     /* largest row number + 1 */
  BLT_PART_TOP,      /* the n largest words of a, in n slots */
  BLT_PART_BOTTOM,
  BLT_PART_TEXT /* where the best text of a is (agg_text.h) */
} blt_part_kind;

typedef struct blt_agg_part {
  uint8_t kind; /* blt_part_kind */
  uint8_t bits; /* COUNT, SUM … BITS: width of its field; set by the layout */
  uint8_t shift;
  bool above_zero; /* MAX … BOTTOM: 0 means no value, words are one more than the value's distance */
  uint32_t mask;
  int32_t a, b;
  int64_t base_a, base_b;
  double centre;             /* FSUM: taken away from each value, exactly; 0 for most */
  uint64_t limit_a, limit_b; /* largest a - base_a, b - base_b */
  uint32_t slot, n;          /* first slot; TOP: how many */
  const uint32_t *ranks;     /* MAX, MIN of strings: position of each code in byte order */
  bool largest;              /* TEXT */
  blt_agg_texts *texts;      /* TEXT; the plan's */
} blt_agg_part;

/* A count of all rows is a constant of its slot. */
static inline bool blt_part_is_constant(const blt_agg_part *part) {
  return part->kind == BLT_PART_COUNT && part->mask == 0;
}

typedef enum blt_slot_op {
  BLT_SLOT_ADD,
  BLT_SLOT_FADD,
  BLT_SLOT_OR,
  BLT_SLOT_MAX,
  BLT_SLOT_TEXT,
  BLT_SLOT_TOP,
  BLT_SLOT_NEXT
} blt_slot_op;

typedef struct blt_agg_slot {
  uint8_t op;    /* blt_slot_op; NEXT: belongs to the TOP before it */
  uint8_t used;  /* bits */
  bool constant; /* every row contributes `value` */
  uint64_t value;
  uint32_t n;                 /* TOP: its slots */
  const blt_agg_texts *texts; /* TEXT */
} blt_agg_slot;

/* Values to be gathered group by group. */
typedef struct blt_agg_segment {
  uint32_t mask;
  int32_t a, b; /* inputs; b -1: none */
  bool own;     /* serves one aggregate only */
} blt_agg_segment;

/* How an aggregate's result follows from parts or a segment. Indices of parts, -1 where not needed. */
typedef struct blt_agg_column {
  blt_agg_spec spec;
  int32_t a, b;  /* inputs */
  int32_t count; /* rows that the aggregate saw; -1: all rows of the group */
  int32_t x, y, xx, yy, xy;
  int32_t high;          /* upper half of x */
  int64_t factor, shift; /* sums: the argument is factor times input a, plus shift */
  int32_t segment;
  double least, most;            /* mean: what no value lies outside */
  const uint32_t *codes_by_rank; /* strings: inverse of a part's ranks; owned by the plan */
} blt_agg_column;

typedef struct blt_agg_plan {
  blt_ctx *ctx;
  blt_inputs *inputs;
  uint64_t rows; /* of the view */
  blt_agg_mask *masks;
  blt_agg_part *parts;
  blt_agg_slot *slots;
  blt_agg_segment *segments;
  blt_agg_column *columns;
  size_t nmasks, masks_cap, nparts, parts_cap, nslots, slots_cap, nsegments, segments_cap;
  uint32_t ncolumns;
  uint32_t stride;  /* words from one record to the next: nslots, or more where that suits a kernel */
  bool narrow;      /* records are one slot of 32 bits, one after the other */
  bool far;         /* all records together do not fit the first-level cache: fetching ahead pays */
  bool global;      /* one group that is there even without rows */
  int32_t presence; /* part that is never 0 for a group that has rows; -1: none was asked for */
  uint32_t **inverses;
  size_t ninverses, inverses_cap;
} blt_agg_plan;

/* Mask 0 is all rows. err->position: index of the wrong aggregate. */
/* `global`: one group that is there even without rows. */
blt_status blt_agg_plan_init(blt_agg_plan *p, blt_inputs *inputs, const blt_aggregate *aggregates, uint32_t n,
                             bool global, blt_error *err);
void blt_agg_plan_free(blt_agg_plan *p);
/* Makes sure that a record shows whether its group has rows. Before the layout. */
blt_status blt_agg_plan_presence(blt_agg_plan *p, blt_error *err);
/* Places parts in slots whose fields cannot overflow within `rows` rows. */
blt_status blt_agg_layout(blt_agg_plan *p, uint64_t rows, blt_error *err);

/* ---- step ---- */

typedef enum blt_mask_state { BLT_MASK_ALL, BLT_MASK_SOME, BLT_MASK_NONE } blt_mask_state;

/* Scratch of one worker. */
typedef struct blt_agg_work {
  const blt_agg_plan *plan;
  blt_vec *vecs;   /* of each input */
  uint32_t *codes; /* BLT_VECTOR_ROWS for each input */
  uint64_t *valids;
  uint64_t *masks; /* BLT_VECTOR_ROWS bits for each mask */
  uint8_t *mask_states;
  uint64_t *contributions;  /* BLT_VECTOR_ROWS words for each slot */
  const uint64_t **columns; /* of each slot: its contributions, there or in the table itself */
  uint32_t gids[BLT_VECTOR_ROWS];
  size_t ninputs;
} blt_agg_work;

blt_status blt_agg_work_new(const blt_agg_plan *p, blt_agg_work **out, blt_error *err);
void blt_agg_work_free(blt_agg_work *w);

/* Evaluates all inputs and masks of a slice. */
blt_status blt_agg_load(blt_agg_work *w, blt_eval *ev, const blt_slice *slice, blt_error *err);
/* The slice's contribution to each of the first slots. */
void blt_agg_contribute(blt_agg_work *w, const blt_slice *slice, size_t nslots);
/* Those of one slot, after blt_agg_contribute. */
static inline const uint64_t *blt_agg_contribution(const blt_agg_work *w, size_t slot) {
  return w->columns[slot];
}
/* Adds contributions to records: row i to the record of gids[i]. */
void blt_agg_scatter(const blt_agg_work *w, uint32_t n, uint64_t *records);
/* The same for a single group. */
void blt_agg_reduce(const blt_agg_work *w, uint32_t n, uint64_t *record);
/* One group of all rows, and nothing but counts and sums of columns: blocks can be added whole. *rows: how
 * many that were. */
bool blt_agg_from_blocks(const blt_agg_plan *p);
blt_status blt_agg_add_blocks(const blt_agg_plan *p, uint32_t group, uint64_t *record, uint64_t *rows,
                              blt_error *err);
/* The sum of n doubles, n at most BLT_VECTOR_ROWS, in the order that blt_agg_reduce adds them in. */
double blt_agg_sum_doubles(const double *v, uint32_t n);
/* Adds up columns of contributions, one for each slot, in place: columns[s][gids[i]] takes columns[s][i].
 * Groups are numbered in order of their first row, so a group's place is never ahead of the row that is read.
 * The column of a constant slot need not be filled. */
void blt_agg_accumulate(const blt_agg_plan *p, uint64_t *const *columns, const uint32_t *gids, uint32_t n);

/* Words that a part has for each group: 1, of a TOP its n. */
static inline uint32_t blt_part_words(const blt_agg_part *part) {
  return part->n ? part->n : 1;
}
/* Adds the records of groups first to first + n - 1 of lanes 1 to nlanes - 1 to those of lane 0, in their
 * order. Fields must have room for the sums of all lanes. False: there is a TOP, nothing was done. */
bool blt_agg_fold(const blt_agg_plan *p, uint64_t *const *lanes, uint32_t nlanes, uint32_t first, uint32_t n);

/* Sums of doubles of few groups are added up twice: rows to `recent` records, and those to the total when a
 * group has got some rows. A sum of a million rows then loses no more than one of some hundred. */
typedef struct blt_agg_settling {
  const blt_agg_plan *plan;
  uint64_t *recent, *total; /* records of `groups` groups */
  uint32_t groups, quota;   /* rows after which to settle, a multiple of 512 */
  uint32_t pending;         /* rows in `recent` */
} blt_agg_settling;

/* Whether a plan's records are such. */
bool blt_agg_settles(const blt_agg_plan *p);
/* `rows` more are in the recent records. */
void blt_agg_added(blt_agg_settling *s, uint32_t rows);
void blt_agg_settle(blt_agg_settling *s);

/* Takes a part's words for groups first to first + n - 1 out of the records of lanes, merged in their order,
 * to columns[0][first …]; word r of a TOP to columns[r]. */
void blt_agg_merge(const blt_agg_plan *p, uint32_t part, uint64_t *const *lanes, uint32_t nlanes,
                   uint32_t first, uint32_t n, uint64_t *const *columns);

/* ---- final ---- */

/* The words of parts for n groups; parts[i] is NULL for a part that the column does not need. */
typedef struct blt_agg_values {
  uint32_t n;
  const uint64_t *const *parts;
} blt_agg_values;

/* Values of column c, which has no segment, for n groups: ints for int-like types and codes, doubles for
 * floats; valid bits for all. FIRST and LAST give row numbers of the view in ints. BLT_EOVERFLOW. */
blt_status blt_agg_final(const blt_agg_plan *p, uint32_t c, const blt_agg_values *v, int64_t *ints,
                         double *doubles, uint64_t *valid, blt_error *err);
/* A word of TOP or BOTTOM as a value; false: there is none. */
bool blt_part_value(const blt_agg_plan *p, uint32_t part, uint64_t word, blt_scalar *out);

/* Centred second moments of n pairs (x the first argument of an aggregate, y the second). */
typedef struct blt_moments {
  double n, mean_x, mean_y, xx, yy, xy;
} blt_moments;
/* Variance, covariance, correlation or regression from moments; false: undefined, that is null. */
bool blt_moments_result(blt_agg_kind kind, const blt_moments *m, double *out);

#endif
