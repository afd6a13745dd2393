/* sqlite_library.h: SQLite's library, looked for when a file first asks for it, and what reading and writing
 * share. */
#ifndef BLT_SQLITE_LIBRARY_H
#define BLT_SQLITE_LIBRARY_H

#include "blt.h"

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;

/* Values of its interface, which never change. */
enum {
  BLT_SQLITE_OK = 0,
  BLT_SQLITE_BUSY = 5,
  BLT_SQLITE_NOTADB = 26,
  BLT_SQLITE_ROW = 100,
  BLT_SQLITE_DONE = 101
};
enum { BLT_SQLITE_INTEGER = 1, BLT_SQLITE_FLOAT, BLT_SQLITE_TEXT, BLT_SQLITE_BLOB, BLT_SQLITE_NULL };

typedef struct blt_sqlite_functions {
  int (*open)(const char *path, sqlite3 **db, int flags, const char *vfs);
  int (*close)(sqlite3 *db);
  int (*busy_timeout)(sqlite3 *db, int milliseconds);
  const char *(*errmsg)(sqlite3 *db);
  int (*prepare)(sqlite3 *db, const char *sql, int len, sqlite3_stmt **out, const char **rest);
  int (*step)(sqlite3_stmt *s);
  int (*reset)(sqlite3_stmt *s);
  int (*finalize)(sqlite3_stmt *s);
  int (*bind_null)(sqlite3_stmt *s, int i);
  int (*bind_int64)(sqlite3_stmt *s, int i, int64_t v);
  int (*bind_double)(sqlite3_stmt *s, int i, double v);
  int (*bind_text)(sqlite3_stmt *s, int i, const char *text, int len, void (*done)(void *));
  int (*column_count)(sqlite3_stmt *s);
  int (*column_type)(sqlite3_stmt *s, int i);
  int64_t (*column_int64)(sqlite3_stmt *s, int i);
  double (*column_double)(sqlite3_stmt *s, int i);
  const unsigned char *(*column_text)(sqlite3_stmt *s, int i);
  const void *(*column_blob)(sqlite3_stmt *s, int i);
  int (*column_bytes)(sqlite3_stmt *s, int i);
} blt_sqlite_functions;

extern blt_sqlite_functions blt_sqlite; /* filled once blt_sqlite_ready has said BLT_OK */

/* BLT_EIO with the name of its package when it is not there. */
blt_status blt_sqlite_ready(blt_error *err);
/* Opens a file; `write`: it is made when it is missing. */
blt_status blt_sqlite_open(const char *path, bool write, sqlite3 **out, blt_error *err);
/* Prepares a statement, or runs one that gives nothing. */
blt_status blt_sqlite_prepare(sqlite3 *db, const char *path, const char *sql, sqlite3_stmt **out,
                              blt_error *err);
blt_status blt_sqlite_run(sqlite3 *db, const char *path, const char *sql, blt_error *err);
/* What SQLite said, with the file before it. */
blt_status blt_sqlite_failed(sqlite3 *db, const char *path, int code, blt_error *err);

/* A text of SQL that grows; a name is put between quotation marks. */
typedef struct blt_sql_text {
  blt_ctx *ctx;
  char *s; /* zero-terminated */
  size_t len, cap;
} blt_sql_text;
blt_status blt_sql_put(blt_sql_text *t, const char *text, blt_error *err);
blt_status blt_sql_name(blt_sql_text *t, const char *name, blt_error *err);
void blt_sql_free(blt_sql_text *t);

#endif
