#include "names.h"
#include "records.h"
#include "base/mem.h"
#include "base/par.h"
#include "utf8.h"

#include <stdio.h>
#include <string.h>

#define POLLED 1024u /* names between two questions whether to go on */

void blt_names_init(blt_names *s, blt_ctx *ctx) {
  *s = (blt_names){.ctx = ctx};
}

void blt_names_free(blt_names *s) {
  if (!s->ctx) return;
  for (uint32_t i = 0; i < s->n; i++) blt_free(s->ctx, s->text[i], (size_t)s->lens[i] + 1);
  blt_free(s->ctx, s->text, s->text_cap * sizeof *s->text);
  blt_free(s->ctx, s->lens, s->lens_cap * sizeof *s->lens);
  blt_free(s->ctx, s->next, s->next_cap * sizeof *s->next);
  blt_free(s->ctx, s->slots, s->slots ? ((size_t)s->mask + 1) * sizeof *s->slots : 0);
  *s = (blt_names){0};
}

static uint32_t hash(const char *name, size_t len) {
  uint64_t h = UINT64_C(14695981039346656037);
  for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)name[i]) * UINT64_C(1099511628211);
  return (uint32_t)(h ^ h >> 32);
}

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t *slot_of(const blt_names *s, const char *name, size_t len) {
  for (uint32_t i = hash(name, len) & s->mask;; i = (i + 1) & s->mask) {
    uint32_t found = s->slots[i];
    if (!found || (s->lens[found - 1] == len && memcmp(s->text[found - 1], name, len) == 0))
      return &s->slots[i];
  }
}

int blt_names_find(const blt_names *s, const char *name, size_t len) {
  return s->slots ? (int)*slot_of(s, name, len) - 1 : -1;
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/* The first name that is `name` within blanks; NULL when none is. */
static const char *blank_around(const blt_names *s, const char *name) {
  size_t len = strlen(name);
  for (uint32_t i = 0; i < s->n; i++) {
    const char *from = s->text[i], *to = from + s->lens[i];
    while (from < to && is_blank(*from)) from++;
    while (to > from && is_blank(to[-1])) to--;
    if ((size_t)(to - from) == len && memcmp(from, name, len) == 0) return s->text[i];
  }
  return NULL;
}

blt_status blt_names_lack(const blt_names *s, const char *source, const char *name, const char *is,
                          const char *advice, blt_error *err) {
  const char *blank = blank_around(s, name);
  if (!blank)
    return blt_fail(err, BLT_ENAME, "%s: no column is named '%s', for which %s given", source, name, is);
  return blt_fail(err, BLT_ENAME, "%s: no column is named '%s', for which %s given; there is '%s'%s", source,
                  name, is, blank, advice);
}

/* Keeps at least half of the slots free. */
static blt_status make_room(blt_names *s, blt_error *err) {
  if (s->slots && s->n < s->mask / 2) return BLT_OK;
  uint32_t mask = s->slots ? s->mask * 2 + 1 : 63, *old = s->slots;
  uint32_t *slots = blt_calloc(s->ctx, (size_t)mask + 1, sizeof *slots);
  if (!slots) return blt_fail_memory(err, ((size_t)mask + 1) * sizeof *slots);
  blt_free(s->ctx, old, old ? ((size_t)s->mask + 1) * sizeof *old : 0);
  s->slots = slots;
  s->mask = mask;
  for (uint32_t i = 0; i < s->n; i++) *slot_of(s, s->text[i], s->lens[i]) = i + 1;
  return BLT_OK;
}

/* Adds a name that is not there. */
static blt_status append(blt_names *s, const char *name, size_t len, blt_error *err) {
  blt_status status = make_room(s, err);
  if (status == BLT_OK)
    status = blt_grow(s->ctx, &s->text, &s->text_cap, (size_t)s->n + 1, sizeof *s->text, err);
  if (status == BLT_OK)
    status = blt_grow(s->ctx, &s->lens, &s->lens_cap, (size_t)s->n + 1, sizeof *s->lens, err);
  if (status == BLT_OK)
    status = blt_grow(s->ctx, &s->next, &s->next_cap, (size_t)s->n + 1, sizeof *s->next, err);
  if (status != BLT_OK) return status;
  char *copy = blt_strdup(s->ctx, name, len);
  if (!copy) return blt_fail_memory(err, len + 1);
  *slot_of(s, name, len) = s->n + 1;
  s->text[s->n] = copy;
  s->lens[s->n] = (uint32_t)len;
  s->next[s->n++] = 2;
  return BLT_OK;
}

static blt_status check_number(const blt_names *s, const char *source, blt_error *err) {
  if (s->n == BLT_MAX_COLUMNS)
    return blt_fail(err, BLT_EFORMAT, "%s: more than the %u columns that a table can have", source,
                    BLT_MAX_COLUMNS);
  return s->n % POLLED ? BLT_OK : blt_poll(s->ctx, s->n, 0, err);
}

blt_status blt_names_keep(blt_names *s, const char *source, blt_str text, blt_error *err) {
  blt_status status = check_number(s, source, err);
  return status == BLT_OK ? append(s, text.s, text.len, err) : status;
}

static blt_status check(const blt_names *s, const char *source, blt_str name, blt_error *err) {
  uint32_t column = s->n + 1;
  if (name.len > BLT_MAX_NAME)
    return blt_fail(err, BLT_EFORMAT, "%s: the name of column %u has more than %u bytes", source, column,
                    BLT_MAX_NAME);
  if (name.len && memchr(name.s, 0, name.len))
    return blt_fail(err, BLT_EFORMAT, "%s: the name of column %u holds a zero byte: is this text?", source,
                    column);
  if (blt_utf8_check(name.s, name.len) < name.len)
    return blt_fail(err, BLT_EFORMAT, "%s: the name of column %u is not UTF-8", source, column);
  return check_number(s, source, err);
}

blt_status blt_names_add(blt_names *s, const char *source, blt_str name, blt_error *err) {
  char text[BLT_MAX_NAME + 16];
  blt_status status = check(s, source, name, err);
  if (status != BLT_OK) return status;
  int len = name.len ? snprintf(text, sizeof text, "%.*s", (int)name.len, name.s)
                     : snprintf(text, sizeof text, "c%u", s->n + 1);
  int first = blt_names_find(s, text, (size_t)len);
  if (first < 0) return append(s, text, (size_t)len, err);
  int whole;
  do whole = len + snprintf(text + len, sizeof text - (size_t)len, "_%u", s->next[first]++);
  while (blt_names_find(s, text, (size_t)whole) >= 0);
  if (whole > (int)BLT_MAX_NAME)
    return blt_fail(err, BLT_EFORMAT, "%s: the name of column %u is there twice, and too long for a number",
                    source, s->n + 1);
  return append(s, text, (size_t)whole, err);
}
