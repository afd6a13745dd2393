#include "join_few.h"

#include "base/mem.h"
#include "join_match.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define NONE BLT_NO_BUCKET
#define STEP 262144u /* pairs between two looks at interruption */
/* How many times the rows of the left the right side has: where pairs are listed, they are sorted as well. */
#define TIMES_ROWS 2
#define TIMES_PAIRS 4

bool blt_join_few_suits(const blt_plan_join *join, const blt_passed *left, const blt_passed *right) {
  bool checks = join->left_unique || join->right_unique || join->left_matched || join->right_matched;
  bool only_left = join->kind == BLT_JOIN_SEMI || join->kind == BLT_JOIN_ANTI;
  uint64_t times = only_left && !join->also.n ? TIMES_ROWS : TIMES_PAIRS;
  if (checks || join->kind == BLT_JOIN_ASOF || join->nkeys == 0) return false;
  return left->view->live_rows < right->view->live_rows / times;
}

/* A row of the right whose key the left has, and the row of the left that stands for it. */
typedef struct hit {
  uint32_t row, key;
} hit;

typedef struct hits {
  hit *v;
  size_t n, cap;
} hits;

typedef struct few {
  blt_ctx *ctx;
  const blt_join_index *x;
  blt_passed *left, *right;
  size_t nleft;   /* rows of the left and one more: room of what is there for each of them */
  uint32_t *keys; /* the row of the left that stands for a row's key; NONE: it does not pass or has no key */
  /* rows */
  bool matched;
  uint8_t *passed; /* 1: it passes */
  uint8_t *seen;   /* of a row that stands for a key, 1: some row of the right has it */
  /* pairs */
  hits *groups; /* of each group of the right */
  uint64_t *npairs;
  uint32_t *starts, *members; /* rows of the left by the row that stands for them */
  uint64_t *places;           /* where the next pair of a row goes */
  blt_pairs *out;
} few;

static void few_free(few *f) {
  uint32_t ngroups = f->right->view->ngroups;
  for (uint32_t g = 0; f->groups && g < ngroups; g++)
    blt_free(f->ctx, f->groups[g].v, f->groups[g].cap * sizeof *f->groups[g].v);
  blt_free(f->ctx, f->groups, (ngroups + 1) * sizeof *f->groups);
  blt_free(f->ctx, f->npairs, (ngroups + 1) * sizeof *f->npairs);
  blt_free(f->ctx, f->keys, f->nleft * sizeof *f->keys);
  blt_free(f->ctx, f->passed, f->nleft);
  blt_free(f->ctx, f->seen, f->nleft);
  blt_free(f->ctx, f->starts, f->nleft * sizeof *f->starts);
  blt_free(f->ctx, f->members, f->nleft * sizeof *f->members);
  blt_free(f->ctx, f->places, f->nleft * sizeof *f->places);
}

static blt_status each_group(blt_passed *side, blt_task_fn fn, few *f, blt_error *err) {
  return blt_scan_run(&side->scan, side->view->rows, side->view->ngroups, fn, f, err);
}

/* ---- keys of the left ---- */

static blt_status key_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  few *f = arg;
  uint32_t rows[ROWS];
  blt_status status = blt_join_partners(f->x, true, ev, slice, rows, err);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++) {
    f->keys[blt_slice_row(slice, i)] = rows[i];
    if (f->passed) f->passed[blt_slice_row(slice, i)] = 1;
  }
  return status;
}

static blt_status key_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  few *f = arg;
  return blt_scan_groups(&f->left->scan, worker, task, task + 1, key_slice, f, err);
}

static blt_status find_keys(few *f, blt_error *err) {
  size_t bytes = f->nleft * sizeof *f->keys;
  f->keys = blt_alloc(f->ctx, bytes);
  if (!f->keys) return blt_fail_memory(err, bytes);
  memset(f->keys, 0xff, bytes);
  return each_group(f->left, key_group, f, err);
}

/* ---- rows of the left ---- */

static blt_status see_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  few *f = arg;
  uint32_t rows[ROWS];
  blt_status status = blt_join_partners(f->x, false, ev, slice, rows, err);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++)
    if (rows[i] != NONE) __atomic_store_n(&f->seen[rows[i]], 1, __ATOMIC_RELAXED);
  return status;
}

static blt_status see_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  few *f = arg;
  return blt_scan_groups(&f->right->scan, worker, task, task + 1, see_slice, f, err);
}

static blt_status list_rows(const few *f, uint32_t **rows, size_t *n, size_t *room, blt_error *err) {
  *room = f->nleft;
  *rows = blt_alloc(f->ctx, *room * sizeof **rows);
  if (!*rows) return blt_fail_memory(err, *room * sizeof **rows);
  size_t k = 0;
  for (size_t i = 0; i + 1 < f->nleft; i++) {
    bool seen = f->keys[i] != NONE && f->seen[f->keys[i]];
    (*rows)[k] = (uint32_t)i;
    k += f->passed[i] & (seen == f->matched);
  }
  *n = k;
  return BLT_OK;
}

blt_status blt_join_few_rows(const blt_join_index *x, blt_passed *left, blt_passed *right, bool matched,
                             uint32_t **rows, size_t *n, size_t *room, blt_error *err) {
  few f = {.ctx = x->ctx, .x = x, .left = left, .right = right, .matched = matched};
  f.nleft = (size_t)left->view->rows + 1;
  f.passed = blt_calloc(f.ctx, f.nleft, 1);
  f.seen = blt_calloc(f.ctx, f.nleft, 1);
  blt_status status = f.passed && f.seen ? find_keys(&f, err) : blt_fail_memory(err, f.nleft);
  if (status == BLT_OK) status = each_group(right, see_group, &f, err);
  if (status == BLT_OK) status = list_rows(&f, rows, n, room, err);
  few_free(&f);
  return status;
}

/* ---- pairs ---- */

/* Rows of the left by their keys, rising. */
static blt_status list_members(few *f, blt_error *err) {
  size_t bytes = f->nleft * sizeof *f->members;
  uint32_t at = 0;
  f->starts = blt_calloc(f->ctx, f->nleft, sizeof *f->starts);
  f->members = blt_alloc(f->ctx, bytes);
  if (!f->starts || !f->members) return blt_fail_memory(err, bytes);
  for (size_t i = 0; i + 1 < f->nleft; i++)
    if (f->keys[i] != NONE) f->starts[f->keys[i]]++;
  for (size_t i = 0; i < f->nleft; i++) f->starts[i] = at += f->starts[i];
  for (size_t i = f->nleft - 1; i-- > 0;)
    if (f->keys[i] != NONE) f->members[--f->starts[f->keys[i]]] = (uint32_t)i;
  return BLT_OK;
}

static blt_status hit_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  few *f = arg;
  hits *h = &f->groups[slice->group];
  uint32_t rows[ROWS];
  blt_status status = blt_join_partners(f->x, false, ev, slice, rows, err);
  if (status == BLT_OK) status = blt_grow(f->ctx, &h->v, &h->cap, h->n + slice->n, sizeof *h->v, err);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++) {
    h->v[h->n] = (hit){blt_slice_row(slice, i), rows[i]};
    h->n += rows[i] != NONE;
  }
  return status;
}

static blt_status hit_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  few *f = arg;
  const hits *h = &f->groups[task];
  blt_status status = blt_scan_groups(&f->right->scan, worker, task, task + 1, hit_slice, f, err);
  for (size_t i = 0; i < h->n && status == BLT_OK; i++)
    f->npairs[task] += f->starts[h->v[i].key + 1] - f->starts[h->v[i].key];
  return status;
}

static blt_status find_hits(few *f, blt_error *err) {
  uint32_t ngroups = f->right->view->ngroups;
  f->groups = blt_calloc(f->ctx, ngroups + 1, sizeof *f->groups);
  f->npairs = blt_calloc(f->ctx, ngroups + 1, sizeof *f->npairs);
  if (!f->groups || !f->npairs) return blt_fail_memory(err, ngroups * sizeof *f->groups);
  return each_group(f->right, hit_group, f, err);
}

/* As many places for each row of the left as its key has hits. */
static blt_status take_places(few *f, blt_error *err) {
  uint32_t ngroups = f->right->view->ngroups;
  uint64_t n = 0, at = 0;
  uint64_t *counts = f->places = blt_calloc(f->ctx, f->nleft, sizeof *f->places);
  if (!counts) return blt_fail_memory(err, f->nleft * sizeof *counts);
  for (uint32_t g = 0; g < ngroups; g++) n += f->npairs[g];
  blt_status status = blt_pairs_init(f->out, f->ctx, n, err);
  for (uint32_t g = 0; g < ngroups && status == BLT_OK; g++) {
    for (size_t i = 0; i < f->groups[g].n; i++) counts[f->groups[g].v[i].key]++;
    status = blt_scan_check(&f->right->scan, 0, err);
  }
  if (status != BLT_OK) return status;
  f->out->n = n;
  for (size_t i = f->nleft - 1; i-- > 0;) /* a row that stands for a key is the first or any other of it */
    if (f->keys[i] != NONE && f->keys[i] != i) counts[i] = counts[f->keys[i]];
  for (size_t i = 0; i < f->nleft; i++) {
    uint64_t count = counts[i];
    counts[i] = at;
    at += count;
  }
  return BLT_OK;
}

/* A task looks at all hits and writes the pairs of its share of the left: they come in the order of the
 * right, however many shares there are. */
static blt_status deal_share(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  few *f = arg;
  uint32_t shares = f->left->scan.workers, steps = 0;
  uint64_t from = (f->nleft - 1) * task / shares, end = (f->nleft - 1) * (task + 1) / shares;
  blt_status status = BLT_OK;
  for (uint32_t g = 0; g < f->right->view->ngroups; g++)
    for (size_t i = 0; i < f->groups[g].n; i++) {
      hit h = f->groups[g].v[i];
      for (uint32_t m = f->starts[h.key]; m < f->starts[h.key + 1]; m++) {
        uint32_t row = f->members[m];
        if (++steps % STEP == 0) status = blt_scan_check(&f->right->scan, worker, err);
        if (status != BLT_OK) return status;
        if (row < from || row >= end) continue;
        uint64_t to = f->places[row]++;
        f->out->left[to] = row;
        f->out->right[to] = h.row;
      }
    }
  return BLT_OK;
}

blt_status blt_join_few_pairs(const blt_join_index *x, blt_passed *left, blt_passed *right, blt_pairs *out,
                              blt_error *err) {
  few f = {.ctx = x->ctx, .x = x, .left = left, .right = right, .out = out};
  f.nleft = (size_t)left->view->rows + 1;
  blt_status status = find_keys(&f, err);
  if (status == BLT_OK) status = list_members(&f, err);
  if (status == BLT_OK) status = find_hits(&f, err);
  if (status == BLT_OK) status = take_places(&f, err);
  if (status == BLT_OK) status = blt_scan_run(&left->scan, out->n, left->scan.workers, deal_share, &f, err);
  few_free(&f);
  return status;
}
