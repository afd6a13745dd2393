/* Plain values in a row: what they take, the careful way reads to the same; what is canonical, they take. */
#include "check.h"
#include "base/text/civil.h"
#include "io/text/digits.h"
#include "io/text/field.h"
#include "random.h"

enum { PAD = 64, LONGEST = 40 };

static const blt_type whole = {.id = BLT_INT64}, date = {.id = BLT_DATE}, moment = {.id = BLT_TIMESTAMP},
                      flag = {.id = BLT_BOOL};

typedef uint32_t (*read_fn)(blt_digits f, int64_t *out);

/* Whether `read` takes the text, alone between bytes that are not its own; `*out` is what it is. */
static bool takes(read_fn read, const char *text, uint32_t len, char around, int64_t *out) {
  char bytes[PAD + LONGEST + PAD];
  uint32_t ends[2] = {PAD - 1, PAD + len};
  memset(bytes, around, sizeof bytes);
  memcpy(bytes + PAD, text, len);
  return read((blt_digits){.text = bytes, .ends = ends + 1, .stride = 1, .gap = 1, .n = 1}, out) == 1;
}

static void check_bytes(read_fn read, blt_type type, const char *text, uint32_t len, bool must) {
  int64_t got = 0, want = 0;
  bool careful = blt_field_int(text, len, type, '.', true, &want);
  for (const char *around = "9- :,\xff"; *around; around++) {
    bool taken = takes(read, text, len, *around, &got);
    CHECK_AT(taken || !must, "'%s' is not taken", text);
    CHECK_AT(!taken || (careful && got == want), "'%s' is %" PRId64 ", not %" PRId64, text, got, want);
  }
}

static void check_text(read_fn read, blt_type type, const char *text, bool must) {
  check_bytes(read, type, text, (uint32_t)strlen(text), must);
}

/* Texts of one byte many times, NUL among them, alone and before a time of day. */
static void the_same_byte_again(void) {
  static const char time[] = " 10:11:12";
  for (int byte = 0; byte < 256; byte++) {
    char text[LONGEST] = {0};
    memset(text, byte, 20);
    for (uint32_t len = 1; len <= 20; len++) {
      check_bytes(blt_digits_whole, whole, text, len, false);
      check_bytes(blt_digits_dates, date, text, len, false);
      check_bytes(blt_digits_moments, moment, text, len, false);
      check_bytes(blt_digits_flags, flag, text, len, false);
    }
    memcpy(text + 10, time, sizeof time);
    check_bytes(blt_digits_moments, moment, text, 19, false);
    text[19] = (char)byte;
    check_bytes(blt_digits_moments, moment, text, 20, false);
  }
}

/* One to three bytes changed to others that stand in such texts. */
static void spoil(rng *r, char *text) {
  static const char bytes[] = "0123456789-: T.+Ztrufalse/;";
  for (uint32_t k = 1 + rng_below(r, 3); k > 0 && *text; k--)
    text[rng_below(r, (uint32_t)strlen(text))] = bytes[rng_below(r, sizeof bytes - 1)];
  if (rng_below(r, 4) == 0) text[rng_below(r, (uint32_t)strlen(text) + 1)] = 0;
}

static void check_both(rng *r, read_fn read, blt_type type, char *text) {
  check_text(read, type, text, true);
  spoil(r, text);
  check_text(read, type, text, false);
}

static void whole_numbers_of_any_length(void) {
  static const char *const edges[] = {"0",        "-1",        "9223372036854775807", "-9223372036854775808",
                                      "99999999", "100000000", "9999999999999999",    "10000000000000000"};
  static const char *const others[] = {"",
                                       "-",
                                       "-0",
                                       "00",
                                       "01",
                                       "+1",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "10000000000000000000",
                                       "1e3",
                                       "--1"};
  char text[LONGEST];
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
    check_text(blt_digits_whole, whole, edges[i], true);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check_text(blt_digits_whole, whole, others[i], false);
  for (uint64_t seed = 1; seed <= check_rounds(20000, 1000000); seed++) {
    rng r = {seed};
    int64_t v = (int64_t)(rng_next(&r) >> rng_below(&r, 64));
    snprintf(text, sizeof text, "%" PRId64, v);
    check_both(&r, blt_digits_whole, whole, text);
  }
}

/* Some in a row are read as each of them alone, up to one that is not plain. */
static void whole_numbers_in_a_row(void) {
  enum { FIELDS = 20 };
  for (uint64_t seed = 1; seed <= check_rounds(20000, 1000000); seed++) {
    rng r = {seed};
    char bytes[PAD + FIELDS * LONGEST + PAD], text[LONGEST];
    uint32_t ends[FIELDS + 1] = {PAD - 1}, at = PAD, plain = FIELDS;
    int64_t want[FIELDS], got[FIELDS];
    memset(bytes, '9', sizeof bytes);
    for (uint32_t i = 0; i < FIELDS; i++) {
      int64_t v = (int64_t)(rng_next(&r) >> rng_below(&r, 64)), odd = rng_below(&r, 40) == 0;
      snprintf(text, sizeof text, "%" PRId64, v == INT64_MIN || rng_below(&r, 40) == 0 ? v : v & INT64_MAX);
      if (odd) spoil(&r, text);
      if (plain == FIELDS && !takes(blt_digits_whole, text, (uint32_t)strlen(text), '1', &want[i])) plain = i;
      memcpy(bytes + at, text, strlen(text));
      ends[i + 1] = at += (uint32_t)strlen(text);
      bytes[at++] = ',';
    }
    blt_digits f = {.text = bytes, .ends = ends + 1, .stride = 1, .gap = 1, .n = FIELDS};
    uint32_t n = blt_digits_whole(f, got);
    CHECK_AT(n == plain, "seed %" PRIu64 ": %u, not %u", seed, n, plain);
    CHECK_AT(memcmp(got, want, (n < plain ? n : plain) * sizeof *got) == 0, "seed %" PRIu64, seed);
    REQUIRE(check_ok);
  }
}

static void dates_and_moments(void) {
  static const char *const others[] = {"2012-02-30", "0000-01-01", "2012-13-01", "2011-02-29", "2012-00-10"};
  char text[LONGEST];
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check_text(blt_digits_dates, date, others[i], false);
  for (uint64_t seed = 1; seed <= check_rounds(20000, 1000000); seed++) {
    rng r = {seed};
    int64_t day = BLT_DATE_MIN + (int64_t)(rng_next(&r) % (uint64_t)(BLT_DATE_MAX - BLT_DATE_MIN + 1));
    blt_civil c = blt_civil_of(day);
    snprintf(text, sizeof text, "%04d-%02u-%02u", c.year % 10000, c.month % 100, c.day % 100);
    check_both(&r, blt_digits_dates, date, text);
    snprintf(text, sizeof text, "%04d-%02u-%02u%c%02u:%02u:%02u", c.year % 10000, c.month % 100, c.day % 100,
             " T"[rng_below(&r, 2)], rng_below(&r, 24), rng_below(&r, 60), rng_below(&r, 60));
    if (rng_below(&r, 2)) strcat(text, "Z");
    check_both(&r, blt_digits_moments, moment, text);
  }
}

static void flags(void) {
  static const char *const others[] = {"", "t", "True", "TRUE", "truth", "fals", "falsey", "1"};
  check_text(blt_digits_flags, flag, "true", true);
  check_text(blt_digits_flags, flag, "false", true);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check_text(blt_digits_flags, flag, others[i], false);
}

int main(void) {
  RUN(whole_numbers_of_any_length);
  RUN(whole_numbers_in_a_row);
  RUN(dates_and_moments);
  RUN(flags);
  RUN(the_same_byte_again);
  return check_report();
}
