#include "footer.h"

#include "base/checksum.h"
#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "PAR1"
#define TAIL 8u

/* ---- the schema ---- */

/* An old annotation as the logical type that took its place. */
static void convert_old(blt_pq_element *e, int32_t old) {
  static const struct {
    uint8_t logical, unit, bits;
    bool is_signed;
  } meanings[] = {
      {BLT_PQ_STRING, 0, 0, false},
      {BLT_PQ_MAP, 0, 0, false},
      {BLT_PQ_MAP, 0, 0, false},
      {BLT_PQ_LIST, 0, 0, false},
      {BLT_PQ_ENUM, 0, 0, false},
      {BLT_PQ_DECIMAL, 0, 0, false},
      {BLT_PQ_DATE, 0, 0, false},
      {BLT_PQ_TIME, BLT_PQ_MILLIS, 0, false},
      {BLT_PQ_TIME, BLT_PQ_MICROS, 0, false},
      {BLT_PQ_TIMESTAMP, BLT_PQ_MILLIS, 0, false},
      {BLT_PQ_TIMESTAMP, BLT_PQ_MICROS, 0, false},
      {BLT_PQ_INTEGER, 0, 8, false},
      {BLT_PQ_INTEGER, 0, 16, false},
      {BLT_PQ_INTEGER, 0, 32, false},
      {BLT_PQ_INTEGER, 0, 64, false},
      {BLT_PQ_INTEGER, 0, 8, true},
      {BLT_PQ_INTEGER, 0, 16, true},
      {BLT_PQ_INTEGER, 0, 32, true},
      {BLT_PQ_INTEGER, 0, 64, true},
      {BLT_PQ_JSON, 0, 0, false},
      {BLT_PQ_BSON, 0, 0, false},
      {BLT_PQ_INTERVAL, 0, 0, false},
  };
  if (e->logical || old < 0 || old >= (int32_t)(sizeof meanings / sizeof *meanings)) return;
  e->logical = meanings[old].logical;
  e->unit = meanings[old].unit;
  e->bits = meanings[old].bits;
  e->is_signed = meanings[old].is_signed;
  e->utc = true; /* what the old annotations of times always meant */
}

static void read_unit(blt_thrift *t, uint8_t type, blt_pq_element *e) {
  int16_t id = 0;
  if (!blt_thrift_struct(t, type)) return;
  while (blt_thrift_next(t, &id, &type)) {
    if (id >= BLT_PQ_MILLIS && id <= BLT_PQ_NANOS) e->unit = (uint8_t)id;
    blt_thrift_skip(t, type);
  }
}

/* The fields of one logical type: of decimals, times and integers. */
static void read_parameters(blt_thrift *t, uint8_t type, blt_pq_element *e) {
  int16_t id = 0;
  bool is_time = e->logical == BLT_PQ_TIME || e->logical == BLT_PQ_TIMESTAMP;
  if (!blt_thrift_struct(t, type)) return;
  while (blt_thrift_next(t, &id, &type)) {
    if (e->logical == BLT_PQ_DECIMAL && id == 1)
      e->scale = blt_thrift_int32(t, type);
    else if (e->logical == BLT_PQ_DECIMAL && id == 2)
      e->precision = blt_thrift_int32(t, type);
    else if (is_time && id == 1)
      e->utc = blt_thrift_bool(t, type);
    else if (is_time && id == 2)
      read_unit(t, type, e);
    else if (e->logical == BLT_PQ_INTEGER && id == 1)
      e->bits = (uint8_t)blt_thrift_int(t, type);
    else if (e->logical == BLT_PQ_INTEGER && id == 2)
      e->is_signed = blt_thrift_bool(t, type);
    else
      blt_thrift_skip(t, type);
  }
}

static void read_logical(blt_thrift *t, uint8_t type, blt_pq_element *e) {
  int16_t id = 0;
  if (!blt_thrift_struct(t, type)) return;
  while (blt_thrift_next(t, &id, &type)) {
    if (id < BLT_PQ_STRING || id > BLT_PQ_GEOGRAPHY || id == BLT_PQ_INTERVAL) {
      blt_thrift_skip(t, type);
      continue;
    }
    e->logical = (uint8_t)id;
    read_parameters(t, type, e);
  }
}

static void read_element(blt_thrift *t, blt_pq_element *e) {
  int16_t id = 0;
  uint8_t type;
  int32_t old = -1;
  *e = (blt_pq_element){.physical = -1};
  if (!blt_thrift_struct(t, BLT_THRIFT_STRUCT)) return;
  while (blt_thrift_next(t, &id, &type)) switch (id) {
    case 1:
      e->physical = blt_thrift_int32(t, type);
      if (e->physical < 0 || e->physical >= BLT_PQ_PHYSICALS) t->bad = true;
      break;
    case 2:
      e->length = blt_thrift_int32(t, type);
      break;
    case 3:
      e->repetition = blt_thrift_int32(t, type);
      if (e->repetition < 0 || e->repetition > BLT_PQ_REPEATED) t->bad = true;
      break;
    case 4:
      e->name = blt_thrift_binary(t, type);
      break;
    case 5:
      e->children = blt_thrift_int32(t, type);
      break;
    case 6:
      old = blt_thrift_int32(t, type);
      break;
    case 7:
      e->scale = blt_thrift_int32(t, type);
      break;
    case 8:
      e->precision = blt_thrift_int32(t, type);
      break;
    case 10:
      read_logical(t, type, e);
      break;
    default:
      blt_thrift_skip(t, type);
    }
  convert_old(e, old);
}

/* ---- row groups ---- */

/* Bounds of the old fields are left alone: what order they have depends on who wrote them. */
static void read_statistics(blt_thrift *t, uint8_t type, blt_pq_statistics *s) {
  int16_t id = 0;
  if (!blt_thrift_struct(t, type)) return;
  while (blt_thrift_next(t, &id, &type)) switch (id) {
    case 3:
      s->nulls = blt_thrift_int(t, type);
      break;
    case 5:
      s->max = blt_thrift_binary(t, type);
      break;
    case 6:
      s->min = blt_thrift_binary(t, type);
      break;
    default:
      blt_thrift_skip(t, type);
    }
}

static bool is_dictionary(int32_t encoding) {
  return encoding == 2 || encoding == 8;
}

/* One of the counts of pages by encoding: {1: kind, 2: encoding, 3: count}. */
static void read_page_count(blt_thrift *t, bool *any, bool *other) {
  int16_t id = 0;
  uint8_t type;
  int32_t kind = -1, encoding = -1;
  int64_t count = 0;
  if (!blt_thrift_struct(t, BLT_THRIFT_STRUCT)) return;
  while (blt_thrift_next(t, &id, &type)) {
    if (id == 1)
      kind = blt_thrift_int32(t, type);
    else if (id == 2)
      encoding = blt_thrift_int32(t, type);
    else if (id == 3)
      count = blt_thrift_int(t, type);
    else
      blt_thrift_skip(t, type);
  }
  if ((kind != 0 && kind != 3) || count == 0) return;
  *any = true;
  if (!is_dictionary(encoding)) *other = true;
}

static void read_page_counts(blt_thrift *t, uint8_t type, blt_pq_chunk *c) {
  uint8_t element;
  uint32_t n = blt_thrift_list(t, type, &element);
  bool any = false, other = false;
  if (n && element != BLT_THRIFT_STRUCT) t->bad = true;
  for (uint32_t i = 0; i < n && !t->bad; i++) read_page_count(t, &any, &other);
  c->only_dictionary = any && !other;
}

static void read_encodings(blt_thrift *t, uint8_t type, blt_pq_chunk *c) {
  uint8_t element;
  uint32_t n = blt_thrift_list(t, type, &element);
  for (uint32_t i = 0; i < n && !t->bad; i++) {
    int32_t e = blt_thrift_int32(t, element);
    if (e >= 0 && e < 32) c->encodings |= UINT32_C(1) << e;
  }
}

static void read_chunk_meta(blt_thrift *t, uint8_t type, blt_pq_chunk *c) {
  int16_t id = 0;
  if (!blt_thrift_struct(t, type)) return;
  while (blt_thrift_next(t, &id, &type)) switch (id) {
    case 1:
      c->physical = blt_thrift_int32(t, type);
      break;
    case 2:
      read_encodings(t, type, c);
      break;
    case 4:
      c->codec = blt_thrift_int32(t, type);
      break;
    case 5:
      c->values = blt_thrift_int(t, type);
      break;
    case 6:
      c->bytes = blt_thrift_int(t, type);
      break;
    case 7:
      c->packed_bytes = blt_thrift_int(t, type);
      break;
    case 9:
      c->data_at = blt_thrift_int(t, type);
      break;
    case 11:
      c->dictionary_at = blt_thrift_int(t, type);
      break;
    case 12:
      read_statistics(t, type, &c->stats);
      break;
    case 13:
      read_page_counts(t, type, c);
      break;
    case 14:
      c->bloom_at = blt_thrift_int(t, type);
      break;
    default:
      blt_thrift_skip(t, type);
    }
}

static void read_chunk(blt_thrift *t, blt_pq_chunk *c) {
  int16_t id = 0;
  uint8_t type;
  *c = (blt_pq_chunk){.physical = -1, .stats.nulls = -1};
  if (!blt_thrift_struct(t, BLT_THRIFT_STRUCT)) return;
  while (blt_thrift_next(t, &id, &type)) switch (id) {
    case 1:
      c->elsewhere = blt_thrift_binary(t, type).len > 0;
      break;
    case 3:
      read_chunk_meta(t, type, c);
      break;
    case 4:
      c->pages_at = blt_thrift_int(t, type);
      break;
    case 5:
      c->pages_bytes = blt_thrift_int32(t, type);
      break;
    case 6:
      c->bounds_at = blt_thrift_int(t, type);
      break;
    case 7:
      c->bounds_bytes = blt_thrift_int32(t, type);
      break;
    case 8:
    case 9:
      c->encrypted = true;
      blt_thrift_skip(t, type);
      break;
    default:
      blt_thrift_skip(t, type);
    }
}

/* Opens a list of structs and takes room for them. */
static blt_status open_list(blt_pq_footer *f, blt_thrift *t, uint8_t type, size_t size, uint32_t *n,
                            void **out, blt_error *err) {
  uint8_t element;
  uint32_t count = blt_thrift_list(t, type, &element);
  if (*out || (count && element != BLT_THRIFT_STRUCT)) t->bad = true;
  if (t->bad || count == 0) return BLT_OK;
  *out = blt_calloc(f->ctx, count, size);
  if (!*out) return blt_fail_memory(err, count * size);
  *n = count;
  return BLT_OK;
}

static blt_status read_group(blt_pq_footer *f, blt_thrift *t, blt_pq_group *g, blt_error *err) {
  int16_t id = 0;
  uint8_t type;
  blt_status status = BLT_OK;
  if (!blt_thrift_struct(t, BLT_THRIFT_STRUCT)) return status;
  while (status == BLT_OK && blt_thrift_next(t, &id, &type)) switch (id) {
    case 1:
      status = open_list(f, t, type, sizeof *g->chunks, &g->nchunks, (void **)&g->chunks, err);
      for (uint32_t i = 0; status == BLT_OK && i < g->nchunks; i++) read_chunk(t, &g->chunks[i]);
      break;
    case 3:
      g->rows = blt_thrift_int(t, type);
      break;
    default:
      blt_thrift_skip(t, type);
    }
  return status;
}

/* ---- the whole ---- */

static blt_status read_fields(blt_pq_footer *f, blt_thrift *t, bool *encrypted, blt_error *err) {
  int16_t id = 0;
  uint8_t type;
  blt_status status = BLT_OK;
  while (status == BLT_OK && blt_thrift_next(t, &id, &type)) switch (id) {
    case 2:
      status = open_list(f, t, type, sizeof *f->elements, &f->nelements, (void **)&f->elements, err);
      for (uint32_t i = 0; status == BLT_OK && i < f->nelements; i++) read_element(t, &f->elements[i]);
      break;
    case 3:
      f->rows = blt_thrift_int(t, type);
      break;
    case 4:
      status = open_list(f, t, type, sizeof *f->groups, &f->ngroups, (void **)&f->groups, err);
      for (uint32_t i = 0; status == BLT_OK && i < f->ngroups; i++)
        status = read_group(f, t, &f->groups[i], err);
      break;
    case 8:
      *encrypted = true;
      blt_thrift_skip(t, type);
      break;
    default:
      blt_thrift_skip(t, type);
    }
  return status;
}

void blt_pq_checksum(const char *footer, size_t len, size_t digits_at, char out[BLT_PQ_CHECKSUM_DIGITS]) {
  static const char digits[] = "0123456789abcdef";
  uint64_t parts[2] = {
      blt_checksum(footer, digits_at),
      blt_checksum(footer + digits_at + BLT_PQ_CHECKSUM_DIGITS, len - digits_at - BLT_PQ_CHECKSUM_DIGITS)};
  uint64_t sum = blt_checksum(parts, sizeof parts);
  for (uint32_t i = 0; i < BLT_PQ_CHECKSUM_DIGITS; i++) out[i] = digits[sum >> (60 - 4 * i) & 15];
}

/* What stands before and behind the digits in a footer that is written here. It is looked for byte by byte,
 * as what is damaged may read as something else. */
#define BEFORE_SUM "\x0e" BLT_PQ_CHECKSUM_KEY "\x18\x10"
#define BEHIND_SUM "\0\x18\x07" BLT_PQ_CREATOR

static bool find_sum(const blt_pq_footer *f, size_t *digits_at) {
  size_t before = sizeof BEFORE_SUM - 1, behind = sizeof BEHIND_SUM - 1;
  const char *from = f->bytes, *end = f->bytes + f->len, *at;
  while ((at = memmem(from, (size_t)(end - from), BEFORE_SUM, before))) {
    from = at + before;
    if ((size_t)(end - from) < BLT_PQ_CHECKSUM_DIGITS + behind) return false;
    if (memcmp(from + BLT_PQ_CHECKSUM_DIGITS, BEHIND_SUM, behind) != 0) continue;
    *digits_at = (size_t)(from - f->bytes);
    return true;
  }
  return false;
}

static bool is_sound(blt_pq_footer *f) {
  char sum[BLT_PQ_CHECKSUM_DIGITS];
  size_t at;
  f->summed = find_sum(f, &at);
  if (!f->summed) return true;
  blt_pq_checksum(f->bytes, f->len, at, sum);
  return memcmp(sum, f->bytes + at, sizeof sum) == 0;
}

static blt_status parse(blt_pq_footer *f, const char *name, blt_error *err) {
  blt_thrift t = blt_thrift_of(f->bytes, f->len);
  bool encrypted = false;
  blt_status status = read_fields(f, &t, &encrypted, err);
  if (status != BLT_OK) return status;
  if (encrypted) return blt_fail(err, BLT_EFORMAT, "%s: encrypted, and no key is known here", name);
  if (is_sound(f) && !t.bad) return BLT_OK;
  return blt_fail(err, BLT_EFORMAT, "%s: damaged: its footer (%zu bytes before the end) is not well formed",
                  name, f->len + TAIL);
}

bool blt_pq_is(const blt_source *source) {
  char head[4];
  blt_error ignored;
  return blt_source_size(source) >= 4 && blt_source_read(source, 0, head, 4, &ignored) == BLT_OK &&
         (memcmp(head, MAGIC, 4) == 0 || memcmp(head, "PARE", 4) == 0);
}

/* The length of the footer, from the last bytes of the file. */
static blt_status find(const blt_source *source, uint64_t *len, blt_error *err) {
  const char *name = blt_source_name(source);
  uint64_t size = blt_source_size(source);
  uint8_t tail[TAIL];
  if (!blt_pq_is(source))
    return blt_fail(err, BLT_EFORMAT, "%s: no Parquet file: it does not begin with PAR1", name);
  if (size < TAIL + 4)
    return blt_fail(err, BLT_EFORMAT, "%s: cut: a Parquet file of %" PRIu64 " bytes", name, size);
  blt_status status = blt_source_read(source, size - TAIL, (char *)tail, TAIL, err);
  if (status != BLT_OK) return status;
  if (memcmp(tail + 4, "PARE", 4) == 0)
    return blt_fail(err, BLT_EFORMAT, "%s: encrypted, and no key is known here", name);
  if (memcmp(tail + 4, MAGIC, 4) != 0)
    return blt_fail(err, BLT_EFORMAT,
                    "%s: cut, or not written to its end: a Parquet file ends with PAR1, this one does not",
                    name);
  *len = (uint64_t)tail[0] | (uint64_t)tail[1] << 8 | (uint64_t)tail[2] << 16 | (uint64_t)tail[3] << 24;
  if (*len > size - TAIL - 4)
    return blt_fail(err, BLT_EFORMAT, "%s: damaged: a footer of %" PRIu64 " bytes in a file of %" PRIu64,
                    name, *len, size);
  return BLT_OK;
}

blt_status blt_pq_footer_read(blt_ctx *ctx, const blt_source *source, blt_pq_footer *out, blt_error *err) {
  uint64_t len = 0;
  blt_pq_footer f = {.ctx = ctx};
  blt_status status = find(source, &len, err);
  if (status != BLT_OK) return status;
  f.len = (size_t)len;
  f.bytes = blt_alloc(ctx, f.len + 1);
  if (!f.bytes) return blt_fail_memory(err, f.len);
  status = blt_source_read(source, blt_source_size(source) - TAIL - len, f.bytes, f.len, err);
  if (status == BLT_OK) status = parse(&f, blt_source_name(source), err);
  if (status != BLT_OK) {
    blt_pq_footer_free(&f);
    return status;
  }
  *out = f;
  return BLT_OK;
}

void blt_pq_footer_free(blt_pq_footer *f) {
  for (uint32_t i = 0; f->groups && i < f->ngroups; i++)
    blt_free(f->ctx, f->groups[i].chunks, f->groups[i].nchunks * sizeof *f->groups[i].chunks);
  if (!f->ctx) return;
  blt_free(f->ctx, f->groups, f->ngroups * sizeof *f->groups);
  blt_free(f->ctx, f->elements, f->nelements * sizeof *f->elements);
  blt_free(f->ctx, f->bytes, f->len + 1);
  *f = (blt_pq_footer){0};
}
