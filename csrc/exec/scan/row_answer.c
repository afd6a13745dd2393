#include "row_answer.h"

#include "base/mem.h"
#include "fetch.h"
#include "exec/sort/head.h"
#include "exec/sort/sort.h"
#include <stdio.h>

#define SORTED "radix sort of packed keys"

typedef struct rows_run {
  blt_scan *scan;
  const blt_stage *stage;
  blt_answer answer;
  blt_answer_column *columns;
  const uint32_t *rows; /* of the view, in the order of the answer; NULL: all, as they are */
  uint64_t n;
} rows_run;

/* A whole block is shared instead of copied, into *out. The last one may be a table's tail, which is not
 * counted. */
static blt_status share_block(const rows_run *run, uint32_t block, const blt_expr *e, blt_block **out,
                              blt_error *err) {
  const blt_view *view = run->scan->view;
  int column = blt_expr_column(e);
  if (run->rows || column < 0 || (block + 1 >= view->ngroups && view->table)) return BLT_OK;
  if (view->group_rows[block] != BLT_BLOCK_ROWS && view->table) return BLT_OK;
  const blt_block *shared;
  blt_status status = blt_view_block(view, (uint32_t)column, block, &shared, err);
  if (status == BLT_OK) *out = blt_block_retain((blt_block *)shared);
  return status;
}

static blt_status append_all(blt_eval *ev, uint32_t block, uint32_t n, const blt_expr *e, blt_builder *b,
                             blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t start = 0; start < n && status == BLT_OK; start += BLT_VECTOR_ROWS) {
    blt_vec v;
    blt_eval_reset(ev);
    status = blt_expr_eval(ev, e, block, start, NULL,
                           n - start < BLT_VECTOR_ROWS ? n - start : BLT_VECTOR_ROWS, &v, err);
    if (status == BLT_OK) status = blt_builder_append(b, &v, err);
  }
  return status;
}

/* The dictionary for the values of one block: none where they are plain text. */
static blt_dict *block_dict(const rows_run *run, uint32_t block, uint32_t column) {
  const blt_view *view = run->scan->view;
  int from = blt_expr_column(run->stage->outputs[column].expr);
  blt_block_head head;
  bool known = !run->rows && from >= 0 && blt_view_head(view, (uint32_t)from, block, &head);
  return known && head.enc == BLT_ENC_TEXT ? NULL : run->columns[column].dict;
}

static blt_status make_block(rows_run *run, blt_eval *ev, uint32_t block, uint32_t column, blt_error *err) {
  const blt_expr *e = run->stage->outputs[column].expr;
  blt_block **out = &blt_answer_blocks(&run->answer, block)[column];
  uint64_t start = (uint64_t)block * BLT_BLOCK_ROWS, left = run->n - start;
  uint32_t n = left < BLT_BLOCK_ROWS ? (uint32_t)left : BLT_BLOCK_ROWS;
  blt_status status = share_block(run, block, e, out, err);
  if (status != BLT_OK || *out) return status;
  blt_builder b;
  status = blt_builder_init(&b, run->scan->ctx, blt_expr_type(e), block_dict(run, block, column), n, err);
  if (status == BLT_OK)
    status = run->rows ? blt_fetch(ev, run->scan->view, e, run->rows + start, NULL, n, &b, err)
                       : append_all(ev, block, n, e, &b, err);
  if (status == BLT_OK) status = blt_builder_block(&b, out, err);
  blt_builder_free(&b);
  return status;
}

static blt_status make_one(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  rows_run *run = arg;
  blt_eval *ev;
  uint32_t n = run->stage->noutputs;
  blt_status status = blt_scan_check(run->scan, worker, err);
  if (status == BLT_OK) status = blt_scan_eval(run->scan, worker, &ev, err);
  return status == BLT_OK ? make_block(run, ev, task / n, task % n, err) : status;
}

/* The dictionary of an answer's column. Rows as they are keep the encoding of each block, so some blocks may
 * have codes and others plain text. */
static blt_dict *answer_dict(const rows_run *run, const blt_expr *e) {
  const blt_view *view = run->scan->view;
  int column = blt_expr_column(e);
  if (run->rows || column < 0) return blt_fetch_dict(view, e);
  return view->columns[column].dict;
}

static blt_status make_table(rows_run *run, blt_table **out, blt_error *err) {
  const blt_stage *stage = run->stage;
  blt_ctx *ctx = run->scan->ctx;
  size_t bytes = (stage->noutputs + 1) * sizeof *run->columns;
  run->columns = blt_alloc(ctx, bytes);
  if (!run->columns) return blt_fail_memory(err, bytes);
  for (uint32_t i = 0; i < stage->noutputs; i++) {
    const blt_expr *e = stage->outputs[i].expr;
    run->columns[i] = (blt_answer_column){stage->outputs[i].name, blt_expr_type(e), answer_dict(run, e)};
  }
  blt_status status = blt_answer_init(&run->answer, ctx, run->columns, stage->noutputs, run->n, err);
  if (status == BLT_OK)
    status = blt_scan_run(run->scan, run->n * stage->noutputs, run->answer.nblocks * stage->noutputs,
                          make_one, run, err);
  if (status == BLT_OK) status = blt_answer_table(&run->answer, out, err);
  blt_answer_free(&run->answer);
  blt_free(ctx, run->columns, bytes);
  return status;
}

/* Finds the rows in order of the words: by groups, and in part or whole by sorting. */
static blt_status find_rows(const rows_run *run, const blt_sort_words *words, uint32_t **rows, size_t *n,
                            blt_profile *profile, blt_error *err) {
  const blt_stage *stage = run->stage;
  uint64_t most, each = stage->nheads ? stage->heads : UINT64_MAX;
  bool done = false;
  if (stage->nheads) {
    blt_status status = blt_head_rows(words, each, rows, n, &done, err);
    if (status != BLT_OK || done) return status;
    if (profile) snprintf(profile->strategy, sizeof profile->strategy, "%s", SORTED);
  }
  if (__builtin_add_overflow(stage->skip, stage->limit, &most)) most = UINT64_MAX;
  return blt_sort_rows(words, each, most, rows, n, err);
}

/* Lists the rows of the answer, from its first to at least the last one wanted. */
static blt_status list_rows(const rows_run *run, uint32_t **rows, size_t *n, blt_profile *profile,
                            blt_error *err) {
  const blt_stage *stage = run->stage;
  blt_ctx *ctx = run->scan->ctx;
  blt_sort_key *keys = blt_alloc(ctx, (stage->norder + 1) * sizeof *keys);
  if (!keys) return blt_fail_memory(err, stage->norder * sizeof *keys);
  for (uint32_t i = 0; i < stage->norder; i++)
    keys[i] = (blt_sort_key){stage->outputs[stage->order[i].column].expr, stage->order[i].descending,
                             stage->order[i].nulls_first};
  blt_sort_words words;
  blt_status status = blt_sort_words_init(&words, run->scan, keys, stage->norder, stage->nheads, err);
  if (status == BLT_OK) status = find_rows(run, &words, rows, n, profile, err);
  blt_sort_words_free(&words);
  blt_free(ctx, keys, (stage->norder + 1) * sizeof *keys);
  return status;
}

const char *blt_rows_strategy(const blt_stage *stage) {
  if (stage->nheads) return "the first rows of each group, kept while scanning";
  if (stage->norder)
    return stage->limit < UINT64_MAX ? "the first rows of the order, kept while scanning" : SORTED;
  if (stage->where) return "rows that pass the filter";
  return "rows as they come";
}

blt_status blt_rows_answer(blt_scan *scan, const blt_stage *stage, blt_table **out, blt_profile *profile,
                           blt_error *err) {
  rows_run run = {.scan = scan, .stage = stage, .n = scan->view->rows};
  uint32_t *rows = NULL;
  size_t n = 0;
  bool whole = !stage->where && !scan->view->live && !stage->norder && !stage->skip && stage->limit >= run.n;
  if (!whole) {
    double started = blt_seconds();
    blt_status status = list_rows(&run, &rows, &n, profile, err);
    if (status != BLT_OK) return status;
    if (profile && stage->norder) profile->seconds_sort = blt_seconds() - started;
    uint64_t skip = stage->skip < n ? stage->skip : n;
    run.rows = skip ? rows + skip : rows;
    run.n = n - skip < stage->limit ? n - skip : stage->limit;
  }
  blt_status status = make_table(&run, out, err);
  blt_free(scan->ctx, rows, n * sizeof *rows);
  return status;
}
