#include "flagged.h"

#include <string.h>

static bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_sign(char c) {
  return c > ' ' && c < 127 && !is_letter(c) && (c < '0' || c > '9');
}

blt_str blt_flagged_trim(blt_str text) {
  while (text.len && blt_csv_is_blank(text.s[text.len - 1])) text.len--;
  for (uint32_t n; (n = (uint32_t)blt_spelled_blank(text.s, text.len)) > 0; text.len -= n) text.s += n;
  return text;
}

/* Whether a text begins with one that is null and is over there: ": c" and ":c" do, ":::" does not. */
static bool begins_with(blt_str text, blt_str null) {
  if (null.len == 0 || text.len < null.len || memcmp(text.s, null.s, null.len) != 0) return false;
  if (text.len == null.len || blt_csv_is_blank(text.s[null.len])) return true;
  return is_sign(null.s[null.len - 1]) && is_letter(text.s[null.len]);
}

uint32_t blt_flagged_number(const blt_csv_format *f, blt_str text, bool quoted) {
  uint32_t n = (uint32_t)blt_spelled_prefix(&f->spelling, text.s, text.len);
  if (n > 0 || (quoted && !f->quoted_nulls)) return n;
  for (uint32_t i = 0; i < f->nnulls; i++)
    if (f->nulls[i].len > n && begins_with(text, f->nulls[i])) n = f->nulls[i].len;
  return n;
}
