/* The order of texts against memcmp. Each text is an allocation of its own size, so that sanitizers see what
 * is read beside it. */
#include "base/text/text_order.h"
#include "check.h"
#include "random.h"

static int naive(blt_str a, blt_str b) {
  uint32_t i = 0;
  while (i < a.len && i < b.len && a.s[i] == b.s[i]) i++;
  if (i == a.len || i == b.len) return (a.len > b.len) - (a.len < b.len);
  return (unsigned char)a.s[i] < (unsigned char)b.s[i] ? -1 : 1;
}

/* Texts that begin alike, up to a place of any word. */
static blt_str text(rng *r, const char *start) {
  uint32_t shared = (uint32_t)rng_below(r, 40), len = shared + (uint32_t)rng_below(r, 12);
  char *s = malloc(len ? len : 1);
  memcpy(s, start, shared);
  for (uint32_t i = shared; i < len; i++) s[i] = "\0a\x7f\x80\xff"[rng_below(r, 5)];
  return (blt_str){s, len};
}

static void texts_are_ordered_by_bytes(void) {
  rng r = {20261127};
  char start[40];
  for (uint64_t i = 0; i < check_rounds(100000, 2000000) && check_ok; i++) {
    for (uint32_t k = 0; k < sizeof start; k++) start[k] = "ab\x80"[rng_below(&r, 3)];
    blt_str a = text(&r, start), b = text(&r, start);
    CHECK_INT(blt_text_order(a, b), naive(a, b));
    CHECK_INT(blt_text_order(b, a), naive(b, a));
    CHECK_INT(blt_text_order(a, a), 0);
    free((void *)a.s), free((void *)b.s);
  }
}

int main(void) {
  RUN(texts_are_ordered_by_bytes);
  return check_report();
}
