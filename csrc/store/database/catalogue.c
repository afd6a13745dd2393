#include "catalogue.h"
#include "base/mem.h"

#include <string.h>

/* ---- the list ---- */

static void entry_release(blt_ctx *ctx, blt_entry *e) {
  if (!e || --e->refs) return;
  if (e->name) blt_free(ctx, e->name, strlen(e->name) + 1);
  blt_stored_free(e->stored);
  blt_table_release(e->table);
  blt_free(ctx, e, sizeof *e);
}

blt_status blt_catalogue_add(blt_catalogue *c, const char *name, blt_table *t, blt_stored *stored,
                             blt_error *err) {
  blt_status status = blt_grow(c->ctx, &c->v, &c->cap, c->n + 1, sizeof *c->v, err);
  if (status != BLT_OK) return status;
  blt_entry *e = blt_calloc(c->ctx, 1, sizeof *e);
  char *copy = blt_strdup(c->ctx, name, strlen(name));
  if (!e || !copy) {
    blt_free(c->ctx, e, sizeof *e);
    if (copy) blt_free(c->ctx, copy, strlen(name) + 1);
    return blt_fail_memory(err, sizeof *e);
  }
  *e = (blt_entry){.refs = 1, .name = copy, .table = t, .stored = stored};
  c->v[c->n++] = e;
  return BLT_OK;
}

blt_entry *blt_catalogue_find(const blt_catalogue *c, const char *name, size_t len, size_t *at) {
  for (size_t i = 0; i < c->n; i++) {
    if (strlen(c->v[i]->name) != len || memcmp(c->v[i]->name, name, len) != 0) continue;
    if (at) *at = i;
    return c->v[i];
  }
  return NULL;
}

void blt_catalogue_remove(blt_catalogue *c, size_t at) {
  entry_release(c->ctx, c->v[at]);
  memmove(&c->v[at], &c->v[at + 1], (--c->n - at) * sizeof *c->v);
}

blt_status blt_catalogue_copy(blt_catalogue *to, const blt_catalogue *from, blt_error *err) {
  blt_status status = blt_grow(to->ctx, &to->v, &to->cap, from->n, sizeof *to->v, err);
  if (status != BLT_OK) return status;
  for (size_t i = 0; i < from->n; i++) {
    from->v[i]->refs++;
    to->v[i] = from->v[i];
  }
  to->n = from->n;
  return BLT_OK;
}

void blt_catalogue_free(blt_catalogue *c) {
  for (size_t i = 0; i < c->n; i++) entry_release(c->ctx, c->v[i]);
  blt_free(c->ctx, c->v, c->cap * sizeof *c->v);
  c->v = NULL;
  c->n = c->cap = 0;
}

/* ---- from the file ---- */

static blt_status load_entry(blt_catalogue *c, blt_file *f, const char **p, size_t *left, blt_error *err) {
  blt_disk_entry d;
  char name[BLT_MAX_NAME + 1];
  blt_table *t;
  blt_stored *stored;
  if (*left < sizeof d) return blt_file_damaged(f, err, "the list of tables makes no sense");
  memcpy(&d, *p, sizeof d);
  size_t padded = ((size_t)d.name_bytes + 7) / 8 * 8;
  if (d.name_bytes > BLT_MAX_NAME || padded > *left - sizeof d)
    return blt_file_damaged(f, err, "the list of tables makes no sense");
  memcpy(name, *p + sizeof d, d.name_bytes);
  name[d.name_bytes] = 0;
  if (strlen(name) != d.name_bytes || blt_name_check("table", name, err) != BLT_OK ||
      blt_catalogue_find(c, name, d.name_bytes, NULL))
    return blt_file_damaged(f, err, "a table has no proper name");
  *p += sizeof d + padded;
  *left -= sizeof d + padded;
  blt_status status = blt_load_table(f, &d.record, &t, &stored, err);
  if (status != BLT_OK) return status;
  status = blt_catalogue_add(c, name, t, stored, err);
  if (status != BLT_OK) {
    blt_stored_free(stored);
    blt_table_release(t);
  }
  return status;
}

blt_status blt_catalogue_load(blt_catalogue *c, blt_file *f, blt_error *err) {
  const char *p = blt_file_at(f, &f->root.catalogue, err);
  size_t left = (size_t)f->root.catalogue.bytes;
  uint64_t count;
  if (!p) return err->code;
  if (left < sizeof count) return blt_file_damaged(f, err, "the list of tables makes no sense");
  memcpy(&count, p, sizeof count);
  p += sizeof count;
  left -= sizeof count;
  blt_status status = BLT_OK;
  for (uint64_t i = 0; status == BLT_OK && i < count; i++) status = load_entry(c, f, &p, &left, err);
  if (status != BLT_OK) blt_catalogue_free(c);
  return status;
}

/* ---- to the file ---- */

static size_t entry_bytes(const blt_entry *e) {
  return sizeof(blt_disk_entry) + (strlen(e->name) + 7) / 8 * 8;
}

static blt_status save_list(const blt_catalogue *c, blt_stored *const *fresh, blt_file *f, blt_ref *where,
                            blt_error *err) {
  uint64_t count = c->n;
  size_t bytes = sizeof count, at = sizeof count;
  for (size_t i = 0; i < c->n; i++) bytes += entry_bytes(c->v[i]);
  char *list = blt_calloc(c->ctx, 1, bytes);
  if (!list) return blt_fail_memory(err, bytes);
  memcpy(list, &count, sizeof count);
  for (size_t i = 0; i < c->n; i++) {
    const blt_entry *e = c->v[i];
    blt_disk_entry d = {.record = fresh[i] ? fresh[i]->record : e->stored->record,
                        .name_bytes = (uint32_t)strlen(e->name)};
    memcpy(list + at, &d, sizeof d);
    memcpy(list + at + sizeof d, e->name, d.name_bytes);
    at += entry_bytes(e);
  }
  blt_status status = blt_file_append(f, list, bytes, 8, where, err);
  blt_free(c->ctx, list, bytes);
  return status;
}

/* Writes the tables that changed: fresh[i] is what the file then has of table i, or NULL when nothing did. */
static blt_status save_tables(const blt_catalogue *c, blt_stored **fresh, blt_file *f, bool whole,
                              blt_error *err) {
  blt_status status = BLT_OK;
  for (size_t i = 0; status == BLT_OK && i < c->n; i++) {
    const blt_stored *old = whole ? NULL : c->v[i]->stored;
    if (old && old->version == c->v[i]->table->version) continue;
    status = blt_save_table(f, c->v[i]->table, old, &fresh[i], err);
  }
  return status;
}

blt_status blt_catalogue_save(blt_catalogue *c, blt_file *f, bool whole, blt_error *err) {
  blt_mark mark;
  blt_ref where;
  blt_stored **fresh = blt_calloc(c->ctx, c->n, sizeof *fresh);
  if (!fresh) return blt_fail_memory(err, c->n * sizeof *fresh);
  blt_status status = blt_file_begin(f, &mark, err);
  if (status == BLT_OK) status = save_tables(c, fresh, f, whole, err);
  if (status == BLT_OK) status = save_list(c, fresh, f, &where, err);
  if (status == BLT_OK) status = blt_file_commit(f, &where, err);
  for (size_t i = 0; i < c->n; i++) {
    blt_entry *e = c->v[i];
    if (status != BLT_OK || !fresh[i]) {
      blt_stored_free(fresh[i]);
      continue;
    }
    blt_stored_free(e->stored);
    e->stored = fresh[i];
    blt_save_done(e->table, e->stored);
  }
  blt_free(c->ctx, fresh, c->n * sizeof *fresh);
  if (status != BLT_OK) blt_file_forget(f, &mark);
  return status;
}
