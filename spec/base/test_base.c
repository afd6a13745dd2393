/* The base room: allocation with a limit and faults, and morsels on threads with failures, polls and a time
 * limit. */
#include "check.h"
#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/processor.h"
#include "base/slab.h"

#include <sched.h>
#include <stdatomic.h>

static blt_error err;

static void the_limit_refuses_and_gives_back(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_ctx_set_memory_limit(ctx, 1000);
  void *p = blt_alloc(ctx, 600);
  CHECK(p != NULL);
  CHECK(blt_alloc(ctx, 401) == NULL);
  CHECK_INT(blt_ctx_memory_used(ctx), 600);
  p = blt_realloc(ctx, p, 600, 300);
  CHECK(p != NULL && blt_ctx_memory_used(ctx) == 300);
  CHECK(blt_alloc(ctx, SIZE_MAX - 8) == NULL);
  CHECK(blt_calloc(ctx, SIZE_MAX / 2, 3) == NULL);
  blt_free(ctx, p, 300);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  CHECK_INT(blt_ctx_memory_peak(ctx), 900); /* a block is copied while it moves */
  blt_ctx_release(ctx);
}

static void the_nth_allocation_fails_and_all_later_ones(void) {
  blt_ctx *ctx = blt_ctx_new();
  blt_ctx_fail_allocation(ctx, 3);
  void *a = blt_alloc(ctx, 8), *b = blt_alloc(ctx, 8);
  CHECK(a && b && !blt_alloc(ctx, 8) && !blt_alloc(ctx, 8));
  blt_ctx_fail_allocation(ctx, 0);
  void *c = blt_alloc(ctx, 8);
  CHECK(c != NULL);
  blt_free(ctx, a, 8);
  blt_free(ctx, b, 8);
  blt_free(ctx, c, 8);
  blt_ctx_release(ctx);
}

static void large_buffers_are_reused_and_writable_to_the_end(void) {
  blt_ctx *ctx = blt_ctx_new();
  size_t n = BLT_LARGE + 12345;
  char *p = blt_alloc(ctx, n);
  REQUIRE(p != NULL);
  memset(p, 7, n);
  blt_free(ctx, p, n);
  char *q = blt_alloc(ctx, n);
  REQUIRE(q != NULL);
  memset(q, 8, n);
  blt_free(ctx, q, n);
  char *zeroed = blt_calloc(ctx, n, 1);
  CHECK(zeroed && zeroed[0] == 0 && zeroed[n - 1] == 0);
  blt_free(ctx, zeroed, n);
  blt_ctx_release(ctx);
}

/* Down to sizes of fewer pages, of as many, and of a block that is not large; each is freed and used again.
 */
static void large_buffers_become_smaller(void) {
  static const size_t sizes[] = {5 * BLT_LARGE + 1, 5 * BLT_LARGE, 3 * BLT_LARGE - 7,
                                 BLT_LARGE,         BLT_LARGE - 1, 9};
  for (size_t last = 0; last < sizeof sizes / sizeof *sizes; last++) {
    blt_ctx *ctx = blt_ctx_new();
    size_t n = 6 * BLT_LARGE;
    unsigned char *p = blt_alloc(ctx, n);
    REQUIRE(p != NULL);
    for (size_t i = 0; i < n; i += 9) p[i] = (unsigned char)(i % 251);
    for (size_t k = 0; k <= last; n = sizes[k++]) {
      p = blt_realloc(ctx, p, n, sizes[k]);
      REQUIRE(p != NULL);
      CHECK_INT(blt_ctx_memory_used(ctx), sizes[k]);
    }
    for (size_t i = 0; i < n; i += 9) REQUIRE(p[i] == i % 251);
    memset(p, 1, n);
    blt_free(ctx, p, n);
    unsigned char *q = blt_alloc(ctx, n);
    REQUIRE(q != NULL);
    memset(q, 2, n);
    blt_free(ctx, q, n);
    CHECK_INT(blt_ctx_memory_used(ctx), 0);
    blt_ctx_release(ctx);
  }
}

/* Up from a block that is not large, within one mapping and past it; a refusal leaves what there was. */
static void buffers_that_grow_keep_their_bytes(void) {
  static const size_t sizes[] = {100000,        BLT_LARGE,         BLT_LARGE + 1,
                                 2 * BLT_LARGE, 9 * BLT_LARGE + 5, 40 * BLT_LARGE};
  blt_ctx *ctx = blt_ctx_new();
  unsigned char *p = NULL;
  size_t n = 0;
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    blt_ctx_set_memory_limit(ctx, n + sizes[k] / 2);
    CHECK(n == 0 || sizes[k] - n <= sizes[k] / 2 || blt_realloc(ctx, p, n, sizes[k]) == NULL);
    blt_ctx_set_memory_limit(ctx, 0);
    CHECK_INT(blt_ctx_memory_used(ctx), n);
    for (size_t i = 0; i < n; i += 4099) REQUIRE(p[i] == i % 251);
    p = blt_realloc(ctx, p, n, sizes[k]);
    REQUIRE(p != NULL);
    for (size_t i = 0; i < n; i += 4099) REQUIRE(p[i] == i % 251);
    n = sizes[k];
    CHECK_INT(blt_ctx_memory_used(ctx), n);
    for (size_t i = 0; i < n; i++) p[i] = (unsigned char)(i % 251);
  }
  blt_free(ctx, p, n);
  unsigned char *zero = blt_calloc_growing(ctx, n, 1); /* the mapping that was kept, and a fresh one */
  unsigned char *more = blt_calloc_growing(ctx, n, 1);
  REQUIRE(zero && more);
  for (size_t i = 0; i < n; i++) REQUIRE(!zero[i] && !more[i]);
  CHECK(blt_calloc_growing(ctx, SIZE_MAX / 2, 3) == NULL);
  blt_free(ctx, zero, n);
  blt_free(ctx, more, n);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

/* Its pages may be of several sizes. */
static void a_block_written_whole_grows_as_well(void) {
  blt_ctx *ctx = blt_ctx_new();
  size_t n = 4 * BLT_LARGE + BLT_LARGE / 2, more = 11 * BLT_LARGE;
  for (int again = 0; again < 20; again++) {
    unsigned char *p = blt_alloc_whole(ctx, n);
    REQUIRE(p != NULL);
    for (size_t i = 0; i < n; i += 4099) p[i] = (unsigned char)(i % 251);
    p = blt_realloc(ctx, p, n, more);
    REQUIRE(p != NULL);
    for (size_t i = 0; i < n; i += 4099) REQUIRE(p[i] == i % 251);
    memset(p, 1, more);
    blt_free(ctx, p, more);
  }
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

enum { TASKS = 2000 };

typedef struct work {
  atomic_uint ran[TASKS];
  atomic_uint total, polls;
  uint32_t fail_at, stop_after;
  uint32_t workers;
} work;

static blt_status step(void *arg, uint32_t task, uint32_t worker, blt_error *e) {
  work *w = arg;
  if (worker >= w->workers) return blt_fail(e, BLT_EINVAL, "worker %u", worker);
  if (task == w->fail_at) return blt_fail(e, BLT_EKEY, "task %u", task);
  atomic_fetch_add(&w->ran[task], 1);
  atomic_fetch_add(&w->total, 1);
  return BLT_OK;
}

/* Pieces of one size, filled and given back. */
static void churn(blt_slabs *s, uint32_t n, size_t bytes) {
  static char *pieces[400];
  bool cold;
  for (uint32_t i = 0; i < n; i++) {
    pieces[i] = blt_slab_alloc(s, bytes, &cold);
    REQUIRE(pieces[i]);
    memset(pieces[i], (int)i, bytes);
  }
  for (uint32_t i = 0; i < n; i++) {
    CHECK(pieces[i][0] == (char)i && pieces[i][bytes / 2] == (char)i && pieces[i][bytes - 1] == (char)i);
    blt_slab_free(s, pieces[i], bytes);
  }
}

static void idle_pieces_make_way_for_other_sizes(void) {
  blt_slabs s = {0};
  churn(&s, 200, 640 << 10);
  size_t first = s.kept;
  CHECK_INT(first, (size_t)200 * (640 << 10));
  churn(&s, 200, 640 << 10);
  CHECK_INT(s.kept, first); /* the same pieces again */
  churn(&s, 200, 300 << 10);
  CHECK(s.kept < first + ((size_t)8 << 20)); /* what came beside them went from them */
  churn(&s, 400, 640 << 10);
  CHECK(s.kept <= BLT_SLAB_KEPT);
  churn(&s, 400, 20 << 10);
  CHECK(s.kept >= BLT_SLAB_SPARE);
  blt_slabs_free(&s);
}

static void a_piece_says_whether_its_pages_are_still_to_come(void) {
  blt_slabs s = {0};
  bool cold = false;
  void *p = blt_slab_alloc(&s, 100 << 10, &cold);
  CHECK(p && cold);
  blt_slab_free(&s, p, 100 << 10);
  CHECK(blt_slab_alloc(&s, 100 << 10, &cold) == p && !cold);
  churn(&s, 400, 1 << 20); /* more than is kept */
  uint32_t n = 0;
  for (uint32_t i = 0; i < 400; i++) {
    CHECK(blt_slab_alloc(&s, 1 << 20, &cold));
    n += cold;
  }
  CHECK_INT(n, 400 - (BLT_SLAB_KEPT >> 20));
  blt_slabs_free(&s);
}

static void every_task_runs_once(void) {
  static const uint32_t threads[] = {1, 2, 5, 16};
  for (size_t k = 0; k < 4; k++) {
    blt_ctx *ctx = blt_ctx_new();
    blt_ctx_set_threads(ctx, threads[k]);
    for (uint32_t round = 0; round < 50; round++) {
      work w = {.fail_at = UINT32_MAX, .workers = blt_par_workers(ctx)};
      uint32_t n = round == 0 ? 0 : round == 1 ? 1 : TASKS - round;
      CHECK_INT(blt_par(ctx, n, step, &w, &err), BLT_OK);
      CHECK_INT(w.total, n);
      for (uint32_t i = 0; i < n; i++) CHECK_INT(w.ran[i], 1);
    }
    blt_ctx_release(ctx);
  }
}

static void the_first_failure_stops_the_rest(void) {
  for (uint32_t threads = 1; threads <= 4; threads++) {
    blt_ctx *ctx = blt_ctx_new();
    blt_ctx_set_threads(ctx, threads);
    work w = {.fail_at = 100, .workers = threads};
    CHECK_INT(blt_par(ctx, TASKS, step, &w, &err), BLT_EKEY);
    CHECK_STR(err.message, "task 100");
    work again = {.fail_at = UINT32_MAX, .workers = threads};
    CHECK_INT(blt_par(ctx, TASKS, step, &again, &err), BLT_OK);
    CHECK_INT(again.total, TASKS);
    blt_ctx_release(ctx);
  }
}

/* Spins until the caller has polled, so that the poll surely comes while tasks are left. */
static blt_status until_polled(void *arg, uint32_t task, uint32_t worker, blt_error *e) {
  work *w = arg;
  (void)e;
  atomic_fetch_add(&w->total, 1);
  while (worker != 0 && task < TASKS && !atomic_load(&w->polls)) continue;
  return BLT_OK;
}

static blt_status say_stop(void *arg, uint64_t done, uint64_t total, blt_error *e) {
  work *w = arg;
  if (done > total) return blt_fail(e, BLT_EINVAL, "progress past the end");
  atomic_fetch_add(&w->polls, 1);
  return blt_fail(e, BLT_EINTR, "interrupted");
}

static void a_poll_ends_the_work(void) {
  for (uint32_t threads = 1; threads <= 3; threads++) {
    blt_ctx *ctx = blt_ctx_new();
    work w = {.workers = threads};
    blt_ctx_set_threads(ctx, threads);
    blt_ctx_set_poll(ctx, say_stop, &w);
    CHECK_INT(blt_par(ctx, UINT32_MAX, until_polled, &w, &err), BLT_EINTR);
    CHECK_INT(w.polls, 1);
    blt_ctx_release(ctx);
  }
}

static void the_time_limit_ends_the_work(void) {
  blt_ctx *ctx = blt_ctx_new();
  work w = {.polls = 1};
  blt_ctx_set_timeout(ctx, 0.01);
  CHECK_INT(blt_par(ctx, UINT32_MAX, until_polled, &w, &err), BLT_ETIMEOUT);
  CHECK_INT(blt_seq(ctx, UINT32_MAX, until_polled, &w, &err), BLT_ETIMEOUT);
  blt_ctx_release(ctx);
}

/* The same thread twice is as good as two threads on one processor. */
static void nobody_stays_on_a_processor_that_is_taken(void) {
  cpu_set_t before, after;
  blt_processors taken = {0};
  uint64_t n = 0;
  REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
  blt_processor_take(&taken);
  blt_processor_take(&taken);
  for (size_t i = 0; i < BLT_PROCESSORS / 64; i++) n += (uint64_t)__builtin_popcountll(taken.taken[i]);
  CHECK_INT(n, CPU_COUNT(&before) > 1 ? 2 : 1);
  for (int i = 0; i < CPU_COUNT(&before); i++) blt_processor_take(&taken); /* more threads than processors */
  REQUIRE(sched_getaffinity(0, sizeof after, &after) == 0);
  CHECK(CPU_EQUAL(&before, &after));
}

static void types_have_names_that_read_back(void) {
  static const char *const names[] = {"bool",   "int64", "float64",  "decimal(18,4)",
                                      "string", "date",  "timestamp"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    blt_type t;
    char name[24];
    CHECK_AT(blt_type_parse(names[i], strlen(names[i]), &t), "%s", names[i]);
    CHECK_STR(blt_type_name(t, name), names[i]);
  }
  static const char *const wrong[] = {
      "",     "int",    "decimal", "decimal(19,2)", "decimal(4,5)", "decimal(4,-1)", "decimal(4,2)x",
      "null", "string "};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    blt_type t;
    CHECK_AT(!blt_type_parse(wrong[i], strlen(wrong[i]), &t), "'%s' was taken", wrong[i]);
  }
}

static void bitmaps_count_and_fill(void) {
  uint64_t b[3];
  for (size_t n = 1; n <= 192; n++) {
    memset(b, 0xff, sizeof b);
    blt_bits_fill(b, n);
    CHECK_INT(blt_bits_count(b, n), n);
    CHECK(n % 64 == 0 || b[n / 64] >> (n % 64) == 0);
    blt_bit_clear(b, n - 1);
    CHECK_INT(blt_bits_count(b, n), n - 1);
    CHECK(blt_pow2(n) >= n && blt_pow2(n) < 2 * n);
  }
}

int main(void) {
  RUN(the_limit_refuses_and_gives_back);
  RUN(the_nth_allocation_fails_and_all_later_ones);
  RUN(large_buffers_are_reused_and_writable_to_the_end);
  RUN(buffers_that_grow_keep_their_bytes);
  RUN(a_block_written_whole_grows_as_well);
  RUN(idle_pieces_make_way_for_other_sizes);
  RUN(a_piece_says_whether_its_pages_are_still_to_come);
  RUN(large_buffers_become_smaller);
  RUN(every_task_runs_once);
  RUN(the_first_failure_stops_the_rest);
  RUN(a_poll_ends_the_work);
  RUN(the_time_limit_ends_the_work);
  RUN(nobody_stays_on_a_processor_that_is_taken);
  RUN(types_have_names_that_read_back);
  RUN(bitmaps_count_and_fill);
  return check_report();
}
