#include "column_read.h"
#include "io/columnar/waves.h"
#include "parquet.h"

#include "base/mem.h"
#include <pthread.h>

/* Readers that were closed wait here with their memory for the next column: fresh memory costs more than what
 * they do. */
typedef struct reading {
  blt_pq_set set;
  blt_pq_codes *codes; /* of each column, where all its strings have some */
  pthread_mutex_t lock;
  struct spare *spares;
} reading;

typedef struct spare {
  blt_pq_column column;
  reading *home;
  struct spare *next;
} spare;

static blt_status way_of(const void *file, uint32_t col, blt_dict *dict, blt_column_way *out,
                         blt_error *err) {
  const reading *r = file;
  blt_status status = blt_pq_codes_read(&r->set, col, dict, &r->codes[col], err);
  *out = r->codes[col].dict ? BLT_COLUMN_FREE : BLT_COLUMN_APART;
  return status;
}

static bool is_edge(const void *file, uint64_t row) {
  const blt_pq_set *s = &((const reading *)file)->set;
  return s->parts[blt_pq_set_part(s, row)].first == row;
}

static blt_status open_column(const void *file, uint32_t col, void **out, blt_error *err) {
  reading *r = (reading *)(uintptr_t)file; /* only what the lock guards changes */
  pthread_mutex_lock(&r->lock);
  spare *c = r->spares;
  if (c) r->spares = c->next;
  pthread_mutex_unlock(&r->lock);
  if (!c && !(c = blt_calloc(r->set.ctx, 1, sizeof *c))) return blt_fail_memory(err, sizeof *c);
  c->home = r;
  c->column.set = &r->set;
  c->column.col = col;
  c->column.codes = r->codes[col].dict ? &r->codes[col] : NULL;
  c->column.open = false;
  *out = c;
  return BLT_OK;
}

static blt_status read_block(void *column, blt_named *names, blt_scratch *scratch, uint64_t first,
                             uint32_t rows, blt_block **out, blt_error *err) {
  spare *c = column;
  return blt_pq_column_block(&c->column, names, scratch, first, rows, out, err);
}

static blt_status read_codes(void *column, blt_named *names, blt_scratch *scratch, uint64_t first,
                             uint32_t rows, blt_error *err) {
  spare *c = column;
  return blt_pq_column_codes(&c->column, names, scratch, first, rows, err);
}

/* Rows of the row group at hand, whose dictionary was taken over whole. */
static uint64_t met_rows(const void *column) {
  const spare *c = column;
  return c->column.open ? c->home->set.parts[c->column.part + 1].first : 0;
}

static void close_column(void *column) {
  spare *c = column;
  if (!c) return;
  pthread_mutex_lock(&c->home->lock);
  c->next = c->home->spares;
  c->home->spares = c;
  pthread_mutex_unlock(&c->home->lock);
}

static void free_reading(reading *r) {
  while (r->spares) {
    spare *c = r->spares;
    r->spares = c->next;
    blt_pq_column_free(&c->column);
    blt_free(r->set.ctx, c, sizeof *c);
  }
  for (uint32_t i = 0; r->codes && i < r->set.ncols; i++) blt_pq_codes_free(&r->set, &r->codes[i]);
  blt_free(r->set.ctx, r->codes, r->set.ncols * sizeof *r->codes);
  pthread_mutex_destroy(&r->lock);
}

static const blt_column_ops ops = {way_of,     is_edge,  open_column, read_block,
                                   read_codes, met_rows, close_column};

static uint64_t bytes_of(const blt_pq_set *s) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < s->nfiles; i++) bytes += blt_source_size(s->files[i].source);
  return bytes;
}

static void fill_result(blt_pq_set *set, blt_table *table, blt_parquet_result *out) {
  *out = (blt_parquet_result){.table = table, .rows = set->rows, .bytes = bytes_of(set)};
  out->nnotes = set->nnotes;
  out->notes = set->notes;
  out->room = set->room;
  set->notes = NULL;
}

blt_status blt_parquet_read(blt_ctx *ctx, const blt_source *const *sources, uint32_t nsources,
                            const blt_parquet_options *o, blt_parquet_result *out, blt_error *err) {
  reading r = {.spares = NULL};
  blt_pq_set *set = &r.set;
  err->position = -1;
  blt_status status = blt_pq_set_open(ctx, sources, nsources, o, set, err);
  if (status != BLT_OK) return status;
  pthread_mutex_init(&r.lock, NULL);
  r.codes = blt_calloc(ctx, set->ncols, sizeof *r.codes);
  blt_table *table = NULL;
  blt_columns columns = {.ctx = ctx,
                         .ops = &ops,
                         .file = &r,
                         .fields = set->fields,
                         .ncols = set->ncols,
                         .rows = set->rows,
                         .bytes = bytes_of(set),
                         .schema_only = o->schema_only,
                         .make = o->make,
                         .make_arg = o->make_arg,
                         .progress = o->progress,
                         .progress_arg = o->progress_arg};
  status =
      r.codes ? blt_columns_read(&columns, &table, err) : blt_fail_memory(err, set->ncols * sizeof *r.codes);
  if (status == BLT_OK) fill_result(set, table, out);
  free_reading(&r);
  blt_pq_set_close(set);
  return status;
}

void blt_parquet_result_free(blt_ctx *ctx, blt_parquet_result *r) {
  blt_free(ctx, r->notes, (r->room + 1) * sizeof *r->notes);
  r->notes = NULL;
  r->nnotes = 0;
}
