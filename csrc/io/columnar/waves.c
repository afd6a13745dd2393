#include "turns.h"
#include "waves.h"

#include "base/mem.h"
#include "base/par.h"
#include <string.h>

#define AT_HAND 8u         /* blocks of each column in a wave of rows that come: caches still hold them */
#define SPILLED 32u        /* the same of a table that may write its blocks to a file between waves */
#define WAVE_BLOCKS 65536u /* of all columns, unless a wave is one block of each */

typedef struct task {
  uint32_t col, number; /* of the column's spans */
  uint32_t from, n;     /* blocks of the wave */
} task;

typedef struct loading {
  const blt_columns *c;
  blt_ctx *ctx;
  blt_table *table;
  uint32_t wave;    /* blocks of a column in a wave */
  blt_turns *turns; /* of columns of strings that need them */
  uint32_t *spans;  /* of each column, so far */
  uint32_t nworkers;
  blt_scratch *scratch;
  blt_block **blocks; /* wave * ncols */
  task *tasks;
  uint32_t ntasks;
  atomic_uint made; /* blocks of the wave */
  pthread_mutex_t lock;
  uint64_t row;     /* with which the wave begins */
  uint64_t rows;    /* that are there */
  bool all;         /* no more come */
  uint32_t nblocks; /* of a column in this wave */
} loading;

static bool has_turns(const loading *k, uint32_t col) {
  return k->turns[col].c;
}

/* ---- making blocks ---- */

/* Tells of `rows` that are read. */
static blt_status report(loading *k, uint64_t rows, blt_error *err) {
  if (!k->c->progress) return blt_poll(k->ctx, rows, k->rows, err);
  double share = (double)rows / (double)k->rows;
  return k->c->progress(k->c->progress_arg, (uint64_t)((double)k->c->bytes * share), k->c->bytes, rows, err);
}

/* The same while a wave is read, of what its blocks come to. */
static blt_status report_part(loading *k, blt_error *err) {
  uint64_t left = k->rows - k->row, rows = (uint64_t)k->nblocks * BLT_BLOCK_ROWS;
  double share = (double)atomic_load(&k->made) / ((double)k->nblocks * k->c->ncols);
  return report(k, k->row + (uint64_t)((double)(left < rows ? left : rows) * share), err);
}

static blt_status run_task(void *arg, uint32_t number, uint32_t worker, blt_error *err) {
  loading *k = arg;
  const task *t = &k->tasks[number];
  uint32_t n = k->c->ncols;
  blt_scratch *scratch = &k->scratch[worker];
  blt_span s = {.col = t->col,
                .n = t->n,
                .row = k->row + (uint64_t)t->from * BLT_BLOCK_ROWS,
                .rows = k->rows,
                .out = &k->blocks[(size_t)t->from * n + t->col],
                .stride = n};
  blt_status status = has_turns(k, t->col)
                          ? blt_turns_span(&k->turns[t->col], &s, t->number, scratch, worker, err)
                          : blt_span_blocks(k->c, &s, scratch, worker, err);
  atomic_fetch_add(&k->made, t->n);
  return status == BLT_OK && worker == 0 && !k->c->make ? report_part(k, err) : status;
}

/* ---- tasks ---- */

/* How many blocks the span that begins with block `from` has: `most`, or fewer when a good one begins there.
 */
static uint32_t span_of(const loading *k, uint32_t from, uint32_t most) {
  uint32_t left = k->nblocks - from;
  if (left <= most) return left;
  for (uint32_t n = most; k->c->ops->edge && n > most / 2; n--)
    if (k->c->ops->edge(k->c->file, k->row + (uint64_t)(from + n) * BLT_BLOCK_ROWS)) return n;
  return most;
}

/* The first spans of strings are short: they show soon whether values repeat. All are so many that every
 * thread has some. */
static uint32_t longest(const loading *k, uint32_t col, uint32_t from) {
  if (!has_turns(k, col)) return BLT_SPAN;
  uint64_t before = k->row / BLT_BLOCK_ROWS + from;
  uint32_t share = k->nblocks / (2 * k->nworkers), most = share < BLT_SPAN ? share : BLT_SPAN;
  if (before < most) most = (uint32_t)before;
  return most < 2 ? 2 : most;
}

/* Spans of the columns that need turns, or of the others, beside each other. */
static void list_spans(loading *k, bool turns, uint32_t *at) {
  uint32_t n = k->c->ncols;
  memset(at, 0, n * sizeof *at);
  for (uint32_t end = BLT_SPAN; end < k->nblocks + BLT_SPAN; end += BLT_SPAN)
    for (uint32_t c = 0; c < n; c++)
      while (has_turns(k, c) == turns && at[c] < k->nblocks && at[c] < end) {
        uint32_t blocks = span_of(k, at[c], longest(k, c, at[c]));
        k->tasks[k->ntasks++] = (task){c, k->spans[c]++, at[c], blocks};
        at[c] += blocks;
      }
}

/* Strings first: they take longest, and what takes long should not come last. */
static blt_status list_tasks(loading *k, blt_error *err) {
  uint32_t n = k->c->ncols, *at = blt_alloc(k->ctx, n * sizeof *at);
  if (!at) return blt_fail_memory(err, n * sizeof *at);
  k->ntasks = 0;
  list_spans(k, true, at);
  list_spans(k, false, at);
  blt_free(k->ctx, at, n * sizeof *at);
  return BLT_OK;
}

/* ---- waves ---- */

static blt_status add_groups(loading *k, blt_error *err) {
  for (uint32_t i = 0; i < k->nblocks; i++) {
    blt_block **blocks = &k->blocks[(size_t)i * k->c->ncols];
    uint32_t rows = blocks[0]->rows;
    blt_status status =
        blt_table_add_group(k->table, blocks, rows, err); /* takes the references in any case */
    memset(blocks, 0, k->c->ncols * sizeof *blocks);
    if (status != BLT_OK) return status;
    k->row += rows;
  }
  return BLT_OK;
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
  atomic_store(&k->made, 0);
  bool small = k->rows < BLT_BLOCK_ROWS && k->rows * k->c->ncols < 4 * BLT_BLOCK_ROWS;
  blt_status status = list_tasks(k, err);
  if (status == BLT_OK) status = (small ? blt_seq : blt_par)(k->ctx, k->ntasks, run_task, k, err);
  if (status == BLT_OK) status = add_groups(k, err);
  return status == BLT_OK ? report(k, k->row, err) : status;
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

static blt_status start_strings(loading *k, uint32_t col, blt_error *err) {
  blt_column_way way;
  blt_dict *dict = blt_table_dict(k->table, col);
  blt_status status = k->c->ops->way(k->c->file, col, dict, &way, err);
  if (status != BLT_OK || way == BLT_COLUMN_FREE) return status;
  return blt_turns_start(&k->turns[col], k->c, way, dict, &k->lock, err);
}

/* Blocks of a column in a wave: of a table in memory all, as far as their list stays small. */
static uint32_t wave_of(const blt_columns *c) {
  uint32_t room = WAVE_BLOCKS / c->ncols, most = c->more ? AT_HAND : c->make ? SPILLED : room;
  uint64_t blocks = (c->rows + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS;
  if (!c->more && blocks < most) most = (uint32_t)blocks;
  if (most > room) most = room;
  return most ? most : 1;
}

static blt_status start(loading *k, blt_error *err) {
  uint32_t n = k->c->ncols;
  k->wave = wave_of(k->c);
  k->nworkers = blt_par_workers(k->ctx);
  k->turns = blt_calloc(k->ctx, n, sizeof *k->turns);
  k->spans = blt_calloc(k->ctx, n, sizeof *k->spans);
  k->scratch = blt_calloc(k->ctx, k->nworkers, sizeof *k->scratch);
  k->blocks = blt_calloc(k->ctx, (size_t)n * k->wave, sizeof *k->blocks);
  k->tasks = blt_calloc(k->ctx, (size_t)n * k->wave, sizeof *k->tasks);
  if (!k->turns || !k->spans || !k->scratch || !k->blocks || !k->tasks)
    return blt_fail_memory(err, (size_t)n * k->wave * sizeof *k->blocks);
  blt_status status = BLT_OK;
  for (uint32_t c = 0; status == BLT_OK && c < n; c++)
    if (k->c->fields[c].type.id == BLT_STRING) status = start_strings(k, c, err);
  return status;
}

static void finish(loading *k) {
  uint32_t n = k->c->ncols;
  for (size_t i = 0; k->blocks && i < (size_t)n * k->wave; i++) blt_block_release(k->blocks[i]);
  for (uint32_t c = 0; k->turns && c < n; c++) blt_turns_finish(&k->turns[c]);
  for (uint32_t w = 0; k->scratch && w < k->nworkers; w++) blt_scratch_free(k->ctx, &k->scratch[w]);
  blt_free(k->ctx, k->turns, n * sizeof *k->turns);
  blt_free(k->ctx, k->spans, n * sizeof *k->spans);
  blt_free(k->ctx, k->scratch, k->nworkers * sizeof *k->scratch);
  blt_free(k->ctx, k->blocks, (size_t)n * k->wave * sizeof *k->blocks);
  blt_free(k->ctx, k->tasks, (size_t)n * k->wave * sizeof *k->tasks);
}

blt_status blt_columns_read(const blt_columns *c, blt_table **out, blt_error *err) {
  loading k = {.c = c, .ctx = c->ctx, .rows = c->rows, .all = !c->more};
  pthread_mutex_init(&k.lock, NULL);
  blt_status status = make_table(&k, err);
  if (status == BLT_OK && !c->schema_only) {
    status = start(&k, err);
    while (status == BLT_OK && (status = fetch(&k, err)) == BLT_OK && k.row < k.rows)
      status = read_wave(&k, err);
    finish(&k);
  }
  pthread_mutex_destroy(&k.lock);
  if (status == BLT_OK)
    *out = k.table;
  else if (!c->make)
    blt_table_release(k.table);
  return status;
}
