#include "head.h"

#include "base/mem.h"
#include "head_set.h"
#include "sort.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define DIRECT_BITS 24u       /* of group numbers */
#define BYTES_A_ROW 16u       /* of sets, for each row that is read */
#define BYTES_FREE (1u << 20) /* sets may have these in any case */
#define MERGE_GROUPS 4096u    /* of a task */

/* What a worker works with. */
typedef struct head_work {
  blt_head_set set;
  uint64_t **words; /* of a slice */
  uint64_t *key, *entry;
} head_work;

typedef struct head_run {
  blt_scan *scan;
  const blt_sort_words *words;
  head_work *works;    /* of each worker */
  uint32_t each, nown; /* rows of a group; words of a row that order it there */
  size_t places;       /* group numbers; 0: groups are hashed */
  size_t most;         /* groups in a set */
  atomic_bool full;    /* a set would have more */
  uint32_t *order;     /* groups of the first set in order; NULL: as numbered */
  uint32_t *counts;    /* rows of each group of the first set */
} head_run;

/* ---- scratch ---- */

static blt_status work_new(head_run *run, head_work *work, blt_error *err) {
  blt_ctx *ctx = run->scan->ctx;
  const blt_sort_words *w = run->words;
  blt_status status =
      run->places
          ? blt_head_set_numbered(&work->set, ctx, run->places, run->each, run->nown + 1, err)
          : blt_head_set_found(&work->set, ctx, w->head_words, run->most, run->each, run->nown + 1, err);
  if (status != BLT_OK) return status;
  size_t words = w->nwords * (size_t)(ROWS + 2) + 1;
  work->words = blt_alloc(ctx, w->nwords * sizeof *work->words + words * sizeof **work->words);
  if (!work->words) return blt_fail_memory(err, words * sizeof **work->words);
  uint64_t *from = (uint64_t *)(work->words + w->nwords);
  for (uint32_t k = 0; k < w->nwords; k++) work->words[k] = from + (size_t)k * ROWS;
  work->key = from + (size_t)w->nwords * ROWS;
  work->entry = work->key + w->nwords;
  return BLT_OK;
}

static void work_free(const head_run *run, head_work *work) {
  uint32_t n = run->words->nwords;
  size_t words = n * (size_t)(ROWS + 2) + 1;
  blt_free(run->scan->ctx, work->words, n * sizeof *work->words + words * sizeof **work->words);
  blt_head_set_free(&work->set);
}

/* ---- scanning ---- */

/* Group numbers of a slice; false: there is one group too many. */
static blt_status group_slice(head_run *run, head_work *work, uint32_t n, uint32_t *groups, blt_error *err) {
  const blt_sort_words *w = run->words;
  uint32_t last = w->head_words - 1, shift = w->head_shift;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; run->places && i < n; i++) groups[i] = (uint32_t)(work->words[0][i] >> shift);
  for (uint32_t i = 0; !run->places && i < n && status == BLT_OK; i++) {
    for (uint32_t k = 0; k < last; k++) work->key[k] = work->words[k][i];
    work->key[last] = work->words[last][i] >> shift;
    status = blt_head_set_find(&work->set, work->key, &groups[i], err);
    if (status != BLT_OK || groups[i] != BLT_HEAD_FULL) continue;
    atomic_store(&run->full, true);
    return BLT_OK;
  }
  return status;
}

/* Rows of a slice that may come before the last one kept of their group. Where that is not full yet, its
 * limit is all ones; where more than one word decides, the first may be the same. */
static uint32_t choose(const head_run *run, const head_work *work, uint32_t n, const uint32_t *groups,
                       uint16_t *chosen) {
  const uint64_t *first = work->words[run->words->first_own], *limits = work->set.limits;
  bool ties = run->nown > 1;
  uint32_t k = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t x = first[i], limit = limits[groups[i]];
    chosen[k] = (uint16_t)i;
    k += (x < limit) | ((x == limit) & (ties | (x == UINT64_MAX)));
  }
  return k;
}

typedef struct block_arg {
  head_run *run;
  head_work *work;
} block_arg;

static blt_status add_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  head_run *run = ((block_arg *)arg)->run;
  head_work *work = ((block_arg *)arg)->work;
  uint32_t groups[ROWS];
  uint16_t chosen[ROWS];
  if (atomic_load_explicit(&run->full, memory_order_relaxed)) return BLT_OK;
  blt_status status = blt_sort_words_load(run->words, ev, slice, work->words, err);
  if (status == BLT_OK) status = group_slice(run, work, slice->n, groups, err);
  if (status != BLT_OK || atomic_load_explicit(&run->full, memory_order_relaxed)) return status;
  uint32_t n = choose(run, work, slice->n, groups, chosen);
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t w = 0; w < run->nown; w++)
      work->entry[w] = work->words[run->words->first_own + w][chosen[i]];
    work->entry[run->nown] = blt_slice_row(slice, chosen[i]);
    blt_head_set_add(&work->set, groups[chosen[i]], work->entry);
  }
  return BLT_OK;
}

static blt_status add_block(void *arg, uint32_t block, uint32_t worker, blt_error *err) {
  head_run *run = arg;
  block_arg a = {run, &run->works[worker]};
  if (atomic_load(&run->full)) return BLT_OK;
  blt_status status = a.work->words ? BLT_OK : work_new(run, a.work, err);
  return status == BLT_OK ? blt_scan_groups(run->scan, worker, block, block + 1, add_slice, &a, err) : status;
}

/* ---- bringing sets together ---- */

/* Adds all groups that were found by hashing to the first set. */
static blt_status merge_found(head_run *run, blt_error *err) {
  blt_head_set *to = &run->works[0].set;
  blt_status status = BLT_OK;
  to->most = BLT_HEAD_FULL; /* together they may have more than each */
  for (uint32_t i = 1; i < run->scan->workers; i++) {
    const blt_head_set *from = &run->works[i].set;
    for (size_t g = 0; g < from->ngroups && status == BLT_OK; g++) {
      uint32_t group;
      if (g % MERGE_GROUPS == 0) status = blt_scan_check(run->scan, 0, err);
      if (status == BLT_OK) status = blt_head_set_find(to, from->heads + g * from->head_words, &group, err);
      if (status == BLT_OK) blt_head_set_merge(to, group, from, g);
    }
  }
  return status;
}

/* Puts the rows of some groups in order, numbered ones after bringing them together. */
static blt_status finish_groups(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  head_run *run = arg;
  blt_head_set *to = &run->works[0].set;
  size_t first = (size_t)task * MERGE_GROUPS, end = first + MERGE_GROUPS;
  if (end > to->ngroups) end = to->ngroups;
  for (uint32_t i = 1; run->places && i < run->scan->workers; i++)
    for (size_t g = first; run->works[i].words && g < end; g++)
      blt_head_set_merge(to, g, &run->works[i].set, g);
  for (size_t g = first; g < end; g++) run->counts[g] = blt_head_set_sort(to, g);
  return blt_scan_check(run->scan, worker, err);
}

/* Finds the order of groups that were found by hashing: word by word, the last one first. */
static blt_status order_groups(head_run *run, blt_error *err) {
  blt_ctx *ctx = run->scan->ctx;
  const blt_head_set *set = &run->works[0].set;
  size_t n = set->ngroups;
  uint64_t *words = blt_alloc(ctx, (n + 1) * sizeof *words);
  uint32_t *a = blt_alloc(ctx, (2 * n + 1) * sizeof *a), *order = a;
  blt_status status = words && a ? BLT_OK : blt_fail_memory(err, (n + 1) * sizeof *words);
  for (size_t g = 0; g < n && status == BLT_OK; g++) a[g] = (uint32_t)g;
  for (uint32_t w = set->head_words; w-- > 0 && status == BLT_OK;) {
    for (size_t g = 0; g < n; g++) words[g] = set->heads[g * set->head_words + w];
    status = blt_sort_positions(run->scan, 0, words, n, order, order == a ? a + n : a, &order, err);
  }
  blt_free(ctx, words, (n + 1) * sizeof *words);
  if (status == BLT_OK) {
    run->order = blt_alloc(ctx, (n + 1) * sizeof *order);
    if (run->order)
      memcpy(run->order, order, n * sizeof *order);
    else
      status = blt_fail_memory(err, n * sizeof *order);
  }
  blt_free(ctx, a, (2 * n + 1) * sizeof *a);
  return status;
}

/* ---- the answer ---- */

static blt_status list_rows(head_run *run, uint32_t **rows, size_t *n, blt_error *err) {
  const blt_head_set *set = &run->works[0].set;
  size_t total = 0, at = 0;
  for (size_t g = 0; g < set->ngroups; g++) total += run->counts[g];
  if (total == 0) return BLT_OK;
  uint32_t *out = blt_alloc(run->scan->ctx, total * sizeof *out);
  if (!out) return blt_fail_memory(err, total * sizeof *out);
  for (size_t i = 0; i < set->ngroups; i++) {
    size_t g = run->order ? run->order[i] : i;
    for (uint32_t k = 0; k < run->counts[g]; k++) out[at++] = blt_head_set_row(set, g, k);
  }
  *rows = out;
  *n = total;
  return BLT_OK;
}

static blt_status finish(head_run *run, uint32_t **rows, size_t *n, blt_error *err) {
  blt_head_set *set = &run->works[0].set;
  blt_status status = run->works[0].words ? BLT_OK : work_new(run, &run->works[0], err);
  if (status == BLT_OK && !run->places) status = merge_found(run, err);
  if (status == BLT_OK && !run->places) status = order_groups(run, err);
  if (status != BLT_OK) return status;
  run->counts = blt_alloc(run->scan->ctx, (set->ngroups + 1) * sizeof *run->counts);
  if (!run->counts) return blt_fail_memory(err, set->ngroups * sizeof *run->counts);
  uint32_t tasks = (uint32_t)((set->ngroups + MERGE_GROUPS - 1) / MERGE_GROUPS);
  status = blt_scan_run(run->scan, set->ngroups * run->each, tasks, finish_groups, run, err);
  return status == BLT_OK ? list_rows(run, rows, n, err) : status;
}

/* ---- choosing ---- */

/* Chooses between numbers and hashing, and how many groups a set may have: sets must not take much memory,
 * nor may heaps cost more than sorting, which is so when their levels together are as many as there are rows.
 */
static void plan(head_run *run) {
  const blt_sort_words *w = run->words;
  uint64_t rows = run->scan->view->rows, bytes = rows * BYTES_A_ROW;
  if (bytes < BYTES_FREE) bytes = BYTES_FREE;
  uint64_t group = ((uint64_t)run->each * (run->nown + 1) + 1 + w->head_words) * sizeof(uint64_t);
  uint64_t levels = 32 - (uint32_t)__builtin_clz(run->each), worth = rows / (run->each * levels);
  run->most = bytes / run->scan->workers / group;
  if (run->most > worth) run->most = worth;
  uint32_t bits = w->head_words == 1 ? 64 - w->head_shift : 64;
  if (bits > DIRECT_BITS) return;
  uint64_t places = UINT64_C(1) << bits;
  if (places <= run->most && places <= 2 * rows + 1024) run->places = places;
}

/* Sorting will read all rows again, and count them then. */
static void forget_counts(blt_scan *scan) {
  atomic_store(&scan->selected, 0);
  atomic_store(&scan->scanned_groups, 0);
  atomic_store(&scan->skipped_groups, 0);
}

static void release(head_run *run) {
  blt_ctx *ctx = run->scan->ctx;
  size_t ngroups = run->works ? run->works[0].set.ngroups : 0;
  blt_free(ctx, run->counts, (ngroups + 1) * sizeof *run->counts);
  blt_free(ctx, run->order, (ngroups + 1) * sizeof *run->order);
  for (uint32_t i = 0; run->works && i < run->scan->workers; i++) work_free(run, &run->works[i]);
  blt_free(ctx, run->works, run->scan->workers * sizeof *run->works);
}

blt_status blt_head_rows(const blt_sort_words *words, uint64_t each, uint32_t **rows, size_t *n, bool *done,
                         blt_error *err) {
  blt_scan *scan = words->scan;
  uint64_t most = each < scan->view->rows ? each : scan->view->rows;
  head_run run = {.scan = scan, .words = words, .each = (uint32_t)most};
  run.nown = words->nwords - words->first_own;
  *rows = NULL;
  *n = 0;
  *done = true;
  if (most == 0) return BLT_OK;
  plan(&run);
  if (run.most == 0) {
    *done = false;
    return BLT_OK;
  }
  run.works = blt_calloc(scan->ctx, scan->workers, sizeof *run.works);
  if (!run.works) return blt_fail_memory(err, scan->workers * sizeof *run.works);
  blt_status status = blt_scan_run(scan, scan->view->rows, scan->view->ngroups, add_block, &run, err);
  *done = !atomic_load(&run.full);
  if (status == BLT_OK && *done) status = finish(&run, rows, n, err);
  if (!*done) forget_counts(scan);
  release(&run);
  return status;
}
