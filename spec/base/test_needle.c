/* Texts that are looked for in others, against a search of every place. Each haystack is an allocation of its
 * own size, so that sanitizers see what is read beside it. */
#include "base/text/needle.h"
#include "check.h"
#include "random.h"

static const char *find_naively(blt_str needle, const char *from, const char *end) {
  for (const char *p = from; end - p >= (ptrdiff_t)needle.len; p++)
    if (memcmp(p, needle.s, needle.len) == 0) return p;
  return NULL;
}

/* A few letters, so that most of a needle is found in many places. */
static void fill(rng *r, char *out, uint32_t n, uint32_t letters) {
  static const char alphabet[] = "abq\xd0\xb0 =/";
  for (uint32_t i = 0; i < n; i++) out[i] = alphabet[rng_below(r, letters)];
}

/* Those that are found a few at a time are those that are found one after the other. */
static void all_at_once(const blt_needle *needle, const char *from, const char *end) {
  const char *at[3], *next = from;
  for (uint32_t n = 3; n == 3;) {
    n = blt_needle_find_all(needle, from, end, at, 3);
    for (uint32_t i = 0; i < n; i++) {
      CHECK(at[i] == find_naively((blt_str){needle->s, needle->len}, next, end));
      from = next = at[i] + 1;
    }
    if (n < 3) CHECK(!find_naively((blt_str){needle->s, needle->len}, next, end));
  }
}

static void try_one(rng *r) {
  uint32_t len = (uint32_t)rng_below(r, rng_below(r, 4) ? 12 : 100), letters = 1 + (uint32_t)rng_below(r, 8);
  uint32_t bytes = (uint32_t)rng_below(r, 200);
  char part[100], *text = malloc(bytes + 1);
  fill(r, part, len, letters);
  fill(r, text + 1, bytes, letters);
  if (len <= bytes && rng_below(r, 2)) memcpy(text + 1 + rng_below(r, bytes - len + 1), part, len);
  const char *from = text + 1, *start = from, *end = from + bytes;
  blt_needle needle = blt_needle_of((blt_str){part, len});
  for (int matches = 0; from && matches < 50; matches++) {
    const char *want = find_naively((blt_str){part, len}, from, end),
               *got = blt_needle_find(&needle, from, end);
    CHECK_AT(got == want, "%u bytes in %u: place %td, not %td", len, bytes, got ? got - text : -1,
             want ? want - text : -1);
    from = want && want < end ? want + 1 : NULL;
  }
  if (len) all_at_once(&needle, start, end);
  free(text);
}

static void every_match_is_found(void) {
  rng r = {20261126};
  for (uint64_t i = 0; i < check_rounds(20000, 1000000) && check_ok; i++) try_one(&r);
}

static void rare_bytes_are_different_ones(void) {
  blt_needle n = blt_needle_of((blt_str){"google", 6});
  CHECK(n.s[n.rare[0]] != n.s[n.rare[1]] && n.s[n.rare[1]] != n.s[n.rare[2]] &&
        n.s[n.rare[0]] != n.s[n.rare[2]]);
  n = blt_needle_of((blt_str){"aa", 2});
  CHECK(n.rare[0] != n.rare[1]);
  n = blt_needle_of((blt_str){"aaab", 4});
  CHECK(n.rare[0] != n.rare[1] && n.rare[1] != n.rare[2] && n.rare[0] != n.rare[2]);
}

int main(void) {
  RUN(every_match_is_found);
  RUN(rare_bytes_are_different_ones);
  return check_report();
}
