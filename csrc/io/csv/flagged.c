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

/* Passes what may stand between thousands though it was not said: blanks, an underscore, an apostrophe. */
static blt_str behind_separator(blt_str rest) {
  static const char apostrophe[] = "\xe2\x80\x99";
  uint32_t n = 0;
  if (rest.len && (*rest.s == '_' || *rest.s == '\''))
    n = 1;
  else if (rest.len > 3 && memcmp(rest.s, apostrophe, 3) == 0)
    n = 3;
  return blt_flagged_trim((blt_str){rest.s + n, rest.len - n});
}

/* Whether the number goes on behind what was read of it, as 1 234 does where no blank is expected: digits are
 * no flag, but the mark of a note is: 12 1), and 12 1 where a blank is known to stand between thousands. */
static bool goes_on(const blt_csv_format *f, blt_str rest) {
  bool is_apart = f->spelling.thousands == ' ' && rest.len && blt_spelled_blank(rest.s, rest.len) > 0;
  rest = behind_separator(rest);
  uint32_t n = 0;
  while (n < rest.len && rest.s[n] >= '0' && rest.s[n] <= '9') n++;
  return n > 2 || (n > 0 && !(is_apart && n == rest.len) && (n == rest.len || rest.s[n] != ')'));
}

static uint32_t digits_at(blt_str text, uint32_t at) {
  uint32_t n = 0;
  while (at + n < text.len && text.s[at + n] >= '0' && text.s[at + n] <= '9') n++;
  return n;
}

/* The bytes of what stands between thousands where none is expected; 0 for nothing that does. */
static uint32_t separator_at(blt_str text, uint32_t at) {
  blt_str rest = {text.s + at, text.len - at};
  if (at < text.len && (text.s[at] == ',' || text.s[at] == '.')) return 1;
  return at < text.len ? (uint32_t)(behind_separator(rest).s - rest.s) : 0;
}

/* The bytes of a number in groups of three digits at the beginning, whatever stands between them; 0: none.
 * Such a number is no flag where its mark was not said: it stays in its column, which then holds texts. */
static uint32_t grouped_in(blt_str text) {
  uint32_t at = text.len && *text.s == '-', first = digits_at(text, at), groups = 0, step;
  if (first == 0 || first > 3) return 0;
  for (at += first; (step = separator_at(text, at)) > 0 && digits_at(text, at + step) == 3; groups++)
    at += step + 3;
  uint32_t fraction = step == 1 ? digits_at(text, at + 1) : 0;
  if (fraction > 0 && (text.s[at] == ',' || text.s[at] == '.')) at += 1 + fraction;
  bool on = at < text.len && (text.s[at] == ',' || text.s[at] == '.') && digits_at(text, at + 1) > 0;
  return groups && !on && digits_at(text, at) == 0 ? at : 0;
}

/* The bytes of a number at the beginning, when it is one as a whole. */
static uint32_t number_in(const blt_csv_format *f, blt_str text) {
  uint32_t n = (uint32_t)blt_spelled_prefix(&f->spelling, text.s, text.len);
  bool whole = n > 0 && !goes_on(f, (blt_str){text.s + n, text.len - n});
  return whole ? n : grouped_in(text);
}

uint32_t blt_flagged_number(const blt_csv_format *f, blt_str text, bool quoted) {
  uint32_t n = number_in(f, text);
  if (n > 0 || (quoted && !f->quoted_nulls)) return n;
  for (uint32_t i = 0; i < f->nnulls; i++)
    if (f->nulls[i].len > n && begins_with(text, f->nulls[i])) n = f->nulls[i].len;
  return n;
}
