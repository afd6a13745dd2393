#include "db.h"
#include "catalogue.h"
#include "store/table/change.h"
#include "store/table/compact.h"
#include "store/table/index_inside.h"
#include "store/table/spent.h"
#include "store/table/strings.h"
#include "store/table/undo.h"
#include "base/mem.h"

#include <errno.h>
#include <string.h>

struct blt_db {
  blt_ctx *ctx;
  blt_file *file; /* NULL: in memory */
  blt_catalogue tables;
  blt_catalogue before; /* as of the begin */
  bool begun;
  bool list_changed; /* tables were made or dropped since the last commit */
};

/* ---- life ---- */

static blt_status db_new(blt_ctx *ctx, blt_db **out, blt_error *err) {
  blt_db *db = blt_calloc(ctx, 1, sizeof *db);
  if (!db) return blt_fail_memory(err, sizeof *db);
  db->ctx = db->tables.ctx = db->before.ctx = blt_ctx_retain(ctx);
  *out = db;
  return BLT_OK;
}

blt_status blt_db_memory(blt_ctx *ctx, blt_db **out, blt_error *err) {
  return db_new(ctx, out, err);
}

static blt_status intact(const void *file, blt_error *err) {
  return blt_file_intact(file, err);
}

/* The table belongs to a database, whose file may be NULL. */
static void take(blt_table *t, const blt_file *f) {
  t->owned = true;
  t->closed = false;
  t->readonly = f && f->readonly;
  t->file = f;
  t->intact = f ? intact : NULL;
}

/* It belongs to none any more. */
static void let_go(blt_table *t, bool readonly) {
  t->owned = false;
  t->closed = true;
  t->readonly = readonly;
  t->file = NULL;
  t->intact = NULL;
}

static void close_all(blt_catalogue *c) {
  for (size_t i = 0; i < c->n; i++) {
    blt_undo_end(c->v[i]->table);
    let_go(c->v[i]->table, c->v[i]->table->readonly);
  }
  blt_catalogue_free(c);
}

void blt_db_close(blt_db *db) {
  if (!db) return;
  close_all(&db->before);
  close_all(&db->tables);
  blt_file_close(db->file);
  blt_ctx *ctx = db->ctx;
  blt_free(ctx, db, sizeof *db);
  blt_ctx_release(ctx);
}

/* Makes a file with no tables in it. `*taken`: somebody else has made one meanwhile. */
static blt_status create(blt_ctx *ctx, const char *path, const blt_vfs *vfs, blt_file **out, bool *taken,
                         blt_error *err) {
  blt_catalogue none = {.ctx = ctx};
  bool named;
  blt_status status = blt_file_create(ctx, vfs, path, 0, NULL, out, err);
  if (status != BLT_OK) return status;
  status = blt_catalogue_save(&none, *out, true, err);
  if (status == BLT_OK) status = blt_file_publish(*out, NULL, taken, &named, err);
  if (status != BLT_OK || *taken) blt_file_close(*out);
  return status;
}

/* Opens the file, or makes it; somebody else may do the same at the same time. */
static blt_status open_or_create(blt_ctx *ctx, const char *path, const blt_db_options *o, const blt_vfs *vfs,
                                 blt_file **out, blt_error *err) {
  blt_handle *probe;
  for (;;) {
    int code = vfs->open(vfs->self, path, BLT_OPEN_READ, &probe);
    if (code == 0) vfs->close(vfs->self, probe);
    if (code != -ENOENT || o->readonly || o->must_exist)
      return blt_file_open(ctx, vfs, path, o->readonly, o->timeout, out, err);
    bool taken = false;
    blt_status status = create(ctx, path, vfs, out, &taken, err);
    if (status != BLT_OK || !taken) return status;
  }
}

blt_status blt_db_open(blt_ctx *ctx, const char *path, const blt_db_options *options, blt_db **out,
                       blt_error *err) {
  blt_db_options none = {0};
  blt_db *db = NULL;
  if (!options) options = &none;
  blt_status status = db_new(ctx, &db, err);
  if (status != BLT_OK) return status;
  status = open_or_create(ctx, path, options, options->vfs ? options->vfs : &blt_vfs_posix, &db->file, err);
  if (status != BLT_OK) db->file = NULL;
  if (status == BLT_OK && db->file->map) status = blt_catalogue_load(&db->tables, db->file, err);
  if (status != BLT_OK) {
    blt_db_close(db);
    return status;
  }
  for (size_t i = 0; i < db->tables.n; i++) take(db->tables.v[i]->table, db->file);
  *out = db;
  return BLT_OK;
}

const char *blt_db_path(const blt_db *db) {
  return db->file ? db->file->path : NULL;
}
bool blt_db_readonly(const blt_db *db) {
  return db->file && db->file->readonly;
}
uint64_t blt_db_sequence(const blt_db *db) {
  return db->file ? db->file->root.sequence : 0;
}
uint64_t blt_db_file_bytes(const blt_db *db) {
  return db->file ? db->file->root.end : 0;
}
const char *blt_db_doubt(const blt_db *db) {
  return db->file && db->file->doubt[0] ? db->file->doubt : NULL;
}

bool blt_db_changed(const blt_db *db) {
  if (!db->file || db->file->readonly) return false;
  for (size_t i = 0; i < db->tables.n; i++) {
    const blt_entry *e = db->tables.v[i];
    if (!e->stored || e->stored->version != e->table->version) return true;
  }
  return db->list_changed;
}

/* ---- tables ---- */

uint32_t blt_db_count(const blt_db *db) {
  return (uint32_t)db->tables.n;
}
const char *blt_db_name(const blt_db *db, uint32_t i) {
  return db->tables.v[i]->name;
}
blt_table *blt_db_at(const blt_db *db, uint32_t i) {
  return db->tables.v[i]->table;
}

blt_table *blt_db_table(const blt_db *db, const char *name, size_t len) {
  const blt_entry *e = blt_catalogue_find(&db->tables, name, len, NULL);
  return e ? e->table : NULL;
}

static blt_status writable(const blt_db *db, blt_error *err) {
  if (blt_db_readonly(db)) return blt_fail(err, BLT_EREADONLY, "'%s' was opened read-only", db->file->path);
  return BLT_OK;
}

blt_status blt_db_adopt(blt_db *db, const char *name, blt_table *t, blt_error *err) {
  blt_status status = writable(db, err);
  if (status == BLT_OK) status = blt_name_check("table", name, err);
  if (status != BLT_OK) return status;
  if (blt_db_table(db, name, strlen(name)))
    return blt_fail(err, BLT_ENAME, "there is a table '%s' already", name);
  if (t->owned || t->ctx != db->ctx)
    return blt_fail(err, BLT_EINVAL, "the table belongs to a database already");
  status = blt_catalogue_add(&db->tables, name, t, NULL, err);
  if (status != BLT_OK) return status;
  take(t, db->file);
  db->list_changed = true;
  return BLT_OK;
}

blt_status blt_db_create(blt_db *db, const char *name, const blt_schema *schema, blt_table **out,
                         blt_error *err) {
  blt_table *t;
  blt_status status = blt_table_new(db->ctx, schema, &t, err);
  if (status != BLT_OK) return status;
  status = blt_db_adopt(db, name, t, err);
  if (status == BLT_OK)
    *out = t;
  else
    blt_table_release(t);
  return status;
}

blt_status blt_db_drop(blt_db *db, const char *name, size_t len, blt_error *err) {
  size_t at;
  blt_status status = writable(db, err);
  if (status != BLT_OK) return status;
  blt_entry *e = blt_catalogue_find(&db->tables, name, len, &at);
  if (!e) return blt_fail(err, BLT_ENAME, "there is no table '%.*s'", (int)(len > 100 ? 100 : len), name);
  if (e->table->row_open) return blt_fail(err, BLT_EBUSY, "a row is being appended to '%s'", e->name);
  let_go(e->table, false);
  blt_catalogue_remove(&db->tables, at);
  db->list_changed = true;
  return BLT_OK;
}

/* ---- transactions ---- */

bool blt_db_in_transaction(const blt_db *db) {
  return db->begun;
}

/* Tables give up what no row uses. */
static void tidy(const blt_catalogue *c) {
  for (size_t i = 0; i < c->n; i++) {
    blt_table_empty_spent(c->v[i]->table);
    blt_table_renew_strings(c->v[i]->table);
  }
}

/* Forgets the begin. */
static void end(blt_db *db) {
  for (size_t i = 0; i < db->before.n; i++) blt_undo_end(db->before.v[i]->table);
  blt_catalogue_free(&db->before);
  db->begun = false;
}

blt_status blt_db_begin(blt_db *db, blt_error *err) {
  blt_status status = writable(db, err);
  if (status != BLT_OK) return status;
  if (db->begun) return blt_fail(err, BLT_EINVAL, "a transaction is open already");
  tidy(&db->tables);
  status = blt_catalogue_copy(&db->before, &db->tables, err);
  for (size_t i = 0; status == BLT_OK && i < db->before.n; i++)
    status = blt_undo_begin(db->before.v[i]->table, err);
  if (status == BLT_OK)
    db->begun = true;
  else
    end(db);
  return status;
}

blt_status blt_db_commit(blt_db *db, blt_error *err) {
  blt_status status = writable(db, err);
  bool changed = blt_db_changed(db);
  if (status == BLT_OK && (changed || !db->file)) tidy(&db->tables);
  if (status == BLT_OK && changed) status = blt_catalogue_save(&db->tables, db->file, false, err);
  if (status != BLT_OK) return status;
  db->list_changed = false;
  end(db);
  return BLT_OK;
}

/* BLT_EBUSY when a table cannot change now. */
static blt_status check_free(const blt_catalogue *c, blt_error *err) {
  for (size_t i = 0; i < c->n; i++)
    if (c->v[i]->table->pins)
      return blt_fail(err, BLT_EBUSY, "a query is reading the table '%s'", c->v[i]->name);
  return BLT_OK;
}

blt_status blt_db_rollback(blt_db *db, blt_error *err) {
  if (!db->begun) return blt_fail(err, BLT_EINVAL, "no transaction is open: begin one first");
  blt_status status = check_free(&db->before, err);
  for (size_t i = 0; status == BLT_OK && i < db->before.n; i++) {
    take(db->before.v[i]->table, db->file);
    status = blt_undo_rollback(db->before.v[i]->table, err);
  }
  if (status != BLT_OK) return status;
  for (size_t i = 0; i < db->tables.n; i++) let_go(db->tables.v[i]->table, false);
  for (size_t i = 0; i < db->before.n; i++) take(db->before.v[i]->table, db->file);
  blt_catalogue now = db->tables;
  db->tables = db->before;
  db->before = now;
  end(db);
  return BLT_OK;
}

blt_status blt_db_spill(blt_db *db, uint64_t at_least, blt_error *err) {
  uint64_t waiting = 0;
  if (!db->file) return BLT_OK;
  blt_status status = writable(db, err);
  for (size_t i = 0; i < db->tables.n; i++) waiting += blt_save_waiting(db->file, db->tables.v[i]->table);
  if (waiting < at_least || waiting == 0) return status;
  for (size_t i = 0; status == BLT_OK && i < db->tables.n; i++)
    status = blt_save_early(db->file, db->tables.v[i]->table, db->tables.v[i]->stored, err);
  return status;
}

/* ---- compacting ---- */

/* Puts the rewritten tables in the place of the ones that users hold. */
static void take_over(blt_db *db, blt_catalogue *fresh) {
  for (size_t i = 0; i < fresh->n; i++) {
    blt_entry *e = db->tables.v[i];
    blt_table_exchange(e->table, fresh->v[i]->table);
    take(e->table, db->file);
    blt_stored_free(e->stored);
    e->stored = fresh->v[i]->stored;
    fresh->v[i]->stored = NULL;
    if (e->stored) e->stored->version = e->table->version;
  }
}

/* Writes the tables to a file of their own, opens that, and gives it the old one's name. */
static blt_status compact_file(blt_db *db, blt_catalogue *fresh, blt_error *err) {
  blt_file *f, *old = db->file;
  uint64_t base;
  bool taken, named = false;
  blt_status status = blt_file_create(db->ctx, old->vfs, old->path, old->root.sequence, old, &f, err);
  if (status != BLT_OK) return status;
  status = blt_catalogue_save(fresh, f, true, err);
  blt_catalogue_free(fresh);
  if (status == BLT_OK) status = blt_file_map(f, 0, f->root.end, &f->map, &base, err);
  if (status == BLT_OK) status = blt_catalogue_load(fresh, f, err);
  if (status == BLT_OK) status = blt_file_publish(f, old, &taken, &named, err);
  if (!named) {
    blt_catalogue_free(fresh);
    blt_file_close(f);
    return status;
  }
  f->broken = status != BLT_OK; /* it has the name, but perhaps not after a power loss */
  db->file = f;
  take_over(db, fresh);
  blt_catalogue_free(fresh);
  blt_file_close(old);
  return status;
}

blt_status blt_db_compact(blt_db *db, blt_error *err) {
  if (db->begun) return blt_fail(err, BLT_EINVAL, "compact() cannot run inside a transaction: commit first");
  blt_status status = check_free(&db->tables, err);
  if (status == BLT_OK) status = blt_db_commit(db, err);
  blt_catalogue fresh = {.ctx = db->ctx};
  for (size_t i = 0; status == BLT_OK && i < db->tables.n; i++) {
    blt_table *t;
    status = blt_table_compacted(db->tables.v[i]->table, &t, err);
    if (status != BLT_OK) break;
    status = blt_catalogue_add(&fresh, db->tables.v[i]->name, t, NULL, err);
    if (status != BLT_OK) blt_table_release(t);
  }
  if (status == BLT_OK && db->file)
    status = compact_file(db, &fresh, err);
  else if (status == BLT_OK)
    take_over(db, &fresh);
  blt_catalogue_free(&fresh);
  return status;
}

/* ---- checking ---- */

static blt_status validate_tables(const blt_catalogue *c, blt_error *err) {
  blt_status status = BLT_OK;
  for (size_t i = 0; status == BLT_OK && i < c->n; i++) {
    blt_table *t = c->v[i]->table;
    status = blt_table_validate(t, err);
    if (status == BLT_OK) status = blt_keys_validate(t, err);
  }
  return status;
}

blt_status blt_file_validate(blt_ctx *ctx, const char *path, const blt_vfs *vfs, blt_error *err) {
  blt_file *f;
  blt_catalogue tables = {.ctx = ctx};
  blt_status status = blt_file_open(ctx, vfs ? vfs : &blt_vfs_posix, path, true, 0, &f, err);
  if (status != BLT_OK) return status;
  status = blt_catalogue_load(&tables, f, err);
  if (status == BLT_OK) status = validate_tables(&tables, err);
  if (status == BLT_OK && f->doubt[0]) status = blt_fail(err, BLT_EFORMAT, "'%s': %s", path, f->doubt);
  blt_catalogue_free(&tables);
  blt_file_close(f);
  return status;
}

blt_status blt_db_validate(blt_db *db, blt_error *err) {
  blt_status status = validate_tables(&db->tables, err);
  if (status == BLT_OK && db->file) status = blt_file_validate(db->ctx, db->file->path, db->file->vfs, err);
  return status;
}
