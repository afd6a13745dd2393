#include "ingest_inside.h"
#include "io/text/marks.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include "store/table/change.h"

#include <string.h>

#define FIRST_WAVE 8   /* chunks: a column that should fall back to text shows early, */
#define SECOND_WAVE 16 /* when the first group of rows is there */
#define FIRST_COUNT 4  /* waves */
#define LAST_WAVE 32   /* 8 MiB of text are in flight, and about as much memory */

/* ---- setting up ---- */

static void free_worker(blt_loading *k, blt_worker *w) {
  uint32_t n = k->l->plan.ncols;
  blt_rows_free(&w->rows);
  for (uint32_t c = 0; w->interns && c < n; c++) blt_intern_free(&w->interns[c]);
  for (uint32_t c = 0; w->codes && w->codes_cap && c < n; c++)
    blt_free(k->ctx, w->codes[c], w->codes_cap[c] * sizeof(uint32_t));
  blt_free(k->ctx, w->interns, n * sizeof *w->interns);
  blt_free(k->ctx, w->codes, n * sizeof *w->codes);
  blt_free(k->ctx, w->codes_cap, n * sizeof *w->codes_cap);
  blt_free(k->ctx, w->scratch, w->scratch_bytes);
}

static void finish(blt_loading *k) {
  uint32_t n = k->l->plan.ncols;
  for (uint32_t i = 0; k->workers && i < k->nworkers; i++) free_worker(k, &k->workers[i]);
  blt_free(k->ctx, k->workers, k->nworkers * sizeof *k->workers);
  for (size_t i = 0; i < k->nqueue; i++) blt_chunk_free(&k->queue[i]);
  blt_free(k->ctx, k->queue, k->queue_cap * sizeof *k->queue);
  for (size_t i = 0; i < k->nspare; i++) blt_chunk_free(&k->spare[i]);
  blt_free(k->ctx, k->spare, k->spare_cap * sizeof *k->spare);
  blt_free(k->ctx, k->coding, n * sizeof *k->coding);
  blt_free(k->ctx, k->text_from, n * sizeof *k->text_from);
  blt_free(k->ctx, k->target, BLT_MAX_COLUMNS * sizeof *k->target);
  if (k->own_table) blt_table_release(k->table);
  blt_table_release(k->rejects);
}

static blt_status start_worker(blt_loading *k, blt_worker *w, blt_error *err) {
  uint32_t n = k->l->plan.ncols;
  blt_rows_init(&w->rows, k->ctx);
  w->interns = blt_calloc(k->ctx, n, sizeof *w->interns);
  w->codes = blt_calloc(k->ctx, n, sizeof *w->codes);
  w->codes_cap = blt_calloc(k->ctx, n, sizeof *w->codes_cap);
  if (!w->interns || !w->codes || !w->codes_cap) return blt_fail_memory(err, n * sizeof *w->interns);
  for (uint32_t c = 0; c < n; c++) blt_intern_init(&w->interns[c], k->ctx);
  return BLT_OK;
}

static blt_status start(blt_loading *k, blt_load *l, blt_error *err) {
  uint32_t n = l->plan.ncols;
  *k = (blt_loading){.l = l, .ctx = l->ctx, .next = l->from, .lines = l->lines, .line_at = 0};
  k->nworkers = blt_par_workers(l->ctx);
  if (blt_source_size(l->source) <= l->chunk_bytes) k->nworkers = 1; /* otherwise any worker may come */
  k->workers = blt_calloc(k->ctx, k->nworkers, sizeof *k->workers);
  k->coding = blt_calloc(k->ctx, n, sizeof *k->coding);
  k->text_from = blt_calloc(k->ctx, n, sizeof *k->text_from);
  if (!k->workers || !k->coding || !k->text_from) return blt_fail_memory(err, n * sizeof *k->text_from);
  for (uint32_t c = 0; c < n; c++) k->text_from[c] = UINT64_MAX;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < k->nworkers; i++)
    status = start_worker(k, &k->workers[i], err);
  return status;
}

void blt_loading_retire(blt_loading *k, blt_chunk *c) {
  blt_error ignored;
  if (!c->ctx) return;
  if (blt_grow(k->ctx, &k->spare, &k->spare_cap, k->nspare + 1, sizeof *k->spare, &ignored) != BLT_OK) {
    blt_chunk_free(c);
    return;
  }
  k->spare[k->nspare++] = *c;
  *c = (blt_chunk){0};
}

/* A chunk to fill, with the memory of an old one if there is any. */
static void issue(blt_loading *k, blt_chunk *c) {
  if (k->nspare) *c = k->spare[--k->nspare];
  c->ctx = k->ctx;
  c->start = BLT_NO_START;
  c->nrows = c->nrecords = 0;
  c->newlines = 0;
  c->nbad = 0;
  c->conflict = c->unknown = false;
  if (c->looks) memset(c->looks, 0, c->ncols * sizeof *c->looks);
}

/* ---- waves ---- */

typedef struct wave {
  blt_loading *k;
  blt_chunk *chunks;
  blt_quoting *quoting;
  uint64_t *quotes; /* of each chunk, when they are counted */
  uint32_t n;
  uint64_t first; /* number of its first chunk */
} wave;

static uint64_t chunk_from(const wave *v, uint32_t i) {
  uint64_t at = (v->first + i) * v->k->l->chunk_bytes;
  return i == 0 || at < v->k->next ? v->k->next : at;
}

static uint64_t chunk_to(const wave *v, uint32_t i) {
  uint64_t at = (v->first + i + 1) * v->k->l->chunk_bytes, size = blt_source_size(v->k->l->source);
  return at < size ? at : size;
}

static blt_status read_chunk(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  wave *v = arg;
  blt_load *l = v->k->l;
  blt_worker *w = &v->k->workers[worker];
  blt_chunk *c = &v->chunks[task];
  uint64_t at = task == 0 ? v->k->next : BLT_NO_START;
  c->worker = worker;
  blt_status status =
      l->cut(l->format, chunk_from(v, task), chunk_to(v, task), at, v->quoting[task], &w->rows, err);
  if (status != BLT_OK) return status;
  return blt_convert(&l->plan, &w->rows, w->interns, c, err);
}

static blt_status count_chunk(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  wave *v = arg;
  blt_rows *w = &v->k->workers[worker].rows;
  w->raw_len = 0;
  blt_status status = blt_rows_load(w, v->k->l->source, chunk_from(v, task), chunk_to(v, task), err);
  if (status != BLT_OK) return status;
  v->quotes[task] = blt_count_byte(w->raw + BLT_ROWS_PAD, w->raw_len, v->k->l->quote);
  w->raw_len = 0;
  return BLT_OK;
}

/* Inside quotes after an odd number of them, counted from the known start of the wave's first chunk. */
static blt_status guess_quotes(wave *v, blt_error *err) {
  blt_status status = blt_par(v->k->ctx, v->n, count_chunk, v, err);
  uint64_t sum = 0;
  for (uint32_t i = 0; status == BLT_OK && i < v->n; i++) {
    v->quoting[i] = sum & 1 ? BLT_QUOTING_INSIDE : BLT_QUOTING_OUTSIDE;
    sum += v->quotes[i];
  }
  return status;
}

/* How many chunks, from the first on, started where the one before has ended. */
static uint32_t accepted(const wave *v) {
  uint64_t expect = v->k->next;
  uint32_t i = 0;
  for (; i < v->n; i++) {
    const blt_chunk *c = &v->chunks[i];
    if (expect >= chunk_to(v, i)) { /* a record of before fills the whole chunk */
      if (c->start != BLT_NO_START) break;
      continue;
    }
    if (c->start != expect) break;
    expect = c->end;
  }
  return i;
}

/* The first chunk from `from` on that a worker has read, or v->n. Those that were not read have the columns
 * of the chunks that had their memory before. */
static uint32_t first_of(const wave *v, uint32_t worker, uint32_t from) {
  while (from < v->n && (v->chunks[from].worker != worker || v->chunks[from].start == BLT_NO_START)) from++;
  return from;
}

/* Takes what discarded chunks put into the workers' dictionaries out again: a worker has read its chunks in
 * order, so all of that is behind what its first one has met. */
static void forget(wave *v, uint32_t from) {
  blt_loading *k = v->k;
  for (uint32_t w = 0; w < k->nworkers; w++) {
    uint32_t i = first_of(v, w, from);
    for (uint32_t col = 0; i < v->n && col < v->chunks[i].ncols; col++)
      blt_intern_cut(&k->workers[w].interns[col], v->chunks[i].columns[col].first_entry);
  }
  for (uint32_t i = from; i < v->n; i++) blt_loading_retire(k, &v->chunks[i]);
}

/* Notes how many texts of a chunk were new to its worker. Names with numbers need no help. */
static void weigh(blt_loading *k, const blt_chunk *c) {
  for (uint32_t i = 0; i < c->ncols; i++) {
    const blt_chunk_column *column = &c->columns[i];
    if (column->kind != BLT_KIND_CODES || k->workers[c->worker].interns[i].numbered.len) continue;
    k->coding[i].asked += column->asked;
    k->coding[i].added += column->entries - column->first_entry;
  }
}

static blt_status accept(blt_loading *k, blt_chunk *c, blt_error *err) {
  k->conflict |= c->conflict || c->unknown;
  k->unknown |= c->unknown;
  c->first_row = k->rows;
  c->first_line = k->lines;
  if (c->nbad && !k->conflict) {
    blt_status status = blt_loading_reject(k, c, err);
    if (status != BLT_OK) return status;
  }
  k->rows += c->nrows;
  k->records += c->nrecords;
  k->lines += c->newlines;
  k->next = c->end;
  if (c->nrows == 0) {
    blt_loading_retire(k, c);
    return BLT_OK;
  }
  blt_status status = blt_grow(k->ctx, &k->queue, &k->queue_cap, k->nqueue + 1, sizeof *k->queue, err);
  if (status != BLT_OK) return status;
  weigh(k, c);
  k->queue[k->nqueue++] = *c;
  *c = (blt_chunk){0};
  return BLT_OK;
}

#define ENOUGH 16384u /* lookups for a decision */

/* Leaves columns to the table's dictionary whose texts were new to the workers two times of three. */
static void choose_coding(blt_loading *k) {
  for (uint32_t i = 0; i < k->l->plan.ncols; i++) {
    blt_coding *c = &k->coding[i];
    blt_plan_column *column = &k->l->plan.columns[i];
    if (k->by_row || !k->table || column->kind != BLT_KIND_CODES || c->settled || c->asked < ENOUGH) continue;
    c->alone = c->added > c->asked / 3 * 2;
    if (c->alone) column->kind = BLT_KIND_TEXT;
    c->asked = c->added = 0;
  }
}

static blt_status accept_all(wave *v, uint32_t n, blt_error *err) {
  for (uint32_t i = 0; i < n; i++) {
    if (v->chunks[i].start == BLT_NO_START) continue;
    blt_status status = accept(v->k, &v->chunks[i], err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* What the waves have learnt about the text. */
typedef struct pace {
  uint32_t size;         /* chunks of the next wave */
  uint32_t count, again; /* in so many waves quotes are counted before guessing; the next time in `again` */
} pace;

/* A guess was wrong: counting pays, the longer the more often this happens. */
static void count_quotes(pace *p) {
  p->count = p->again;
  if (p->again < UINT32_MAX / 2) p->again *= 2;
}

/* Whether nobody knows yet which columns hardly repeat. */
static bool looks_for_text(const blt_loading *k) {
  return k->table && !k->by_row && k->grouped == 0;
}

static blt_status run_wave(blt_loading *k, pace *p, blt_error *err) {
  uint64_t size = blt_source_size(k->l->source), bytes = k->l->chunk_bytes;
  wave v = {.k = k, .first = k->next / bytes};
  uint64_t left = (size - v.first * bytes + bytes - 1) / bytes;
  v.n = left < p->size ? (uint32_t)left : p->size;
  v.chunks = blt_calloc(k->ctx, v.n, sizeof *v.chunks);
  v.quoting = blt_calloc(k->ctx, v.n, sizeof *v.quoting);
  v.quotes = blt_calloc(k->ctx, v.n, sizeof *v.quotes);
  blt_status status = BLT_OK;
  if (!v.chunks || !v.quoting || !v.quotes) status = blt_fail_memory(err, v.n * sizeof *v.chunks);
  for (uint32_t i = 0; v.chunks && i < v.n; i++) issue(k, &v.chunks[i]);
  if (status == BLT_OK && p->count && v.n > 1) status = guess_quotes(&v, err);
  if (status == BLT_OK) status = blt_par(k->ctx, v.n, read_chunk, &v, err);
  if (status == BLT_OK) {
    uint32_t good = accepted(&v), most = looks_for_text(k) ? SECOND_WAVE : LAST_WAVE;
    bool counted = p->count > 0;
    p->count -= counted;
    if (good < v.n) {
      forget(&v, good);
      p->size = counted && good == 1 ? 1 : p->size;
      if (k->l->quote) count_quotes(p);
    } else if (p->size < most)
      p->size *= 2;
    status = accept_all(&v, good, err);
    choose_coding(k);
  }
  for (uint32_t i = 0; v.chunks && i < v.n; i++) blt_loading_retire(k, &v.chunks[i]);
  blt_free(k->ctx, v.chunks, v.n * sizeof *v.chunks);
  blt_free(k->ctx, v.quoting, v.n * sizeof *v.quoting);
  blt_free(k->ctx, v.quotes, v.n * sizeof *v.quotes);
  return status;
}

static blt_status report(blt_loading *k, blt_error *err) {
  if (!k->l->progress) return BLT_OK;
  return k->l->progress(k->l->progress_arg, k->next, blt_source_size(k->l->source), k->rows, err);
}

/* ---- the table ---- */

static blt_status make_in_memory(void *arg, const blt_schema *schema, blt_table **out, blt_error *err) {
  return blt_table_new(arg, schema, out, err);
}

static blt_status make_schema(blt_loading *k, blt_schema **out, blt_error *err) {
  const blt_plan *p = &k->l->plan;
  uint32_t n = p->ncols + (k->l->line_column ? 1 : 0);
  blt_field *fields = blt_calloc(k->ctx, n, sizeof *fields);
  if (!fields) return blt_fail_memory(err, n * sizeof *fields);
  for (uint32_t i = 0; i < p->ncols; i++) {
    fields[i] = (blt_field){p->columns[i].name, p->columns[i].type};
    if (fields[i].type.id == BLT_NULLTYPE) fields[i].type = (blt_type){.id = BLT_STRING};
  }
  if (k->l->line_column) fields[p->ncols] = (blt_field){k->l->line_column, {.id = BLT_INT64}};
  blt_status status = blt_schema_new(k->ctx, fields, n, NULL, 0, false, out, err);
  blt_free(k->ctx, fields, n * sizeof *fields);
  return status;
}

/* Which column of the input each column of the table takes. */
static void aim(blt_loading *k) {
  const blt_load *l = k->l;
  const blt_schema *s = blt_table_schema(k->table);
  for (uint32_t i = 0; i < s->ncols; i++) {
    const char *name = s->fields[i].name;
    if (!l->into)
      k->target[i] = i < l->plan.ncols ? (int32_t)i : -2;
    else if (l->line_column && strcmp(name, l->line_column) == 0)
      k->target[i] = -2;
    else
      k->target[i] = blt_names_find(l->names, name, strlen(name));
  }
}

static blt_status make_table(blt_loading *k, blt_error *err) {
  blt_load *l = k->l;
  k->target = blt_alloc(k->ctx, BLT_MAX_COLUMNS * sizeof *k->target);
  if (!k->target) return blt_fail_memory(err, BLT_MAX_COLUMNS * sizeof *k->target);
  blt_status status = BLT_OK;
  if (l->into) {
    k->table = l->into;
    status = blt_table_writable(l->into, err);
    if (status != BLT_OK) return status;
  } else {
    blt_schema *schema = NULL;
    status = make_schema(k, &schema, err);
    if (status != BLT_OK) return status;
    status = l->make ? l->make(l->make_arg, schema, &k->table, err)
                     : make_in_memory(k->ctx, schema, &k->table, err);
    blt_schema_free(schema);
    if (status != BLT_OK) return status;
    k->own_table = !l->make;
  }
  aim(k);
  k->by_row = blt_table_schema(k->table)->nkeys > 0 || (l->into && blt_table_all_rows(k->table) > 0);
  return BLT_OK;
}

static blt_status load_all(blt_loading *k, blt_error *err) {
  pace p = {FIRST_WAVE, 0, FIRST_COUNT};
  blt_status status = BLT_OK;
  while (status == BLT_OK && !k->conflict && k->next < blt_source_size(k->l->source)) {
    status = run_wave(k, &p, err);
    if (status != BLT_OK || k->conflict) break;
    status = k->by_row ? blt_loading_append(k, err) : blt_loading_group(k, false, err);
    if (status == BLT_OK) status = report(k, err);
  }
  if (status == BLT_OK && !k->conflict && !k->by_row) status = blt_loading_group(k, true, err);
  return status;
}

static void settle(const blt_table *t) {
  uint32_t n = blt_table_schema(t)->ncols;
  for (uint32_t i = 0; i < n; i++)
    if (blt_table_dict(t, i)) blt_dict_settle(blt_table_dict(t, i));
}

blt_status blt_load_rows(blt_load *l, blt_csv_result *out, bool *conflict, bool *unknown, blt_error *err) {
  blt_loading k;
  blt_status status = start(&k, l, err);
  if (status == BLT_OK) status = make_table(&k, err);
  uint64_t before = status == BLT_OK && l->into ? blt_table_all_rows(l->into) : 0;
  if (status == BLT_OK) status = load_all(&k, err);
  if (l->into && k.grouped && (status != BLT_OK || k.conflict)) {
    blt_error ignored;
    blt_table_cut(l->into, before, &ignored);
  }
  if (status == BLT_OK && !k.conflict) {
    if (!l->into) settle(k.table);
    out->table = k.table;
    out->rejects = k.rejects;
    out->rows = k.rows;
    out->rejected = k.nrejects;
    out->bytes = blt_source_size(l->source);
    k.own_table = false;
    k.rejects = NULL;
  }
  *conflict = k.conflict;
  *unknown = k.unknown;
  finish(&k);
  return status;
}

static blt_status look_at_all(blt_loading *k, blt_looks *looks, blt_error *err) {
  pace p = {FIRST_WAVE, 0, FIRST_COUNT};
  while (k->next < blt_source_size(k->l->source)) {
    blt_status status = run_wave(k, &p, err);
    if (status != BLT_OK) return status;
    for (size_t i = 0; i < k->nqueue; i++) {
      for (uint32_t c = 0; c < k->l->plan.ncols; c++) blt_looks_merge(&looks[c], &k->queue[i].looks[c]);
      blt_loading_retire(k, &k->queue[i]);
    }
    k->nqueue = 0;
    status = report(k, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

blt_status blt_load_looks(blt_load *l, blt_looks *looks, bool *unknown, blt_error *err) {
  blt_loading k;
  blt_status status = start(&k, l, err);
  if (status == BLT_OK) status = look_at_all(&k, looks, err);
  *unknown = k.unknown;
  finish(&k);
  return status;
}
