/* store_sqlite.c: SQLite appending and answering about few rows, and the machine's own floor for a commit.
 *
 *   store_sqlite CSV RUNS THREADS FOLDER rows|files
 *
 * Questions of rows: append (prepared inserts in one transaction, in memory), small (a filtered group-by over
 * 1,000 rows, prepared). Of files: commit (one row, write-ahead log, synced),
 * commit_update (one row of 20,000 changed), and by the engine "disk": commit and commit_update (64 bytes
 * appended to a file and fdatasync). */
#include "sqlite_rows.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { APPEND_ROWS = 1000000, SMALL_ROWS = 1000, SMALL_REPEATS = 1000, COMMITS = 200, UPDATE_ROWS = 20000 };

static void insert_rows(sqlite3 *db, const bench_row *rows, int64_t count) {
  sqlite_run(db, "BEGIN");
  sqlite3_stmt *insert = sqlite_prepare(db, "INSERT INTO x VALUES (?,?,?,?,?,?,?,?,?)");
  for (int64_t i = 0; i < count; i++) sqlite_insert(db, insert, &rows[i]);
  sqlite3_finalize(insert);
  sqlite_run(db, "COMMIT");
}

static void bench_small(sqlite3 *db, int runs) {
  sqlite3_stmt *statement = sqlite_prepare(db, "SELECT id1, sum(v1) FROM x WHERE v2 > 5 GROUP BY id1");
  for (int i = 1; i <= runs; i++) {
    int64_t rows = 0, sum = 0;
    double start = bench_now();
    for (int k = 0; k < SMALL_REPEATS; k++) {
      for (rows = sum = 0; sqlite3_step(statement) == SQLITE_ROW; rows++)
        sum += sqlite3_column_int64(statement, 1);
      sqlite3_reset(statement);
    }
    char checksum[32];
    snprintf(checksum, sizeof checksum, "%" PRId64, sum);
    bench_line("sqlite", "small", i, (bench_now() - start) / SMALL_REPEATS, rows, checksum);
  }
  sqlite3_finalize(statement);
}

static sqlite3 *open_at(const char *path) {
  sqlite3 *db;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) bench_die(path, sqlite3_errmsg(db));
  return db;
}

/* A database in memory that keeps nothing for a rollback. */
static sqlite3 *open_in_memory(void) {
  sqlite3 *db = open_at(":memory:");
  sqlite_run(db, "PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE");
  sqlite_run(db, sqlite_columns);
  return db;
}

static void bench_append(const char *csv, int runs) {
  char *text;
  int64_t count;
  bench_row *rows = bench_read_rows(csv, APPEND_ROWS, &text, &count);
  for (int i = 1; i <= runs; i++) {
    sqlite3 *db = open_in_memory();
    double start = bench_now();
    insert_rows(db, rows, count);
    bench_line("sqlite", "append", i, bench_now() - start, count, "");
    sqlite3_close(db);
  }
  sqlite3 *db = open_in_memory();
  insert_rows(db, rows, count < SMALL_ROWS ? count : SMALL_ROWS);
  bench_small(db, runs);
  sqlite3_close(db);
  free(rows);
  free(text);
}

static void bench_commit(const char *folder, int runs) {
  char path[512];
  snprintf(path, sizeof path, "%s/store.sqlite", folder);
  unlink(path);
  sqlite3 *db = open_at(path);
  sqlite_run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  sqlite_run(db, sqlite_columns);
  sqlite3_stmt *insert = sqlite_prepare(db, "INSERT INTO x VALUES (?,?,?,?,?,?,?,?,?)");
  bench_row row = {"id001", "id001", "id0000000001", 5, 5, 12, 1, 1, 1, 1, 1, 1.5};
  for (int i = 1; i <= runs; i++) {
    double start = bench_now();
    for (int k = 0; k < COMMITS; k++) sqlite_insert(db, insert, &row);
    bench_line("sqlite", "commit", i, (bench_now() - start) / COMMITS, COMMITS, "");
  }
  sqlite3_finalize(insert);
  sqlite3_close(db);
  unlink(path);
}

static void bench_update(const char *folder, int runs) {
  char path[512];
  snprintf(path, sizeof path, "%s/update.sqlite", folder);
  unlink(path);
  sqlite3 *db = open_at(path);
  sqlite_run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  sqlite_run(db, "CREATE TABLE u (id INTEGER PRIMARY KEY, name TEXT, n INT, x REAL); BEGIN");
  sqlite3_stmt *insert = sqlite_prepare(db, "INSERT INTO u VALUES (?1, 'name ' || ?1 % 100, ?1, ?1 / 8.0)");
  for (int i = 1; i <= UPDATE_ROWS; i++) {
    sqlite3_bind_int(insert, 1, i);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite_run(db, "COMMIT");
  sqlite3_stmt *update = sqlite_prepare(db, "UPDATE u SET n = ?1 WHERE id = ?2");
  for (int i = 1; i <= runs; i++) {
    double start = bench_now();
    for (int k = 1; k <= COMMITS; k++) {
      sqlite3_bind_int(update, 1,
                       -(i * COMMITS + k)); /* a value that was there already would not be written */
      sqlite3_bind_int(update, 2, (int)((int64_t)k * 7919 % UPDATE_ROWS + 1));
      if (sqlite3_step(update) != SQLITE_DONE) bench_die("update", sqlite3_errmsg(db));
      sqlite3_reset(update);
    }
    bench_line("sqlite", "commit_update", i, (bench_now() - start) / COMMITS, COMMITS, "");
  }
  sqlite3_finalize(update);
  sqlite3_close(db);
  unlink(path);
}

static void bench_disk(const char *folder, int runs) {
  char path[512], bytes[64] = {0};
  snprintf(path, sizeof path, "%s/appended", folder);
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0600);
  if (file < 0) bench_die(path, "cannot be opened");
  for (int i = 1; i <= runs; i++) {
    double start = bench_now();
    for (int k = 0; k < COMMITS; k++)
      if (write(file, bytes, sizeof bytes) != sizeof bytes || fdatasync(file) != 0)
        bench_die(path, "write or sync");
    double each = (bench_now() - start) / COMMITS;
    bench_line("disk", "commit", i, each, COMMITS, "");
    bench_line("disk", "commit_update", i, each, COMMITS, "");
  }
  close(file);
  unlink(path);
}

int main(int argc, char **argv) {
  if (argc != 6) bench_die("usage", "store_sqlite CSV RUNS THREADS FOLDER rows|files");
  int runs = atoi(argv[2]);
  if (strcmp(argv[5], "rows") == 0) {
    bench_append(argv[1], runs);
  } else {
    bench_commit(argv[4], runs);
    bench_update(argv[4], runs);
    bench_disk(argv[4], runs);
  }
  return 0;
}
