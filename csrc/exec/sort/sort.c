#include "sort.h"

#include "base/bits.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define LANES 16u
#define TOP_SPARE 4096u
#define STEP 262144u /* rows between two looks at interruption */
#define BUCKET_BITS 10u
#define BUCKETS (1u << BUCKET_BITS)
#define BUCKET_ROWS 65536u /* fewer rows are sorted at once */

/* Rows with their words, word w of row i in words[w][i]. */
typedef struct rows_list {
  uint32_t *rows;
  size_t n, rows_cap;
  uint64_t **words;
  size_t *words_cap;
  uint64_t all, any; /* bits that are set in every first word, and in one */
} rows_list;

typedef struct sort_run {
  blt_scan *scan;
  const blt_sort_words *words;
  uint32_t nwords, nlanes;
  uint64_t each, most; /* rows of each group, and of all, that are wanted */
  bool top;
  rows_list *lanes;
} sort_run;

/* ---- lists ---- */

static blt_status list_init(const sort_run *run, rows_list *list, blt_error *err) {
  size_t n = run->nwords;
  if (n == 0) return BLT_OK;
  list->words = blt_calloc(run->scan->ctx, n, sizeof *list->words);
  list->words_cap = blt_calloc(run->scan->ctx, n, sizeof *list->words_cap);
  return list->words && list->words_cap ? BLT_OK : blt_fail_memory(err, n * sizeof *list->words);
}

static void list_free(const sort_run *run, rows_list *list) {
  blt_ctx *ctx = run->scan->ctx;
  for (uint32_t w = 0; list->words && list->words_cap && w < run->nwords; w++)
    blt_free(ctx, list->words[w], list->words_cap[w] * sizeof **list->words);
  blt_free(ctx, list->words, run->nwords * sizeof *list->words);
  blt_free(ctx, list->words_cap, run->nwords * sizeof *list->words_cap);
  blt_free(ctx, list->rows, list->rows_cap * sizeof *list->rows);
  *list = (rows_list){0};
}

static blt_status list_reserve(const sort_run *run, rows_list *list, size_t need, blt_error *err) {
  blt_ctx *ctx = run->scan->ctx;
  blt_status status = blt_grow(ctx, &list->rows, &list->rows_cap, need, sizeof *list->rows, err);
  for (uint32_t w = 0; w < run->nwords && status == BLT_OK; w++)
    status = blt_grow(ctx, &list->words[w], &list->words_cap[w], need, sizeof **list->words, err);
  return status;
}

/* ---- sorting a list ---- */

/* Least significant byte first; bytes that are all alike are skipped. */
blt_status blt_sort_positions(blt_scan *scan, uint32_t worker, const uint64_t *words, size_t n, uint32_t *a,
                              uint32_t *b, uint32_t **out, blt_error *err) {
  uint64_t all = ~UINT64_C(0), any = 0;
  for (size_t i = 0; i < n; i++) {
    all &= words[i];
    any |= words[i];
  }
  uint64_t differs = all ^ any;
  for (int shift = 0; shift < 64; shift += 8) {
    if (!((differs >> shift) & 255)) continue;
    size_t count[257] = {0};
    for (size_t i = 0; i < n; i++) count[((words[i] >> shift) & 255) + 1]++;
    for (int i = 0; i < 256; i++) count[i + 1] += count[i];
    for (size_t i = 0; i < n; i++) {
      if (i % STEP == 0) {
        blt_status status = blt_scan_check(scan, worker, err);
        if (status != BLT_OK) return status;
      }
      b[count[(words[a[i]] >> shift) & 255]++] = a[i];
    }
    uint32_t *t = a;
    a = b;
    b = t;
  }
  *out = a;
  return BLT_OK;
}

static bool before(const sort_run *run, const rows_list *list, size_t a, size_t b) {
  for (uint32_t w = 0; w < run->nwords; w++)
    if (list->words[w][a] != list->words[w][b]) return list->words[w][a] < list->words[w][b];
  return false;
}

static void insertion_sort(const sort_run *run, const rows_list *list, uint32_t *order) {
  for (size_t i = 1; i < list->n; i++) {
    uint32_t x = order[i];
    size_t j = i;
    for (; j > 0 && before(run, list, x, order[j - 1]); j--) order[j] = order[j - 1];
    order[j] = x;
  }
}

static blt_status apply_order(const sort_run *run, uint32_t worker, rows_list *list, uint32_t nwords,
                              const uint32_t *order, uint64_t *room, blt_error *err) {
  uint32_t *rows = (uint32_t *)room;
  for (size_t i = 0; i < list->n; i++) {
    blt_status status = i % STEP ? BLT_OK : blt_scan_check(run->scan, worker, err);
    if (status != BLT_OK) return status;
    rows[i] = list->rows[order[i]];
  }
  memcpy(list->rows, rows, list->n * sizeof *rows);
  for (uint32_t w = 0; w < nwords; w++) {
    for (size_t i = 0; i < list->n; i++) room[i] = list->words[w][order[i]];
    memcpy(list->words[w], room, list->n * sizeof *room);
  }
  return BLT_OK;
}

/* Sorts a list; its first `nwords` words move along. */
static blt_status list_sort(const sort_run *run, uint32_t worker, rows_list *list, uint32_t nwords,
                            blt_error *err) {
  blt_ctx *ctx = run->scan->ctx;
  size_t n = list->n;
  if (n < 2) return BLT_OK;
  uint32_t *a = blt_alloc(ctx, 2 * n * sizeof *a);
  uint64_t *room = a ? blt_alloc(ctx, n * sizeof *room) : NULL;
  if (!room) {
    blt_free(ctx, a, 2 * n * sizeof *a);
    return blt_fail_memory(err, n * sizeof *room);
  }
  uint32_t *order = a;
  blt_status status = BLT_OK;
  for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
  if (n <= 64) {
    insertion_sort(run, list, order);
  } else {
    for (uint32_t w = run->nwords; w-- > 0 && status == BLT_OK;)
      status = blt_sort_positions(run->scan, worker, list->words[w], n, order, order == a ? a + n : a, &order,
                                  err);
  }
  if (status == BLT_OK) status = apply_order(run, worker, list, nwords, order, room, err);
  blt_free(ctx, room, n * sizeof *room);
  blt_free(ctx, a, 2 * n * sizeof *a);
  return status;
}

/* ---- scanning ---- */

typedef struct lane_arg {
  sort_run *run;
  rows_list *list;
  uint32_t worker;
  bool full; /* top: the list holds `most` rows already, sorted */
} lane_arg;

/* Keeps the first `most` of a top list. */
static blt_status cut(lane_arg *lane, blt_error *err) {
  blt_status status = list_sort(lane->run, lane->worker, lane->list, lane->run->nwords, err);
  if (lane->list->n > lane->run->most) lane->list->n = lane->run->most;
  lane->full = lane->list->n == lane->run->most;
  return status;
}

/* Drops rows that come after the last one of a full top list. Their first word decides; ties stay for the
 * cut. */
static void drop_late(lane_arg *lane, size_t from) {
  rows_list *list = lane->list;
  if (!lane->full || lane->run->nwords == 0) return;
  uint64_t last = list->words[0][lane->run->most - 1];
  size_t to = from;
  for (size_t i = from; i < list->n; i++) {
    if (list->words[0][i] > last) continue;
    for (uint32_t w = 0; w < lane->run->nwords; w++) list->words[w][to] = list->words[w][i];
    list->rows[to++] = list->rows[i];
  }
  list->n = to;
}

static blt_status add_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  lane_arg *lane = arg;
  sort_run *run = lane->run;
  rows_list *list = lane->list;
  size_t from = list->n;
  blt_status status = list_reserve(run, list, from + slice->n, err);
  if (status != BLT_OK) return status;
  if (run->nwords) {
    uint64_t **to = blt_alloc(run->scan->ctx, run->nwords * sizeof *to);
    if (!to) return blt_fail_memory(err, run->nwords * sizeof *to);
    for (uint32_t w = 0; w < run->nwords; w++) to[w] = list->words[w] + from;
    status = blt_sort_words_load(run->words, ev, slice, to, err);
    blt_free(run->scan->ctx, to, run->nwords * sizeof *to);
    if (status != BLT_OK) return status;
  }
  for (uint32_t i = 0; i < slice->n; i++) list->rows[from + i] = blt_slice_row(slice, i);
  list->n += slice->n;
  if (!run->top) return BLT_OK;
  drop_late(lane, from);
  return list->n >= run->most + TOP_SPARE ? cut(lane, err) : BLT_OK;
}

static void note_bits(rows_list *list) {
  list->all = UINT64_MAX;
  for (size_t i = 0; i < list->n; i++) {
    list->all &= list->words[0][i];
    list->any |= list->words[0][i];
  }
}

static blt_status run_lane(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  sort_run *run = arg;
  lane_arg lane = {.run = run, .list = &run->lanes[task], .worker = worker};
  blt_status status = list_init(run, lane.list, err);
  if (status == BLT_OK)
    status = blt_scan_groups(run->scan, worker, blt_scan_lane(run->scan, task, run->nlanes),
                             blt_scan_lane(run->scan, task + 1, run->nlanes), add_slice, &lane, err);
  if (status == BLT_OK && run->top) status = cut(&lane, err);
  if (run->nwords) note_bits(lane.list);
  return status;
}

/* Without an order, only as many groups are read as it takes. */
static blt_status run_first(sort_run *run, blt_error *err) {
  lane_arg lane = {.run = run, .list = &run->lanes[0]};
  blt_status status = BLT_OK;
  for (uint32_t g = 0; g < run->scan->view->ngroups && lane.list->n < run->most && status == BLT_OK; g++)
    status = blt_scan_groups(run->scan, 0, g, g + 1, add_slice, &lane, err);
  return status;
}

/* All lanes' rows in one list. */
static blt_status concatenate(sort_run *run, rows_list *out, blt_error *err) {
  size_t n = 0;
  for (uint32_t l = 0; l < run->nlanes; l++) n += run->lanes[l].n;
  blt_status status = list_init(run, out, err);
  if (status == BLT_OK && n) status = list_reserve(run, out, n, err);
  for (uint32_t l = 0; l < run->nlanes && status == BLT_OK; l++) {
    rows_list *lane = &run->lanes[l];
    status = blt_scan_check(run->scan, 0, err);
    if (lane->n) memcpy(out->rows + out->n, lane->rows, lane->n * sizeof *lane->rows);
    for (uint32_t w = 0; w < run->nwords && lane->n; w++)
      memcpy(out->words[w] + out->n, lane->words[w], lane->n * sizeof **lane->words);
    out->n += lane->n;
    list_free(run, lane);
  }
  return status;
}

/* Whether two rows are of one group. */
static bool same_group(const sort_run *run, const rows_list *list, size_t a, size_t b) {
  uint32_t last = run->words->head_words - 1;
  for (uint32_t w = 0; w < last; w++)
    if (list->words[w][a] != list->words[w][b]) return false;
  return (list->words[last][a] ^ list->words[last][b]) >> run->words->head_shift == 0;
}

/* Keeps the first rows of each group of a sorted list. */
static blt_status cut_groups(const sort_run *run, rows_list *list, blt_error *err) {
  size_t start = 0, to = 0;
  for (size_t i = 0; i < list->n; i++) {
    blt_status status = i % STEP ? BLT_OK : blt_scan_check(run->scan, 0, err);
    if (status != BLT_OK) return status;
    if (!same_group(run, list, start, i)) start = i;
    if (i - start < run->each) list->rows[to++] = list->rows[i];
  }
  list->n = to;
  return BLT_OK;
}

/* ---- sorting in buckets ---- */

/* Many rows are dealt to buckets by the uppermost bits in which their first words differ, and each bucket is
 * sorted by itself, near the processor and on any thread. */
typedef struct bucket_run {
  sort_run *run;
  rows_list *all;
  uint32_t shift;            /* of the bits that say the bucket */
  uint32_t nwords;           /* of these are needed in order as well */
  size_t (*places)[BUCKETS]; /* of each lane: rows of each bucket, then where the next one goes */
  size_t starts[BUCKETS + 1];
} bucket_run;

static uint32_t bucket_of(const bucket_run *b, uint64_t word) {
  return (uint32_t)(word >> b->shift) & (BUCKETS - 1);
}

static blt_status count_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  bucket_run *b = arg;
  const rows_list *list = &b->run->lanes[lane];
  for (size_t i = 0; i < list->n; i++) b->places[lane][bucket_of(b, list->words[0][i])]++;
  return blt_scan_check(b->run->scan, worker, err);
}

/* Buckets one after the other, and in each the lanes, so that equal rows keep their order. */
static void find_places(bucket_run *b) {
  size_t at = 0;
  for (uint32_t k = 0; k < BUCKETS; k++) {
    b->starts[k] = at;
    for (uint32_t l = 0; l < b->run->nlanes; l++) {
      size_t n = b->places[l][k];
      b->places[l][k] = at;
      at += n;
    }
  }
  b->starts[BUCKETS] = at;
}

static blt_status deal_lane(void *arg, uint32_t lane, uint32_t worker, blt_error *err) {
  bucket_run *b = arg;
  rows_list *list = &b->run->lanes[lane], *all = b->all;
  for (size_t i = 0; i < list->n; i++) {
    blt_status status = i % STEP ? BLT_OK : blt_scan_check(b->run->scan, worker, err);
    if (status != BLT_OK) return status;
    size_t to = b->places[lane][bucket_of(b, list->words[0][i])]++;
    all->rows[to] = list->rows[i];
    for (uint32_t w = 0; w < b->run->nwords; w++) all->words[w][to] = list->words[w][i];
  }
  list_free(b->run, list);
  return BLT_OK;
}

static blt_status sort_bucket(void *arg, uint32_t bucket, uint32_t worker, blt_error *err) {
  bucket_run *b = arg;
  size_t start = b->starts[bucket], n = b->starts[bucket + 1] - start,
         bytes = b->run->nwords * sizeof(uint64_t *);
  if (n < 2) return BLT_OK;
  rows_list part = {.rows = b->all->rows + start, .n = n, .words = blt_alloc(b->run->scan->ctx, bytes)};
  if (!part.words) return blt_fail_memory(err, bytes);
  for (uint32_t w = 0; w < b->run->nwords; w++) part.words[w] = b->all->words[w] + start;
  blt_status status = list_sort(b->run, worker, &part, b->nwords, err);
  blt_free(b->run->scan->ctx, part.words, bytes);
  return status;
}

/* All lanes' rows in order in one list, of which the first `nwords` words are moved along. */
static blt_status sort_in_buckets(sort_run *run, size_t n, uint64_t differs, uint32_t nwords, rows_list *all,
                                  blt_error *err) {
  blt_scan *scan = run->scan;
  uint32_t top = 64 - (uint32_t)__builtin_clzll(differs);
  bucket_run b = {
      .run = run, .all = all, .nwords = nwords, .shift = top > BUCKET_BITS ? top - BUCKET_BITS : 0};
  b.places = blt_calloc(scan->ctx, run->nlanes, sizeof *b.places);
  if (!b.places) return blt_fail_memory(err, run->nlanes * sizeof *b.places);
  blt_status status = list_init(run, all, err);
  if (status == BLT_OK) status = list_reserve(run, all, n, err);
  if (status == BLT_OK) status = blt_scan_run(scan, n, run->nlanes, count_lane, &b, err);
  if (status == BLT_OK) find_places(&b);
  if (status == BLT_OK) status = blt_scan_run(scan, n, run->nlanes, deal_lane, &b, err);
  if (status == BLT_OK) all->n = n;
  if (status == BLT_OK) status = blt_scan_run(scan, n, BUCKETS, sort_bucket, &b, err);
  blt_free(scan->ctx, b.places, run->nlanes * sizeof *b.places);
  return status;
}

/* Hands the first `most` rows to the caller. */
static blt_status hand_over(const sort_run *run, const rows_list *list, uint32_t **rows, size_t *n,
                            blt_error *err) {
  size_t count = list->n < run->most ? list->n : (size_t)run->most;
  *rows = NULL;
  *n = 0;
  if (count == 0) return BLT_OK;
  *rows = blt_alloc(run->scan->ctx, count * sizeof **rows);
  if (!*rows) return blt_fail_memory(err, count * sizeof **rows);
  *n = count;
  memcpy(*rows, list->rows, count * sizeof **rows);
  return BLT_OK;
}

/* Puts the rows of all lanes in order. */
static blt_status order_rows(sort_run *run, rows_list *all, blt_error *err) {
  bool groups = run->each < UINT64_MAX && run->words->head_words > 0;
  uint32_t nwords = groups ? run->words->head_words : 0;
  uint64_t every = UINT64_MAX, any = 0;
  size_t n = 0;
  for (uint32_t l = 0; l < run->nlanes; l++) {
    n += run->lanes[l].n;
    if (run->lanes[l].n) every &= run->lanes[l].all;
    if (run->lanes[l].n) any |= run->lanes[l].any;
  }
  blt_status status;
  if (run->nwords && n >= BUCKET_ROWS && every != any) {
    status = sort_in_buckets(run, n, every ^ any, nwords, all, err);
  } else {
    status = concatenate(run, all, err);
    if (status == BLT_OK && run->nwords) status = list_sort(run, 0, all, nwords, err);
  }
  return status == BLT_OK && groups ? cut_groups(run, all, err) : status;
}

blt_status blt_sort_rows(const blt_sort_words *words, uint64_t each, uint64_t most, uint32_t **rows,
                         size_t *n, blt_error *err) {
  blt_scan *scan = words->scan;
  sort_run run = {.scan = scan, .words = words, .nwords = words->nwords, .each = each, .most = most};
  rows_list all = {0};
  *rows = NULL;
  *n = 0;
  if (most == 0 || each == 0) return BLT_OK;
  run.top = words->nkeys && each == UINT64_MAX && most < scan->view->rows / 4 && most <= 1000000;
  run.nlanes = scan->view->ngroups < LANES ? scan->view->ngroups : LANES;
  if (run.nlanes == 0) run.nlanes = 1;
  run.lanes = blt_calloc(scan->ctx, run.nlanes, sizeof *run.lanes);
  if (!run.lanes) return blt_fail_memory(err, run.nlanes * sizeof *run.lanes);
  blt_status status = words->nkeys == 0 && most < scan->view->rows
                          ? run_first(&run, err)
                          : blt_scan_run(scan, scan->view->rows, run.nlanes, run_lane, &run, err);
  if (status == BLT_OK) status = order_rows(&run, &all, err);
  if (status == BLT_OK) status = hand_over(&run, &all, rows, n, err);
  for (uint32_t l = 0; l < run.nlanes; l++) list_free(&run, &run.lanes[l]);
  list_free(&run, &all);
  blt_free(scan->ctx, run.lanes, run.nlanes * sizeof *run.lanes);
  return status;
}
