#include "group_rows.h"

#include "base/mem.h"
#include "group_values.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define TASK_GROUPS (4 * ROWS)

typedef struct list_run {
  const blt_grouping *g;
  uint32_t *counts; /* rows of each group, in the order of the answer */
  uint64_t *starts; /* of each task: its rows, then where they begin */
  blt_group_rows *rows;
} list_run;

static uint32_t groups_of(const list_run *run, uint64_t first, uint32_t most) {
  uint64_t left = run->g->ngroups - first;
  return left < most ? (uint32_t)left : most;
}

/* The longest list of each of n groups, and what they are together. */
static uint64_t count_slice(const blt_grouping *g, const uint32_t *positions, uint32_t n, uint32_t *longest) {
  uint32_t counts[ROWS];
  uint64_t sum = 0;
  memset(longest, 0, n * sizeof *longest);
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) {
    if (!blt_group_is_top(&g->agg->columns[c])) continue;
    blt_group_count_top(g, c, positions, n, counts);
    for (uint32_t i = 0; i < n; i++) longest[i] = counts[i] > longest[i] ? counts[i] : longest[i];
  }
  for (uint32_t i = 0; i < n; i++) sum += longest[i];
  return sum;
}

static blt_status count_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  list_run *run = arg;
  uint32_t positions[ROWS], n;
  uint64_t first = (uint64_t)task * TASK_GROUPS, end = first + groups_of(run, first, TASK_GROUPS);
  for (run->starts[task] = 0; first < end; first += n) {
    n = groups_of(run, first, ROWS);
    blt_group_positions(run->g, first, n, positions);
    run->starts[task] += count_slice(run->g, positions, n, run->counts + first);
  }
  return blt_scan_check(run->g->scan, worker, err);
}

static blt_status fill_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  list_run *run = arg;
  uint32_t positions[ROWS], n;
  uint64_t at = run->starts[task], first = (uint64_t)task * TASK_GROUPS;
  for (uint64_t end = first + groups_of(run, first, TASK_GROUPS); first < end; first += n) {
    n = groups_of(run, first, ROWS);
    blt_group_positions(run->g, first, n, positions);
    for (uint32_t i = 0; i < n; i++) {
      for (uint32_t r = 0; r < run->counts[first + i]; r++, at++) {
        run->rows->positions[at] = positions[i];
        run->rows->ranks[at] = r;
      }
    }
  }
  return blt_scan_check(run->g->scan, worker, err);
}

static void lay_out(list_run *run, uint32_t tasks) {
  uint64_t n = 0;
  for (uint32_t t = 0; t < tasks; t++) {
    uint64_t rows = run->starts[t];
    run->starts[t] = n;
    n += rows;
  }
  run->rows->n = n;
}

static blt_status list(list_run *run, uint32_t tasks, blt_error *err) {
  const blt_grouping *g = run->g;
  blt_group_rows *rows = run->rows;
  blt_status status = blt_scan_run(g->scan, g->ngroups * BLT_ANSWER_WORK, tasks, count_task, run, err);
  if (status != BLT_OK) return status;
  lay_out(run, tasks);
  rows->positions = blt_alloc(g->scan->ctx, rows->n * sizeof *rows->positions);
  rows->ranks = blt_alloc(g->scan->ctx, rows->n * sizeof *rows->ranks);
  if (!rows->positions || !rows->ranks) return blt_fail_memory(err, rows->n * sizeof *rows->ranks);
  return blt_scan_run(g->scan, rows->n * BLT_ANSWER_WORK, tasks, fill_task, run, err);
}

blt_status blt_group_rows_list(const blt_grouping *g, blt_group_rows *rows, blt_error *err) {
  blt_ctx *ctx = g->scan->ctx;
  uint32_t tasks = (uint32_t)((g->ngroups + TASK_GROUPS - 1) / TASK_GROUPS);
  size_t counts = g->ngroups * sizeof(uint32_t), starts = tasks * sizeof(uint64_t);
  list_run run = {.g = g, .rows = rows, .counts = blt_alloc(ctx, counts), .starts = blt_alloc(ctx, starts)};
  blt_status status =
      run.counts && run.starts ? list(&run, tasks, err) : blt_fail_memory(err, counts + starts);
  blt_free(ctx, run.starts, starts);
  blt_free(ctx, run.counts, counts);
  return status;
}

void blt_group_rows_free(const blt_grouping *g, blt_group_rows *rows) {
  blt_free(g->scan->ctx, rows->positions, rows->n * sizeof *rows->positions);
  blt_free(g->scan->ctx, rows->ranks, rows->n * sizeof *rows->ranks);
  *rows = (blt_group_rows){0};
}
