/* From groups to the table of the answer: one row a group, or one for each of a group's top values.
 *
 * Blocks are made in parallel: of a small answer parts of columns, whose values go side by side into the
 * arrays that the last one to finish encodes; of a large one rows of blocks.
 */
#include "group_answer.h"

#include "base/mem.h"
#include "group_rows.h"
#include "group_values.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define PART_ROWS (2 * ROWS)
#define PARTED_BLOCKS 8u /* answers of so many are made by parts: all their values are in memory then */
#define TASK_BLOCKS 32u  /* of an answer that is large enough */

/* A block that several workers fill. */
typedef struct shared_block {
  blt_builder builder;
  uint32_t parts;
  atomic_uint left; /* those that are not filled yet */
} shared_block;

/* What a worker has for itself, made on first use. */
typedef struct answer_worker {
  blt_group_scratch *scratch;
  uint32_t *positions; /* of a block's rows */
} answer_worker;

typedef struct answer_run {
  blt_grouping *g;
  const blt_group_term *keys;
  const blt_aggregate *aggregates;
  blt_answer answer;
  blt_answer_column *columns;
  struct answer_worker *workers;
  shared_block *shared; /* of answers made by parts: block after block, column after column */
  bool repeated;        /* groups have several rows, or none */
  blt_group_rows list;  /* then: of all rows of the answer */
  uint64_t rows;        /* of the answer */
} answer_run;

static uint32_t ncolumns(const answer_run *run) {
  return run->g->nkeys + run->g->agg->ncolumns;
}

static uint32_t block_rows(const answer_run *run, uint32_t block) {
  uint64_t left = run->rows - (uint64_t)block * BLT_BLOCK_ROWS;
  return left < BLT_BLOCK_ROWS ? (uint32_t)left : BLT_BLOCK_ROWS;
}

/* ---- values ---- */

static size_t positions_bytes(const answer_run *run) {
  return block_rows(run, 0) * sizeof(uint32_t);
}

static blt_status get_worker(answer_run *run, uint32_t worker, answer_worker **out, blt_error *err) {
  answer_worker *w = *out = &run->workers[worker];
  blt_status status = BLT_OK;
  if (!w->positions) w->positions = blt_alloc(run->g->scan->ctx, positions_bytes(run));
  if (!w->positions) return blt_fail_memory(err, positions_bytes(run));
  if (!w->scratch) status = blt_group_scratch_new(run->g, &w->scratch, err);
  return status;
}

/* Which rows of a block are made, and the groups that they show. */
typedef struct some_rows {
  uint32_t block, start, end;
  const uint32_t *positions, *ranks; /* of rows start to end - 1 */
} some_rows;

static some_rows find_rows(const answer_run *run, const answer_worker *w, uint32_t block, uint32_t start,
                           uint32_t end) {
  uint64_t row = (uint64_t)block * BLT_BLOCK_ROWS + start;
  if (run->repeated) return (some_rows){block, start, end, run->list.positions + row, run->list.ranks + row};
  blt_group_positions(run->g, row, end - start, w->positions);
  return (some_rows){block, start, end, w->positions, NULL};
}

/* Their values in one column. */
static blt_status fill(answer_run *run, const some_rows *rows, uint32_t column, uint32_t worker,
                       blt_builder *b, blt_error *err) {
  uint32_t all = rows->end - rows->start, n;
  blt_eval *ev;
  blt_status status = blt_scan_eval(run->g->scan, worker, &ev, err);
  for (uint32_t i = 0; i < all && status == BLT_OK; i += n) {
    n = all - i < ROWS ? all - i : ROWS;
    status = blt_group_append(run->g, column, ev, run->workers[worker].scratch, rows->positions + i,
                              rows->ranks ? rows->ranks + i : NULL, n, b, err);
  }
  if (status != BLT_OK && column >= run->g->nkeys) err->position = column - run->g->nkeys;
  return status;
}

static blt_status start_block(const answer_run *run, uint32_t block, uint32_t column, blt_builder *b,
                              blt_error *err) {
  const blt_answer_column *c = &run->columns[column];
  return blt_builder_init(b, run->g->scan->ctx, c->type, c->dict, block_rows(run, block), err);
}

static blt_status end_block(answer_run *run, uint32_t block, uint32_t column, blt_builder *b,
                            blt_error *err) {
  blt_status status = blt_builder_block(b, &blt_answer_blocks(&run->answer, block)[column], err);
  blt_builder_free(b);
  return status;
}

/* ---- by rows of blocks ---- */

static blt_status make_block(answer_run *run, const some_rows *rows, uint32_t column, uint32_t worker,
                             blt_error *err) {
  blt_builder b;
  blt_status status = start_block(run, rows->block, column, &b, err);
  if (status == BLT_OK) status = fill(run, rows, column, worker, &b, err);
  if (status == BLT_OK) return end_block(run, rows->block, column, &b, err);
  blt_builder_free(&b);
  return status;
}

static blt_status make_row_of_blocks(answer_run *run, uint32_t block, uint32_t worker, blt_error *err) {
  answer_worker *w;
  blt_status status = blt_scan_check(run->g->scan, worker, err);
  if (status == BLT_OK) status = get_worker(run, worker, &w, err);
  if (status != BLT_OK) return status;
  some_rows rows = find_rows(run, w, block, 0, block_rows(run, block));
  for (uint32_t c = 0; c < ncolumns(run) && status == BLT_OK; c++)
    status = make_block(run, &rows, c, worker, err);
  return status;
}

/* Where the partitions' columns were read for the last time, their pages can serve for the answer. */
static void give_back(const answer_run *run, uint32_t first, uint32_t end) {
  const blt_grouping *g = run->g;
  if (g->direct || g->order || g->repeated) return;
  uint32_t from, last;
  uint64_t row = (uint64_t)(end - 1) * BLT_BLOCK_ROWS + block_rows(run, end - 1) - 1;
  blt_group_positions(g, (uint64_t)first * BLT_BLOCK_ROWS, 1, &from);
  blt_group_positions(g, row, 1, &last);
  size_t width = sizeof(uint64_t), bytes = g->capacity * width, start = from * width,
         stop = ((size_t)last + 1) * width;
  for (uint32_t w = 0; w < g->nwords; w++) blt_give_back(g->words[w], bytes, start, stop);
  for (size_t c = 0; c < g->ncolumns; c++)
    if (g->columns[c]) blt_give_back(g->columns[c], bytes, start, stop);
}

static uint32_t blocks_of_task(const answer_run *run) {
  return run->answer.nblocks >= 16 * TASK_BLOCKS ? TASK_BLOCKS : 1;
}

static blt_status make_blocks(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  answer_run *run = arg;
  uint32_t n = blocks_of_task(run), first = task * n, end = first + n;
  blt_status status = BLT_OK;
  if (end > run->answer.nblocks) end = run->answer.nblocks;
  for (uint32_t b = first; b < end && status == BLT_OK; b++) status = make_row_of_blocks(run, b, worker, err);
  if (status == BLT_OK && n > 1) give_back(run, first, end);
  return status;
}

/* ---- by parts of columns ---- */

/* Text is collected one value behind the other: such a column has one part. */
static uint32_t count_parts(const blt_builder *b) {
  return b->text ? 1 : (b->capacity + PART_ROWS - 1) / PART_ROWS;
}

static blt_status make_part(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  answer_run *run = arg;
  uint32_t index = 0;
  for (; task >= run->shared[index].parts; index++) task -= run->shared[index].parts;
  shared_block *shared = &run->shared[index];
  uint32_t block = index / ncolumns(run), column = index % ncolumns(run), all = block_rows(run, block);
  uint32_t start = task * PART_ROWS, end = task + 1 == shared->parts ? all : start + PART_ROWS;
  answer_worker *w;
  blt_status status = blt_scan_check(run->g->scan, worker, err);
  if (status == BLT_OK) status = get_worker(run, worker, &w, err);
  if (status != BLT_OK) return status;
  some_rows rows = find_rows(run, w, block, start, end);
  if (shared->parts == 1) {
    status = fill(run, &rows, column, worker, &shared->builder, err);
  } else {
    blt_builder part = blt_builder_part(&shared->builder, start);
    status = fill(run, &rows, column, worker, &part, err);
  }
  if (status != BLT_OK || atomic_fetch_sub(&shared->left, 1) > 1) return status;
  shared->builder.n = all;
  return end_block(run, block, column, &shared->builder, err);
}

static blt_status make_parts(answer_run *run, blt_error *err) {
  uint32_t n = run->answer.nblocks * ncolumns(run), tasks = 0;
  blt_status status = BLT_OK;
  run->shared = blt_calloc(run->g->scan->ctx, n, sizeof *run->shared);
  if (!run->shared) return blt_fail_memory(err, n * sizeof *run->shared);
  for (uint32_t i = 0; i < n && status == BLT_OK; i++) {
    status = start_block(run, i / ncolumns(run), i % ncolumns(run), &run->shared[i].builder, err);
    run->shared[i].left = run->shared[i].parts = count_parts(&run->shared[i].builder);
    tasks += run->shared[i].parts;
  }
  if (status != BLT_OK) return status;
  return blt_scan_run(run->g->scan, run->rows * ncolumns(run) * BLT_ANSWER_WORK, tasks, make_part, run, err);
}

/* ---- the answer ---- */

static void describe_columns(answer_run *run) {
  const blt_grouping *g = run->g;
  for (uint32_t i = 0; i < g->nkeys; i++) {
    const blt_input *in = &g->inputs->items[g->keys[i].input];
    run->columns[i] = (blt_answer_column){run->keys[i].name, in->type, in->dict};
  }
  for (uint32_t i = 0; i < g->agg->ncolumns; i++) {
    const blt_agg_column *c = &g->agg->columns[i];
    bool coded = c->spec.type.id == BLT_STRING && c->spec.kind != BLT_AGG_STRING_AGG;
    blt_dict *dict = coded ? g->inputs->items[c->a].dict : NULL;
    run->columns[g->nkeys + i] = (blt_answer_column){run->aggregates[i].name, c->spec.type, dict};
  }
}

static blt_status make_all(answer_run *run, blt_error *err) {
  if (run->answer.nblocks <= PARTED_BLOCKS) return make_parts(run, err);
  uint32_t tasks = (run->answer.nblocks + blocks_of_task(run) - 1) / blocks_of_task(run);
  return blt_scan_run(run->g->scan, run->rows, tasks, make_blocks, run, err);
}

static blt_status make_answer(answer_run *run, blt_table **out, blt_error *err) {
  blt_grouping *g = run->g;
  blt_status status = BLT_OK;
  for (uint32_t c = 0; c < g->agg->ncolumns; c++) run->repeated |= blt_group_is_top(&g->agg->columns[c]);
  g->repeated = run->repeated;
  if (run->repeated) status = blt_group_rows_list(g, &run->list, err);
  if (status != BLT_OK) return status;
  run->rows = run->repeated ? run->list.n : g->ngroups;
  status = blt_answer_init(&run->answer, g->scan->ctx, run->columns, ncolumns(run), run->rows, err);
  if (status == BLT_OK) status = make_all(run, err);
  return status == BLT_OK ? blt_answer_table(&run->answer, out, err) : status;
}

static void release(answer_run *run) {
  blt_ctx *ctx = run->g->scan->ctx;
  uint32_t workers = run->g->scan->workers;
  size_t columns = ncolumns(run), shared = run->shared ? columns * run->answer.nblocks : 0;
  for (size_t i = 0; i < shared; i++) blt_builder_free(&run->shared[i].builder);
  for (uint32_t i = 0; run->workers && i < workers; i++) {
    blt_group_scratch_free(run->g, run->workers[i].scratch);
    blt_free(ctx, run->workers[i].positions, positions_bytes(run));
  }
  blt_free(ctx, run->shared, shared * sizeof *run->shared);
  blt_free(ctx, run->workers, workers * sizeof *run->workers);
  blt_answer_free(&run->answer);
  blt_group_rows_free(run->g, &run->list);
  blt_free(ctx, run->columns, columns * sizeof *run->columns);
}

blt_status blt_group_answer(blt_grouping *g, const blt_group_term *keys, const blt_aggregate *aggregates,
                            blt_table **out, blt_error *err) {
  answer_run run = {.g = g, .keys = keys, .aggregates = aggregates};
  blt_status status = BLT_OK;
  run.columns = blt_alloc(g->scan->ctx, ncolumns(&run) * sizeof *run.columns);
  run.workers = blt_calloc(g->scan->ctx, g->scan->workers, sizeof *run.workers);
  if (!run.columns || !run.workers) {
    status = blt_fail_memory(err, ncolumns(&run) * sizeof *run.columns);
  } else {
    describe_columns(&run);
    status = make_answer(&run, out, err);
  }
  release(&run);
  return status;
}
