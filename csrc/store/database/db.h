/* db.h: a set of named tables, in memory or in one file.
 *
 *   memory                         file (.blt, csrc/store/README.md)
 *   ┌ tips ┬ areas ┬ … ┐           the same, and commit() makes the present state durable
 *
 * Changes to tables are applied at once. In a file they are durable when blt_db_commit has returned; closing
 * without it forgets them. blt_db_begin marks a point to which blt_db_rollback returns: rows, changed values,
 * created and dropped tables. Without begin there is nothing to roll back to.
 *
 * A file has one writer at a time and any number of readers. A reader (options.readonly) sees the state of
 * the last commit before it opened, for as long as it is open. A table that is still held when its database
 * is closed stays readable and refuses changes.
 */
#ifndef BLT_STORE_DB_H
#define BLT_STORE_DB_H

#include "store/table/table.h"
#include "store/file/vfs.h"

typedef struct blt_db blt_db;

typedef struct blt_db_options {
  bool readonly;      /* never writes, never waits; the file must exist */
  bool must_exist;    /* otherwise a missing file is made */
  double timeout;     /* seconds to wait for another writer; 0: BLT_EBUSY at once */
  const blt_vfs *vfs; /* NULL: the operating system */
} blt_db_options;

/* A set in memory. */
blt_status blt_db_memory(blt_ctx *ctx, blt_db **out, blt_error *err);
/* Opens a file. BLT_EIO (missing, not permitted), BLT_EFORMAT (foreign, other version, damaged), BLT_EBUSY
 * (another writer, after `timeout`), BLT_ENOMEM, BLT_EINTR (the context's poll while waiting). `options` may
 * be NULL. */
blt_status blt_db_open(blt_ctx *ctx, const char *path, const blt_db_options *options, blt_db **out,
                       blt_error *err);
/* Forgets what was not committed and lets the file go. NULL is allowed. */
void blt_db_close(blt_db *db);

const char *blt_db_path(const blt_db *db); /* NULL for memory */
bool blt_db_readonly(const blt_db *db);
uint64_t blt_db_sequence(const blt_db *db);   /* number of the last commit; 0 for memory */
uint64_t blt_db_file_bytes(const blt_db *db); /* bytes in use in the file; 0 for memory */
bool blt_db_changed(const blt_db *db);        /* a commit would write something */
/* What opening found wrong with the root beside the last commit's, which a later commit may have had before
 * it was damaged; NULL when nothing is, and after the next commit. */
const char *blt_db_doubt(const blt_db *db);

/* ---- tables, in order of their creation ---- */
uint32_t blt_db_count(const blt_db *db);
const char *blt_db_name(const blt_db *db, uint32_t i);
blt_table *blt_db_at(const blt_db *db, uint32_t i);                      /* borrowed */
blt_table *blt_db_table(const blt_db *db, const char *name, size_t len); /* borrowed, NULL when unknown */
/* BLT_ENAME when the name is taken or no name, BLT_EREADONLY. `*out` is borrowed. */
blt_status blt_db_create(blt_db *db, const char *name, const blt_schema *schema, blt_table **out,
                         blt_error *err);
/* Takes a table that was made outside (an import, a result), with one reference of it. It must not be in
 * another set (BLT_EINVAL). On failure the caller keeps its reference. */
blt_status blt_db_adopt(blt_db *db, const char *name, blt_table *t, blt_error *err);
/* Takes the table out; who holds it can go on reading. BLT_ENAME when unknown. */
blt_status blt_db_drop(blt_db *db, const char *name, size_t len, blt_error *err);

/* ---- transactions ---- */
/* BLT_EINVAL when one is open already, BLT_EBUSY while a row is open. */
blt_status blt_db_begin(blt_db *db, blt_error *err);
bool blt_db_in_transaction(const blt_db *db);
/* Ends the transaction, when one is open, and makes everything durable. On BLT_EIO before the commit's last
 * step nothing is lost: the state is as before, the transaction still open, and commit may be tried again.
 * When the very last step failed it is unknown which of the two states the disk has: the handle then refuses
 * further commits (BLT_EIO) until the file is opened again. */
blt_status blt_db_commit(blt_db *db, blt_error *err);
/* Back to the begin. BLT_EINVAL when none is open, BLT_EBUSY while a view is held. */
blt_status blt_db_rollback(blt_db *db, blt_error *err);

/* Writes full groups that are not stored yet, without committing, and uses them from the file from then on: a
 * load that is larger than memory calls this now and then. Does nothing in memory or when less than
 * `at_least` bytes wait. */
blt_status blt_db_spill(blt_db *db, uint64_t at_least, blt_error *err);

/* Commits, then rewrites without deleted rows, unused strings and old versions, and takes the place of the
 * file atomically; readers keep the old one. Row numbers change. In memory: the same without a file.
 * BLT_EINVAL in a transaction, BLT_EBUSY while a view is held. */
blt_status blt_db_compact(blt_db *db, blt_error *err);

/* Every invariant of every table, and of a file every checksum of what the last commit names, and the other
 * root (BLT_EFORMAT with what blt_db_doubt says). */
blt_status blt_db_validate(blt_db *db, blt_error *err);
/* The same of a file that need not be open: as its last commit left it. `vfs` may be NULL. */
blt_status blt_file_validate(blt_ctx *ctx, const char *path, const blt_vfs *vfs, blt_error *err);

#endif
