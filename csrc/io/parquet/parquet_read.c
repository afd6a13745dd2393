#include "column_read.h"
#include "parquet.h"

#include "base/mem.h"
#include "base/par.h"
#include <string.h>

#define WAVE 32u          /* blocks of each column that are made before they go into the table */
#define SPAN 16u          /* blocks of a column that one task makes */
#define WAVE_BLOCKS 8192u /* of all columns, unless a wave is one block of each */

typedef struct task {
  uint32_t col, from, n; /* blocks of the wave */
} task;

typedef struct loading {
  blt_ctx *ctx;
  const blt_parquet_options *o;
  blt_pq_set set;
  blt_table *table;
  uint32_t wave;          /* blocks of a column in a wave */
  blt_pq_column *columns; /* of strings, which are read from the beginning to the end */
  uint32_t nworkers;
  blt_pq_scratch *scratch;
  blt_block **blocks; /* wave * ncols */
  task *tasks;
  uint32_t ntasks;
  uint64_t row;     /* with which the wave begins */
  uint32_t nblocks; /* of a column in this wave */
} loading;

static blt_block **block_of(const loading *k, uint32_t block, uint32_t col) {
  return &k->blocks[(size_t)block * k->set.ncols + col];
}

static bool is_string(const loading *k, uint32_t col) {
  return k->set.fields[col].type.id == BLT_STRING;
}

static uint32_t rows_of(const loading *k, uint64_t first) {
  return k->set.rows - first < BLT_BLOCK_ROWS ? (uint32_t)(k->set.rows - first) : BLT_BLOCK_ROWS;
}

/* --- making blocks ----------------------------------------------------------------------------- */

static blt_status make_blocks(loading *k, blt_pq_column *c, task t, uint32_t worker, blt_error *err) {
  for (uint32_t i = t.from; i < t.from + t.n; i++) {
    uint64_t first = k->row + (uint64_t)i * BLT_BLOCK_ROWS;
    blt_status status =
        blt_pq_column_block(c, &k->scratch[worker], first, rows_of(k, first), block_of(k, i, t.col), err);
    if (status == BLT_OK) status = blt_par_check(k->ctx, worker, k->row, k->set.rows, err);
    if (status != BLT_OK) return status;
    /* A column that hardly repeats is plain text from the next block on. */
    if (c->dict && blt_dict_hardly_repeats(c->dict->count, first + rows_of(k, first))) c->dict = NULL;
  }
  return BLT_OK;
}

static blt_status run_task(void *arg, uint32_t number, uint32_t worker, blt_error *err) {
  loading *k = arg;
  task t = k->tasks[number];
  if (is_string(k, t.col)) return make_blocks(k, &k->columns[t.col], t, worker, err);
  blt_pq_column c = {.set = &k->set, .col = t.col};
  blt_status status = make_blocks(k, &c, t, worker, err);
  blt_pq_column_free(&c);
  return status;
}

/* Strings first: their tasks are the longest. */
static void list_tasks(loading *k) {
  k->ntasks = 0;
  for (uint32_t c = 0; c < k->set.ncols; c++)
    if (is_string(k, c)) k->tasks[k->ntasks++] = (task){c, 0, k->nblocks};
  for (uint32_t from = 0; from < k->nblocks; from += SPAN)
    for (uint32_t c = 0; c < k->set.ncols; c++)
      if (!is_string(k, c))
        k->tasks[k->ntasks++] = (task){c, from, k->nblocks - from < SPAN ? k->nblocks - from : SPAN};
}

static blt_status add_groups(loading *k, blt_error *err) {
  for (uint32_t i = 0; i < k->nblocks; i++) {
    blt_block **blocks = block_of(k, i, 0);
    uint32_t rows = blocks[0]->rows;
    blt_status status =
        blt_table_add_group(k->table, blocks, rows, err); /* takes the references in any case */
    memset(blocks, 0, k->set.ncols * sizeof *blocks);
    if (status != BLT_OK) return status;
    k->row += rows;
  }
  return BLT_OK;
}

static uint64_t bytes_of(const blt_pq_set *s) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < s->nfiles; i++) bytes += blt_source_size(s->files[i].source);
  return bytes;
}

static blt_status report(loading *k, blt_error *err) {
  if (!k->o->progress) return blt_poll(k->ctx, k->row, k->set.rows, err);
  uint64_t total = bytes_of(&k->set);
  double share = (double)k->row / (double)k->set.rows;
  return k->o->progress(k->o->progress_arg, (uint64_t)((double)total * share), total, k->row, err);
}

static blt_status read_wave(loading *k, blt_error *err) {
  uint64_t left = (k->set.rows - k->row + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS;
  k->nblocks = left < k->wave ? (uint32_t)left : k->wave;
  list_tasks(k);
  bool small = k->set.rows < BLT_BLOCK_ROWS && k->set.rows * k->set.ncols < 4 * BLT_BLOCK_ROWS;
  blt_status status = (small ? blt_seq : blt_par)(k->ctx, k->ntasks, run_task, k, err);
  if (status == BLT_OK) status = add_groups(k, err);
  return status == BLT_OK ? report(k, err) : status;
}

/* --- the whole --------------------------------------------------------------------------------- */

static blt_status make_table(loading *k, blt_error *err) {
  blt_schema *schema = NULL;
  blt_status status = blt_schema_new(k->ctx, k->set.fields, k->set.ncols, NULL, 0, false, &schema, err);
  if (status != BLT_OK) return status;
  status = k->o->make ? k->o->make(k->o->make_arg, schema, &k->table, err)
                      : blt_table_new(k->ctx, schema, &k->table, err);
  blt_schema_free(schema);
  return status;
}

static blt_status start(loading *k, blt_error *err) {
  uint32_t n = k->set.ncols;
  k->wave = WAVE_BLOCKS / n > WAVE ? WAVE : WAVE_BLOCKS / n ? WAVE_BLOCKS / n : 1;
  k->nworkers = blt_par_workers(k->ctx);
  k->columns = blt_calloc(k->ctx, n, sizeof *k->columns);
  k->scratch = blt_calloc(k->ctx, k->nworkers, sizeof *k->scratch);
  k->blocks = blt_calloc(k->ctx, (size_t)n * k->wave, sizeof *k->blocks);
  k->tasks = blt_calloc(k->ctx, (size_t)n * k->wave, sizeof *k->tasks);
  if (!k->columns || !k->scratch || !k->blocks || !k->tasks)
    return blt_fail_memory(err, (size_t)n * k->wave * sizeof *k->blocks);
  for (uint32_t c = 0; c < n; c++)
    k->columns[c] = (blt_pq_column){.set = &k->set, .col = c, .dict = blt_table_dict(k->table, c)};
  return BLT_OK;
}

static void finish(loading *k) {
  uint32_t n = k->set.ncols;
  for (size_t i = 0; k->blocks && i < (size_t)n * k->wave; i++) blt_block_release(k->blocks[i]);
  for (uint32_t c = 0; k->columns && c < n; c++) blt_pq_column_free(&k->columns[c]);
  for (uint32_t w = 0; k->scratch && w < k->nworkers; w++) blt_pq_scratch_free(k->ctx, &k->scratch[w]);
  blt_free(k->ctx, k->columns, n * sizeof *k->columns);
  blt_free(k->ctx, k->scratch, k->nworkers * sizeof *k->scratch);
  blt_free(k->ctx, k->blocks, (size_t)n * k->wave * sizeof *k->blocks);
  blt_free(k->ctx, k->tasks, (size_t)n * k->wave * sizeof *k->tasks);
}

static void fill_result(loading *k, blt_parquet_result *out) {
  *out = (blt_parquet_result){.table = k->table, .rows = k->set.rows, .bytes = bytes_of(&k->set)};
  out->nnotes = k->set.nnotes;
  out->notes = k->set.notes;
  out->room = k->set.room;
  k->set.notes = NULL;
}

blt_status blt_parquet_read(blt_ctx *ctx, const blt_source *const *sources, uint32_t nsources,
                            const blt_parquet_options *options, blt_parquet_result *out, blt_error *err) {
  loading k = {.ctx = ctx, .o = options};
  err->position = -1;
  blt_status status = blt_pq_set_open(ctx, sources, nsources, options, &k.set, err);
  if (status != BLT_OK) return status;
  status = make_table(&k, err);
  if (status == BLT_OK && !options->schema_only) {
    status = start(&k, err);
    while (status == BLT_OK && k.row < k.set.rows) status = read_wave(&k, err);
    finish(&k);
  }
  if (status == BLT_OK)
    fill_result(&k, out);
  else if (!options->make)
    blt_table_release(k.table);
  blt_pq_set_close(&k.set);
  return status;
}

void blt_parquet_result_free(blt_ctx *ctx, blt_parquet_result *r) {
  blt_free(ctx, r->notes, (r->room + 1) * sizeof *r->notes);
  r->notes = NULL;
  r->nnotes = 0;
}
