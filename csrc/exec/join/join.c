#include "join.h"

#include "base/mem.h"
#include "exec/relation/pair.h"
#include "exec/relation/selected.h"
#include "join_also.h"
#include "join_asof.h"
#include "join_check.h"
#include "join_few.h"
#include "join_match.h"
#include <stdio.h>

typedef struct join_run {
  blt_run *run;
  const blt_plan *plan;
  const blt_plan_join *join;
  blt_passed left, right;
  blt_join_keys keys;
  blt_join_index index;
  blt_join_hits hits;
  blt_pairs pairs;
  bool few; /* the left side has few rows: keys and index are those of the sides in exchange */
} join_run;

static void join_free(join_run *j) {
  blt_pairs_free(&j->pairs);
  blt_join_hits_free(&j->hits);
  blt_join_index_free(&j->index);
  blt_join_keys_free(&j->keys);
  blt_passed_close(&j->left);
  blt_passed_close(&j->right);
}

static bool keeps_left(const join_run *j) {
  return j->join->kind == BLT_JOIN_LEFT || j->join->kind == BLT_JOIN_FULL;
}

static bool keeps_right(const join_run *j) {
  return j->join->kind == BLT_JOIN_RIGHT || j->join->kind == BLT_JOIN_FULL;
}

static bool only_left(const join_run *j) {
  return j->join->kind == BLT_JOIN_SEMI || j->join->kind == BLT_JOIN_ANTI;
}

static void describe(const join_run *j) {
  char *out = blt_run_strategy(j->run, j->plan);
  if (!out) return;
  size_t room = sizeof j->run->profiles->strategy;
  if (j->keys.n == 0)
    snprintf(out, room, "every row with every other");
  else
    snprintf(out, room, "%llu rows of the %s side by %s%s", (unsigned long long)j->index.nrows,
             j->few ? "left" : "right", j->index.direct ? "direct index" : "hash tables",
             j->index.unique ? ", no key twice" : "");
}

/* ---- both sides ---- */

/* Whether the answer is rows of the left as they stand, if no key of the right side repeats. */
static bool may_match(const join_run *j) {
  const blt_plan_join *p = j->join;
  bool checks = p->left_unique || p->right_unique || p->left_matched || p->right_matched;
  bool kind = p->kind == BLT_JOIN_INNER || p->kind == BLT_JOIN_LEFT || only_left(j);
  return kind && !checks && !p->also.n && blt_matched_suits(j->left.view);
}

static blt_status index_right(join_run *j, blt_error *err) {
  bool any = only_left(j) && may_match(j); /* row of a key tells as much as all of them */
  blt_join_use use = {.any = any, .lookups = j->left.view->live_rows};
  blt_status status = blt_join_keys_init(&j->keys, &j->left, &j->right, j->join, err);
  if (status == BLT_OK) status = blt_join_index_init(&j->index, &j->keys, &j->right, &use, err);
  if (status == BLT_OK && j->join->kind == BLT_JOIN_ASOF) status = blt_join_index_list(&j->index, err);
  if (status == BLT_OK) describe(j);
  return status;
}

static blt_status index_left(join_run *j, blt_error *err) {
  blt_plan_join turned = *j->join;
  turned.left = j->join->right;
  turned.right = j->join->left;
  blt_join_use use = {.any = true, .lookups = j->right.view->live_rows};
  blt_status status = blt_join_keys_init(&j->keys, &j->right, &j->left, &turned, err);
  if (status == BLT_OK) status = blt_join_index_init(&j->index, &j->keys, &j->left, &use, err);
  if (status == BLT_OK) describe(j);
  return status;
}

/* ---- a row at most for each of the left ---- */

static blt_status give_matches(join_run *j, blt_view **out, blt_error *err) {
  blt_join_kind kind = j->join->kind;
  blt_match_kind match = kind == BLT_JOIN_INNER  ? BLT_MATCH_INNER
                         : kind == BLT_JOIN_LEFT ? BLT_MATCH_LEFT
                         : kind == BLT_JOIN_SEMI ? BLT_MATCH_SEMI
                                                 : BLT_MATCH_ANTI;
  blt_matches m;
  blt_status status = blt_join_match(&m, &j->index, &j->left, match, err);
  if (status != BLT_OK) {
    blt_matches_free(&m);
    return status;
  }
  blt_view *right = only_left(j) ? NULL : blt_passed_take(&j->right);
  return blt_matched_new(blt_passed_take(&j->left), right, &m, out, err);
}

/* ---- each row's bucket ---- */

static blt_status probe_left(join_run *j, blt_error *err) {
  blt_status status = blt_join_probe(&j->hits, &j->index, &j->left, err);
  return status == BLT_OK ? blt_join_check(&j->hits, &j->right, j->join, err) : status;
}

/* ---- pairs ---- */

/* The usual case, every left row once: the left side stays as it is. */
static blt_status one_for_each(join_run *j, bool *done, blt_error *err) {
  const blt_join_hits *h = &j->hits;
  uint64_t n = j->left.view->rows;
  *done = j->index.unique && blt_passed_all(&j->left) && (keeps_left(j) || h->nalone == 0);
  if (!*done) return BLT_OK;
  j->pairs = (blt_pairs){.ctx = j->run->ctx, .n = n, .cap = n + 1};
  j->pairs.right = blt_alloc(j->run->ctx, (n + 1) * sizeof *j->pairs.right);
  if (!j->pairs.right) return blt_fail_memory(err, (n + 1) * sizeof *j->pairs.right);
  for (uint64_t i = 0; i < n; i++)
    j->pairs.right[i] = h->buckets[i] == BLT_NO_BUCKET ? BLT_NO_ROW : j->index.first[h->buckets[i]];
  return BLT_OK;
}

static blt_status rows_read(blt_passed *side, uint32_t **rows, size_t *n, blt_error *err) {
  return blt_passed_rows(side, &(blt_passed_order){.most = UINT64_MAX}, rows, n, err);
}

static blt_status add_left(join_run *j, blt_error *err) {
  uint32_t *read = NULL;
  size_t n = 0;
  blt_status status = rows_read(&j->left, &read, &n, err);
  if (status == BLT_OK) status = blt_join_add_left(&j->pairs, read, n, err);
  blt_free(j->run->ctx, read, n * sizeof *read);
  return status;
}

static blt_status add_right(join_run *j, blt_error *err) {
  uint32_t *read = NULL;
  size_t n = 0;
  blt_status status = rows_read(&j->right, &read, &n, err);
  if (status == BLT_OK) status = blt_join_add_right(&j->pairs, read, n, j->right.view->rows, err);
  blt_free(j->run->ctx, read, n * sizeof *read);
  return status;
}

static blt_status list_pairs(join_run *j, blt_error *err) {
  bool done = false, also = j->join->also.n > 0;
  blt_status status;
  if (j->join->kind == BLT_JOIN_ASOF)
    return blt_join_asof(&j->index, &j->hits, &j->right, j->join, &j->pairs, err);
  status = also || keeps_right(j) || j->few ? BLT_OK : one_for_each(j, &done, err);
  if (status != BLT_OK || done) return status;
  status = j->few ? blt_join_few_pairs(&j->index, &j->left, &j->right, &j->pairs, err)
                  : blt_join_pairs(&j->hits, keeps_left(j) && !also, &j->pairs, err);
  if (status == BLT_OK && also)
    status = blt_join_also(j->run, &j->left.view, &j->right.view, &j->join->also, &j->pairs, err);
  if (status == BLT_OK && (also || j->few) && keeps_left(j)) status = add_left(j, err);
  if (status == BLT_OK && keeps_right(j)) status = add_right(j, err);
  return status;
}

static blt_status give_pairs(join_run *j, blt_view **out, blt_error *err) {
  bool loose_right = keeps_left(j) || j->join->kind == BLT_JOIN_ASOF;
  blt_status status = list_pairs(j, err);
  if (status != BLT_OK) return status;
  blt_pairs p = j->pairs;
  j->pairs = (blt_pairs){0};
  blt_pair_side left = {blt_passed_take(&j->left), p.left, p.cap, keeps_right(j)};
  blt_pair_side right = {blt_passed_take(&j->right), p.right, p.cap, loose_right};
  return blt_pair_new(j->run->ctx, left, right, p.n, out, err);
}

/* ---- rows of the left only ---- */

/* Rows of the left that are in some pair, each once, or that are in none. */
static blt_status rows_of_pairs(join_run *j, bool matched, uint32_t **rows, size_t *n, size_t *room,
                                blt_error *err) {
  uint32_t *read = NULL;
  size_t nread = 0, k = 0;
  uint64_t at = 0;
  blt_status status = rows_read(&j->left, &read, &nread, err);
  for (size_t i = 0; i < nread && status == BLT_OK; i++) {
    bool found = at < j->pairs.n && j->pairs.left[at] == read[i];
    while (at < j->pairs.n && j->pairs.left[at] == read[i]) at++;
    if (found == matched) read[k++] = read[i];
  }
  *rows = read;
  *n = k;
  *room = nread;
  return status;
}

static blt_status give_left(join_run *j, blt_view **out, blt_error *err) {
  bool matched = j->join->kind == BLT_JOIN_SEMI;
  uint32_t *rows = NULL;
  size_t n = 0, room = 0;
  blt_status status;
  if (j->join->also.n) {
    status = list_pairs(j, err);
    if (status == BLT_OK) status = rows_of_pairs(j, matched, &rows, &n, &room, err);
  } else if (j->few) {
    status = blt_join_few_rows(&j->index, &j->left, &j->right, matched, &rows, &n, &room, err);
  } else {
    status = blt_join_matched(&j->hits, matched, &rows, &n, err);
    room = n;
  }
  if (status == BLT_OK) return blt_selected_rows(blt_passed_take(&j->left), rows, n, room, out, err);
  blt_free(j->run->ctx, rows, room * sizeof *rows);
  return status;
}

static blt_status answer(join_run *j, blt_view **out, blt_error *err) {
  j->few = blt_join_few_suits(j->join, &j->left, &j->right);
  blt_status status = (j->few ? index_left : index_right)(j, err);
  if (status == BLT_OK && !j->few && j->index.unique && may_match(j)) return give_matches(j, out, err);
  if (status == BLT_OK && !j->few) status = probe_left(j, err);
  if (status != BLT_OK) return status;
  return only_left(j) ? give_left(j, out, err) : give_pairs(j, out, err);
}

blt_status blt_run_join(blt_run *run, const blt_plan *plan, blt_view **out, blt_error *err) {
  join_run j = {.run = run, .plan = plan, .join = &plan->u.join};
  blt_status status = blt_passed_open(&j.left, run, plan->input, err);
  if (status == BLT_OK) status = blt_passed_open(&j.right, run, plan->other, err);
  if (status == BLT_OK) status = answer(&j, out, err);
  join_free(&j);
  return status;
}

blt_status blt_join_views(blt_run *run, const blt_plan *plan, blt_view *left, blt_view *right, blt_view **out,
                          blt_error *err) {
  join_run j = {.run = run, .plan = plan, .join = &plan->u.join};
  blt_status status = blt_passed_view(&j.left, run, left, err);
  if (status == BLT_OK)
    status = blt_passed_view(&j.right, run, right, err);
  else
    blt_view_release(right);
  if (status == BLT_OK) status = answer(&j, out, err);
  join_free(&j);
  return status;
}
