#include "join_asof.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/words.h"
#include "exec/relation/pair.h"
#include <stdlib.h>
#include <string.h>

#define ROWS BLT_VECTOR_ROWS

/* Values of one side as words that sort alike; `valid` where there is one, which NaN is not. */
typedef struct values {
  blt_passed *side;
  blt_expr *expr;
  uint64_t *words;
  uint8_t *valid;
  uint64_t rows;
} values;

static blt_status note_values(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  values *x = arg;
  blt_vec v;
  uint64_t room[ROWS];
  blt_status status = blt_expr_eval(ev, x->expr, slice->group, slice->start, slice->sel, slice->n, &v, err);
  if (status != BLT_OK) return status;
  bool is_float = v.type.id == BLT_FLOAT64;
  if (v.all_null) return BLT_OK;
  if (is_float)
    blt_vec_doubles(&v, (double *)room);
  else
    blt_vec_offsets(&v, INT64_MIN, room);
  for (uint32_t i = 0; i < slice->n; i++) {
    uint32_t row = blt_slice_row(slice, i);
    bool nan = is_float && (room[i] & ~BLT_WORD_SIGN) > BLT_WORD_INFINITY;
    x->valid[row] = !nan && !blt_vec_is_null(&v, i);
    x->words[row] = is_float ? blt_word_of_double(blt_word_canonical(room[i])) : room[i];
  }
  return BLT_OK;
}

static blt_status values_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  values *x = arg;
  return blt_scan_groups(&x->side->scan, worker, task, task + 1, note_values, x, err);
}

static blt_status values_init(values *x, blt_passed *side, const blt_term *term, blt_error *err) {
  blt_ctx *ctx = side->run->ctx;
  *x = (values){.side = side, .rows = side->view->rows};
  x->words = blt_alloc(ctx, (x->rows + 1) * sizeof *x->words);
  x->valid = blt_calloc(ctx, x->rows + 1, 1);
  if (!x->words || !x->valid) return blt_fail_memory(err, (x->rows + 1) * sizeof *x->words);
  blt_status status = blt_passed_expr(side, term, &x->expr, err);
  if (status != BLT_OK) return status;
  if (blt_expr_type(x->expr).id == BLT_STRING)
    return blt_fail(err, BLT_ETYPE, "an as-of join compares numbers or times, not texts");
  return blt_scan_run(&side->scan, x->rows, side->view->ngroups, values_group, x, err);
}

static void values_free(values *x) {
  if (!x->side) return;
  blt_ctx *ctx = x->side->run->ctx;
  blt_expr_free(x->expr);
  blt_free(ctx, x->words, (x->rows + 1) * sizeof *x->words);
  blt_free(ctx, x->valid, x->rows + 1);
}

/* ---- buckets in order ---- */

typedef struct asof_run {
  blt_join_index *x;
  const blt_join_hits *h;
  values left, right;
  bool before, strict; /* the partner is before the row's value; never equal to it */
  uint32_t *ends;      /* of each bucket: behind its last row with a value */
  blt_pairs *out;
} asof_run;

typedef struct entry {
  uint64_t word;
  uint32_t row;
} entry;

static int compare_entries(const void *a, const void *b) {
  const entry *x = a, *y = b;
  if (x->word != y->word) return x->word < y->word ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Sorts the rows of a bucket by value; those without one go to its end, behind ends[bucket]. */
static blt_status sort_bucket(asof_run *run, uint32_t bucket, entry *room) {
  blt_join_index *x = run->x;
  uint32_t from = x->starts[bucket], end = x->starts[bucket + 1], n = 0;
  bool sorted = true;
  for (uint32_t i = from; i < end; i++) {
    uint32_t row = x->rows[i];
    if (!run->right.valid[row]) continue;
    room[n] = (entry){run->right.words[row], row};
    sorted = sorted && (n == 0 || room[n - 1].word <= room[n].word);
    n++;
  }
  if (!sorted) qsort(room, n, sizeof *room, compare_entries);
  for (uint32_t i = 0; i < n; i++) x->rows[from + i] = room[i].row;
  run->ends[bucket] = from + n;
  return BLT_OK;
}

#define SHARES 64u

static blt_status sort_share(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  asof_run *run = arg;
  blt_join_index *x = run->x;
  uint32_t from = (uint32_t)((uint64_t)x->nbuckets * task / SHARES), most = 0,
           end = (uint32_t)((uint64_t)x->nbuckets * (task + 1) / SHARES);
  for (uint32_t b = from; b < end; b++)
    if (x->starts[b + 1] - x->starts[b] > most) most = x->starts[b + 1] - x->starts[b];
  entry *room = blt_alloc(x->ctx, ((size_t)most + 1) * sizeof *room);
  if (!room) return blt_fail_memory(err, (size_t)most * sizeof *room);
  blt_status status = BLT_OK;
  for (uint32_t b = from; b < end && status == BLT_OK; b++) {
    status = sort_bucket(run, b, room);
    if (status == BLT_OK && b % ROWS == 0) status = blt_scan_check(&run->right.side->scan, worker, err);
  }
  blt_free(x->ctx, room, ((size_t)most + 1) * sizeof *room);
  return status;
}

/* ---- the nearest row ---- */

/* First place in a bucket whose value is not below `word` (`above`: is above it). */
static uint32_t lower_place(const asof_run *run, uint32_t from, uint32_t end, uint64_t word, bool above) {
  while (from < end) {
    uint32_t mid = from + (end - from) / 2;
    uint64_t w = run->right.words[run->x->rows[mid]];
    if (w < word || (above && w == word))
      from = mid + 1;
    else
      end = mid;
  }
  return from;
}

static uint32_t nearest(const asof_run *run, uint32_t bucket, uint32_t row) {
  if (!run->left.valid[row]) return BLT_NO_ROW;
  uint32_t from = run->x->starts[bucket], end = run->ends[bucket];
  uint64_t word = run->left.words[row];
  if (run->before) {
    uint32_t at = lower_place(run, from, end, word, !run->strict);
    return at > from ? run->x->rows[at - 1] : BLT_NO_ROW;
  }
  uint32_t at = lower_place(run, from, end, word, run->strict);
  return at < end ? run->x->rows[at] : BLT_NO_ROW;
}

static blt_status find_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  asof_run *run = arg;
  uint32_t first = task * BLT_BLOCK_ROWS, n = run->h->left->view->group_rows[task];
  for (uint32_t i = first; i < first + n; i++) {
    uint32_t bucket = run->h->buckets[i];
    run->out->left[i] = i;
    run->out->right[i] = bucket < BLT_NOT_READ ? nearest(run, bucket, i) : BLT_NO_ROW;
  }
  return blt_scan_check(&run->h->left->scan, worker, err);
}

/* Takes out rows that the left side's filter does not let pass. */
static void drop_unread(const blt_join_hits *h, blt_pairs *out) {
  uint64_t to = 0;
  for (uint64_t i = 0; i < out->n; i++) {
    if (h->buckets[i] == BLT_NOT_READ) continue;
    out->left[to] = out->left[i];
    out->right[to++] = out->right[i];
  }
  out->n = to;
}

static blt_status find(asof_run *run, blt_error *err) {
  blt_scan *scan = &run->h->left->scan;
  blt_status status = blt_scan_run(&run->right.side->scan, run->x->nrows, SHARES, sort_share, run, err);
  if (status == BLT_OK) status = blt_pairs_init(run->out, run->x->ctx, run->left.rows, err);
  if (status != BLT_OK) return status;
  run->out->n = run->left.rows;
  status = blt_scan_run(scan, run->left.rows, run->h->left->view->ngroups, find_group, run, err);
  if (status == BLT_OK && !blt_passed_all(run->h->left)) drop_unread(run->h, run->out);
  return status;
}

blt_status blt_join_asof(blt_join_index *x, const blt_join_hits *h, blt_passed *right,
                         const blt_plan_join *join, blt_pairs *out, blt_error *err) {
  asof_run run = {.x = x, .h = h, .out = out};
  run.before = join->asof[0] == '>';
  run.strict = join->asof[1] == 0;
  run.ends = blt_calloc(x->ctx, (size_t)x->nbuckets + 1, sizeof *run.ends);
  blt_status status = run.ends ? BLT_OK : blt_fail_memory(err, x->nbuckets * sizeof *run.ends);
  if (status == BLT_OK) status = values_init(&run.left, h->left, &join->left[join->nkeys - 1], err);
  if (status == BLT_OK) status = values_init(&run.right, right, &join->right[join->nkeys - 1], err);
  if (status == BLT_OK) status = find(&run, err);
  values_free(&run.left);
  values_free(&run.right);
  blt_free(x->ctx, run.ends, ((size_t)x->nbuckets + 1) * sizeof *run.ends);
  return status;
}
