/* groupby_sqlite.c: the group-by questions in SQLite, in memory, answers materialised into tables.
 *
 *   groupby_sqlite CSV RUNS [THREADS]
 *
 * SQLite has no median, so there is no q6; strings are plain text, and it has one thread. */
#include "sqlite_rows.h"

static const char *const questions[][3] = {
    {"q1", "SELECT id1, sum(v1) a FROM x GROUP BY id1", "sum(a)"},
    {"q2", "SELECT id1, id2, sum(v1) a FROM x GROUP BY id1, id2", "sum(a)"},
    {"q3", "SELECT id3, sum(v1) a, avg(v3) b FROM x GROUP BY id3", "sum(a), sum(b)"},
    {"q4", "SELECT id4, avg(v1) a, avg(v2) b, avg(v3) c FROM x GROUP BY id4", "sum(a), sum(b), sum(c)"},
    {"q5", "SELECT id6, sum(v1) a, sum(v2) b, sum(v3) c FROM x GROUP BY id6", "sum(a), sum(b), sum(c)"},
    {"q7", "SELECT id3, max(v1) - min(v2) a FROM x GROUP BY id3", "sum(a)"},
    {"q8",
     "SELECT id6, v3 a FROM (SELECT id6, v3, row_number() OVER (PARTITION BY id6 ORDER BY v3 DESC) n FROM x) "
     "WHERE n <= 2",
     "sum(a)"},
    {"q9",
     "SELECT id2, id4, (n * xy - x * y) * (n * xy - x * y) / ((n * xx - x * x) * (n * yy - y * y)) a FROM "
     "(SELECT "
     "id2, id4, 1.0 * count(*) n, sum(v1) x, sum(v2) y, sum(v1 * v2) xy, sum(v1 * v1) xx, sum(v2 * v2) yy "
     "FROM x "
     "GROUP BY id2, id4)",
     "sum(a)"},
    {"q10",
     "SELECT id1, id2, id3, id4, id5, id6, sum(v3) a, count(*) b FROM x GROUP BY id1, id2, id3, id4, id5, "
     "id6",
     "sum(a), sum(b)"},
};

static void load(sqlite3 *db, const char *path) {
  double start = bench_now();
  const char *at;
  char *text = bench_read_csv(path, &at);
  sqlite_run(db, sqlite_columns);
  sqlite_run(db, "BEGIN");
  sqlite3_stmt *insert = sqlite_prepare(db, "INSERT INTO x VALUES (?,?,?,?,?,?,?,?,?)");
  int64_t rows = 0;
  for (bench_row r; *at; rows++) {
    bench_next_row(&at, &r);
    sqlite_insert(db, insert, &r);
  }
  sqlite3_finalize(insert);
  sqlite_run(db, "COMMIT");
  free(text);
  bench_line("sqlite", "load", 1, bench_now() - start, rows, "");
}

/* The number of rows and the sums of the answer, as the other engines print them. */
static int64_t check(sqlite3 *db, const char *sums, char *out, size_t size) {
  char sql[256];
  snprintf(sql, sizeof sql, "SELECT count(*), %s FROM answer", sums);
  sqlite3_stmt *statement = sqlite_prepare(db, sql);
  sqlite3_step(statement);
  int64_t rows = sqlite3_column_int64(statement, 0);
  size_t used = 0;
  for (int i = 1; i < sqlite3_column_count(statement); i++)
    used += (size_t)snprintf(out + used, size - used, "%s%.12g", i > 1 ? ";" : "",
                             sqlite3_column_double(statement, i));
  sqlite3_finalize(statement);
  return rows;
}

int main(int argc, char **argv) {
  if (argc < 3) bench_die("usage", "groupby_sqlite CSV RUNS");
  int runs = atoi(argv[2]);
  sqlite3 *db;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) bench_die("sqlite", sqlite3_errmsg(db));
  sqlite_run(db, "PRAGMA temp_store = memory; PRAGMA threads = 2");
  load(db, argv[1]);
  for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
    char sql[1024], sums[256];
    snprintf(sql, sizeof sql, "CREATE TABLE answer AS %s", questions[q][1]);
    for (int i = 1; i <= runs; i++) {
      sqlite_run(db, "DROP TABLE IF EXISTS answer");
      double start = bench_now();
      sqlite_run(db, sql);
      double seconds = bench_now() - start;
      int64_t rows = check(db, questions[q][2], sums, sizeof sums);
      bench_line("sqlite", questions[q][0], i, seconds, rows, sums);
    }
  }
  sqlite3_close(db);
  return 0;
}
