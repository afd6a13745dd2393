/* check.h: the little that a C test needs.
 *
 *   static void empty_bitmap_has_no_bits(void) { CHECK(count == 0); CHECK_INT(count, 0); }
 *   int main(void) { RUN(empty_bitmap_has_no_bits); return check_report(); }
 *
 * A failed check prints where it stands and fails its test, which goes on; REQUIRE leaves the test. */
#ifndef BLOTTER_SPEC_CHECK_H
#define BLOTTER_SPEC_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_passed, check_failed;
static bool check_ok;

#define CHECK_AT(condition, ...)                                                                             \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      check_ok = false;                                                                                      \
      printf("%s:%d: ", __FILE__, __LINE__);                                                                 \
      printf(__VA_ARGS__);                                                                                   \
      putchar('\n');                                                                                         \
    }                                                                                                        \
  } while (0)

#define CHECK(condition) CHECK_AT(condition, "%s", #condition)
#define CHECK_INT(got, want)                                                                                 \
  do {                                                                                                       \
    int64_t got_ = (int64_t)(got), want_ = (int64_t)(want);                                                  \
    CHECK_AT(got_ == want_, "%s is %" PRId64 ", not %" PRId64, #got, got_, want_);                           \
  } while (0)
#define CHECK_STR(got, want)                                                                                 \
  do {                                                                                                       \
    const char *got_ = (got), *want_ = (want);                                                               \
    CHECK_AT(strcmp(got_, want_) == 0, "%s is '%s', not '%s'", #got, got_, want_);                           \
  } while (0)
#define REQUIRE(condition)                                                                                   \
  do {                                                                                                       \
    CHECK(condition);                                                                                        \
    if (!check_ok) return;                                                                                   \
  } while (0)

#define RUN(test) check_run(test, #test)

static inline void check_run(void (*test)(void), const char *name) {
  check_ok = true;
  test();
  if (check_ok)
    check_passed++;
  else
    check_failed++, printf("failed: %s\n", name);
}

/* How often a random test is tried: `usual` times, `torture` times under BLOTTER_TORTURE, and an eighth of
 * the usual under BLOTTER_SLOW, where every instruction takes fifty times as long (valgrind). */
static inline uint64_t check_rounds(uint64_t usual, uint64_t torture) {
  if (getenv("BLOTTER_TORTURE")) return torture;
  return getenv("BLOTTER_SLOW") ? (usual + 7) / 8 : usual;
}

/* Prints the line that spec/support/run.lua adds up and gives main's exit status. */
static inline int check_report(void) {
  printf("%d passed, %d failed\n", check_passed, check_failed);
  return check_failed ? 1 : 0;
}

#endif
