/* Updating: new blocks are made beside the old ones, and only when nothing can fail any more but a repeated
 * key do they change places; a repeated key changes them back. */
#include "change.h"
#include "index_inside.h"
#include "undo.h"
#include "base/bits.h"
#include "base/mem.h"

#include <string.h>

#define BLT_IN_PLACE 64u /* columns of a row that is changed in place */

/* Where new values come from: rows of a view, or one row of values. */
typedef struct source {
  const blt_view *view;
  const blt_value *one;
} source;

static blt_status source_value(const source *s, uint64_t k, uint32_t i, blt_value *out, blt_error *err) {
  if (!s->one)
    return blt_view_cell(s->view, i, (uint32_t)(k / BLT_BLOCK_ROWS), (uint32_t)(k % BLT_BLOCK_ROWS), out,
                         err);
  *out = s->one[i];
  return BLT_OK;
}

/* One column of one group (the tail is group ngroups) that changes; `block` is the new form, after the swap
 * the old one. */
typedef struct swap {
  uint32_t col, group;
  blt_unread block;
  blt_unread old_tail; /* the tail so far, in the shape of a block */
} swap;

typedef struct update {
  blt_table *t;
  const uint64_t *rows;
  size_t n;
  const uint32_t *cols;
  uint32_t ncols;
  source from;
  swap *swaps;
  size_t nswaps, swaps_cap;
} update;

/* ---- making the new blocks ---- */

/* Bits of the rows that are not null, in words for `rows`. */
static void read_valid(const blt_block *b, uint64_t *valid) {
  size_t words = blt_bits_words(b->rows);
  if (b->valid)
    memcpy(valid, b->valid, words * 8);
  else if (b->nulls)
    memset(valid, 0, words * 8);
  else
    blt_bits_fill(valid, b->rows);
}

/* Rows first to last - 1 of u->rows lie in the group that starts at row `base`. */
typedef struct span {
  size_t first, last;
  uint64_t base;
} span;

static blt_status patch_text(update *u, const blt_block *old, uint64_t *valid, span at, uint32_t i,
                             blt_block **out, blt_error *err) {
  blt_ctx *ctx = u->t->ctx;
  blt_str *v = blt_alloc(ctx, old->rows * sizeof *v);
  if (!v) return blt_fail_memory(err, old->rows * sizeof *v);
  blt_status status = BLT_OK;
  blt_block_read_text(old, 0, old->rows, v);
  for (size_t k = at.first; status == BLT_OK && k < at.last; k++) {
    blt_value value;
    status = source_value(&u->from, k, i, &value, err);
    if (status != BLT_OK) break;
    uint32_t r = (uint32_t)(u->rows[k] - at.base);
    blt_bit_put(valid, r, !value.null);
    v[r] = value.null ? (blt_str){"", 0} : value.u.s;
  }
  if (status == BLT_OK) status = blt_block_from_text(ctx, v, valid, old->rows, out, err);
  blt_free(ctx, v, old->rows * sizeof *v);
  return status;
}

/* The code of a new string; of one that comes with a code of this dictionary it is known. */
static blt_status source_code(const source *s, uint64_t k, uint32_t i, blt_dict *dict, bool *null,
                              uint32_t *code, blt_error *err) {
  if (s->view && s->view->columns[i].dict == dict) {
    const blt_block *b;
    uint32_t r = (uint32_t)(k % BLT_BLOCK_ROWS);
    blt_status status = blt_view_block(s->view, i, (uint32_t)(k / BLT_BLOCK_ROWS), &b, err);
    if (status != BLT_OK) return status;
    *null = blt_block_is_null(b, r);
    if (b->enc != BLT_ENC_TEXT && !*null) *code = (uint32_t)blt_block_i64(b, r);
    if (b->enc != BLT_ENC_TEXT) return BLT_OK;
  }
  blt_value value;
  blt_status status = source_value(s, k, i, &value, err);
  if (status != BLT_OK) return status;
  *null = value.null;
  return value.null ? BLT_OK : blt_dict_intern(dict, value.u.s.s, value.u.s.len, code, err);
}

static blt_status patch_codes(update *u, const blt_block *old, uint64_t *valid, span at, uint32_t i,
                              blt_block **out, blt_error *err) {
  blt_ctx *ctx = u->t->ctx;
  blt_dict *dict = u->t->columns[u->cols[i]].dict;
  uint32_t *v = blt_alloc(ctx, old->rows * sizeof *v);
  if (!v) return blt_fail_memory(err, old->rows * sizeof *v);
  blt_status status = BLT_OK;
  blt_block_read_codes(old, 0, old->rows, v);
  for (size_t k = at.first; status == BLT_OK && k < at.last; k++) {
    bool null = false;
    uint32_t r = (uint32_t)(u->rows[k] - at.base);
    status = source_code(&u->from, k, i, dict, &null, &v[r], err);
    blt_bit_put(valid, r, !null);
  }
  if (status == BLT_OK) status = blt_block_from_codes(ctx, v, valid, old->rows, out, err);
  blt_free(ctx, v, old->rows * sizeof *v);
  return status;
}

static blt_status patch_numbers(update *u, const blt_block *old, uint64_t *valid, span at, uint32_t i,
                                blt_block **out, blt_error *err) {
  blt_ctx *ctx = u->t->ctx;
  bool is_float = u->t->columns[u->cols[i]].type.id == BLT_FLOAT64;
  blt_scalar *v = blt_alloc(ctx, old->rows * sizeof *v);
  if (!v) return blt_fail_memory(err, old->rows * sizeof *v);
  if (is_float)
    blt_block_read_f64(old, 0, old->rows, &v->f);
  else
    blt_block_read_i64(old, 0, old->rows, &v->i);
  blt_status status = BLT_OK;
  for (size_t k = at.first; k < at.last; k++) {
    blt_value value;
    status = source_value(&u->from, k, i, &value, err);
    if (status != BLT_OK) break;
    uint32_t r = (uint32_t)(u->rows[k] - at.base);
    blt_bit_put(valid, r, !value.null);
    if (value.null) continue;
    if (is_float)
      v[r].f = value.u.f;
    else
      v[r].i = value.u.i;
  }
  if (status == BLT_OK)
    status = is_float ? blt_block_from_f64(ctx, &v->f, valid, old->rows, out, err)
                      : blt_block_from_i64(ctx, &v->i, valid, old->rows, out, err);
  blt_free(ctx, v, old->rows * sizeof *v);
  return status;
}

static blt_status patch(update *u, const blt_block *old, span at, uint32_t i, blt_block **out,
                        blt_error *err) {
  const blt_column *c = &u->t->columns[u->cols[i]];
  uint64_t valid[BLT_BLOCK_ROWS / 64];
  read_valid(old, valid);
  if (c->type.id != BLT_STRING) return patch_numbers(u, old, valid, at, i, out, err);
  if (old->enc == BLT_ENC_TEXT) return patch_text(u, old, valid, at, i, out, err);
  return patch_codes(u, old, valid, at, i, out, err);
}

static blt_status prepare_column(update *u, uint32_t group, span at, uint32_t i, blt_error *err) {
  blt_table *t = u->t;
  blt_status status = blt_grow(t->ctx, &u->swaps, &u->swaps_cap, u->nswaps + 1, sizeof *u->swaps, err);
  if (status != BLT_OK) return status;
  swap *s = &u->swaps[u->nswaps];
  *s = (swap){.col = u->cols[i], .group = group};
  blt_block *tail = NULL, *made = NULL;
  const blt_block *old = NULL;
  if (group < t->ngroups)
    status = blt_table_block(t, u->cols[i], group, &old, err);
  else if ((status = blt_table_encode_rows(t, u->cols[i], 0, t->tail_rows, &tail, err)) == BLT_OK)
    old = tail;
  if (status == BLT_OK) status = patch(u, old, at, i, &made, err);
  s->block = blt_unread_of(made);
  s->old_tail = blt_unread_of(tail);
  if (status == BLT_OK)
    u->nswaps++;
  else
    blt_unread_release(s->old_tail);
  return status;
}

static blt_status prepare(update *u, blt_error *err) {
  blt_status status = BLT_OK;
  span at = {0, 0, 0};
  while (status == BLT_OK && at.first < u->n) {
    uint32_t group = (uint32_t)(u->rows[at.first] / BLT_BLOCK_ROWS);
    at.base = (uint64_t)group * BLT_BLOCK_ROWS;
    for (at.last = at.first; at.last < u->n && u->rows[at.last] / BLT_BLOCK_ROWS == group;) at.last++;
    for (uint32_t i = 0; status == BLT_OK && i < u->ncols; i++) status = prepare_column(u, group, at, i, err);
    at.first = at.last;
  }
  return status;
}

/* ---- changing places ---- */

/* Puts the first `n` swaps in place, or back again with the second call. The tail can fail the first time. */
static blt_status exchange(update *u, size_t n, bool back, size_t *done, blt_error *err) {
  for (size_t i = 0; i < n; i++) {
    swap *s = &u->swaps[i];
    blt_column *c = &u->t->columns[s->col];
    if (s->group < u->t->ngroups) {
      blt_unread old = c->blocks[s->group];
      c->blocks[s->group] = s->block;
      s->block = old;
      continue;
    }
    blt_status status = blt_table_set_tail(u->t, s->col, back ? s->old_tail : s->block, err);
    *done = i;
    if (status != BLT_OK) return status;
  }
  *done = n;
  return BLT_OK;
}

static void record(update *u) {
  for (size_t i = 0; i < u->nswaps; i++) {
    swap *s = &u->swaps[i];
    if (s->group < u->t->ngroups)
      blt_undo_block(u->t, s->col, s->group, s->block);
    else
      blt_undo_tail(u->t, s->col, s->old_tail);
  }
}

/* A failed swap leaves the tail's column half written: it is put back as well. */
static void undo_exchange(update *u, size_t done) {
  blt_error ignored;
  size_t n = done < u->nswaps ? done + 1 : done;
  exchange(u, n, true, &done, &ignored);
}

static blt_status replace(update *u, blt_error *err) {
  size_t done = 0;
  bool keyed = blt_keys_touch(u->t, u->cols, u->ncols);
  blt_status status = keyed ? blt_keys_reserve(u->t, u->n, err) : BLT_OK;
  if (status == BLT_OK) status = blt_undo_reserve(u->t, u->nswaps, err);
  if (status != BLT_OK) return status;
  for (size_t i = 0; keyed && i < u->n; i++) blt_keys_remove(u->t, u->rows[i]);
  status = exchange(u, u->nswaps, false, &done, err);
  if (status == BLT_OK && keyed) status = blt_keys_enter_all(u->t, u->rows, u->n, err);
  if (status == BLT_OK) {
    record(u);
    u->t->version++;
    return BLT_OK;
  }
  undo_exchange(u, done);
  for (size_t i = 0; keyed && i < u->n; i++) blt_keys_restore(u->t, u->rows[i]);
  return status;
}

static void release(update *u) {
  for (size_t i = 0; i < u->nswaps; i++) {
    blt_unread_release(u->swaps[i].block);
    blt_unread_release(u->swaps[i].old_tail);
  }
  blt_free(u->t->ctx, u->swaps, u->swaps_cap * sizeof *u->swaps);
}

/* ---- checking what is asked for ---- */

static blt_status check_columns(const blt_table *t, const uint32_t *cols, uint32_t ncols, blt_error *err) {
  for (uint32_t i = 0; i < ncols; i++) {
    if (cols[i] >= t->schema->ncols)
      return blt_fail(err, BLT_EINVAL, "the table has %u columns, not %u", t->schema->ncols, cols[i] + 1);
    for (uint32_t j = 0; j < i; j++)
      if (cols[j] == cols[i])
        return blt_fail(err, BLT_ENAME, "column '%s' is given twice", t->schema->fields[cols[i]].name);
  }
  return BLT_OK;
}

static blt_status check_values(update *u, blt_error *err) {
  for (size_t k = 0; k < u->n; k++) {
    if (!blt_table_lives(u->t, u->rows[k]))
      return blt_fail_at(err, BLT_EINVAL, (int64_t)k, "row %llu is deleted",
                         (unsigned long long)u->rows[k] + 1);
    for (uint32_t i = 0; i < u->ncols; i++) {
      blt_value v;
      blt_status status = source_value(&u->from, k, i, &v, err);
      if (status == BLT_OK) status = blt_table_fits(u->t, u->cols[i], &v, err);
      if (status != BLT_OK) return status;
    }
  }
  return BLT_OK;
}

static blt_status check_view(const update *u, blt_error *err) {
  const blt_view *v = u->from.view;
  if (v->ncols != u->ncols || v->rows != u->n || v->live_rows != u->n)
    return blt_fail(err, BLT_EINVAL, "%llu rows of %u new values for %zu rows and %u columns",
                    (unsigned long long)v->live_rows, v->ncols, u->n, u->ncols);
  return BLT_OK;
}

static blt_status run(update *u, blt_error *err) {
  blt_status status = blt_table_changeable(u->t, err);
  if (status == BLT_OK) status = blt_rows_check(u->t, u->rows, u->n, err);
  if (status == BLT_OK) status = check_columns(u->t, u->cols, u->ncols, err);
  if (status == BLT_OK && u->from.view) status = check_view(u, err);
  if (status == BLT_OK) status = check_values(u, err);
  if (status == BLT_OK) status = prepare(u, err);
  if (status == BLT_OK && u->nswaps) status = replace(u, err);
  release(u);
  return status;
}

blt_status blt_table_update(blt_table *t, const uint64_t *rows, size_t n, const uint32_t *cols,
                            uint32_t ncols, const blt_view *values, blt_error *err) {
  update u = {.t = t, .rows = rows, .n = n, .cols = cols, .ncols = ncols, .from = {.view = values}};
  blt_value one[BLT_IN_PLACE];
  if (n != 1 || values->rows != 1 || values->live_rows != 1 || values->ncols != ncols || ncols > BLT_IN_PLACE)
    return run(&u, err);
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < ncols; i++) status = source_value(&u.from, 0, i, &one[i], err);
  return status == BLT_OK ? blt_table_update_row(t, rows[0], cols, ncols, one, err) : status;
}

/* ---- from a file ---- */

static blt_status patch_rows(update *u, blt_error *err) {
  size_t done = 0;
  blt_status status = prepare(u, err);
  if (status == BLT_OK) status = exchange(u, u->nswaps, false, &done, err);
  release(u);
  return status;
}

blt_status blt_table_patch(blt_table *t, const uint64_t *rows, uint32_t n, const uint32_t *cols,
                           uint32_t ncols, blt_unread *blocks, blt_error *err) {
  size_t bytes = ncols * sizeof(blt_view_column);
  blt_view_column *columns = blt_alloc(t->ctx, bytes);
  if (!columns) return blt_fail_memory(err, bytes);
  for (uint32_t i = 0; i < ncols; i++)
    columns[i] = (blt_view_column){t->columns[cols[i]].type, t->columns[cols[i]].dict, &blocks[i], NULL};
  blt_view v = {.ctx = t->ctx,
                .ncols = ncols,
                .ngroups = 1,
                .rows = n,
                .live_rows = n,
                .group_rows = &n,
                .columns = columns};
  update u = {.t = t, .rows = rows, .n = n, .cols = cols, .ncols = ncols, .from = {.view = &v}};
  blt_status status = patch_rows(&u, err);
  blt_free(t->ctx, columns, bytes);
  return status;
}

/* ---- one row in the tail: written in place ---- */

static bool fits_in_place(const blt_table *t, uint64_t row, const uint32_t *cols, uint32_t ncols) {
  if (row < t->sealed_rows || ncols > BLT_IN_PLACE) return false;
  for (uint32_t i = 0; i < ncols; i++)
    if (t->columns[cols[i]].plain) return false;
  return true;
}

typedef struct new_cell {
  bool null, was_null;
  blt_scalar v, was;
} new_cell;

static blt_status read_cells(update *u, new_cell *cells, blt_error *err) {
  blt_table *t = u->t;
  uint32_t at = (uint32_t)(u->rows[0] - t->sealed_rows), code;
  for (uint32_t i = 0; i < u->ncols; i++) {
    const blt_value *v = &u->from.one[i];
    const blt_column *c = &t->columns[u->cols[i]];
    cells[i] = (new_cell){.null = v->null, .was_null = !blt_bit(c->tail.valid, at)};
    cells[i].was = blt_tail_scalar(t, u->cols[i], at);
    if (v->null) continue;
    if (c->type.id != BLT_STRING) {
      memcpy(&cells[i].v, &v->u, sizeof cells[i].v);
      continue;
    }
    blt_status status = blt_dict_intern(c->dict, v->u.s.s, v->u.s.len, &code, err);
    if (status != BLT_OK) return status;
    cells[i].v.i = code;
  }
  return BLT_OK;
}

static blt_status write_in_place(update *u, blt_error *err) {
  blt_table *t = u->t;
  new_cell cells[BLT_IN_PLACE];
  uint32_t at = (uint32_t)(u->rows[0] - t->sealed_rows);
  bool keyed = blt_keys_touch(t, u->cols, u->ncols);
  blt_status status = check_values(u, err);
  if (status == BLT_OK) status = read_cells(u, cells, err);
  if (status == BLT_OK && keyed) status = blt_keys_reserve(t, 1, err);
  if (status == BLT_OK) status = blt_undo_reserve(t, u->ncols, err);
  if (status != BLT_OK) return status;
  if (keyed) blt_keys_remove(t, u->rows[0]);
  for (uint32_t i = 0; i < u->ncols; i++) blt_tail_put(t, u->cols[i], at, cells[i].null, cells[i].v);
  if (keyed) status = blt_keys_enter_all(t, u->rows, 1, err);
  if (status != BLT_OK) {
    for (uint32_t i = 0; i < u->ncols; i++) blt_tail_put(t, u->cols[i], at, cells[i].was_null, cells[i].was);
    blt_keys_restore(t, u->rows[0]);
    return status;
  }
  for (uint32_t i = 0; i < u->ncols; i++)
    blt_undo_cell(t, u->cols[i], u->rows[0], cells[i].was_null, cells[i].was);
  t->version++;
  return BLT_OK;
}

blt_status blt_table_update_row(blt_table *t, uint64_t row, const uint32_t *cols, uint32_t ncols,
                                const blt_value *values, blt_error *err) {
  update u = {.t = t, .rows = &row, .n = 1, .cols = cols, .ncols = ncols, .from = {.one = values}};
  blt_status status = blt_table_changeable(t, err);
  if (status == BLT_OK) status = blt_rows_check(t, &row, 1, err);
  if (status == BLT_OK) status = check_columns(t, cols, ncols, err);
  if (status != BLT_OK) return status;
  return fits_in_place(t, row, cols, ncols) ? write_in_place(&u, err) : run(&u, err);
}

/* ---- upsert ---- */

/* Gives row number `at` all values of `row` but those of the primary key, which it has. */
static blt_status overwrite(blt_table *t, uint64_t at, const blt_value *row, blt_error *err) {
  uint32_t ncols = t->schema->ncols, n = 0;
  const blt_key *key = &t->schema->keys[0];
  size_t bytes = ncols * (sizeof(blt_value) + sizeof(uint32_t));
  blt_value *values = blt_alloc(t->ctx, bytes);
  if (!values) return blt_fail_memory(err, bytes);
  uint32_t *cols = (uint32_t *)(values + ncols);
  for (uint32_t c = 0; c < ncols; c++) {
    bool in_key = false;
    for (uint32_t i = 0; i < key->ncols; i++) in_key |= key->cols[i] == c;
    if (in_key) continue;
    cols[n] = c;
    values[n++] = row[c];
  }
  blt_status status = blt_table_update_row(t, at, cols, n, values, err);
  blt_free(t->ctx, values, bytes);
  return status;
}

blt_status blt_table_upsert(blt_table *t, const blt_value *row, uint64_t *row_out, bool *inserted,
                            blt_error *err) {
  if (!t->schema->primary) return blt_fail(err, BLT_EINVAL, "upsert needs a table with a primary key");
  blt_value values[BLT_MAX_KEY_COLUMNS];
  const blt_key *key = &t->schema->keys[0];
  uint64_t at = 0;
  bool found = false;
  for (uint32_t i = 0; i < key->ncols; i++) values[i] = row[key->cols[i]];
  blt_status status = blt_table_changeable(t, err);
  if (status == BLT_OK) status = blt_table_find(t, 0, values, &found, &at, err);
  if (status != BLT_OK) return status;
  if (!found) at = blt_table_all_rows(t);
  status = found ? overwrite(t, at, row, err) : blt_table_append(t, row, err);
  if (status != BLT_OK) return status;
  if (row_out) *row_out = at;
  if (inserted) *inserted = !found;
  return BLT_OK;
}
