#include "page_index.h"

#include "base/mem.h"
#include "base/rising.h"

#define LONGEST (1 << 26)

/* The bytes of one part of an index, or false. */
static bool take(blt_ctx *ctx, const blt_source *source, int64_t at, int32_t bytes, char **out) {
  blt_error ignored;
  uint64_t size = blt_source_size(source);
  if (at <= 0 || bytes <= 0 || bytes > LONGEST || (uint64_t)at > size ||
      (uint64_t)bytes > size - (uint64_t)at)
    return false;
  *out = blt_alloc(ctx, (size_t)bytes);
  return *out && blt_source_read(source, (uint64_t)at, *out, (size_t)bytes, &ignored) == BLT_OK;
}

/* {1: byte, 2: length, 3: first row} */
static void read_place(blt_thrift *t, blt_pq_index_page *p) {
  int16_t id = 0;
  uint8_t type;
  *p = (blt_pq_index_page){.stats.nulls = -1};
  if (!blt_thrift_struct(t, BLT_THRIFT_STRUCT)) return;
  while (blt_thrift_next(t, &id, &type))
    if (id == 1)
      p->at = (uint64_t)blt_thrift_int(t, type);
    else if (id == 3)
      p->first = (uint64_t)blt_thrift_int(t, type);
    else
      blt_thrift_skip(t, type);
}

static bool rises(const blt_pq_index *x, uint64_t rows) {
  for (uint32_t i = 0; i < x->n; i++)
    if (x->pages[i].first >= rows ||
        (i && (x->pages[i].first <= x->pages[i - 1].first || x->pages[i].at <= x->pages[i - 1].at)))
      return false;
  return x->n > 0 && x->pages[0].first == 0;
}

static bool read_places(blt_ctx *ctx, blt_thrift t, uint64_t rows, blt_pq_index *x) {
  int16_t id = 0;
  uint8_t type, element;
  while (blt_thrift_next(&t, &id, &type)) {
    if (id != 1 || x->pages) {
      blt_thrift_skip(&t, type);
      continue;
    }
    uint32_t n = blt_thrift_list(&t, type, &element);
    if (t.bad || n == 0 || element != BLT_THRIFT_STRUCT) return false;
    x->pages = blt_calloc(ctx, n, sizeof *x->pages);
    if (!x->pages) return false;
    x->n = n;
    for (uint32_t i = 0; i < n; i++) read_place(&t, &x->pages[i]);
  }
  return !t.bad && rises(x, rows);
}

/* A list with one entry a page goes to where `put` says. */
static bool read_list(blt_thrift *t, uint8_t type, blt_pq_index *x,
                      void (*put)(blt_thrift *t, uint8_t element, blt_pq_index_page *p)) {
  uint8_t element;
  uint32_t n = blt_thrift_list(t, type, &element);
  if (n != x->n) return false;
  for (uint32_t i = 0; i < n; i++) put(t, element, &x->pages[i]);
  return !t->bad;
}

/* A truth in a list takes a byte, which is 1 or 2, in old writers 1 or 0. */
static void put_empty(blt_thrift *t, uint8_t element, blt_pq_index_page *p) {
  (void)element;
  if (t->p >= t->end)
    t->bad = true;
  else
    p->empty = *t->p++ == 1;
}
static void put_min(blt_thrift *t, uint8_t element, blt_pq_index_page *p) {
  p->stats.min = blt_thrift_binary(t, element);
}
static void put_max(blt_thrift *t, uint8_t element, blt_pq_index_page *p) {
  p->stats.max = blt_thrift_binary(t, element);
}
static void put_nulls(blt_thrift *t, uint8_t element, blt_pq_index_page *p) {
  p->stats.nulls = blt_thrift_int(t, element);
}

static bool read_bounds(blt_thrift t, blt_pq_index *x) {
  int16_t id = 0;
  uint8_t type;
  bool good = true, emptiness = false;
  while (good && blt_thrift_next(&t, &id, &type)) switch (id) {
    case 1:
      good = emptiness = read_list(&t, type, x, put_empty);
      break;
    case 2:
      good = read_list(&t, type, x, put_min);
      break;
    case 3:
      good = read_list(&t, type, x, put_max);
      break;
    case 4:
      x->order = blt_thrift_int32(&t, type);
      break;
    case 5:
      good = read_list(&t, type, x, put_nulls);
      break;
    default:
      blt_thrift_skip(&t, type);
    }
  return good && emptiness && !t.bad && x->order >= BLT_PQ_UNORDERED && x->order <= BLT_PQ_FALLING;
}

void blt_pq_index_forget(blt_pq_index *x) {
  for (uint32_t i = 0; i < x->n; i++) {
    x->pages[i].stats = (blt_pq_statistics){.nulls = -1};
    x->pages[i].empty = false;
  }
}

void blt_pq_index_read(blt_ctx *ctx, const blt_source *source, const blt_pq_chunk *c, uint64_t rows,
                       blt_pq_index *out) {
  blt_pq_index x = {0};
  char *places = NULL;
  bool there = take(ctx, source, c->pages_at, c->pages_bytes, &places) &&
               read_places(ctx, blt_thrift_of(places, (size_t)c->pages_bytes), rows, &x);
  if (places) blt_free(ctx, places, (size_t)c->pages_bytes);
  if (there && take(ctx, source, c->bounds_at, c->bounds_bytes, &x.bytes)) {
    x.lies = !read_bounds(blt_thrift_of(x.bytes, (size_t)c->bounds_bytes), &x);
    if (x.lies) blt_pq_index_forget(&x);
  }
  if (x.bytes) x.len = (size_t)c->bounds_bytes;
  if (there)
    *out = x;
  else
    blt_pq_index_free(ctx, &x);
}

uint32_t blt_pq_index_find(const blt_pq_index *x, uint64_t row) {
  return blt_rising_piece(&x->pages->first, sizeof *x->pages, x->n, row);
}

void blt_pq_index_free(blt_ctx *ctx, blt_pq_index *x) {
  blt_free(ctx, x->pages, x->n * sizeof *x->pages);
  if (x->bytes) blt_free(ctx, x->bytes, x->len);
  *x = (blt_pq_index){0};
}
