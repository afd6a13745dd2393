/* Writers that are killed, readers beside a writer, and two states at once.
 *
 * State number k of the file is a function of k alone: the parent, who heard which commits were acknowledged,
 * computes it and compares. */
#include "check.h"
#include "scratch.h"
#include "store/table/change.h"
#include "store/database/db.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char path[4096];

/* ---- states ---- */

static uint32_t hash(uint64_t k, uint32_t salt) {
  uint64_t x = (k + 1) * UINT64_C(0x9e3779b97f4a7c15) + salt * UINT64_C(0xd6e8feb86659fd93);
  x ^= x >> 29;
  return (uint32_t)((x * UINT64_C(0xbf58476d1ce4e5b9)) >> 33);
}

/* Commit k appends so many rows; then living row hash(k, 2) of them has value k, and every other commit
 * deletes living row hash(k, 4). Rows are counted without the deleted ones, as compacting leaves those out.
 */
static uint32_t rows_of(uint64_t k) {
  return hash(k, 1) % (k % 50 == 49 ? 30000 : 20);
}

static blt_status fail(blt_error *err, const char *what) {
  return blt_fail(err, BLT_EFORMAT, "%s", what);
}

/* A third table is there from every commit 10 n + 3 to 10 n + 6, and has the number of the first in it. */
static bool has_third(uint64_t k) {
  return k % 10 >= 3 && k % 10 <= 6;
}

static blt_status make_or_drop_third(blt_db *db, uint64_t k, blt_error *err) {
  blt_field field = {"k", {.id = BLT_INT64}};
  blt_value v = {.type = {.id = BLT_INT64}, .u.i = (int64_t)k};
  blt_schema *s;
  blt_table *t;
  if (k % 10 == 7 && blt_db_table(db, "third", 5)) return blt_db_drop(db, "third", 5, err);
  if (k % 10 != 3) return BLT_OK;
  blt_ctx *ctx = blt_ctx_new();
  blt_status st = blt_schema_new(ctx, &field, 1, NULL, 0, false, &s, err);
  if (st == BLT_OK) {
    st = blt_db_create(db, "third", s, &t, err);
    blt_schema_free(s);
  }
  blt_ctx_release(ctx);
  return st == BLT_OK ? blt_table_append(t, &v, err) : st;
}

static blt_status compare_third(blt_db *db, uint64_t k, blt_error *err) {
  blt_table *t = blt_db_table(db, "third", 5);
  blt_value v;
  if (!t || !has_third(k)) return !t == !has_third(k) ? BLT_OK : fail(err, "a table too many or too few");
  if (blt_table_all_rows(t) != 1) return fail(err, "the third table has another number of rows");
  blt_status st = blt_table_cell(t, 0, 0, &v, err);
  return st != BLT_OK || v.u.i == (int64_t)(k / 10 * 10 + 3) ? st
                                                             : fail(err, "another value in the third table");
}

static bool deletes(uint64_t k) {
  return k % 2 == 1;
}

/* The number of living row `n`. */
static uint64_t living(const blt_table *t, uint64_t n) {
  uint64_t row = 0;
  while (!blt_table_lives(t, row) || n-- > 0) row++;
  return row;
}

static blt_status apply(blt_db *db, uint64_t k, blt_error *err) {
  blt_table *t = blt_db_table(db, "t", 1), *meta = blt_db_table(db, "meta", 4);
  static const uint32_t cols[] = {1};
  blt_status st = blt_db_begin(db, err);
  for (uint32_t i = 0; st == BLT_OK && i < rows_of(k); i++) {
    char word[24];
    snprintf(word, sizeof word, "w%u", hash(k * 100000 + i, 3) % 5000);
    blt_value row[] = {{.type = {.id = BLT_STRING}, .u.s = {word, (uint32_t)strlen(word)}},
                       {.type = {.id = BLT_INT64}, .u.i = (int64_t)(k << 20 | i)}};
    st = blt_table_append(t, row, err);
  }
  uint64_t all = blt_table_rows(t), gone;
  blt_value v = {.type = {.id = BLT_INT64}, .u.i = (int64_t)k};
  if (st == BLT_OK && all) st = blt_table_update_row(t, living(t, hash(k, 2) % all), cols, 1, &v, err);
  uint64_t victim = all && deletes(k) ? living(t, hash(k, 4) % all) : 0;
  if (st == BLT_OK && all && deletes(k)) st = blt_table_delete(t, &victim, 1, &gone, err);
  static const uint32_t first[] = {0};
  if (st == BLT_OK) st = blt_table_update_row(meta, 0, first, 1, &v, err);
  return st == BLT_OK ? make_or_drop_third(db, k, err) : st;
}

static blt_status make(blt_db *db, blt_error *err) {
  blt_field fields[] = {{"word", {.id = BLT_STRING}}, {"v", {.id = BLT_INT64}}},
            counter = {"k", {.id = BLT_INT64}};
  blt_schema *s;
  blt_table *t;
  blt_value zero = {.type = {.id = BLT_INT64}};
  if (blt_db_count(db)) return BLT_OK;
  blt_ctx *ctx = blt_ctx_new();
  blt_status st = blt_schema_new(ctx, fields, 2, NULL, 0, false, &s, err);
  if (st == BLT_OK) {
    st = blt_db_create(db, "t", s, &t, err);
    blt_schema_free(s);
  }
  if (st == BLT_OK) st = blt_schema_new(ctx, &counter, 1, NULL, 0, false, &s, err);
  if (st == BLT_OK) {
    st = blt_db_create(db, "meta", s, &t, err);
    blt_schema_free(s);
  }
  if (st == BLT_OK) st = blt_table_append(t, &zero, err);
  if (st == BLT_OK) st = blt_db_commit(db, err);
  blt_ctx_release(ctx);
  return st;
}

static blt_status number_of(blt_db *db, uint64_t *k, blt_error *err) {
  blt_table *meta = blt_db_table(db, "meta", 4);
  blt_value v;
  if (!meta || blt_table_rows(meta) != 1) return fail(err, "the counter is missing");
  blt_status st = blt_table_cell(meta, 0, 0, &v, err);
  *k = (uint64_t)v.u.i;
  return st;
}

/* The values that column v has in state k. */
static int64_t *expect(uint64_t k, uint64_t *n) {
  uint64_t total = 0, at = 0;
  for (uint64_t i = 1; i <= k; i++) total += rows_of(i);
  int64_t *v = malloc((total + 1) * sizeof *v);
  for (uint64_t i = 1; i <= k; i++) {
    for (uint32_t j = 0; j < rows_of(i); j++) v[at++] = (int64_t)(i << 20 | j);
    if (at) v[hash(i, 2) % at] = (int64_t)i;
    if (!at || !deletes(i)) continue;
    uint64_t victim = hash(i, 4) % at--;
    memmove(&v[victim], &v[victim + 1], (at - victim) * sizeof *v);
  }
  *n = at;
  return v;
}

static blt_status compare(blt_db *db, uint64_t k, blt_error *err) {
  blt_table *t = blt_db_table(db, "t", 1);
  uint64_t n;
  int64_t *want = expect(k, &n);
  blt_status st = t && blt_table_rows(t) == n ? BLT_OK : fail(err, "another number of rows");
  for (uint64_t r = 0, at = 0; st == BLT_OK && at < n; r++) {
    blt_value v, word;
    if (!blt_table_lives(t, r)) continue;
    st = blt_table_cell(t, 1, r, &v, err);
    if (st == BLT_OK) st = blt_table_cell(t, 0, r, &word, err);
    if (st == BLT_OK && v.u.i != want[at++]) st = fail(err, "another value");
  }
  free(want);
  return st == BLT_OK ? compare_third(db, k, err) : st;
}

/* ---- killed writers ---- */

/* Commits until it is killed, telling each state that was acknowledged. */
static void write_forever(int out) {
  blt_ctx *ctx = blt_ctx_new();
  blt_db *db;
  blt_error err;
  uint64_t k;
  if (blt_db_open(ctx, path, NULL, &db, &err) != BLT_OK || make(db, &err) != BLT_OK) _exit(1);
  if (number_of(db, &k, &err) != BLT_OK) _exit(2);
  for (;;) {
    if (apply(db, ++k, &err) != BLT_OK || blt_db_commit(db, &err) != BLT_OK) _exit(3);
    if (write(out, &k, sizeof k) != sizeof k) _exit(4);
    if (k % 9 == 0 && blt_db_compact(db, &err) != BLT_OK) _exit(5);
  }
}

static void pause_for(long nanoseconds) {
  nanosleep(&(struct timespec){.tv_nsec = nanoseconds}, NULL);
}

/* One writer, killed after a random time. Gives the last state that it acknowledged. */
static bool kill_one(uint64_t round, uint64_t *acked) {
  int ends[2], status;
  uint64_t k;
  if (pipe(ends)) return false;
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    write_forever(ends[1]);
  }
  close(ends[1]);
  if (hash(round, 9) % 4) { /* mostly among commits; sometimes while it opens */
    if (read(ends[0], &k, sizeof k) == sizeof k) *acked = k;
  }
  pause_for(hash(round, 7) % 20000000);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  while (read(ends[0], &k, sizeof k) == sizeof k) *acked = k;
  close(ends[0]);
  CHECK_AT(WIFSIGNALED(status), "the writer ended by itself with %d", WEXITSTATUS(status));
  return WIFSIGNALED(status);
}

static void killed_writers_lose_nothing(void) {
  uint64_t rounds = check_rounds(25, 10000), acked = 0, lost = 0, commits = 0;
  unlink(path);
  for (uint64_t round = 0; round < rounds && check_ok; round++) {
    blt_ctx *ctx = blt_ctx_new();
    blt_db *db = NULL;
    blt_error err;
    uint64_t k = 0;
    if (commits > 400) unlink(path), acked = commits = 0;
    REQUIRE(kill_one(round, &acked));
    if (access(path, F_OK) != 0) {
      CHECK(acked == 0);
      blt_ctx_release(ctx);
      continue;
    }
    blt_status st = blt_file_validate(ctx, path, NULL, &err);
    CHECK_AT(st == BLT_OK, "round %d: %s", (int)round, err.message);
    REQUIRE(blt_db_open(ctx, path, NULL, &db, &err) == BLT_OK);
    st = blt_db_count(db) ? number_of(db, &k, &err) : BLT_OK;
    CHECK_AT(k == acked || k == acked + 1, "round %d: state %d after %d was acknowledged", (int)round, (int)k,
             (int)acked);
    lost += k < acked;
    if (st == BLT_OK && blt_db_count(db)) st = compare(db, k, &err);
    CHECK_AT(st == BLT_OK, "round %d, state %d: %s", (int)round, (int)k, err.message);
    commits = acked = k;
    blt_db_close(db);
    blt_ctx_release(ctx);
  }
  printf("killed writers: %llu, losses: %llu\n", (unsigned long long)rounds, (unsigned long long)lost);
}

/* ---- readers beside a writer ---- */

static bool stop;

/* Opens again and again, and finds a whole state each time, none older than the one before. */
static void *read_on(void *arg) {
  blt_ctx *ctx = blt_ctx_new();
  blt_db_options o = {.readonly = true};
  blt_error err;
  uint64_t last = 0, k = 0, rounds = 0;
  char *result = arg;
  while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE) || rounds == 0) {
    blt_db *db;
    blt_status st = blt_db_open(ctx, path, &o, &db, &err);
    if (st == BLT_OK) {
      st = number_of(db, &k, &err);
      if (st == BLT_OK) st = compare(db, k, &err);
      if (st == BLT_OK && k < last) st = fail(&err, "an older state than before");
      blt_db_close(db);
    }
    if (st != BLT_OK) {
      snprintf(result, 200, "state %d: %.150s", (int)k, err.message);
      break;
    }
    last = k;
    rounds++;
  }
  blt_ctx_release(ctx);
  return NULL;
}

static void write_some(uint64_t commits) {
  blt_ctx *ctx = blt_ctx_new();
  blt_db *db;
  blt_error err;
  uint64_t k = 0;
  blt_status st = blt_db_open(ctx, path, NULL, &db, &err);
  if (st == BLT_OK) st = number_of(db, &k, &err);
  for (uint64_t i = 0; st == BLT_OK && i < commits; i++) {
    st = apply(db, ++k, &err);
    if (st == BLT_OK) st = blt_db_commit(db, &err);
    if (st == BLT_OK && i % 20 == 19) st = blt_db_compact(db, &err);
  }
  CHECK_AT(st == BLT_OK, "the writer: %s", err.message);
  if (st == BLT_OK) blt_db_close(db);
  blt_ctx_release(ctx);
}

static void start_file(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_db *db;
  blt_error err;
  unlink(path);
  CHECK(blt_db_open(ctx, path, NULL, &db, &err) == BLT_OK && make(db, &err) == BLT_OK);
  blt_db_close(db);
  blt_ctx_release(ctx);
}

static void readers_beside_a_writer(void) {
  pthread_t threads[2];
  char results[2][200] = {"", ""};
  start_file();
  stop = false;
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, read_on, results[i]);
  write_some(check_rounds(60, 2000));
  __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    CHECK_STR(results[i], "");
  }
}

static void reading_process_beside_a_writer(void) {
  int status;
  start_file();
  pid_t child = fork();
  if (child == 0) {
    char result[200] = "";
    stop = false;
    for (int i = 0; i < 40 && !result[0]; i++) {
      stop = true; /* one round each */
      read_on(result);
    }
    if (result[0]) puts(result);
    fflush(stdout);
    _exit(result[0] != 0);
  }
  for (int i = 0; i < 20; i++) write_some(10);
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* A process that opened the file keeps that state, of which it has read nothing yet, while the writer
 * commits, compacts, drops a table and the file loses its name. */
static void a_reading_process_keeps_its_snapshot(void) {
  int to_child[2], to_parent[2], status;
  char byte;
  start_file();
  write_some(60);
  REQUIRE(pipe(to_child) == 0 && pipe(to_parent) == 0);
  pid_t child = fork();
  if (child == 0) {
    blt_ctx *ctx = blt_ctx_new();
    blt_db_options o = {.readonly = true};
    blt_db *db;
    blt_error err;
    uint64_t k = 0;
    if (blt_db_open(ctx, path, &o, &db, &err) != BLT_OK) _exit(2);
    if (write(to_parent[1], "o", 1) != 1 || read(to_child[0], &byte, 1) != 1) _exit(3);
    if (number_of(db, &k, &err) != BLT_OK || k != 60 || compare(db, k, &err) != BLT_OK) _exit(4);
    if (blt_table_validate(blt_db_table(db, "t", 1), &err) != BLT_OK) _exit(5);
    blt_db_close(db);
    if (blt_db_open(ctx, path, &o, &db, &err) != BLT_OK || blt_db_table(db, "t", 1)) _exit(6);
    _exit(0);
  }
  CHECK(read(to_parent[0], &byte, 1) == 1);
  write_some(60); /* and compacts three times */
  blt_ctx *ctx = blt_ctx_new();
  blt_db *db;
  blt_error err;
  REQUIRE(blt_db_open(ctx, path, NULL, &db, &err) == BLT_OK);
  CHECK(blt_db_drop(db, "t", 1, &err) == BLT_OK && blt_db_compact(db, &err) == BLT_OK);
  blt_db_close(db);
  blt_ctx_release(ctx);
  CHECK(write(to_child[1], "g", 1) == 1);
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
  for (int i = 0; i < 2; i++) close(to_child[i]), close(to_parent[i]);
}

/* ---- one writer at a time ---- */

static void second_writer_is_refused_or_waits(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_db *first, *second;
  blt_error err;
  int ends[2], status;
  char byte;
  start_file();
  REQUIRE(blt_db_open(ctx, path, NULL, &first, &err) == BLT_OK);
  CHECK(blt_db_open(ctx, path, NULL, &second, &err) == BLT_EBUSY);
  CHECK(strstr(err.message, "open for writing elsewhere") != NULL);
  REQUIRE(pipe(ends) == 0);
  pid_t child = fork();
  if (child == 0) { /* waits until the parent lets go */
    blt_ctx *own = blt_ctx_new();
    blt_db_options patient = {.timeout = 60};
    if (write(ends[1], "w", 1) != 1) _exit(2);
    _exit(blt_db_open(own, path, &patient, &second, &err) == BLT_OK ? 0 : 1);
  }
  CHECK(read(ends[0], &byte, 1) == 1);
  CHECK(blt_db_compact(first, &err) == BLT_OK); /* and the file that it waits for is replaced meanwhile */
  blt_db_close(first);
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close(ends[0]), close(ends[1]);
  blt_ctx_release(ctx);
}

/* Threads that each have a context and a file of their own share nothing. */
static void *own_state(void *arg) {
  char *result = arg, own[4200];
  blt_ctx *ctx = blt_ctx_new();
  blt_db *db;
  blt_error err = {0};
  snprintf(own, sizeof own, "%s-%p", path, arg);
  blt_status st = blt_db_open(ctx, own, NULL, &db, &err);
  if (st == BLT_OK) st = make(db, &err);
  for (uint64_t k = 1; st == BLT_OK && k <= 60; k++) {
    st = apply(db, k, &err);
    if (st == BLT_OK) st = blt_db_commit(db, &err);
  }
  if (st == BLT_OK) st = compare(db, 60, &err);
  if (st == BLT_OK) blt_db_close(db);
  if (st != BLT_OK) snprintf(result, 200, "%.150s", err.message);
  unlink(own);
  blt_ctx_release(ctx);
  return NULL;
}

static void two_states_in_two_threads(void) {
  pthread_t threads[2];
  char results[2][200] = {"", ""};
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, own_state, results[i]);
  for (int i = 0; i < 2; i++) {
    pthread_join(threads[i], NULL);
    CHECK_STR(results[i], "");
  }
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  scratch_path(path, sizeof path, "crash.blt");
  RUN(killed_writers_lose_nothing);
  RUN(readers_beside_a_writer);
  RUN(reading_process_beside_a_writer);
  RUN(a_reading_process_keeps_its_snapshot);
  RUN(second_writer_is_refused_or_waits);
  RUN(two_states_in_two_threads);
  unlink(path);
  return check_report();
}
