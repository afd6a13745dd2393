/* sqlite_rows.h: running statements and inserting rows of the group-by data set with SQLite; failures end the
 * program. */
#ifndef BLOTTER_BENCH_SQLITE_ROWS_H
#define BLOTTER_BENCH_SQLITE_ROWS_H

#include "bench.h"
#include <sqlite3.h>

static const char *const sqlite_columns =
    "CREATE TABLE x (id1 TEXT, id2 TEXT, id3 TEXT, id4 INT, id5 INT, id6 INT, v1 INT, v2 INT, v3 REAL)";

static inline void sqlite_run(sqlite3 *db, const char *sql) {
  char *message = NULL;
  if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) bench_die(sql, message);
}

static inline sqlite3_stmt *sqlite_prepare(sqlite3 *db, const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) bench_die(sql, sqlite3_errmsg(db));
  return statement;
}

static inline void sqlite_insert(sqlite3 *db, sqlite3_stmt *insert, const bench_row *r) {
  sqlite3_bind_text(insert, 1, r->id1, r->len1, SQLITE_STATIC);
  sqlite3_bind_text(insert, 2, r->id2, r->len2, SQLITE_STATIC);
  sqlite3_bind_text(insert, 3, r->id3, r->len3, SQLITE_STATIC);
  sqlite3_bind_int(insert, 4, r->id4);
  sqlite3_bind_int(insert, 5, r->id5);
  sqlite3_bind_int(insert, 6, r->id6);
  sqlite3_bind_int(insert, 7, r->v1);
  sqlite3_bind_int(insert, 8, r->v2);
  sqlite3_bind_double(insert, 9, r->v3);
  if (sqlite3_step(insert) != SQLITE_DONE) bench_die("insert", sqlite3_errmsg(db));
  sqlite3_reset(insert);
}

#endif
