#include "schema.h"
#include "base/mem.h"

#include <string.h>

static blt_status check_type(const blt_field *f, blt_error *err) {
  blt_type t = f->type;
  char name[24];
  if (t.id < BLT_BOOL || t.id > BLT_TIMESTAMP)
    return blt_fail(
        err, BLT_ETYPE,
        "column '%s' has no type: use bool, int64, float64, decimal(p,s), string, date or timestamp",
        f->name);
  bool sized = t.id == BLT_DECIMAL
                   ? t.precision >= 1 && t.precision <= BLT_MAX_PRECISION && t.scale <= t.precision
                   : t.precision == 0 && t.scale == 0;
  if (!sized)
    return blt_fail(err, BLT_ETYPE, "column '%s': %s needs a precision of 1 to %d and a scale up to it",
                    f->name, blt_type_name(t, name), BLT_MAX_PRECISION);
  return BLT_OK;
}

/* True for one well-formed UTF-8 sequence at s[0..len); its length goes to *used. */
static bool utf8_sequence(const unsigned char *s, size_t len, size_t *used) {
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  size_t n = s[0] < 0x80             ? 1
             : (s[0] & 0xe0) == 0xc0 ? 2
             : (s[0] & 0xf0) == 0xe0 ? 3
             : (s[0] & 0xf8) == 0xf0 ? 4
                                     : 0;
  if (n == 0 || n > len) return false;
  uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);
  for (size_t i = 1; i < n; i++) {
    if ((s[i] & 0xc0) != 0x80) return false;
    c = c << 6 | (s[i] & 0x3f);
  }
  *used = n;
  return c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

blt_status blt_name_check(const char *what, const char *name, blt_error *err) {
  size_t len = name ? strlen(name) : 0, used;
  if (len == 0) return blt_fail(err, BLT_ENAME, "a %s has no name", what);
  if (len > BLT_MAX_NAME)
    return blt_fail(err, BLT_ENAME, "a %s's name has %zu bytes: at most %u are allowed", what, len,
                    BLT_MAX_NAME);
  for (size_t i = 0; i < len; i += used)
    if (!utf8_sequence((const unsigned char *)name + i, len - i, &used))
      return blt_fail_at(err, BLT_ENAME, (int64_t)i, "a %s's name is not UTF-8 at byte %zu", what, i + 1);
  return BLT_OK;
}

/* Column names sorted into an open-addressing set of column numbers + 1: tables may have thousands. */
static blt_status check_names(blt_ctx *ctx, const blt_field *fields, uint32_t ncols, blt_error *err) {
  uint32_t mask = 63;
  while (mask < ncols * 2) mask = mask * 2 + 1;
  uint32_t *seen = blt_calloc(ctx, mask + 1, sizeof *seen);
  if (!seen) return blt_fail_memory(err, (mask + 1) * sizeof *seen);
  blt_status st = BLT_OK;
  for (uint32_t c = 0; c < ncols && st == BLT_OK; c++) {
    st = blt_name_check("column", fields[c].name, err);
    if (st != BLT_OK) break;
    uint32_t h = 2166136261u;
    for (const char *p = fields[c].name; *p; p++) h = (h ^ (unsigned char)*p) * 16777619u;
    uint32_t i = (h ^ h >> 15) & mask;
    for (; seen[i] && st == BLT_OK; i = (i + 1) & mask)
      if (strcmp(fields[seen[i] - 1].name, fields[c].name) == 0)
        st = blt_fail_at(err, BLT_ENAME, c, "column '%s' is there twice", fields[c].name);
    seen[i] = c + 1;
  }
  blt_free(ctx, seen, (mask + 1) * sizeof *seen);
  return st;
}

static blt_status check_key(const blt_field *fields, uint32_t ncols, const blt_key *key, blt_error *err) {
  if (key->ncols == 0 || key->ncols > BLT_MAX_KEY_COLUMNS)
    return blt_fail(err, BLT_EINVAL, "a key has 1 to %u columns, not %u", BLT_MAX_KEY_COLUMNS, key->ncols);
  for (uint32_t i = 0; i < key->ncols; i++) {
    if (key->cols[i] >= ncols)
      return blt_fail(err, BLT_EINVAL, "a key names column %u of %u", key->cols[i] + 1, ncols);
    for (uint32_t j = 0; j < i; j++)
      if (key->cols[j] == key->cols[i])
        return blt_fail(err, BLT_ENAME, "a key names column '%s' twice", fields[key->cols[i]].name);
  }
  return BLT_OK;
}

static blt_status check_all(blt_ctx *ctx, const blt_field *fields, uint32_t ncols, const blt_key *keys,
                            uint32_t nkeys, bool primary, blt_error *err) {
  if (ncols == 0 || ncols > BLT_MAX_COLUMNS)
    return blt_fail(err, BLT_EINVAL, "a table has 1 to %u columns, not %u", BLT_MAX_COLUMNS, ncols);
  if (nkeys > BLT_MAX_KEYS || (primary && nkeys == 0))
    return blt_fail(err, BLT_EINVAL, "a table has at most %u keys", BLT_MAX_KEYS);
  blt_status st = check_names(ctx, fields, ncols, err);
  for (uint32_t c = 0; c < ncols && st == BLT_OK; c++) st = check_type(&fields[c], err);
  for (uint32_t k = 0; k < nkeys && st == BLT_OK; k++) st = check_key(fields, ncols, &keys[k], err);
  return st;
}

blt_status blt_schema_new(blt_ctx *ctx, const blt_field *fields, uint32_t ncols, const blt_key *keys,
                          uint32_t nkeys, bool primary, blt_schema **out, blt_error *err) {
  blt_status st = check_all(ctx, fields, ncols, keys, nkeys, primary, err);
  if (st != BLT_OK) return st;
  blt_schema *s = blt_calloc(ctx, 1, sizeof *s);
  if (!s) return blt_fail_memory(err, sizeof *s);
  s->ctx = blt_ctx_retain(ctx);
  s->ncols = ncols;
  s->nkeys = nkeys;
  s->primary = primary;
  s->fields = blt_calloc(ctx, ncols, sizeof *s->fields);
  s->keys = nkeys ? blt_alloc(ctx, nkeys * sizeof *s->keys) : NULL;
  bool whole = s->fields && (s->keys || !nkeys);
  for (uint32_t c = 0; c < ncols && whole; c++) {
    s->fields[c].type = fields[c].type;
    s->fields[c].name = blt_strdup(ctx, fields[c].name, strlen(fields[c].name));
    whole = s->fields[c].name != NULL;
  }
  if (!whole) {
    blt_schema_free(s);
    return blt_fail_memory(err, ncols * sizeof *s->fields);
  }
  if (nkeys) memcpy(s->keys, keys, nkeys * sizeof *keys);
  for (uint32_t i = 0; primary && i < keys[0].ncols; i++) s->fields[keys[0].cols[i]].type.required = true;
  *out = s;
  return BLT_OK;
}

void blt_schema_free(blt_schema *s) {
  if (!s) return;
  blt_ctx *ctx = s->ctx;
  for (uint32_t c = 0; s->fields && c < s->ncols; c++)
    if (s->fields[c].name) blt_free(ctx, (void *)s->fields[c].name, strlen(s->fields[c].name) + 1);
  blt_free(ctx, s->fields, s->ncols * sizeof *s->fields);
  blt_free(ctx, s->keys, s->nkeys * sizeof *s->keys);
  blt_free(ctx, s, sizeof *s);
  blt_ctx_release(ctx);
}

int blt_schema_find(const blt_schema *s, const char *name, size_t len) {
  for (uint32_t c = 0; c < s->ncols; c++)
    if (strlen(s->fields[c].name) == len && memcmp(s->fields[c].name, name, len) == 0) return (int)c;
  return -1;
}
