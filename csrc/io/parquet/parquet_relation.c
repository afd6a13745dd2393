#include "parquet_relation.h"
#include "io/parquet/meta/aids.h"
#include "io/parquet/meta/bounds.h"
#include "column_read.h"
#include "parquet_origin.h"

#include "base/mem.h"
#include <string.h>

/* ---- the relation ---- */

#define MOST_READERS 64u /* that wait for a next block */

/* A reader of a column, with the block that it would read next. */
typedef struct reader {
  blt_pq_column column;
  uint32_t col; /* of the relation */
  uint64_t row;
  struct reader *next;
} reader;

typedef struct scratch {
  blt_scratch s;
  struct scratch *next;
} scratch;

typedef struct relation {
  blt_view view;
  blt_table *table; /* which holds the origin */
  blt_pq_origin *from;
  uint32_t *numbers; /* of its columns in the set */
  blt_view_column *columns;
  blt_facts *facts;
  uint32_t *group_rows;
  blt_unread *blocks;
  uint8_t *touched; /* parts that were read */
  pthread_mutex_t lock;
  bool locked;
  reader *readers; /* that wait, the latest first */
  uint32_t nreaders;
  scratch *scratches;
} relation;

static void reader_free(const relation *v, reader *r) {
  __atomic_fetch_add(&v->from->pages_read, r->column.pages.read, __ATOMIC_RELAXED);
  __atomic_fetch_add(&v->from->pages_passed, r->column.pages.passed, __ATOMIC_RELAXED);
  blt_pq_column_free(&r->column);
  blt_free(v->view.ctx, r, sizeof *r);
}

static void free_waiting(relation *v) {
  while (v->readers) {
    reader *r = v->readers;
    v->readers = r->next;
    reader_free(v, r);
  }
  while (v->scratches) {
    scratch *s = v->scratches;
    v->scratches = s->next;
    blt_scratch_free(v->view.ctx, &s->s);
    blt_free(v->view.ctx, s, sizeof *s);
  }
  v->nreaders = 0;
}

static void count_parts(relation *v) {
  for (uint32_t p = 0; v->touched && p < v->from->set.nparts; p++)
    if (v->touched[p])
      v->from->read++;
    else
      v->from->skipped++;
}

static void relation_release(blt_view *view) {
  relation *v = (relation *)view;
  blt_ctx *ctx = view->ctx;
  uint32_t n = view->ncols, ngroups = view->ngroups;
  size_t nblocks = (size_t)n * ngroups;
  free_waiting(v);
  count_parts(v);
  for (size_t i = 0; v->blocks && i < nblocks; i++) blt_unread_release(v->blocks[i]);
  if (v->locked) pthread_mutex_destroy(&v->lock);
  if (v->blocks) blt_free(ctx, v->blocks, (nblocks + 1) * sizeof *v->blocks);
  if (v->numbers) blt_free(ctx, v->numbers, (n + 1) * sizeof *v->numbers);
  if (v->columns) blt_free(ctx, v->columns, (n + 1) * sizeof *v->columns);
  if (v->facts) blt_free(ctx, v->facts, (n + 1) * sizeof *v->facts);
  if (v->group_rows) blt_free(ctx, v->group_rows, (ngroups + 1) * sizeof *v->group_rows);
  if (v->touched) blt_free(ctx, v->touched, v->from->set.nparts + 1);
  blt_table_release(v->table);
  blt_free(ctx, v, sizeof *v);
}

/* ---- readers ---- */

/* The waiting reader of the column that has come closest to the row without passing it, or any of the column,
 * which will begin anew. */
static reader *take_reader(relation *v, uint32_t col, uint64_t row) {
  reader **best = NULL;
  for (reader **at = &v->readers; *at; at = &(*at)->next) {
    if ((*at)->col != col) continue;
    bool good = (*at)->row <= row, was = best && (*best)->row <= row;
    if (!best || (good && (!was || (*at)->row > (*best)->row))) best = at;
  }
  if (!best) return NULL;
  reader *r = *best;
  *best = r->next;
  v->nreaders--;
  return r;
}

static blt_status borrow_reader(relation *v, uint32_t col, uint64_t row, reader **out, blt_error *err) {
  pthread_mutex_lock(&v->lock);
  reader *r = take_reader(v, col, row);
  pthread_mutex_unlock(&v->lock);
  if (r && r->row > row) r->column.open = false;
  if (!r) {
    uint32_t number = v->numbers[col];
    const blt_pq_known *k = &v->from->columns[number];
    r = blt_calloc(v->view.ctx, 1, sizeof *r);
    if (!r) return blt_fail_memory(err, sizeof *r);
    r->col = col;
    r->column = (blt_pq_column){.set = &v->from->set,
                                .col = number,
                                .codes = k->codes.dict ? &k->codes : NULL,
                                .aids = &v->from->aids,
                                .touched = v->touched};
  }
  *out = r;
  return BLT_OK;
}

/* The reader that waits longest makes room. */
static reader *last_reader(relation *v) {
  reader **at = &v->readers;
  while ((*at)->next) at = &(*at)->next;
  reader *r = *at;
  *at = NULL;
  v->nreaders--;
  return r;
}

static void return_reader(relation *v, reader *r, uint64_t row) {
  reader *old = NULL;
  r->row = row;
  pthread_mutex_lock(&v->lock);
  if (v->nreaders >= MOST_READERS) old = last_reader(v);
  r->next = v->readers;
  v->readers = r;
  v->nreaders++;
  pthread_mutex_unlock(&v->lock);
  if (old) reader_free(v, old);
}

static blt_status borrow_scratch(relation *v, scratch **out, blt_error *err) {
  pthread_mutex_lock(&v->lock);
  scratch *s = v->scratches;
  if (s) v->scratches = s->next;
  pthread_mutex_unlock(&v->lock);
  if (!s && !(s = blt_calloc(v->view.ctx, 1, sizeof *s))) return blt_fail_memory(err, sizeof *s);
  *out = s;
  return BLT_OK;
}

static void return_scratch(relation *v, scratch *s) {
  pthread_mutex_lock(&v->lock);
  s->next = v->scratches;
  v->scratches = s;
  pthread_mutex_unlock(&v->lock);
}

/* ---- blocks ---- */

static bool holds(const blt_facts *known, const blt_facts *is, bool doubles) {
  bool inside = !known->bounded || is->empty ||
                (!known->empty && (doubles ? is->flow >= known->flow && is->fhigh <= known->fhigh
                                           : is->low >= known->low && is->high <= known->high));
  return inside && (known->nulls || !is->nulls) && (known->text || !is->text);
}

static bool relation_bounds(const blt_view *shared, uint32_t c, uint32_t group, blt_facts *out);

/* Who reads the relation takes what is known of the column and of the block for true: a file that lies is
 * damaged. */
static blt_status check_facts(const relation *v, uint32_t col, uint32_t group, const blt_block *b,
                              blt_error *err) {
  blt_block_head head = blt_block_head_of(b);
  blt_type type = v->columns[col].type;
  blt_facts is, stated;
  blt_facts_of_block(&head, type, &is);
  relation_bounds(&v->view, col, group, &stated);
  bool doubles = type.id == BLT_FLOAT64;
  if (holds(&v->facts[col], &is, doubles) && holds(&stated, &is, doubles)) return BLT_OK;
  return blt_fail(err, BLT_EFORMAT,
                  "%.180s: column '%.100s': damaged: values outside of the bounds that the file states",
                  blt_source_name(v->from->sources[0]), v->from->set.fields[v->numbers[col]].name);
}

static blt_status read_block(relation *v, uint32_t col, uint32_t group, blt_block **out, blt_error *err) {
  uint64_t first = (uint64_t)group * BLT_BLOCK_ROWS;
  uint32_t rows = v->group_rows[group];
  reader *r = NULL;
  scratch *s = NULL;
  blt_status status = borrow_reader(v, col, first, &r, err);
  if (status != BLT_OK) return status;
  status = borrow_scratch(v, &s, err);
  if (status == BLT_OK) {
    status = blt_pq_column_block(&r->column, NULL, &s->s, first, rows, out, err);
    return_scratch(v, s);
  }
  if (status == BLT_OK)
    return_reader(v, r, first + rows);
  else
    reader_free(v, r);
  return status;
}

static blt_status relation_make(const blt_view *shared, uint32_t col, uint32_t group, blt_block **out,
                                blt_error *err) {
  relation *v = (relation *)(uintptr_t)shared; /* only what the lock guards changes */
  blt_block *made = NULL;
  blt_status status = read_block(v, col, group, &made, err);
  if (status == BLT_ENOMEM) { /* what waits for a next block gives way */
    pthread_mutex_lock(&v->lock);
    free_waiting(v);
    pthread_mutex_unlock(&v->lock);
    status = read_block(v, col, group, &made, err);
  }
  if (status == BLT_OK) status = blt_pq_origin_unchanged(v->from, err);
  if (status == BLT_OK) status = check_facts(v, col, group, made, err);
  if (status == BLT_OK)
    *out = made;
  else
    blt_block_release(made);
  return status;
}

/* ---- what is known of blocks that were not read ---- */

static uint64_t part_rows(const blt_pq_set *s, uint32_t part) {
  return s->parts[part + 1].first - s->parts[part].first;
}

/* Facts of rows `from` to `end` - 1 of a part, from its pages' bounds if it has some. */
static void facts_in_part(relation *v, uint32_t part, uint32_t col, uint64_t from, uint64_t end,
                          blt_facts *out) {
  blt_pq_origin *f = v->from;
  const blt_pq_index *x = blt_pq_aids_index(&f->aids, part, col);
  *out = f->columns[col].parts[part];
  if (x && x->lies) *out = (blt_facts){.nulls = true, .nans = true, .text = out->text};
  if (!x || x->lies || f->set.fields[col].type.id == BLT_STRING) return;
  blt_pq_place place;
  blt_values room = {0};
  blt_facts all = {.bounded = true, .empty = true}, one;
  blt_pq_set_place(&f->set, part, col, &place);
  for (uint32_t i = blt_pq_index_find(x, from); i < x->n && x->pages[i].first < end; i++) {
    uint64_t rows = (i + 1 < x->n ? x->pages[i + 1].first : (uint64_t)place.rows) - x->pages[i].first;
    blt_pq_statistics s = x->pages[i].stats;
    if (x->pages[i].empty) s.nulls = (int64_t)rows;
    blt_pq_bounds(f->ctx, place.kind, &s, rows, &room, &one);
    blt_facts_join(&all, &one, f->set.fields[col].type);
  }
  blt_values_free(f->ctx, &room);
  if (all.bounded) *out = all;
}

static bool relation_bounds(const blt_view *shared, uint32_t c, uint32_t group, blt_facts *out) {
  relation *v = (relation *)(uintptr_t)shared;
  const blt_pq_set *s = &v->from->set;
  uint32_t col = v->numbers[c];
  uint64_t first = (uint64_t)group * BLT_BLOCK_ROWS, end = first + v->group_rows[group];
  *out = (blt_facts){.bounded = true, .empty = true};
  for (uint32_t p = blt_pq_set_part(s, first); p < s->nparts && s->parts[p].first < end; p++) {
    uint64_t start = s->parts[p].first, from = first > start ? first - start : 0;
    blt_facts one;
    if (part_rows(s, p) == 0) continue;
    facts_in_part(v, p, col, from, end - start, &one);
    blt_facts_join(out, &one, v->columns[c].type);
  }
  return true;
}

/* Whether some page with rows `from` to `end` - 1 may have such texts, by what is said of pages. */
static bool pages_may_hold(const blt_pq_index *x, const blt_pq_kind *kind, uint64_t from, uint64_t end,
                           const blt_value_span *span) {
  for (uint32_t i = blt_pq_index_find(x, from); i < x->n && x->pages[i].first < end; i++)
    if (!x->pages[i].empty && blt_pq_text_may_be(kind, &x->pages[i].stats, span)) return true;
  return false;
}

static bool texts_may_hold(relation *v, const blt_pq_place *place, uint32_t part, uint32_t col, uint64_t from,
                           uint64_t end, const blt_value_span *span) {
  const blt_pq_codes *codes = &v->from->columns[col].codes;
  const blt_pq_index *x = blt_pq_aids_index(&v->from->aids, part, col);
  if (codes->dict && !blt_pq_codes_may_hold(codes, part, span)) return false;
  if (!codes->dict && !(x && x->lies) && !blt_pq_text_may_be(place->kind, &place->chunk->stats, span))
    return false;
  if (!x || x->lies || pages_may_hold(x, place->kind, from, end, span)) return true;
  return codes->dict && !blt_pq_codes_covered(v->from->ctx, codes, part, x);
}

/* The same of all that the file has beside the values of the part; a dictionary for all knows more than a
 * bloom filter. */
static bool part_may_hold(relation *v, uint32_t part, uint32_t col, uint64_t from, uint64_t end,
                          const blt_value_span *span) {
  blt_pq_origin *f = v->from;
  blt_pq_place place;
  blt_pq_set_place(&f->set, part, col, &place);
  if (place.constant) return true; /* its bounds say all */
  if (f->set.fields[col].type.id == BLT_STRING && !texts_may_hold(v, &place, part, col, from, end, span))
    return false;
  bool filtered = span->low == span->high && !f->columns[col].codes.dict;
  const blt_pq_bloom *bloom = filtered ? blt_pq_aids_bloom(&f->aids, part, col) : NULL;
  return !bloom || blt_pq_bloom_may_hold(bloom, place.kind, span->low);
}

static bool relation_may_hold(const blt_view *shared, uint32_t c, uint32_t group,
                              const blt_value_span *span) {
  relation *v = (relation *)(uintptr_t)shared;
  const blt_pq_set *s = &v->from->set;
  uint64_t first = (uint64_t)group * BLT_BLOCK_ROWS, end = first + v->group_rows[group];
  for (uint32_t p = blt_pq_set_part(s, first); p < s->nparts && s->parts[p].first < end; p++) {
    uint64_t start = s->parts[p].first, from = first > start ? first - start : 0;
    if (part_rows(s, p) && part_may_hold(v, p, v->numbers[c], from, end - start, span)) return true;
  }
  return false;
}

/* ---- opening ---- */

static const blt_view_ops relation_ops = {.make = relation_make,
                                          .release = relation_release,
                                          .transient = true,
                                          .bounds = relation_bounds,
                                          .may_hold = relation_may_hold};

static blt_status take_room(relation *v, uint32_t n, uint32_t ngroups, blt_error *err) {
  blt_ctx *ctx = v->view.ctx;
  v->numbers = blt_calloc(ctx, n + 1, sizeof *v->numbers);
  v->columns = blt_calloc(ctx, n + 1, sizeof *v->columns);
  v->facts = blt_calloc(ctx, n + 1, sizeof *v->facts);
  v->group_rows = blt_calloc(ctx, ngroups + 1, sizeof *v->group_rows);
  v->blocks = blt_calloc(ctx, (size_t)n * ngroups + 1, sizeof *v->blocks);
  v->touched = blt_calloc(ctx, v->from->set.nparts + 1, 1);
  v->locked = pthread_mutex_init(&v->lock, NULL) == 0;
  bool there = v->numbers && v->columns && v->facts && v->group_rows && v->blocks && v->touched && v->locked;
  return there ? BLT_OK : blt_fail_memory(err, (size_t)n * ngroups * sizeof *v->blocks);
}

static blt_status open_column(relation *v, uint32_t i, uint32_t number, blt_error *err) {
  blt_status status = blt_pq_origin_know(v->from, number, err);
  if (status != BLT_OK) return status;
  const blt_pq_known *k = &v->from->columns[number];
  v->numbers[i] = number;
  v->facts[i] = k->all;
  v->columns[i] = (blt_view_column){.type = v->from->set.fields[number].type,
                                    .dict = k->codes.dict,
                                    .blocks = v->blocks + (size_t)i * v->view.ngroups,
                                    .facts = &v->facts[i]};
  return BLT_OK;
}

static blt_status origin_view(blt_origin *o, blt_table *t, const uint32_t *columns, uint32_t n,
                              blt_view **out, blt_error *err) {
  blt_pq_origin *f = (blt_pq_origin *)o;
  uint64_t rows = f->set.rows;
  uint32_t ngroups = (uint32_t)((rows + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS);
  blt_status status = blt_pq_origin_unchanged(f, err);
  if (status != BLT_OK) return status;
  relation *v = blt_calloc(f->ctx, 1, sizeof *v);
  if (!v) return blt_fail_memory(err, sizeof *v);
  v->table = blt_table_retain(t);
  v->from = f;
  v->view = (blt_view){
      .ctx = f->ctx, .ncols = n, .ngroups = ngroups, .rows = rows, .live_rows = rows, .ops = &relation_ops};
  status = take_room(v, n, ngroups, err);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) status = open_column(v, i, columns[i], err);
  for (uint32_t g = 0; status == BLT_OK && g < ngroups; g++)
    v->group_rows[g] = g + 1 < ngroups ? BLT_BLOCK_ROWS : (uint32_t)(rows - (uint64_t)g * BLT_BLOCK_ROWS);
  if (status != BLT_OK) {
    if (v->touched) memset(v->touched, 0, f->set.nparts);
    relation_release(&v->view);
    f->read = f->skipped = 0;
    return status;
  }
  v->view.schema = blt_table_schema(t);
  v->view.columns = v->columns;
  v->view.group_rows = v->group_rows;
  *out = &v->view;
  return BLT_OK;
}

static blt_status make_table(blt_pq_origin *f, blt_table **out, blt_error *err) {
  blt_schema *schema = NULL;
  f->o = (blt_origin){f->set.rows, origin_view, blt_pq_origin_tell, blt_pq_origin_release};
  blt_status status = blt_schema_new(f->ctx, f->set.fields, f->set.ncols, NULL, 0, false, &schema, err);
  if (status == BLT_EINVAL || status == BLT_ENAME || status == BLT_ETYPE) err->code = status = BLT_EFORMAT;
  if (status == BLT_OK) {
    status = blt_table_over(f->ctx, schema, &f->o, out, err);
    blt_schema_free(schema);
  } else {
    blt_pq_origin_release(&f->o);
  }
  return status;
}

blt_status blt_parquet_open(blt_ctx *ctx, blt_source *const *sources, uint32_t n,
                            const blt_parquet_options *o, blt_parquet_result *out, blt_error *err) {
  err->position = -1;
  blt_pq_origin *f = blt_calloc(ctx, 1, sizeof *f);
  if (!f) return blt_fail_memory(err, sizeof *f);
  f->ctx = blt_ctx_retain(ctx);
  f->room = n + 1;
  f->sources = blt_calloc(ctx, f->room, sizeof *f->sources);
  blt_status status = f->sources ? BLT_OK : blt_fail_memory(err, n * sizeof *f->sources);
  if (status == BLT_OK) status = blt_pq_set_open(ctx, (const blt_source *const *)sources, n, o, &f->set, err);
  if (status == BLT_OK) status = blt_pq_aids_start(&f->set, &f->aids, err);
  if (status == BLT_OK) {
    f->columns = blt_calloc(ctx, f->set.ncols + 1, sizeof *f->columns);
    if (!f->columns) status = blt_fail_memory(err, f->set.ncols * sizeof *f->columns);
  }
  if (status != BLT_OK) {
    blt_pq_origin_release(&f->o);
    return status;
  }
  blt_parquet_result result = {.rows = f->set.rows, .nnotes = f->set.nnotes, .room = f->set.room};
  for (uint32_t i = 0; i < n; i++) result.bytes += blt_source_size(sources[i]);
  result.notes = f->set.notes;
  f->set.notes = NULL;
  status = make_table(f, &result.table, err); /* its sources are still the caller's */
  if (status != BLT_OK) {
    blt_parquet_result_free(ctx, &result);
    return status;
  }
  memcpy(f->sources, sources, n * sizeof *sources);
  f->nsources = n;
  *out = result;
  return BLT_OK;
}
