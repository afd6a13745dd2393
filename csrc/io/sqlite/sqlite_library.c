#include "sqlite_library.h"

#include "base/library.h"
#include "base/mem.h"
#include <string.h>

#define READ_ONLY 0x1
#define READ_WRITE 0x2
#define CREATE 0x4
#define WAIT_MS 5000 /* for another program's transaction */

blt_sqlite_functions blt_sqlite;

static const blt_library_symbol symbols[] = {{"sqlite3_open_v2", &blt_sqlite.open},
                                             {"sqlite3_close", &blt_sqlite.close},
                                             {"sqlite3_busy_timeout", &blt_sqlite.busy_timeout},
                                             {"sqlite3_errmsg", &blt_sqlite.errmsg},
                                             {"sqlite3_prepare_v2", &blt_sqlite.prepare},
                                             {"sqlite3_step", &blt_sqlite.step},
                                             {"sqlite3_reset", &blt_sqlite.reset},
                                             {"sqlite3_finalize", &blt_sqlite.finalize},
                                             {"sqlite3_bind_null", &blt_sqlite.bind_null},
                                             {"sqlite3_bind_int64", &blt_sqlite.bind_int64},
                                             {"sqlite3_bind_double", &blt_sqlite.bind_double},
                                             {"sqlite3_bind_text", &blt_sqlite.bind_text},
                                             {"sqlite3_column_count", &blt_sqlite.column_count},
                                             {"sqlite3_column_type", &blt_sqlite.column_type},
                                             {"sqlite3_column_int64", &blt_sqlite.column_int64},
                                             {"sqlite3_column_double", &blt_sqlite.column_double},
                                             {"sqlite3_column_text", &blt_sqlite.column_text},
                                             {"sqlite3_column_blob", &blt_sqlite.column_blob},
                                             {"sqlite3_column_bytes", &blt_sqlite.column_bytes},
                                             {NULL, NULL}};

blt_status blt_sqlite_ready(blt_error *err) {
  static blt_library library = {.files = {"libsqlite3.so.0"}, .symbols = symbols};
  const char *lacks;
  if (blt_library_load(&library, &lacks)) return BLT_OK;
  return lacks ? blt_fail(err, BLT_EIO, "SQLite's library lacks %s: a newer one is needed", lacks)
               : blt_fail(err, BLT_EIO,
                          "SQLite files need its library, libsqlite3.so.0 (Debian: libsqlite3-0)");
}

blt_status blt_sqlite_failed(sqlite3 *db, const char *path, int code, blt_error *err) {
  blt_status status = code == BLT_SQLITE_NOTADB ? BLT_EFORMAT : code == BLT_SQLITE_BUSY ? BLT_EBUSY : BLT_EIO;
  return blt_fail(err, status, "%.200s: %.250s", path, db ? blt_sqlite.errmsg(db) : "out of memory");
}

blt_status blt_sqlite_open(const char *path, bool write, sqlite3 **out, blt_error *err) {
  sqlite3 *db = NULL;
  blt_status status = blt_sqlite_ready(err);
  if (status != BLT_OK) return status;
  int code = blt_sqlite.open(path, &db, write ? READ_WRITE | CREATE : READ_ONLY, NULL);
  if (code != BLT_SQLITE_OK) {
    status = blt_sqlite_failed(db, path, code, err);
    blt_sqlite.close(db);
    return status;
  }
  blt_sqlite.busy_timeout(db, WAIT_MS);
  *out = db;
  return BLT_OK;
}

blt_status blt_sqlite_prepare(sqlite3 *db, const char *path, const char *sql, sqlite3_stmt **out,
                              blt_error *err) {
  int code = blt_sqlite.prepare(db, sql, -1, out, NULL);
  return code == BLT_SQLITE_OK ? BLT_OK : blt_sqlite_failed(db, path, code, err);
}

blt_status blt_sqlite_run(sqlite3 *db, const char *path, const char *sql, blt_error *err) {
  sqlite3_stmt *s = NULL;
  blt_status status = blt_sqlite_prepare(db, path, sql, &s, err);
  if (status != BLT_OK) return status;
  int code = blt_sqlite.step(s);
  if (code != BLT_SQLITE_DONE && code != BLT_SQLITE_ROW) status = blt_sqlite_failed(db, path, code, err);
  blt_sqlite.finalize(s);
  return status;
}

/* ---- SQL ---- */

static blt_status put_bytes(blt_sql_text *t, const char *s, size_t n, blt_error *err) {
  blt_status status = blt_grow(t->ctx, &t->s, &t->cap, t->len + n + 1, 1, err);
  if (status != BLT_OK) return status;
  memcpy(t->s + t->len, s, n);
  t->len += n;
  t->s[t->len] = 0;
  return BLT_OK;
}

blt_status blt_sql_put(blt_sql_text *t, const char *text, blt_error *err) {
  return put_bytes(t, text, strlen(text), err);
}

blt_status blt_sql_name(blt_sql_text *t, const char *name, blt_error *err) {
  blt_status status = put_bytes(t, "\"", 1, err);
  for (; status == BLT_OK && *name; name++) {
    if (*name == '"') status = put_bytes(t, "\"", 1, err);
    if (status == BLT_OK) status = put_bytes(t, name, 1, err);
  }
  return status == BLT_OK ? put_bytes(t, "\"", 1, err) : status;
}

void blt_sql_free(blt_sql_text *t) {
  blt_free(t->ctx, t->s, t->cap);
  t->s = NULL;
}
