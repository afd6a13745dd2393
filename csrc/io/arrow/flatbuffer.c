#include "flatbuffer.h"

#include <string.h>

/* Whether `n` bytes from `at` on are there. */
static bool has(blt_flat *f, size_t at, size_t n) {
  if (!f->bad && at <= f->len && n <= f->len - at) return true;
  f->bad = true;
  return false;
}

static uint64_t number(blt_flat *f, size_t at, uint32_t bytes) {
  uint64_t v = 0;
  if (has(f, at, bytes)) memcpy(&v, f->p + at, bytes);
  return v;
}

/* What an offset at `at` points to; never back, and never to itself. */
static size_t follow(blt_flat *f, size_t at) {
  uint64_t offset = number(f, at, 4);
  if (offset == 0 || !has(f, at + offset, 4)) f->bad = true;
  return f->bad ? 0 : at + (size_t)offset;
}

size_t blt_flat_root(blt_flat *f) {
  return follow(f, 0);
}

/* Where the field's value, or its offset, stands. */
static size_t field_at(blt_flat *f, size_t table, uint32_t id) {
  if (table == 0 || f->bad) return 0;
  int32_t back = (int32_t)number(f, table, 4);
  int64_t vtable = (int64_t)table - back;
  if (vtable < 0 || !has(f, (size_t)vtable, 4)) {
    f->bad = true;
    return 0;
  }
  uint64_t size = number(f, (size_t)vtable, 2), entry = 4 + 2 * (uint64_t)id;
  if (entry + 2 > size) return 0;
  uint64_t offset = number(f, (size_t)vtable + entry, 2);
  return offset ? table + offset : 0;
}

int64_t blt_flat_int(blt_flat *f, size_t table, uint32_t id, uint32_t bytes, int64_t otherwise) {
  size_t at = field_at(f, table, id);
  if (at == 0) return otherwise;
  uint64_t v = number(f, at, bytes);
  return bytes == 1 ? (int8_t)v : bytes == 2 ? (int16_t)v : bytes == 4 ? (int32_t)v : (int64_t)v;
}

size_t blt_flat_table(blt_flat *f, size_t table, uint32_t id) {
  size_t at = field_at(f, table, id);
  return at ? follow(f, at) : 0;
}

size_t blt_flat_vector(blt_flat *f, size_t table, uint32_t id, size_t size, uint32_t *n) {
  size_t at = blt_flat_table(f, table, id);
  *n = at ? (uint32_t)number(f, at, 4) : 0;
  if (at == 0 || *n == 0 || !has(f, at + 4, (size_t)*n * size)) {
    *n = 0;
    return 0;
  }
  return at + 4;
}

size_t blt_flat_element(blt_flat *f, size_t vector, uint32_t i) {
  return follow(f, vector + (size_t)i * 4);
}

blt_str blt_flat_string(blt_flat *f, size_t table, uint32_t id) {
  uint32_t n;
  size_t at = blt_flat_vector(f, table, id, 1, &n);
  return (blt_str){at ? (const char *)f->p + at : "", n};
}

int64_t blt_flat_i64(const blt_flat *f, size_t at) {
  int64_t v;
  memcpy(&v, f->p + at, 8);
  return v;
}
