#include "flatbuffer_write.h"

#include "base/mem.h"
#include <string.h>

/* Room for n bytes before those that are there. */
static uint8_t *room(blt_flat_out *o, size_t n) {
  if (o->failed || n == 0) return NULL;
  if (o->cap - o->len < n) {
    size_t cap = 2 * (o->len + n) + 256;
    uint8_t *grown = blt_alloc(o->ctx, cap);
    o->failed = !grown;
    if (!grown) return NULL;
    if (o->len) memcpy(grown + cap - o->len, o->p + o->cap - o->len, o->len);
    blt_free(o->ctx, o->p, o->cap);
    o->p = grown;
    o->cap = cap;
  }
  o->len += n;
  return o->p + o->cap - o->len;
}

static void put(blt_flat_out *o, const void *bytes, size_t n) {
  uint8_t *to = room(o, n);
  if (to && n) memcpy(to, bytes, n);
}

/* Zeros, so that what begins after `n` more bytes is aligned. */
static void align(blt_flat_out *o, size_t n, size_t to) {
  size_t pad = (to - (o->len + n) % to) % to;
  uint8_t *zeros = room(o, pad);
  if (zeros) memset(zeros, 0, pad);
}

static void put_offset(blt_flat_out *o, size_t place) {
  align(o, 4, 4);
  uint32_t offset = (uint32_t)(o->len + 4 - place);
  put(o, &offset, 4);
}

size_t blt_flat_put_string(blt_flat_out *o, const char *s, size_t len) {
  uint32_t n = (uint32_t)len;
  align(o, len + 1, 4);
  put(o, "", 1);
  put(o, s, len);
  put(o, &n, 4);
  return o->len;
}

size_t blt_flat_put_vector(blt_flat_out *o, const void *elements, uint32_t n, uint32_t size) {
  align(o, (size_t)n * size, size % 8 == 0 ? 8 : 4);
  put(o, elements, (size_t)n * size);
  put(o, &n, 4);
  return o->len;
}

size_t blt_flat_put_tables(blt_flat_out *o, const size_t *places, uint32_t n) {
  align(o, 0, 4);
  for (uint32_t i = n; i-- > 0;) put_offset(o, places[i]);
  put(o, &n, 4);
  return o->len;
}

void blt_flat_begin(blt_flat_out *o) {
  memset(o->fields, 0, sizeof o->fields);
  o->start = o->len;
}

void blt_flat_put_int(blt_flat_out *o, uint32_t id, uint32_t bytes, int64_t v) {
  align(o, bytes, bytes);
  put(o, &v, bytes); /* the lowest byte stands first */
  o->fields[id] = o->len;
}

void blt_flat_put_place(blt_flat_out *o, uint32_t id, size_t place) {
  if (!place) return;
  put_offset(o, place);
  o->fields[id] = o->len;
}

size_t blt_flat_end(blt_flat_out *o) {
  uint16_t entries[2 + BLT_FLAT_FIELDS];
  uint32_t n = BLT_FLAT_FIELDS;
  while (n && !o->fields[n - 1]) n--;
  align(o, 4, 4);
  size_t table = o->len + 4;
  entries[0] = (uint16_t)(4 + 2 * n);
  entries[1] = (uint16_t)(table - o->start);
  for (uint32_t i = 0; i < n; i++) entries[2 + i] = (uint16_t)(o->fields[i] ? table - o->fields[i] : 0);
  int32_t back = entries[0] + 2 * (int32_t)(n % 2); /* the entries stand before the table, aligned to 4 */
  put(o, &back, 4);
  if (n % 2) put(o, "\0", 2);
  put(o, entries, entries[0]);
  return table;
}

const uint8_t *blt_flat_finish(blt_flat_out *o, size_t root) {
  align(o, 4, 8);
  put_offset(o, root);
  return o->failed ? NULL : o->p + o->cap - o->len;
}

void blt_flat_reset(blt_flat_out *o) {
  o->len = 0;
}

void blt_flat_out_free(blt_flat_out *o) {
  blt_free(o->ctx, o->p, o->cap);
  *o = (blt_flat_out){.ctx = o->ctx};
}
