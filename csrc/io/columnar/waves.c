#include "waves.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/par.h"
#include <string.h>

#define WAVE 32u          /* blocks of each column that are made before they go into the table */
#define SPAN 16u          /* blocks of a column that one task makes */
#define AT_HAND 8u        /* blocks of each column in a wave of rows that come: caches still hold them */
#define WAVE_BLOCKS 8192u /* of all columns, unless a wave is one block of each */

typedef struct task {
  uint32_t col, from, n; /* blocks of the wave */
} task;

/* A column of strings, which is read from the beginning to the end. */
typedef struct strings {
  void *column;
  double took;    /* seconds, in the last wave */
  blt_dict *dict; /* NULL once its values hardly repeat */
} strings;

typedef struct loading {
  const blt_columns *c;
  blt_ctx *ctx;
  blt_table *table;
  uint32_t wave; /* blocks of a column in a wave */
  strings *strings;
  uint32_t nworkers;
  blt_scratch *scratch;
  blt_block **blocks; /* wave * ncols */
  task *tasks;
  uint32_t ntasks;
  uint64_t row;     /* with which the wave begins */
  uint64_t rows;    /* that are there */
  bool all;         /* no more come */
  uint32_t nblocks; /* of a column in this wave */
} loading;

static blt_block **block_of(const loading *k, uint32_t block, uint32_t col) {
  return &k->blocks[(size_t)block * k->c->ncols + col];
}

static bool is_string(const loading *k, uint32_t col) {
  return k->c->fields[col].type.id == BLT_STRING;
}

static uint32_t rows_of(const loading *k, uint64_t first) {
  return k->rows - first < BLT_BLOCK_ROWS ? (uint32_t)(k->rows - first) : BLT_BLOCK_ROWS;
}

/* ---- making blocks ---- */

/* How many rows the strings of the dictionary are of, when blocks were made up to row `end`. */
static uint64_t met_rows(const loading *k, const strings *s, uint64_t end) {
  uint64_t met = k->c->ops->met(s->column);
  return met > end ? met : end;
}

static blt_status make_blocks(loading *k, strings *s, task t, uint32_t worker, blt_error *err) {
  for (uint32_t i = t.from; i < t.from + t.n; i++) {
    uint64_t first = k->row + (uint64_t)i * BLT_BLOCK_ROWS;
    uint32_t rows = rows_of(k, first);
    blt_status status =
        k->c->ops->block(s->column, s->dict, &k->scratch[worker], first, rows, block_of(k, i, t.col), err);
    if (status == BLT_OK) status = blt_par_check(k->ctx, worker, k->row, k->rows, err);
    if (status != BLT_OK) return status;
    /* A column that hardly repeats is plain text from the next block on. */
    if (s->dict && blt_dict_hardly_repeats(s->dict->count, met_rows(k, s, first + rows))) s->dict = NULL;
  }
  return BLT_OK;
}

static blt_status run_task(void *arg, uint32_t number, uint32_t worker, blt_error *err) {
  loading *k = arg;
  task t = k->tasks[number];
  strings fresh = {0}, *s = is_string(k, t.col) ? &k->strings[t.col] : &fresh;
  double start = blt_seconds();
  blt_status status = s->column ? BLT_OK : k->c->ops->open(k->c->file, t.col, &s->column, err);
  if (status == BLT_OK) status = make_blocks(k, s, t, worker, err);
  k->c->ops->close(fresh.column);
  s->took = blt_seconds() - start;
  return status;
}

/* The column of strings that took longest in the last wave; UINT32_MAX: there is none. */
static uint32_t longest_strings(const loading *k) {
  uint32_t longest = UINT32_MAX;
  for (uint32_t c = 0; c < k->c->ncols; c++)
    if (is_string(k, c) && (longest == UINT32_MAX || k->strings[c].took > k->strings[longest].took))
      longest = c;
  return longest;
}

static void add_strings(loading *k, uint32_t col) {
  k->tasks[k->ntasks++] = (task){col, 0, k->nblocks};
}

/* Strings first: their tasks are the longest, and the longest of them should not come last. */
static void list_tasks(loading *k) {
  uint32_t n = k->c->ncols, longest = longest_strings(k);
  k->ntasks = 0;
  if (longest < n) add_strings(k, longest);
  for (uint32_t c = 0; c < n; c++)
    if (is_string(k, c) && c != longest) add_strings(k, c);
  for (uint32_t from = 0; from < k->nblocks; from += SPAN)
    for (uint32_t c = 0; c < n; c++)
      if (!is_string(k, c))
        k->tasks[k->ntasks++] = (task){c, from, k->nblocks - from < SPAN ? k->nblocks - from : SPAN};
}

static blt_status add_groups(loading *k, blt_error *err) {
  for (uint32_t i = 0; i < k->nblocks; i++) {
    blt_block **blocks = block_of(k, i, 0);
    uint32_t rows = blocks[0]->rows;
    blt_status status =
        blt_table_add_group(k->table, blocks, rows, err); /* takes the references in any case */
    memset(blocks, 0, k->c->ncols * sizeof *blocks);
    if (status != BLT_OK) return status;
    k->row += rows;
  }
  return BLT_OK;
}

static blt_status report(loading *k, blt_error *err) {
  if (!k->c->progress) return blt_poll(k->ctx, k->row, k->rows, err);
  double share = (double)k->row / (double)k->rows;
  return k->c->progress(k->c->progress_arg, (uint64_t)((double)k->c->bytes * share), k->c->bytes, k->row,
                        err);
}

/* Sees to it that the rows of the next wave are there, or all that come. */
static blt_status fetch(loading *k, blt_error *err) {
  uint64_t enough = k->row + (uint64_t)k->wave * BLT_BLOCK_ROWS;
  if (k->all) return BLT_OK;
  blt_status status = k->c->more(k->c->file, k->row, enough, &k->rows, err);
  k->all = k->rows < enough;
  return status;
}

static blt_status read_wave(loading *k, blt_error *err) {
  uint64_t left = (k->rows - k->row + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS;
  k->nblocks = left < k->wave ? (uint32_t)left : k->wave;
  list_tasks(k);
  bool small = k->rows < BLT_BLOCK_ROWS && k->rows * k->c->ncols < 4 * BLT_BLOCK_ROWS;
  blt_status status = (small ? blt_seq : blt_par)(k->ctx, k->ntasks, run_task, k, err);
  if (status == BLT_OK) status = add_groups(k, err);
  return status == BLT_OK ? report(k, err) : status;
}

/* ---- the whole ---- */

static blt_status make_table(loading *k, blt_error *err) {
  blt_schema *schema = NULL;
  blt_status status = blt_schema_new(k->ctx, k->c->fields, k->c->ncols, NULL, 0, false, &schema, err);
  if (status == BLT_EINVAL || status == BLT_ENAME || status == BLT_ETYPE) err->code = status = BLT_EFORMAT;
  if (status != BLT_OK) return status; /* names that a file may have, and a table not */
  status = k->c->make ? k->c->make(k->c->make_arg, schema, &k->table, err)
                      : blt_table_new(k->ctx, schema, &k->table, err);
  blt_schema_free(schema);
  return status;
}

static blt_status start(loading *k, blt_error *err) {
  uint32_t n = k->c->ncols;
  uint32_t most = k->c->more ? AT_HAND : WAVE;
  k->wave = WAVE_BLOCKS / n > most ? most : WAVE_BLOCKS / n ? WAVE_BLOCKS / n : 1;
  k->nworkers = blt_par_workers(k->ctx);
  k->strings = blt_calloc(k->ctx, n, sizeof *k->strings);
  k->scratch = blt_calloc(k->ctx, k->nworkers, sizeof *k->scratch);
  k->blocks = blt_calloc(k->ctx, (size_t)n * k->wave, sizeof *k->blocks);
  k->tasks = blt_calloc(k->ctx, (size_t)n * k->wave, sizeof *k->tasks);
  if (!k->strings || !k->scratch || !k->blocks || !k->tasks)
    return blt_fail_memory(err, (size_t)n * k->wave * sizeof *k->blocks);
  for (uint32_t c = 0; c < n; c++) k->strings[c].dict = blt_table_dict(k->table, c);
  return BLT_OK;
}

static void finish(loading *k) {
  uint32_t n = k->c->ncols;
  for (size_t i = 0; k->blocks && i < (size_t)n * k->wave; i++) blt_block_release(k->blocks[i]);
  for (uint32_t c = 0; k->strings && c < n; c++) k->c->ops->close(k->strings[c].column);
  for (uint32_t w = 0; k->scratch && w < k->nworkers; w++) blt_scratch_free(k->ctx, &k->scratch[w]);
  blt_free(k->ctx, k->strings, n * sizeof *k->strings);
  blt_free(k->ctx, k->scratch, k->nworkers * sizeof *k->scratch);
  blt_free(k->ctx, k->blocks, (size_t)n * k->wave * sizeof *k->blocks);
  blt_free(k->ctx, k->tasks, (size_t)n * k->wave * sizeof *k->tasks);
}

blt_status blt_columns_read(const blt_columns *c, blt_table **out, blt_error *err) {
  loading k = {.c = c, .ctx = c->ctx, .rows = c->rows, .all = !c->more};
  blt_status status = make_table(&k, err);
  if (status == BLT_OK && !c->schema_only) {
    status = start(&k, err);
    while (status == BLT_OK && (status = fetch(&k, err)) == BLT_OK && k.row < k.rows)
      status = read_wave(&k, err);
    finish(&k);
  }
  if (status == BLT_OK)
    *out = k.table;
  else if (!c->make)
    blt_table_release(k.table);
  return status;
}
