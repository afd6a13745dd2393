#include "arrow_blocks.h"
#include "io/columnar/waves.h"

#include "base/bits.h"
#include "base/mem.h"
#include "store/column/runs.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NO_ENTRY UINT32_MAX

typedef struct column {
  const blt_arrow_feed *feed;
  const blt_arrow_kind *kind;
  const char *name;
  void *reader;
  size_t batch; /* where the column is */
  bool loaded;  /* the rows of that batch are in `part` */
  blt_part part;
  uint64_t version; /* of the dictionary in `part`; 0: none yet */
  uint64_t until;   /* row before which rows have numbers of it */
  blt_room entries; /* of each entry of the dictionary: number of its value, or NO_ENTRY; empty: the same */
  uint32_t nentries;
  bool holes;      /* some entry is null */
  blt_room joined; /* rows that are not null when entries may be */
  blt_room *owned; /* texts that were made, beside those that the reader holds */
  size_t nowned, owned_cap;
} column;

blt_status blt_arrow_damaged(const char *file, const char *column_name, const char *what, blt_error *err) {
  return blt_fail_at(err, BLT_EFORMAT, -1, "%.180s: column '%.100s': damaged: %s", file, column_name, what);
}

/* Puts the place before what was damaged, or refused. */
static blt_status refused(const column *k, uint64_t first, const blt_arrow_rows *r, blt_error *err) {
  char said[sizeof err->message];
  int64_t left = err->position;
  uint32_t row = 0;
  if (err->code != BLT_EFORMAT && err->code != BLT_EOVERFLOW) return err->code;
  memcpy(said, err->message, sizeof said);
  if (left < 0) return blt_arrow_damaged(k->feed->name, k->name, said, err);
  while (row < r->n && ((r->valid && !blt_bit(r->valid, row)) || left-- > 0)) row++;
  snprintf(err->message, sizeof err->message, "%.150s: column '%.100s', row %" PRIu64 ": %.180s",
           k->feed->name, k->name, first + row + 1, said);
  return err->code;
}

static uint64_t first_row(const column *k) {
  return k->feed->spans[k->batch].first;
}

/* What these texts point into stays until let_go: the reader's memory and their own. */
static blt_status hold(column *k, blt_values *v, blt_error *err) {
  blt_status status = k->feed->ops->hold(k->reader, err);
  if (status != BLT_OK || !v->own.p) return status;
  status = blt_grow(k->feed->ctx, &k->owned, &k->owned_cap, k->nowned + 1, sizeof *k->owned, err);
  if (status != BLT_OK) return status;
  k->owned[k->nowned++] = v->own;
  v->own = (blt_room){0};
  return BLT_OK;
}

static void let_go(column *k) {
  k->feed->ops->let_go(k->reader);
  while (k->nowned) blt_room_free(k->feed->ctx, &k->owned[--k->nowned]);
}

/* ---- dictionaries ---- */

/* Values of one more piece behind those of the dictionary. */
static blt_status append(blt_ctx *ctx, blt_room *to, const blt_room *from, uint32_t before, uint32_t n,
                         size_t size, blt_error *err) {
  blt_room grown = {0};
  if (!from->p) return BLT_OK;
  blt_status status = blt_room_for(ctx, &grown, ((size_t)before + n) * size, err);
  if (status != BLT_OK) return status;
  if (before) memcpy(grown.p, to->p, before * size);
  if (n) memcpy((char *)grown.p + before * size, from->p, n * size);
  blt_room_free(ctx, to);
  *to = grown;
  return BLT_OK;
}

/* An entry that is null has no value: rows with it are null. */
static blt_status map_entries(column *k, const blt_arrow_rows *r, blt_error *err) {
  blt_ctx *ctx = k->feed->ctx;
  blt_room one = {0};
  uint32_t next = k->part.dictionary.n;
  blt_status status = blt_room_for(ctx, &one, (size_t)r->n * 4, err);
  if (status != BLT_OK) return status;
  uint32_t *map = one.p;
  for (uint32_t i = 0; i < r->n; i++) map[i] = !r->valid || blt_bit(r->valid, i) ? next++ : NO_ENTRY;
  status = append(ctx, &k->entries, &one, k->nentries, r->n, 4, err);
  blt_room_free(ctx, &one);
  if (status == BLT_OK) k->nentries += r->n;
  k->holes |= r->present < r->n;
  return status;
}

static blt_status append_values(column *k, const blt_arrow_rows *r, blt_values *v, blt_error *err) {
  blt_ctx *ctx = k->feed->ctx;
  blt_values *all = &k->part.dictionary;
  blt_status status = map_entries(k, r, err);
  if (status == BLT_OK) status = append(ctx, &all->ints, &v->ints, all->n, r->present, 8, err);
  if (status == BLT_OK) status = append(ctx, &all->doubles, &v->doubles, all->n, r->present, 8, err);
  if (status == BLT_OK)
    status = append(ctx, &all->texts, &v->texts, all->n, r->present, sizeof(blt_str), err);
  if (status == BLT_OK) all->n += r->present;
  return status;
}

static blt_status add_entries(column *k, uint32_t piece, blt_error *err) {
  blt_values v = {0};
  blt_arrow_rows r;
  blt_status status = k->feed->ops->entries(k->reader, piece, &r, err);
  if (status != BLT_OK) return status;
  if ((uint64_t)k->nentries + r.n > INT32_MAX)
    return blt_arrow_damaged(k->feed->name, k->name, "too many entries", err);
  status = blt_arrow_values(k->feed->ctx, k->kind, &r, &v, err);
  if (status != BLT_OK) status = refused(k, k->nentries, &r, err);
  if (status == BLT_OK) status = append_values(k, &r, &v, err);
  if (status == BLT_OK) status = hold(k, &v, err);
  blt_values_free(k->feed->ctx, &v);
  return status;
}

static blt_status load_dictionary(column *k, blt_error *err) {
  blt_arrow_words words;
  blt_status status = k->feed->ops->dictionary(k->reader, k->batch, &words, err);
  if (status != BLT_OK) return status;
  k->until = words.until;
  if (words.version == k->version) return BLT_OK;
  k->part.dictionary.n = k->nentries = 0;
  k->part.mapped = k->holes = false;
  k->version = 0;
  for (uint32_t i = 0; status == BLT_OK && i < words.pieces; i++) status = add_entries(k, i, err);
  if (status == BLT_OK) k->version = words.version;
  return status;
}

/* Numbers of entries become those of values; rows whose entry is null are null. */
static blt_status close_holes(column *k, blt_arrow_rows *r, blt_error *err) {
  uint32_t *codes = k->part.codes.p, to = 0, at = 0;
  const uint32_t *entries = k->entries.p;
  size_t words = blt_bits_words(r->n) + 1;
  blt_status status = blt_room_for(k->feed->ctx, &k->joined, words * 8, err);
  if (status != BLT_OK) return status;
  uint64_t *valid = k->joined.p;
  memset(valid, 0, words * 8);
  for (uint32_t i = 0; i < r->n; i++) {
    if (r->valid && !blt_bit(r->valid, i)) continue;
    uint32_t value = entries[codes[at++]];
    if (value == NO_ENTRY) continue;
    blt_bit_set(valid, i);
    codes[to++] = value;
  }
  r->present = to;
  r->valid = to < r->n ? valid : NULL;
  return BLT_OK;
}

static blt_status load_coded(column *k, blt_arrow_rows *r, blt_error *err) {
  blt_status status = load_dictionary(k, err);
  if (status == BLT_OK) status = k->feed->ops->rows(k->reader, k->batch, r, err);
  if (status == BLT_OK) status = blt_room_for(k->feed->ctx, &k->part.codes, (size_t)r->present * 4, err);
  if (status != BLT_OK) return status;
  status = blt_arrow_codes(k->kind, r, k->nentries, k->part.codes.p, err);
  if (status != BLT_OK) return refused(k, first_row(k), r, err);
  return k->holes ? close_holes(k, r, err) : BLT_OK;
}

/* ---- rows ---- */

static blt_status load_plain(column *k, blt_arrow_rows *r, blt_error *err) {
  blt_status status = k->feed->ops->rows(k->reader, k->batch, r, err);
  if (status != BLT_OK) return status;
  k->part.values.lean = true;
  status = blt_arrow_values(k->feed->ctx, k->kind, r, &k->part.values, err);
  return status == BLT_OK ? BLT_OK : refused(k, first_row(k), r, err);
}

static blt_status load(column *k, size_t batch, blt_error *err) {
  blt_arrow_rows r;
  k->batch = batch;
  k->loaded = false;
  k->part.coded = k->kind->coded;
  blt_status status = (k->part.coded ? load_coded : load_plain)(k, &r, err);
  k->part.valid = r.valid;
  k->loaded = status == BLT_OK;
  return status;
}

/* The batch that has the row, from where the column is on, or from the beginning. */
static size_t find_batch(const column *k, uint64_t row) {
  const blt_arrow_span *spans = k->feed->spans;
  size_t i = spans[k->batch].first <= row ? k->batch : 0;
  while (spans[i].first + spans[i].rows <= row) i++;
  return i;
}

static bool is_plain_text(const column *k, const blt_named *names) {
  return !names && !k->kind->coded && k->kind->means.type.id == BLT_STRING;
}

static blt_status enter(column *k, uint64_t row, blt_error *err) {
  size_t i = find_batch(k, row);
  return k->loaded && k->batch == i ? BLT_OK : load(k, i, err);
}

/* ---- blocks ---- */

static blt_status read_piece(column *k, blt_named *names, blt_scratch *s, uint64_t first, uint64_t *row,
                             uint64_t end, blt_error *err) {
  blt_status status = enter(k, *row, err);
  if (status != BLT_OK) return status;
  const blt_arrow_span *span = &k->feed->spans[k->batch];
  uint64_t in_batch = *row - span->first, left = span->rows - in_batch,
           n = left < end - *row ? left : end - *row;
  blt_piece piece = {(uint32_t)in_batch, (uint32_t)n, (uint32_t)(*row - first)};
  *row += n;
  status = blt_fill(k->feed->ctx, s, k->kind->means.type, names, &k->part, piece, err);
  if (status != BLT_OK || n < left || !is_plain_text(k, names)) return status;
  k->loaded = false; /* its texts stay until the block is made, in memory that is no longer its own */
  return hold(k, &k->part.values, err);
}

/* Numbers without nulls that one batch has all of need not be copied together. */
static bool is_in_one(const column *k, uint64_t first, uint32_t n) {
  const blt_arrow_span *span = &k->feed->spans[k->batch];
  return !k->part.valid && !k->part.coded && k->kind->means.type.id != BLT_STRING &&
         k->kind->layout != BLT_ARROW_NULL && first >= span->first && first + n <= span->first + span->rows;
}

static blt_status block_in_place(const column *k, uint64_t first, uint32_t n, blt_block **out,
                                 blt_error *err) {
  uint64_t at = first - first_row(k);
  const blt_values *v = &k->part.values;
  uint32_t width = v->raw ? v->raw_width : 8;
  bool is_float = k->kind->means.type.id == BLT_FLOAT64;
  const uint8_t *all = v->raw ? v->raw : is_float ? v->doubles.p : v->ints.p;
  const void *from = all + at * width;
  if (is_float) return blt_block_from_f64(k->feed->ctx, from, NULL, n, out, err);
  return blt_block_from_int_runs(k->feed->ctx, &(blt_run){from, n, width == 8}, 1, n, out, err);
}

static blt_status read_codes(void *column_, blt_named *names, blt_scratch *scratch, uint64_t first,
                             uint32_t n, blt_error *err) {
  column *k = column_;
  uint64_t row = first, end = first + n;
  blt_status status = blt_scratch_start(k->feed->ctx, scratch, err);
  while (status == BLT_OK && row < end) status = read_piece(k, names, scratch, first, &row, end, err);
  return status;
}

static blt_status fill_block(column *k, blt_named *names, blt_scratch *scratch, uint64_t first, uint32_t n,
                             blt_block **out, blt_error *err) {
  blt_status status = read_codes(k, names, scratch, first, n, err);
  return status == BLT_OK ? blt_fill_block(k->feed->ctx, scratch, k->kind->means.type, names, n, out, err)
                          : status;
}

static blt_status read_block(void *column_, blt_named *names, blt_scratch *scratch, uint64_t first,
                             uint32_t n, blt_block **out, blt_error *err) {
  column *k = column_;
  blt_status status = enter(k, first, err);
  if (status == BLT_OK)
    status = is_in_one(k, first, n) ? block_in_place(k, first, n, out, err)
                                    : fill_block(k, names, scratch, first, n, out, err);
  if (is_plain_text(k, NULL)) let_go(k); /* what dictionaries hold stays */
  return status;
}

/* What batches have as numbers of a dictionary is read in order, so that each dictionary is read once. */
static blt_status way_of(const void *feed_, uint32_t col, blt_dict *dict, blt_column_way *out,
                         blt_error *err) {
  const blt_arrow_feed *feed = feed_;
  (void)dict, (void)err;
  *out = feed->schema->columns[col].kind.coded ? BLT_COLUMN_WHOLE : BLT_COLUMN_APART;
  return BLT_OK;
}

static blt_status open_column(const void *feed_, uint32_t col, void **out, blt_error *err) {
  const blt_arrow_feed *feed = feed_;
  column *k = blt_calloc(feed->ctx, 1, sizeof *k);
  if (!k) return blt_fail_memory(err, sizeof *k);
  k->feed = feed;
  k->kind = &feed->schema->columns[col].kind;
  k->name = feed->schema->fields[col].name;
  *out = k;
  return feed->ops->open(feed->from, col, &k->reader, err);
}

static uint64_t met_rows(const void *column_) {
  const column *k = column_;
  return k->version ? k->until : 0;
}

static void close_column(void *column_) {
  column *k = column_;
  if (!k) return;
  blt_ctx *ctx = k->feed->ctx;
  if (k->reader) let_go(k);
  k->feed->ops->close(k->reader);
  blt_free(ctx, k->owned, k->owned_cap * sizeof *k->owned);
  blt_room_free(ctx, &k->entries);
  blt_room_free(ctx, &k->joined);
  blt_part_free(ctx, &k->part);
  blt_free(ctx, k, sizeof *k);
}

static const blt_column_ops ops = {way_of, NULL, open_column, read_block, read_codes, met_rows, close_column};

static blt_status more_rows(const void *feed_, uint64_t done, uint64_t enough, uint64_t *rows,
                            blt_error *err) {
  blt_arrow_feed *feed = (blt_arrow_feed *)(uintptr_t)feed_; /* nobody reads meanwhile */
  blt_status status = feed->more(feed, done, enough, err);
  *rows = feed->rows;
  return status;
}

blt_status blt_arrow_to_table(blt_arrow_feed *feed, const blt_parquet_options *o, blt_table **out,
                              blt_error *err) {
  blt_columns columns = {.ctx = feed->ctx,
                         .ops = &ops,
                         .file = feed,
                         .fields = feed->schema->fields,
                         .ncols = feed->schema->ncols,
                         .rows = feed->rows,
                         .bytes = feed->bytes,
                         .more = feed->more ? more_rows : NULL,
                         .schema_only = o->schema_only,
                         .make = o->make,
                         .make_arg = o->make_arg,
                         .progress = o->progress,
                         .progress_arg = o->progress_arg};
  return blt_columns_read(&columns, out, err);
}
