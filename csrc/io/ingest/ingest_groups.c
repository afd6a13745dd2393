/* Accepted chunks to groups: the table's codes, then one block for each column of each group. */
#include "ingest_inside.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/isa.h"
#include "base/par.h"
#include "store/column/runs.h"

#include <string.h>

/* ---- codes ---- */

/* The next entries that have no code of the table, of those that first appear before row `limit` of the
 * chunk.
 */
static uint32_t list_entries(const blt_intern *in, const blt_chunk_column *column, uint64_t limit,
                             blt_str batch[BLT_DICT_BATCH]) {
  uint32_t n = 0, first = column->merged;
  for (; n < BLT_DICT_BATCH && first + n < column->entries && in->rows[first + n] < limit; n++)
    batch[n] = blt_intern_at(in, first + n);
  return n;
}

/* Texts of a chunk on their way to their codes, in order. */
typedef struct coding_batch {
  blt_dict *dict;
  uint32_t *data; /* of the chunk's column */
  uint32_t n, rows[BLT_DICT_BATCH];
  blt_str texts[BLT_DICT_BATCH];
} coding_batch;

static blt_status flush(coding_batch *b, blt_error *err) {
  uint32_t codes[BLT_DICT_BATCH];
  blt_status status = blt_dict_intern_many(b->dict, b->texts, b->n, codes, err);
  for (uint32_t i = 0; status == BLT_OK && i < b->n; i++) b->data[b->rows[i]] = codes[i];
  b->n = 0;
  return status;
}

/* The empty text in its turn: it has no bytes to be looked up with the others. */
static blt_status code_empty(coding_batch *b, uint32_t *code, blt_error *err) {
  blt_status status = flush(b, err);
  return status == BLT_OK ? blt_dict_intern(b->dict, "", 0, code, err) : status;
}

/* Puts the table's codes in the place of a chunk's texts, up to row `stop`: an offset is not needed any more
 * once the text behind it is taken. */
static blt_status code_texts(blt_chunk_column *c, blt_coding *coding, blt_dict *dict, uint32_t stop,
                             blt_error *err) {
  coding_batch b = {.dict = dict, .data = c->data};
  uint32_t before = dict->count, empty = UINT32_MAX;
  blt_status status = BLT_OK;
  for (uint32_t r = c->merged; status == BLT_OK && r < stop; r++) {
    uint32_t at = b.data[r], len = b.data[r + 1] - at;
    if (len) {
      b.texts[b.n] = (blt_str){c->own + at, len};
      b.rows[b.n++] = r;
      coding->asked++;
      if (b.n == BLT_DICT_BATCH) status = flush(&b, err);
      continue;
    }
    bool valid = blt_bit(c->valid, r);
    if (valid && empty == UINT32_MAX) status = code_empty(&b, &empty, err);
    b.data[r] = valid ? empty : 0;
  }
  if (status == BLT_OK) status = flush(&b, err);
  if (stop > c->merged) c->merged = stop;
  coding->added += dict->count - before;
  return status;
}

/* The rows of a chunk before row `limit` of the table. */
static uint32_t rows_before(const blt_chunk *c, uint64_t limit) {
  return limit - c->first_row < c->nrows ? (uint32_t)(limit - c->first_row) : c->nrows;
}

/* Gives the table's codes to entries of column `col` that first appear before row `limit`. */
static blt_status merge_column(blt_loading *k, uint32_t col, blt_dict *dict, uint64_t limit, blt_error *err) {
  for (size_t i = 0; i < k->nqueue; i++) {
    blt_chunk *c = &k->queue[i];
    blt_chunk_column *column = &c->columns[col];
    if (c->first_row >= limit) break;
    if (column->kind == BLT_KIND_TEXT) {
      blt_status status = code_texts(column, &k->coding[col], dict, rows_before(c, limit), err);
      if (status != BLT_OK) return status;
    }
    if (column->kind != BLT_KIND_CODES) continue;
    blt_worker *w = &k->workers[c->worker];
    const blt_intern *in = &w->interns[col];
    blt_status status =
        blt_grow(k->ctx, &w->codes[col], &w->codes_cap[col], column->entries, sizeof(uint32_t), err);
    if (status != BLT_OK) return status;
    blt_str batch[BLT_DICT_BATCH];
    for (uint32_t n; (n = list_entries(in, column, limit - c->first_row, batch)); column->merged += n) {
      status = blt_dict_intern_many(dict, batch, n, w->codes[col] + column->merged, err);
      if (status != BLT_OK) return status;
    }
  }
  return BLT_OK;
}

typedef struct grouping {
  blt_loading *k;
  uint64_t first;          /* row of the first group */
  uint32_t ngroups, ncols; /* columns of the table */
  uint64_t end;            /* row after the last group */
  bool *coded;             /* of each column: its blocks wait for codes */
  blt_block **blocks;      /* ngroups * ncols */
} grouping;

static bool is_coded(const grouping *g, uint32_t i) {
  int32_t col = g->k->target[i];
  return col >= 0 && g->k->l->plan.columns[col].type.id == BLT_STRING && g->k->text_from[col] > g->first;
}

/* One column: codes for all groups, in order, until it turns out to hardly repeat. */
static blt_status merge_column_groups(grouping *g, uint32_t i, blt_error *err) {
  blt_loading *k = g->k;
  int32_t col = k->target[i];
  blt_dict *dict = blt_table_dict(k->table, i);
  for (uint32_t n = 0; n < g->ngroups && k->text_from[col] == UINT64_MAX; n++) {
    uint64_t limit = g->first + (uint64_t)(n + 1) * BLT_BLOCK_ROWS;
    if (limit > g->end) limit = g->end;
    blt_status status = merge_column(k, (uint32_t)col, dict, limit, err);
    if (status != BLT_OK) return status;
    if (blt_dict_hardly_repeats(dict->count, limit)) k->text_from[col] = limit;
  }
  return BLT_OK;
}

/* ---- blocks ---- */

/* Copies n bits between bitmaps, from bit `from` to bit `to`; the target's bits are set before. */
static void copy_valid(uint64_t *out, uint32_t to, const uint64_t *in, uint32_t from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!blt_bit(in, from + i)) blt_bit_clear(out, to + i);
}

typedef struct gather {
  blt_loading *k;
  blt_worker *w;
  uint32_t col;
  uint64_t first;
  uint32_t rows, nulls;
  uint64_t valid[BLT_BLOCK_ROWS / 64];
} gather;

/* Rows of one chunk that fall into the group; all 0 before the first. */
typedef struct piece {
  const blt_chunk *chunk;
  const blt_chunk_column *column;
  uint32_t from, n, at; /* rows of the chunk; where they go in the group */
  size_t entry;         /* of the queue */
} piece;

/* Moves on to the next piece; false at the group's end. */
static bool next_piece(const gather *g, piece *p) {
  const blt_loading *k = g->k;
  p->at += p->n;
  uint64_t row = g->first + p->at;
  if (p->at == g->rows) return false;
  while (k->queue[p->entry].first_row + k->queue[p->entry].nrows <= row) p->entry++;
  const blt_chunk *c = p->chunk = &k->queue[p->entry];
  p->column = &c->columns[g->col];
  p->from = (uint32_t)(row - c->first_row);
  p->n = c->nrows - p->from < g->rows - p->at ? c->nrows - p->from : g->rows - p->at;
  return true;
}

static void add_validity(gather *g, piece p) {
  const blt_chunk_column *c = p.column;
  if (c->nulls == 0) return;
  g->nulls++;
  copy_valid(g->valid, p.at, c->valid, p.from, p.n);
}

BLT_CLONES static void map_codes(uint32_t *restrict out, const uint32_t *restrict from,
                                 const uint32_t *restrict codes, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) out[i] = codes[from[i]];
}

static void put_codes(gather *g, piece p, uint32_t *out) {
  const blt_chunk_column *c = p.column;
  const uint32_t *from = (const uint32_t *)c->data + p.from;
  const uint32_t *codes = g->k->workers[p.chunk->worker].codes[g->col];
  if (c->kind == BLT_KIND_TEXT) { /* codes by now */
    memcpy(out + p.at, from, (size_t)p.n * sizeof *out);
    return;
  }
  if (c->nulls == 0) {
    map_codes(out + p.at, from, codes, p.n);
    return;
  }
  for (uint32_t i = 0; i < p.n; i++) out[p.at + i] = blt_bit(c->valid, p.from + i) ? codes[from[i]] : 0;
}

static void put_text(gather *g, piece p, blt_str *out) {
  const blt_chunk_column *c = p.column;
  const uint32_t *data = (const uint32_t *)c->data + p.from;
  const blt_intern *in = &g->k->workers[p.chunk->worker].interns[g->col];
  for (uint32_t i = 0; i < p.n; i++) {
    if (!blt_bit(c->valid, p.from + i))
      out[p.at + i] = (blt_str){"", 0};
    else if (c->kind == BLT_KIND_CODES)
      out[p.at + i] = blt_intern_at(in, data[i]);
    else
      out[p.at + i] = (blt_str){c->own + data[i], data[i + 1] - data[i]};
  }
}

static void put_ints(piece p, const blt_chunk_column *c, int64_t *out) {
  for (uint32_t i = 0; i < p.n; i++) out[p.at + i] = blt_chunk_int(c, p.from + i);
}

/* The column's values in one array of the worker's scratch. */
static void gather_values(gather *g, bool text) {
  for (piece p = {0}; next_piece(g, &p);) {
    const blt_chunk_column *c = p.column;
    add_validity(g, p);
    if (text)
      put_text(g, p, (blt_str *)(void *)g->w->scratch);
    else if (c->kind == BLT_KIND_CODES || c->kind == BLT_KIND_TEXT)
      put_codes(g, p, (uint32_t *)(void *)g->w->scratch);
    else if (c->kind == BLT_KIND_INT)
      put_ints(p, c, (int64_t *)(void *)g->w->scratch);
    else if (c->kind == BLT_KIND_FLOAT)
      memcpy((int64_t *)(void *)g->w->scratch + p.at, (const int64_t *)c->data + p.from, (size_t)p.n * 8);
    else
      memset((int64_t *)(void *)g->w->scratch + p.at, 0, (size_t)p.n * 8);
  }
}

static void gather_lines(gather *g) {
  int64_t *out = (int64_t *)(void *)g->w->scratch;
  for (piece p = {0}; next_piece(g, &p);)
    for (uint32_t r = 0; r < p.n; r++)
      out[p.at + r] = (int64_t)(p.chunk->first_line + p.chunk->line[p.from + r] + 1);
}

static blt_status scratch_for(blt_loading *k, blt_worker *w, blt_error *err) {
  size_t bytes = BLT_BLOCK_ROWS * sizeof(blt_text_run);
  if (w->scratch) return BLT_OK;
  w->scratch = blt_alloc(k->ctx, bytes);
  if (!w->scratch) return blt_fail_memory(err, bytes);
  w->scratch_bytes = bytes;
  return BLT_OK;
}

_Static_assert(sizeof(blt_run) <= sizeof(blt_text_run) && sizeof(blt_str) <= sizeof(blt_text_run),
               "the scratch holds a run or a text for each row");

/* The group's numbers where they lie in the chunks, when none is null: the runs are made in the scratch. */
static uint32_t runs_of(gather *g) {
  blt_run *runs = (blt_run *)(void *)g->w->scratch;
  uint32_t n = 0;
  for (piece p = {0}; next_piece(g, &p);) {
    const blt_chunk_column *c = p.column;
    bool wide = c->kind == BLT_KIND_FLOAT || c->wide;
    if (c->nulls || (c->kind != BLT_KIND_INT && c->kind != BLT_KIND_FLOAT)) return 0;
    runs[n++] = (blt_run){(const char *)c->data + (size_t)p.from * (wide ? 8 : 4), p.n, wide};
  }
  return n;
}

/* The group's texts where they lie in the chunks, the runs made in the scratch; 0 when some have codes. */
static uint32_t text_runs_of(gather *g) {
  blt_text_run *runs = (blt_text_run *)(void *)g->w->scratch;
  uint32_t n = 0;
  for (piece p = {0}; next_piece(g, &p);) {
    if (p.column->kind != BLT_KIND_TEXT) return 0;
    add_validity(g, p);
    runs[n++] = (blt_text_run){p.column->own, (const uint32_t *)p.column->data + p.from, p.n};
  }
  return n;
}

static blt_status make_text(gather *g, blt_block **out, blt_error *err) {
  blt_ctx *ctx = g->k->ctx;
  void *scratch = g->w->scratch;
  memset(g->valid, 0xff, sizeof g->valid);
  uint32_t nruns = text_runs_of(g);
  if (!nruns) gather_values(g, true);
  const uint64_t *valid = g->nulls ? g->valid : NULL;
  return nruns ? blt_block_from_text_runs(ctx, scratch, nruns, valid, g->rows, out, err)
               : blt_block_from_text(ctx, scratch, valid, g->rows, out, err);
}

static blt_status encode(gather *g, blt_type type, const uint64_t *valid, blt_block **out, blt_error *err) {
  blt_ctx *ctx = g->k->ctx;
  void *v = g->w->scratch;
  if (type.id == BLT_STRING) return blt_block_from_codes(ctx, v, valid, g->rows, out, err);
  if (type.id == BLT_FLOAT64) return blt_block_from_f64(ctx, v, valid, g->rows, out, err);
  return blt_block_from_i64(ctx, v, valid, g->rows, out, err);
}

static blt_status make_block(grouping *b, uint32_t task, uint32_t worker, blt_error *err) {
  blt_loading *k = b->k;
  blt_block **out = &b->blocks[task];
  uint32_t group = task / b->ncols, i = task % b->ncols;
  int32_t col = k->target[i];
  gather g = {.k = k, .w = &k->workers[worker], .col = (uint32_t)(col < 0 ? 0 : col)};
  g.first = b->first + (uint64_t)group * BLT_BLOCK_ROWS;
  g.rows = b->end - g.first < BLT_BLOCK_ROWS ? (uint32_t)(b->end - g.first) : BLT_BLOCK_ROWS;
  blt_status status = scratch_for(k, g.w, err);
  if (status != BLT_OK) return status;
  blt_type type = blt_table_schema(k->table)->fields[i].type;
  if (type.id == BLT_STRING && col >= 0 && g.first >= k->text_from[col]) return make_text(&g, out, err);
  uint32_t nruns = col >= 0 && type.id != BLT_STRING ? runs_of(&g) : 0;
  if (nruns) {
    blt_run *runs = (blt_run *)(void *)g.w->scratch;
    if (type.id == BLT_FLOAT64) return blt_block_from_f64_runs(k->ctx, runs, nruns, g.rows, out, err);
    return blt_block_from_int_runs(k->ctx, runs, nruns, g.rows, out, err);
  }
  memset(g.valid, col == -1 ? 0 : 0xff, sizeof g.valid);
  if (col >= 0)
    gather_values(&g, false);
  else if (col == -2)
    gather_lines(&g);
  else
    memset(g.w->scratch, 0, g.w->scratch_bytes);
  const uint64_t *valid = g.nulls || col == -1 ? g.valid : NULL;
  return encode(&g, type, valid, out, err);
}

/* The columns' codes, one task a column, and the blocks that need none. */
static blt_status first_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  grouping *g = arg;
  if (task < g->ncols) return g->coded[task] ? merge_column_groups(g, task, err) : BLT_OK;
  task -= g->ncols;
  return g->coded[task % g->ncols] ? BLT_OK : make_block(g, task, worker, err);
}

/* The blocks that need codes. */
static blt_status second_task(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  grouping *g = arg;
  return g->coded[task % g->ncols] ? make_block(g, task, worker, err) : BLT_OK;
}

/* Frees chunks whose rows are all in the table. */
static void drop_used(blt_loading *k) {
  size_t used = 0;
  while (used < k->nqueue && k->queue[used].first_row + k->queue[used].nrows <= k->grouped) used++;
  for (size_t i = 0; i < used; i++) blt_loading_retire(k, &k->queue[i]);
  memmove(k->queue, k->queue + used, (k->nqueue - used) * sizeof *k->queue);
  k->nqueue -= used;
}

/* Columns that hardly repeat are read as plain text from now on. Those left to the table's dictionary whose
 * texts it mostly knew go back to the workers. */
static void follow_fallback(blt_loading *k) {
  for (uint32_t i = 0; i < k->l->plan.ncols; i++) {
    blt_plan_column *column = &k->l->plan.columns[i];
    blt_coding *c = &k->coding[i];
    if (k->text_from[i] != UINT64_MAX && column->kind == BLT_KIND_CODES) column->kind = BLT_KIND_TEXT;
    if (!c->alone || k->text_from[i] != UINT64_MAX || c->asked == 0) continue;
    c->settled = c->added < c->asked / 4;
    if (c->settled) column->kind = BLT_KIND_CODES;
    c->alone = !c->settled;
    c->asked = c->added = 0;
  }
}

static blt_status add_groups(grouping *g, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t n = 0; n < g->ngroups; n++) {
    blt_block **blocks = g->blocks + (size_t)n * g->ncols;
    uint32_t rows = blocks[0]->rows;
    if (status == BLT_OK) {
      status = blt_table_add_group(g->k->table, blocks, rows, err); /* takes the references in any case */
      memset(blocks, 0, g->ncols * sizeof *blocks);
      if (status == BLT_OK) g->k->grouped += rows;
    }
  }
  return status;
}

static blt_status run(blt_loading *k, uint32_t ntasks, blt_task_fn fn, void *arg, bool small,
                      blt_error *err) {
  return small || k->nworkers < 2 ? blt_seq(k->ctx, ntasks, fn, arg, err)
                                  : blt_par(k->ctx, ntasks, fn, arg, err);
}

static blt_status make_groups(grouping *g, bool small, blt_error *err) {
  blt_loading *k = g->k;
  uint32_t n = g->ngroups * g->ncols;
  for (uint32_t i = 0; i < g->ncols; i++) g->coded[i] = is_coded(g, i);
  blt_status status = run(k, g->ncols + n, first_task, g, small, err);
  if (status == BLT_OK) status = run(k, n, second_task, g, small, err);
  return status == BLT_OK ? add_groups(g, err) : status;
}

blt_status blt_loading_group(blt_loading *k, bool all, blt_error *err) {
  uint64_t rows = k->rows - k->grouped;
  grouping g = {.k = k, .first = k->grouped, .ncols = blt_table_schema(k->table)->ncols};
  g.ngroups = (uint32_t)(all ? (rows + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS : rows / BLT_BLOCK_ROWS);
  g.end = all ? k->rows : k->grouped + (uint64_t)g.ngroups * BLT_BLOCK_ROWS;
  if (g.ngroups == 0) return BLT_OK;
  size_t n = (size_t)g.ngroups * g.ncols;
  g.blocks = blt_calloc(k->ctx, n, sizeof *g.blocks);
  g.coded = blt_calloc(k->ctx, g.ncols, sizeof *g.coded);
  blt_status status = g.blocks && g.coded ? make_groups(&g, rows < BLT_BLOCK_ROWS, err)
                                          : blt_fail_memory(err, n * sizeof *g.blocks);
  for (size_t i = 0; g.blocks && i < n; i++) blt_block_release(g.blocks[i]);
  blt_free(k->ctx, g.blocks, n * sizeof *g.blocks);
  blt_free(k->ctx, g.coded, g.ncols * sizeof *g.coded);
  if (status != BLT_OK) return status;
  drop_used(k);
  follow_fallback(k);
  return BLT_OK;
}

/* ---- row by row ---- */

static blt_status push(blt_loading *k, const blt_chunk *c, uint32_t row, uint32_t i, blt_error *err) {
  int32_t col = k->target[i];
  if (col == -2) return blt_table_push_i64(k->table, i, (int64_t)(c->first_line + c->line[row] + 1), err);
  const blt_chunk_column *in = &c->columns[col < 0 ? 0 : col];
  if (col < 0 || in->kind == BLT_KIND_NULL || !blt_bit(in->valid, row)) {
    blt_table_push_null(k->table, i);
    return BLT_OK;
  }
  if (in->kind == BLT_KIND_INT) return blt_table_push_i64(k->table, i, blt_chunk_int(in, row), err);
  if (in->kind == BLT_KIND_FLOAT)
    return blt_table_push_f64(k->table, i, ((const double *)in->data)[row], err);
  uint32_t at = ((const uint32_t *)in->data)[row];
  blt_str s = in->kind == BLT_KIND_TEXT ? (blt_str){in->own + at, ((const uint32_t *)in->data)[row + 1] - at}
                                        : blt_intern_at(&k->workers[c->worker].interns[col], at);
  return blt_table_push_str(k->table, i, s.s, s.len, err);
}

static blt_status append_row(blt_loading *k, const blt_chunk *c, uint32_t row, blt_error *err) {
  uint32_t n = blt_table_schema(k->table)->ncols;
  blt_status status = blt_table_begin_row(k->table, err);
  if (status != BLT_OK) return status;
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) status = push(k, c, row, i, err);
  if (status == BLT_OK) status = blt_table_end_row(k->table, err);
  if (status != BLT_OK) blt_table_abort_row(k->table);
  return status;
}

blt_status blt_loading_append(blt_loading *k, blt_error *err) {
  for (size_t i = 0; i < k->nqueue; i++)
    for (uint32_t r = 0; r < k->queue[i].nrows; r++) {
      blt_status status = r % 4096 ? BLT_OK : blt_poll(k->ctx, k->grouped, k->rows, err);
      if (status == BLT_OK) status = append_row(k, &k->queue[i], r, err);
      if (status != BLT_OK) return status;
      k->grouped++;
    }
  drop_used(k);
  return BLT_OK;
}
