#include "undo.h"
#include "change.h"
#include "index_inside.h"
#include "base/bits.h"
#include "base/mem.h"

typedef enum entry_kind { UNDO_BLOCK, UNDO_TAIL, UNDO_CELL, UNDO_DELETE } entry_kind;

typedef struct undo_entry {
  uint8_t kind;
  bool null; /* CELL: the old value was null */
  uint32_t col;
  uint64_t where; /* BLOCK, TAIL: the group; CELL, DELETE: the row */
  union {
    blt_unread block;
    blt_scalar value;
  } old;
} undo_entry;

/* A string column at the begin. */
typedef struct string_state {
  uint32_t count; /* entries of its dictionary */
  bool plain;
} string_state;

struct blt_undo {
  uint64_t rows;     /* at the begin, deleted ones counted */
  uint32_t ngroups;  /* groups that have some of them */
  bool keys_changed; /* values of key columns did */
  bool in_place;     /* the last group was changed while it was the tail */
  undo_entry *entries;
  size_t n, cap;
  uint64_t *saved;       /* bit group * ncols + col: the oldest block is kept; NULL until the first */
  uint64_t *tail_saved;  /* bit col: the oldest values of the tail are */
  string_state *strings; /* of each column */
};

static size_t saved_words(const blt_table *t, const struct blt_undo *u) {
  return blt_bits_words((size_t)u->ngroups * t->schema->ncols);
}

void blt_undo_end(blt_table *t) {
  struct blt_undo *u = t->undo;
  if (!u) return;
  for (size_t i = 0; i < u->n; i++)
    if (u->entries[i].kind == UNDO_BLOCK || u->entries[i].kind == UNDO_TAIL)
      blt_unread_release(u->entries[i].old.block);
  blt_free(t->ctx, u->entries, u->cap * sizeof *u->entries);
  blt_free(t->ctx, u->saved, saved_words(t, u) * 8);
  blt_free(t->ctx, u->tail_saved, blt_bits_words(t->schema->ncols) * 8);
  blt_free(t->ctx, u->strings, t->schema->ncols * sizeof *u->strings);
  blt_free(t->ctx, u, sizeof *u);
  t->undo = NULL;
}

blt_status blt_undo_begin(blt_table *t, blt_error *err) {
  if (t->row_open) return blt_fail(err, BLT_EBUSY, "a row is being appended");
  struct blt_undo *u = blt_calloc(t->ctx, 1, sizeof *u);
  if (!u) return blt_fail_memory(err, sizeof *u);
  t->undo = u;
  u->rows = blt_table_all_rows(t);
  u->ngroups = (uint32_t)((u->rows + BLT_BLOCK_ROWS - 1) / BLT_BLOCK_ROWS);
  u->strings = blt_calloc(t->ctx, t->schema->ncols, sizeof *u->strings);
  u->tail_saved = blt_calloc(t->ctx, blt_bits_words(t->schema->ncols), 8);
  if (!u->strings || !u->tail_saved) {
    blt_undo_end(t);
    return blt_fail_memory(err, t->schema->ncols * sizeof *u->strings);
  }
  for (uint32_t i = 0; i < t->schema->ncols; i++)
    if (t->columns[i].dict) u->strings[i] = (string_state){t->columns[i].dict->count, t->columns[i].plain};
  return BLT_OK;
}

/* ---- recording ---- */

blt_status blt_undo_reserve(blt_table *t, size_t n, blt_error *err) {
  struct blt_undo *u = t->undo;
  if (!u) return BLT_OK;
  if (!u->saved && u->ngroups) {
    u->saved = blt_calloc(t->ctx, saved_words(t, u), 8);
    if (!u->saved) return blt_fail_memory(err, saved_words(t, u) * 8);
  }
  return blt_grow(t->ctx, &u->entries, &u->cap, u->n + n, sizeof *u->entries, err);
}

static void note_column(blt_table *t, uint32_t col) {
  if (blt_keys_touch(t, &col, 1)) t->undo->keys_changed = true;
}

void blt_undo_block(blt_table *t, uint32_t col, uint32_t group, blt_unread old) {
  struct blt_undo *u = t->undo;
  size_t bit = (size_t)group * t->schema->ncols + col;
  if (!u || group >= u->ngroups || blt_bit(u->saved, bit)) return;
  blt_bit_set(u->saved, bit);
  note_column(t, col);
  u->entries[u->n++] =
      (undo_entry){.kind = UNDO_BLOCK, .col = col, .where = group, .old.block = blt_unread_retain(old)};
}

void blt_undo_tail(blt_table *t, uint32_t col, blt_unread old) {
  struct blt_undo *u = t->undo;
  if (!u || t->ngroups >= u->ngroups || blt_bit(u->tail_saved, col)) return;
  blt_bit_set(u->tail_saved, col);
  u->in_place = true;
  note_column(t, col);
  u->entries[u->n++] =
      (undo_entry){.kind = UNDO_TAIL, .col = col, .where = t->ngroups, .old.block = blt_unread_retain(old)};
}

void blt_undo_cell(blt_table *t, uint32_t col, uint64_t row, bool null, blt_scalar old) {
  struct blt_undo *u = t->undo;
  if (!u || row >= u->rows || blt_bit(u->tail_saved, col)) return;
  u->in_place = true;
  note_column(t, col);
  u->entries[u->n++] =
      (undo_entry){.kind = UNDO_CELL, .null = null, .col = col, .where = row, .old.value = old};
}

void blt_undo_delete(blt_table *t, uint64_t row) {
  struct blt_undo *u = t->undo;
  if (!u || row >= u->rows) return;
  u->entries[u->n++] = (undo_entry){.kind = UNDO_DELETE, .where = row};
}

/* ---- going back ---- */

static blt_status play_back(blt_table *t, const undo_entry *e, blt_error *err) {
  blt_column *c = &t->columns[e->col];
  if (e->kind == UNDO_DELETE) {
    uint64_t *live = t->live[e->where / BLT_BLOCK_ROWS];
    if (!blt_bit(live, e->where % BLT_BLOCK_ROWS)) t->deleted--;
    blt_bit_set(live, e->where % BLT_BLOCK_ROWS);
    return BLT_OK;
  }
  if (e->kind == UNDO_CELL) {
    blt_tail_put(t, e->col, (uint32_t)(e->where - t->sealed_rows), e->null, e->old.value);
    return BLT_OK;
  }
  if (e->where >= t->ngroups) return blt_table_set_tail(t, e->col, e->old.block, err);
  blt_unread_release(c->blocks[e->where]);
  c->blocks[e->where] = blt_unread_retain(e->old.block);
  return BLT_OK;
}

/* Takes back that columns fell to plain text since the begin: entries that were recorded before know their
 * values as codes. What the tail has by now is sealed as it is; cutting brings back what is needed of it, as
 * codes. */
static blt_status unspell(blt_table *t, const struct blt_undo *u, blt_error *err) {
  bool spelled = false;
  for (uint32_t i = 0; i < t->schema->ncols; i++) spelled |= t->columns[i].plain != u->strings[i].plain;
  if (!spelled) return BLT_OK;
  blt_status status = blt_table_seal(t, err);
  for (uint32_t i = 0; status == BLT_OK && i < t->schema->ncols; i++)
    t->columns[i].plain = u->strings[i].plain;
  return status;
}

/* Forgets the strings that came into a column's dictionary since it had `count`. One that others share (a
 * frame) is left to them and a copy of what was there before takes
 * its place, when the new strings are many enough to pay for it; otherwise, or without memory, they stay
 * until compact(). */
static void forget_strings(blt_column *c, uint32_t count) {
  blt_error ignored;
  blt_dict *copy;
  if (!c->dict || c->dict->count <= count) return;
  if (!blt_dict_shared(c->dict)) {
    blt_dict_truncate(c->dict, count, &ignored);
    return;
  }
  if (c->dict->count - count < count / 4 || blt_dict_copy(c->dict, count, &copy, &ignored) != BLT_OK) return;
  blt_dict_release(c->dict);
  c->dict = copy;
}

/* Codes below this are those of rows that stay. A short group of plain text that was opened again for new
 * rows has become codes of the tail, and their strings came after the begin although the rows did not. */
static uint32_t codes_in_use(const blt_table *t, const blt_column *c, uint32_t count) {
  const uint32_t *codes = c->tail.data;
  if (!c->dict || c->plain || c->dict->count <= count) return count;
  for (uint32_t r = 0; r < t->tail_rows; r++)
    if (blt_bit(c->tail.valid, r) && codes[r] >= count) count = codes[r] + 1;
  return count;
}

blt_status blt_undo_rollback(blt_table *t, blt_error *err) {
  struct blt_undo *u = t->undo;
  if (!u) return BLT_OK;
  if (t->pins) return blt_table_writable(t, err);
  blt_table_abort_row(t);
  blt_status status = unspell(t, u, err);
  if (status == BLT_OK) status = blt_table_cut(t, u->rows, err);
  if (status != BLT_OK) return status;
  if (u->in_place && t->tail_rows == 0) status = blt_table_unseal(t, t->group_rows[t->ngroups - 1], err);
  if (u->keys_changed) blt_keys_drop(t);
  for (size_t i = u->n; status == BLT_OK && i-- > 0;) status = play_back(t, &u->entries[i], err);
  if (status != BLT_OK) return status;
  for (size_t i = 0; i < u->n; i++)
    if (u->entries[i].kind == UNDO_DELETE) blt_keys_restore(t, u->entries[i].where);
  for (uint32_t i = 0; i < t->schema->ncols; i++)
    forget_strings(&t->columns[i], codes_in_use(t, &t->columns[i], u->strings[i].count));
  t->version++;
  blt_undo_end(t);
  return BLT_OK;
}
