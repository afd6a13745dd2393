#include "thrift.h"

#include "base/mem.h"
#include <string.h>

#define DEEPEST 32u

blt_thrift blt_thrift_of(const void *bytes, size_t len) {
  const uint8_t *p = bytes;
  return (blt_thrift){.p = p, .end = p + len};
}

static void spoil(blt_thrift *t, bool cut) {
  if (!t->bad) t->cut = cut;
  t->bad = true;
  t->p = t->end;
}

static uint8_t byte(blt_thrift *t) {
  if (t->p < t->end) return *t->p++;
  spoil(t, true);
  return 0;
}

static uint64_t varint(blt_thrift *t) {
  uint64_t v = 0;
  for (uint32_t shift = 0; shift < 70; shift += 7) {
    uint8_t b = byte(t);
    if (shift < 64) v |= (uint64_t)(b & 0x7f) << shift;
    if (b < 0x80) return v;
  }
  spoil(t, false);
  return 0;
}

static int64_t zigzag(uint64_t v) {
  return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

bool blt_thrift_next(blt_thrift *t, int16_t *id, uint8_t *type) {
  uint8_t head = byte(t);
  if (t->bad) return false;
  *type = head & 15;
  if (head == 0) {
    if (t->depth) t->depth--;
    return false;
  }
  int64_t next = head >> 4 ? (int64_t)*id + (head >> 4) : zigzag(varint(t));
  if (*type == 0 || *type > BLT_THRIFT_STRUCT || next < INT16_MIN || next > INT16_MAX) spoil(t, false);
  *id = (int16_t)next;
  return !t->bad;
}

bool blt_thrift_struct(blt_thrift *t, uint8_t type) {
  if (type != BLT_THRIFT_STRUCT || ++t->depth > DEEPEST) spoil(t, false);
  return !t->bad;
}

int64_t blt_thrift_int(blt_thrift *t, uint8_t type) {
  if (type == BLT_THRIFT_BYTE) return (int8_t)byte(t);
  if (type < BLT_THRIFT_I16 || type > BLT_THRIFT_I64) spoil(t, false);
  return zigzag(varint(t));
}

int32_t blt_thrift_int32(blt_thrift *t, uint8_t type) {
  int64_t v = blt_thrift_int(t, type);
  if (v < INT32_MIN || v > INT32_MAX) spoil(t, false);
  return t->bad ? 0 : (int32_t)v;
}

bool blt_thrift_bool(blt_thrift *t, uint8_t type) {
  if (type != BLT_THRIFT_TRUE && type != BLT_THRIFT_FALSE) spoil(t, false);
  return type == BLT_THRIFT_TRUE;
}

blt_str blt_thrift_binary(blt_thrift *t, uint8_t type) {
  if (type != BLT_THRIFT_BINARY) spoil(t, false);
  uint64_t n = varint(t);
  if (n > (uint64_t)(t->end - t->p)) spoil(t, true);
  if (t->bad) return (blt_str){"", 0};
  blt_str s = {(const char *)t->p, (uint32_t)n};
  t->p += n;
  return s;
}

uint32_t blt_thrift_list(blt_thrift *t, uint8_t type, uint8_t *element) {
  if (type != BLT_THRIFT_LIST && type != BLT_THRIFT_SET) spoil(t, false);
  uint8_t head = byte(t);
  uint64_t n = head >> 4 == 15 ? varint(t) : head >> 4;
  *element = head & 15;
  if (n > (uint64_t)(t->end - t->p)) spoil(t, true);
  return t->bad ? 0 : (uint32_t)n;
}

static void skip_value(blt_thrift *t, uint8_t type, bool element, uint32_t depth);

static void skip_items(blt_thrift *t, uint8_t type, uint32_t depth) {
  uint8_t element;
  uint32_t n = blt_thrift_list(t, type, &element);
  for (uint32_t i = 0; i < n && !t->bad; i++) skip_value(t, element, true, depth);
}

static void skip_pairs(blt_thrift *t, uint32_t depth) {
  uint64_t n = varint(t);
  if (n == 0) return;
  uint8_t types = byte(t);
  if (n > (uint64_t)(t->end - t->p)) spoil(t, true);
  for (uint64_t i = 0; i < n && !t->bad; i++) {
    skip_value(t, types >> 4, true, depth);
    skip_value(t, types & 15, true, depth);
  }
}

static void skip_fields(blt_thrift *t, uint32_t depth) {
  int16_t id = 0;
  uint8_t type;
  t->depth++;
  while (blt_thrift_next(t, &id, &type)) skip_value(t, type, false, depth);
}

static void skip_value(blt_thrift *t, uint8_t type, bool element, uint32_t depth) {
  if (depth > DEEPEST) spoil(t, false);
  if (t->bad) return;
  switch (type) {
  case BLT_THRIFT_TRUE:
  case BLT_THRIFT_FALSE:
    if (element) byte(t);
    break;
  case BLT_THRIFT_BYTE:
    byte(t);
    break;
  case BLT_THRIFT_I16:
  case BLT_THRIFT_I32:
  case BLT_THRIFT_I64:
    varint(t);
    break;
  case BLT_THRIFT_DOUBLE:
    if (t->end - t->p < 8)
      spoil(t, true);
    else
      t->p += 8;
    break;
  case BLT_THRIFT_BINARY:
    blt_thrift_binary(t, type);
    break;
  case BLT_THRIFT_LIST:
  case BLT_THRIFT_SET:
    skip_items(t, type, depth + 1);
    break;
  case BLT_THRIFT_MAP:
    skip_pairs(t, depth + 1);
    break;
  case BLT_THRIFT_STRUCT:
    skip_fields(t, depth + 1);
    break;
  default:
    spoil(t, false);
  }
}

void blt_thrift_skip(blt_thrift *t, uint8_t type) {
  skip_value(t, type, false, t->depth);
}

/* ---- writing ---- */

static void put(blt_thrift_out *o, const void *s, size_t len) {
  blt_error err;
  if (o->failed || blt_grow(o->ctx, &o->bytes, &o->cap, o->len + len + 1, 1, &err) != BLT_OK) {
    o->failed = true;
    return;
  }
  if (len) memcpy(o->bytes + o->len, s, len);
  o->len += len;
}

static void put_byte(blt_thrift_out *o, uint8_t b) {
  put(o, &b, 1);
}

static void put_varint(blt_thrift_out *o, uint64_t v) {
  for (; v >= 0x80; v >>= 7) put_byte(o, (uint8_t)(v | 0x80));
  put_byte(o, (uint8_t)v);
}

static void put_zigzag(blt_thrift_out *o, int64_t v) {
  put_varint(o, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

static void put_head(blt_thrift_out *o, int16_t id, uint8_t type) {
  int16_t *last = &o->last[o->depth];
  if (id > *last && id - *last < 16) {
    put_byte(o, (uint8_t)((id - *last) << 4 | type));
  } else {
    put_byte(o, type);
    put_zigzag(o, id);
  }
  *last = id;
}

void blt_thrift_put_int(blt_thrift_out *o, int16_t id, uint8_t type, int64_t v) {
  put_head(o, id, type);
  if (type == BLT_THRIFT_BYTE)
    put_byte(o, (uint8_t)v);
  else
    put_zigzag(o, v);
}

void blt_thrift_put_bool(blt_thrift_out *o, int16_t id, bool v) {
  put_head(o, id, v ? BLT_THRIFT_TRUE : BLT_THRIFT_FALSE);
}

void blt_thrift_put_binary(blt_thrift_out *o, int16_t id, const void *s, size_t len) {
  put_head(o, id, BLT_THRIFT_BINARY);
  blt_thrift_put_element_binary(o, s, len);
}

void blt_thrift_open(blt_thrift_out *o, int16_t id) {
  if (id) put_head(o, id, BLT_THRIFT_STRUCT);
  o->last[++o->depth] = 0;
}

void blt_thrift_close(blt_thrift_out *o) {
  put_byte(o, 0);
  o->depth--;
}

void blt_thrift_put_list(blt_thrift_out *o, int16_t id, uint8_t element, uint32_t n) {
  put_head(o, id, BLT_THRIFT_LIST);
  put_byte(o, (uint8_t)((n < 15 ? n : 15) << 4 | element));
  if (n >= 15) put_varint(o, n);
}

void blt_thrift_put_element(blt_thrift_out *o, int64_t v) {
  put_zigzag(o, v);
}

void blt_thrift_put_element_binary(blt_thrift_out *o, const void *s, size_t len) {
  put_varint(o, len);
  put(o, s, len);
}

void blt_thrift_out_free(blt_thrift_out *o) {
  blt_free(o->ctx, o->bytes, o->cap);
  o->bytes = NULL;
  o->len = o->cap = 0;
}
