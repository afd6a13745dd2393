#include "table_inside.h"
#include "index_inside.h"
#include "strings.h"
#include "base/bits.h"
#include "base/mem.h"

/* ---- life ---- */

static void free_table(blt_table *t) {
  if (t->free_keys) t->free_keys(t);
  for (uint32_t i = 0; t->columns && i < t->schema->ncols; i++) {
    blt_column *c = &t->columns[i];
    for (uint32_t g = 0; g < t->ngroups; g++) blt_unread_release(c->blocks[g]);
    blt_free(t->ctx, c->blocks, c->blocks_cap * sizeof *c->blocks);
    blt_tail_free_arrays(t, c);
    blt_free(t->ctx, c->tail.text, c->tail.text_cap);
    blt_dict_release(c->dict);
  }
  for (uint32_t g = 0; g < t->live_cap; g++)
    if (t->live[g]) blt_free(t->ctx, t->live[g], BLT_BLOCK_ROWS / 8);
  blt_free(t->ctx, t->live, t->live_cap * sizeof *t->live);
  blt_free(t->ctx, t->group_rows, t->group_rows_cap * sizeof *t->group_rows);
  blt_free(t->ctx, t->touched, t->touched_cap * sizeof *t->touched);
  blt_free(t->ctx, t->dying, t->dying_cap * sizeof *t->dying);
  if (t->schema) blt_free(t->ctx, t->columns, t->schema->ncols * sizeof *t->columns);
  if (t->schema) blt_free(t->ctx, t->row.places, t->schema->ncols * sizeof *t->row.places);
  blt_schema_free(t->schema);
  if (t->origin) t->origin->release(t->origin);
  blt_free(t->ctx, t, sizeof *t);
}

blt_status blt_table_new(blt_ctx *ctx, const blt_schema *schema, blt_table **out, blt_error *err) {
  blt_table *t = blt_calloc(ctx, 1, sizeof *t);
  if (!t) return blt_fail_memory(err, sizeof *t);
  t->ctx = ctx;
  t->null_in = -1;
  atomic_init(&t->refs, 1);
  blt_status status = blt_schema_new(ctx, schema->fields, schema->ncols, schema->keys, schema->nkeys,
                                     schema->primary, &t->schema, err);
  if (status == BLT_OK && !(t->columns = blt_calloc(ctx, t->schema->ncols, sizeof *t->columns)))
    status = blt_fail_memory(err, t->schema->ncols * sizeof *t->columns);
  if (status == BLT_OK && !(t->row.places = blt_calloc(ctx, t->schema->ncols, sizeof *t->row.places)))
    status = blt_fail_memory(err, t->schema->ncols * sizeof *t->row.places);
  for (uint32_t i = 0; status == BLT_OK && i < t->schema->ncols; i++) {
    t->columns[i].type = t->schema->fields[i].type;
    blt_tail_reset_bounds(&t->columns[i]);
    if (t->columns[i].type.id == BLT_STRING) status = blt_dict_new(ctx, &t->columns[i].dict, err);
  }
  if (status == BLT_OK) status = blt_table_reserve_group(t, err);
  if (status == BLT_OK && schema->nkeys) blt_keys_attach(t);
  if (status != BLT_OK) {
    free_table(t);
    return status;
  }
  *out = t;
  return BLT_OK;
}

blt_status blt_table_over(blt_ctx *ctx, const blt_schema *schema, blt_origin *origin, blt_table **out,
                          blt_error *err) {
  blt_table *t;
  blt_status status = blt_table_new(ctx, schema, &t, err);
  if (status != BLT_OK) {
    origin->release(origin);
    return status;
  }
  t->readonly = true;
  t->origin = origin;
  *out = t;
  return BLT_OK;
}

blt_origin *blt_table_origin(const blt_table *t) {
  return t->origin;
}

blt_table *blt_table_retain(blt_table *t) {
  atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
  return t;
}

void blt_table_release(blt_table *t) {
  if (t && atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) == 1) free_table(t);
}

blt_ctx *blt_table_ctx(const blt_table *t) {
  return t->ctx;
}
const blt_schema *blt_table_schema(const blt_table *t) {
  return t->schema;
}
uint64_t blt_table_rows(const blt_table *t) {
  if (t->origin) return t->origin->rows;
  return t->sealed_rows + t->tail_rows - t->deleted;
}
blt_dict *blt_table_dict(const blt_table *t, uint32_t col) {
  return t->columns[col].dict;
}
blt_dict *blt_table_interns(const blt_table *t, uint32_t col) {
  return t->columns[col].plain ? NULL : t->columns[col].dict;
}
blt_row *blt_table_open_row(blt_table *t) {
  return &t->row;
}

blt_status blt_table_writable(blt_table *t, blt_error *err) {
  if (t->pins) return blt_fail(err, BLT_EBUSY, "the table cannot change while a query is reading it");
  if (t->closed) return blt_fail(err, BLT_ECLOSED, "the table is no longer part of an open database");
  if (t->origin)
    return blt_fail(err, BLT_EREADONLY,
                    "the table is read from a file, which it does not change: collect() gives "
                    "one of its own");
  if (t->readonly) return blt_fail(err, BLT_EREADONLY, "the table was opened read-only");
  if (!t->postponed) return BLT_OK;
  blt_status status = blt_table_intact(t, err);
  return status == BLT_OK ? blt_table_open_strings(t, NULL, 0, err) : status;
}

blt_status blt_table_changeable(blt_table *t, blt_error *err) {
  if (t->row_open) return blt_fail(err, BLT_EBUSY, "a row is being appended");
  return blt_table_writable(t, err);
}

blt_status blt_table_reserve_group(blt_table *t, blt_error *err) {
  size_t need = (size_t)t->ngroups + 2, old = t->live_cap;
  if (need > UINT32_MAX / 2) return blt_fail(err, BLT_EINVAL, "a table holds at most 2^47 rows");
  blt_status status = blt_grow(t->ctx, &t->group_rows, &t->group_rows_cap, need, sizeof *t->group_rows, err);
  if (status == BLT_OK) status = blt_grow(t->ctx, &t->live, &t->live_cap, need, sizeof *t->live, err);
  for (size_t i = old; i < t->live_cap; i++) t->live[i] = NULL;
  for (uint32_t i = 0; status == BLT_OK && i < t->schema->ncols; i++) {
    blt_column *c = &t->columns[i];
    status = blt_grow(t->ctx, &c->blocks, &c->blocks_cap, need, sizeof *c->blocks, err);
  }
  return status;
}

/* ---- adding groups ---- */

/* Codes that the column's dictionary does not have: of a block that was made with another one. */
static bool codes_beyond(const blt_column *c, const blt_block *b) {
  return c->dict && b->enc != BLT_ENC_TEXT && b->min.i <= b->max.i && b->max.i >= (int64_t)c->dict->count;
}

static blt_status can_add(blt_table *t, blt_block *const *blocks, uint32_t rows, blt_error *err) {
  blt_status status = blt_table_writable(t, err);
  if (status != BLT_OK) return status;
  if (t->enter_keys) return blt_fail(err, BLT_EINVAL, "rows of a table with keys are appended one by one");
  if (rows < 1 || rows > BLT_BLOCK_ROWS) return blt_fail(err, BLT_EINVAL, "a group has 1 to 65,536 rows");
  if (t->tail_rows && t->tail_rows < BLT_BLOCK_ROWS)
    return blt_fail(err, BLT_EINVAL, "whole groups can be added only after a full group");
  if (!t->tail_rows && t->ngroups && t->group_rows[t->ngroups - 1] < BLT_BLOCK_ROWS)
    return blt_fail(err, BLT_EINVAL, "whole groups can be added only after a full group");
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    if (blocks[i]->rows != rows) return blt_fail(err, BLT_EINVAL, "the blocks of a group differ in length");
    if (t->columns[i].type.required && blocks[i]->nulls)
      return blt_fail(err, BLT_ENULL, "column '%s' is required: null is refused", t->schema->fields[i].name);
    if (codes_beyond(&t->columns[i], blocks[i]))
      return blt_fail(err, BLT_EINVAL, "the codes of column '%s' are not those of its dictionary",
                      t->schema->fields[i].name);
  }
  return BLT_OK;
}

blt_status blt_table_add_group(blt_table *t, blt_block **blocks, uint32_t rows, blt_error *err) {
  blt_status status = can_add(t, blocks, rows, err);
  if (status == BLT_OK) status = blt_table_seal(t, err);
  if (status == BLT_OK) status = blt_table_reserve_group(t, err);
  if (status != BLT_OK) {
    for (uint32_t i = 0; i < t->schema->ncols; i++) blt_block_release(blocks[i]);
    return status;
  }
  for (uint32_t i = 0; i < t->schema->ncols; i++) t->columns[i].blocks[t->ngroups] = blt_unread_of(blocks[i]);
  t->group_rows[t->ngroups++] = rows;
  t->sealed_rows += rows;
  t->version++;
  for (uint32_t i = 0; i < t->schema->ncols; i++) blt_table_consider_plain(t, &t->columns[i]);
  return BLT_OK;
}

blt_status blt_table_share_dict(blt_table *t, uint32_t col, blt_dict *dict, blt_error *err) {
  if (t->sealed_rows || t->tail_rows)
    return blt_fail(err, BLT_EINVAL, "only an empty table can take a dictionary");
  if (t->columns[col].type.id != BLT_STRING)
    return blt_fail(err, BLT_ETYPE, "only strings have a dictionary");
  blt_dict_retain(dict);
  blt_dict_release(t->columns[col].dict);
  t->columns[col].dict = dict;
  t->columns[col].dict_kept = 0;
  return BLT_OK;
}

/* ---- views ---- */

static size_t view_bytes(uint32_t ncols) {
  return sizeof(blt_view) + ncols * sizeof(blt_view_column);
}

static blt_status view_origin(blt_table *t, blt_view **out, blt_error *err) {
  uint32_t n = t->schema->ncols;
  uint32_t *all = blt_alloc(t->ctx, n * sizeof *all);
  if (!all) return blt_fail_memory(err, n * sizeof *all);
  for (uint32_t i = 0; i < n; i++) all[i] = i;
  blt_status status = t->origin->view(t->origin, t, all, n, out, err);
  blt_free(t->ctx, all, n * sizeof *all);
  return status;
}

blt_status blt_table_view(blt_table *t, blt_view **out, blt_error *err) {
  if (t->origin) return view_origin(t, out, err);
  return blt_table_view_of(t, NULL, 0, out, err);
}

blt_status blt_table_view_of(blt_table *t, const uint32_t *cols, uint32_t ncols, blt_view **out,
                             blt_error *err) {
  if (t->row_open) return blt_fail(err, BLT_EBUSY, "a row is being appended");
  blt_status status = blt_table_intact(t, err);
  if (status == BLT_OK) status = blt_table_open_strings(t, cols, ncols, err);
  if (status != BLT_OK) return status;
  uint32_t n = t->schema->ncols;
  blt_view *v = blt_alloc(t->ctx, view_bytes(n));
  if (!v) return blt_fail_memory(err, view_bytes(n));
  blt_view_column *columns = (blt_view_column *)(v + 1);
  uint32_t g = t->ngroups;
  if (t->tail_rows && t->pins == 0) {
    blt_table_show_tail(t);
    t->group_rows[g] = t->tail_rows;
    for (uint32_t i = 0; i < n; i++) t->columns[i].blocks[g] = blt_unread_of(&t->columns[i].tail_block);
  }
  for (uint32_t i = 0; i < n; i++)
    columns[i] = (blt_view_column){t->columns[i].type, t->columns[i].dict, t->columns[i].blocks, NULL};
  *v = (blt_view){.ctx = t->ctx,
                  .schema = t->schema,
                  .ncols = n,
                  .ngroups = g + (t->tail_rows ? 1 : 0),
                  .rows = t->sealed_rows + t->tail_rows,
                  .live_rows = blt_table_rows(t),
                  .group_rows = t->group_rows,
                  .live = t->deleted ? (const uint64_t *const *)t->live : NULL,
                  .columns = columns,
                  .table = blt_table_retain(t)};
  t->pins++;
  *out = v;
  return BLT_OK;
}

void blt_view_release(blt_view *v) {
  if (!v || v->shared) {
    if (v) v->shared--;
    return;
  }
  if (v->ops) {
    v->ops->release(v);
    return;
  }
  blt_table *t = v->table;
  if (--t->pins == 0 && t->tail_rows) blt_table_hide_tail(t);
  blt_free(t->ctx, v, view_bytes(v->ncols));
  blt_table_release(t);
}

/* ---- size and checking ---- */

size_t blt_table_bytes(const blt_table *t) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < t->schema->ncols; i++) {
    const blt_column *c = &t->columns[i];
    for (uint32_t g = 0; g < t->ngroups; g++)
      bytes += sizeof(blt_block) + blt_unread_head(c->blocks[g]).bytes;
    if (c->tail.data)
      bytes += ((size_t)c->tail.cap + 1) * blt_tail_width(c) + blt_bits_words(c->tail.cap) * 8;
    bytes += c->tail.text_cap + c->blocks_cap * sizeof *c->blocks;
    if (c->dict) bytes += blt_dict_bytes(c->dict);
  }
  for (uint32_t g = 0; g < t->live_cap; g++) bytes += t->live[g] ? BLT_BLOCK_ROWS / 8 : 0;
  return bytes;
}

static blt_status validate_column(const blt_view *v, uint32_t col, blt_error *err) {
  const blt_view_column *c = &v->columns[col];
  blt_status status = c->dict ? blt_dict_validate(c->dict, err) : BLT_OK;
  for (uint32_t g = 0; status == BLT_OK && g < v->ngroups; g++) {
    const blt_block *made;
    blt_block_head head = {0};
    if (!blt_view_head(v, col, g, &head)) status = blt_view_make(v, col, g, &made, err);
    blt_view_head(v, col, g, &head);
    if (status == BLT_OK && head.rows != v->group_rows[g])
      return blt_fail(err, BLT_EFORMAT, "broken table: column %u, group %u: the block's length is wrong", col,
                      g);
    if (status == BLT_OK) status = blt_unread_check(c->blocks[g], c->type, c->dict ? c->dict->count : 0, err);
  }
  return status;
}

static blt_status validate_groups(const blt_view *v, blt_error *err) {
  uint64_t rows = 0, dead = 0;
  for (uint32_t g = 0; g < v->ngroups; g++) {
    rows += v->group_rows[g];
    if (v->group_rows[g] != BLT_BLOCK_ROWS && g + 1 < v->ngroups)
      return blt_fail(err, BLT_EFORMAT, "broken table: group %u is short but not the last", g);
    if (v->live && v->live[g]) dead += v->group_rows[g] - blt_bits_count(v->live[g], v->group_rows[g]);
  }
  if (rows != v->rows || rows - dead != v->live_rows)
    return blt_fail(err, BLT_EFORMAT, "broken table: the row counts do not add up");
  return BLT_OK;
}

blt_status blt_table_validate(blt_table *t, blt_error *err) {
  blt_view *v;
  blt_status status = blt_table_view(t, &v, err);
  if (status != BLT_OK) return status;
  status = validate_groups(v, err);
  for (uint32_t i = 0; status == BLT_OK && i < v->ncols; i++) status = validate_column(v, i, err);
  blt_view_release(v);
  return status;
}
