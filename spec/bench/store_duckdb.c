/* store_duckdb.c: DuckDB storing, reading and writing, through its C interface.
 *
 *   store_duckdb CSV RUNS THREADS FOLDER rows|files
 *
 * Questions of rows: append (rows into memory with the appender), append_columns (the same, handing it
 * chunks), small (a filtered group-by over 1,000 rows, prepared). Of files: csv_write, jsonl_load, import
 * (the CSV into a synced file), reopen (the file, to its first count), commit (one row), file_mib. FOLDER is
 * for the files that it makes. */
#include "duckdb_api.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APPEND_ROWS = 1000000, SMALL_ROWS = 1000, SMALL_REPEATS = 500, COMMITS = 200 };

static const char *const columns =
    "(id1 VARCHAR, id2 VARCHAR, id3 VARCHAR, id4 INT, id5 INT, id6 INT, v1 INT, v2 INT, "
    "v3 DOUBLE)";

static int64_t run(duckdb_connection db, const char *format, const char *a, const char *b) {
  char sql[1024];
  snprintf(sql, sizeof sql, format, a, b);
  return duckdb_run(db, sql);
}

static duckdb_connection open_at(const char *path, int threads, duckdb_database *database) {
  duckdb_connection db;
  if (duckdb_open(path, database) != DuckDBSuccess || duckdb_connect(*database, &db) != DuckDBSuccess)
    bench_die("duckdb", "cannot be opened");
  char sql[64];
  snprintf(sql, sizeof sql, "SET threads = %d", threads);
  duckdb_run(db, sql);
  return db;
}

static void close_both(duckdb_connection *db, duckdb_database *database) {
  duckdb_disconnect(db);
  duckdb_close(database);
}

/* Appends to table x and returns how many rows it has then. */
static int64_t append_rows(duckdb_connection db, const bench_row *rows, int64_t count) {
  duckdb_appender appender;
  if (duckdb_appender_create(db, NULL, "x", &appender) != DuckDBSuccess) bench_die("duckdb", "no appender");
  for (int64_t i = 0; i < count; i++) {
    const bench_row *r = &rows[i];
    duckdb_append_varchar_length(appender, r->id1, (uint64_t)r->len1);
    duckdb_append_varchar_length(appender, r->id2, (uint64_t)r->len2);
    duckdb_append_varchar_length(appender, r->id3, (uint64_t)r->len3);
    duckdb_append_int32(appender, r->id4);
    duckdb_append_int32(appender, r->id5);
    duckdb_append_int32(appender, r->id6);
    duckdb_append_int32(appender, r->v1);
    duckdb_append_int32(appender, r->v2);
    duckdb_append_double(appender, r->v3);
    duckdb_appender_end_row(appender);
  }
  if (duckdb_appender_destroy(&appender) != DuckDBSuccess) bench_die("duckdb", "the appender failed");
  return duckdb_run(db, "SELECT count(*) FROM x");
}

enum { TEXTS = 3, INTS = 5, COLUMNS = TEXTS + INTS + 1 };

static duckdb_data_chunk new_chunk(void) {
  duckdb_logical_type types[COLUMNS];
  for (int c = 0; c < COLUMNS; c++)
    types[c] = duckdb_create_logical_type(c < TEXTS         ? DUCKDB_TYPE_VARCHAR
                                          : c < COLUMNS - 1 ? DUCKDB_TYPE_INTEGER
                                                            : DUCKDB_TYPE_DOUBLE);
  duckdb_data_chunk chunk = duckdb_create_data_chunk(types, COLUMNS);
  for (int c = 0; c < COLUMNS; c++) duckdb_destroy_logical_type(&types[c]);
  return chunk;
}

static void fill_chunk(duckdb_data_chunk chunk, const bench_row *rows, uint64_t n) {
  duckdb_vector vectors[COLUMNS];
  int32_t *ints[INTS];
  for (uint64_t c = 0; c < COLUMNS; c++) vectors[c] = duckdb_data_chunk_get_vector(chunk, c);
  for (int c = 0; c < INTS; c++) ints[c] = duckdb_vector_get_data(vectors[TEXTS + c]);
  double *v3 = duckdb_vector_get_data(vectors[COLUMNS - 1]);
  for (uint64_t i = 0; i < n; i++) {
    const bench_row *r = &rows[i];
    duckdb_vector_assign_string_element_len(vectors[0], i, r->id1, (uint64_t)r->len1);
    duckdb_vector_assign_string_element_len(vectors[1], i, r->id2, (uint64_t)r->len2);
    duckdb_vector_assign_string_element_len(vectors[2], i, r->id3, (uint64_t)r->len3);
    ints[0][i] = r->id4, ints[1][i] = r->id5, ints[2][i] = r->id6, ints[3][i] = r->v1, ints[4][i] = r->v2;
    v3[i] = r->v3;
  }
  duckdb_data_chunk_set_size(chunk, n);
}

/* The same by columns, in chunks as large as the engine's vectors. */
static int64_t append_chunks(duckdb_connection db, const bench_row *rows, int64_t count) {
  duckdb_appender appender;
  if (duckdb_appender_create(db, NULL, "x", &appender) != DuckDBSuccess) bench_die("duckdb", "no appender");
  duckdb_data_chunk chunk = new_chunk();
  uint64_t left = (uint64_t)count, most = duckdb_vector_size();
  while (left > 0) {
    uint64_t n = left < most ? left : most;
    duckdb_data_chunk_reset(chunk);
    fill_chunk(chunk, rows, n);
    if (duckdb_append_data_chunk(appender, chunk) != DuckDBSuccess) bench_die("duckdb", "a chunk is refused");
    rows += n;
    left -= n;
  }
  duckdb_destroy_data_chunk(&chunk);
  if (duckdb_appender_destroy(&appender) != DuckDBSuccess) bench_die("duckdb", "the appender failed");
  return duckdb_run(db, "SELECT count(*) FROM x");
}

static void bench_small(duckdb_connection db, int runs) {
  duckdb_prepared_statement statement;
  if (duckdb_prepare(db, "SELECT id1, sum(v1) FROM x WHERE v2 > 5 GROUP BY id1", &statement) != DuckDBSuccess)
    bench_die("duckdb", "small");
  for (int i = 1; i <= runs; i++) {
    int64_t rows = 0, sum = 0;
    double start = bench_now();
    for (int k = 0; k < SMALL_REPEATS; k++) {
      duckdb_result result;
      if (duckdb_execute_prepared(statement, &result) != DuckDBSuccess)
        bench_die("small", duckdb_result_error(&result));
      rows = (int64_t)duckdb_row_count(&result), sum = 0;
      for (int64_t r = 0; r < rows; r++) sum += duckdb_value_int64(&result, 1, (uint64_t)r);
      duckdb_destroy_result(&result);
    }
    char checksum[32];
    snprintf(checksum, sizeof checksum, "%" PRId64, sum);
    bench_line("duckdb", "small", i, (bench_now() - start) / SMALL_REPEATS, rows, checksum);
  }
  duckdb_destroy_prepare(&statement);
}

static void bench_append(const char *csv, int runs, int threads) {
  char *text;
  int64_t count;
  bench_row *rows = bench_read_rows(csv, APPEND_ROWS, &text, &count);
  for (int i = 1; i <= runs; i++) {
    duckdb_database database;
    duckdb_connection db = open_at(NULL, threads, &database);
    run(db, "CREATE TABLE x %s", columns, "");
    double start = bench_now();
    int64_t stored = append_rows(db, rows, count);
    bench_line("duckdb", "append", i, bench_now() - start, stored, "");
    run(db, "CREATE OR REPLACE TABLE x %s", columns, "");
    start = bench_now();
    stored = append_chunks(db, rows, count);
    bench_line("duckdb", "append_columns", i, bench_now() - start, stored, "");
    if (i == runs) {
      run(db, "DELETE FROM x%s", "", "");
      append_rows(db, rows, count < SMALL_ROWS ? count : SMALL_ROWS);
      bench_small(db, runs);
    }
    close_both(&db, &database);
  }
  free(rows);
  free(text);
}

static void bench_text(const char *csv, int runs, int threads, const char *folder) {
  duckdb_database database;
  duckdb_connection db = open_at(NULL, threads, &database);
  run(db, "CREATE TABLE x AS SELECT * FROM read_csv('%s')", csv, "");
  int64_t rows = run(db, "SELECT count(*) FROM x%s", "", "");
  for (int i = 1; i <= runs; i++) {
    double start = bench_now();
    run(db, "COPY x TO '%s/duckdb.csv' (HEADER)", folder, "");
    bench_line("duckdb", "csv_write", i, bench_now() - start, rows, "");
  }
  run(db, "COPY x TO '%s/rows.jsonl' (FORMAT JSON)", folder, "");
  run(db, "DROP TABLE x%s", "", "");
  for (int i = 1; i <= runs; i++) {
    run(db, "DROP TABLE IF EXISTS x%s", "", "");
    double start = bench_now();
    run(db, "CREATE TABLE x AS SELECT * FROM read_json('%s/rows.jsonl')", folder, "");
    bench_line("duckdb", "jsonl_load", i, bench_now() - start, run(db, "SELECT count(*) FROM x%s", "", ""),
               "");
  }
  close_both(&db, &database);
  char path[512];
  snprintf(path, sizeof path, "%s/duckdb.csv", folder);
  unlink(path);
}

static void bench_commit(duckdb_connection db, int runs) {
  for (int i = 1; i <= runs; i++) {
    double start = bench_now();
    for (int k = 0; k < COMMITS; k++)
      duckdb_run(db, "INSERT INTO x VALUES ('id001','id001','id1',1,1,1,1,1,1.5)");
    bench_line("duckdb", "commit", i, (bench_now() - start) / COMMITS, COMMITS, "");
  }
}

static void bench_file(const char *csv, int runs, int threads, const char *folder) {
  char path[512];
  snprintf(path, sizeof path, "%s/store.duckdb", folder);
  for (int i = 1; i <= runs; i++) {
    unlink(path);
    duckdb_database database;
    double start = bench_now();
    duckdb_connection db = open_at(path, threads, &database);
    run(db, "CREATE TABLE x AS SELECT * FROM read_csv('%s')", csv, "");
    run(db, "CHECKPOINT%s", "", "");
    bench_line("duckdb", "import", i, bench_now() - start, run(db, "SELECT count(*) FROM x%s", "", ""), "");
    close_both(&db, &database);
  }
  struct stat file;
  if (stat(path, &file) == 0) bench_line("duckdb", "file_mib", 1, (double)file.st_size / (1 << 20), 1, "");
  for (int i = 1; i <= runs; i++) {
    duckdb_database database;
    double start = bench_now();
    duckdb_connection db = open_at(path, threads, &database);
    int64_t rows = run(db, "SELECT count(*) FROM x%s", "", "");
    bench_line("duckdb", "reopen", i, bench_now() - start, rows, "");
    if (i == runs) bench_commit(db, runs);
    close_both(&db, &database);
  }
  unlink(path);
}

int main(int argc, char **argv) {
  if (argc != 6) bench_die("usage", "store_duckdb CSV RUNS THREADS FOLDER rows|files");
  int runs = atoi(argv[2]), threads = atoi(argv[3]);
  if (strcmp(argv[5], "rows") == 0) {
    bench_append(argv[1], runs, threads);
  } else {
    bench_text(argv[1], runs, threads, argv[4]);
    bench_file(argv[1], runs, threads, argv[4]);
  }
  return 0;
}
