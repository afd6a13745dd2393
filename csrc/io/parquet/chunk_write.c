#include "chunk_write.h"
#include "io/parquet/pages/delta.h"
#include "io/parquet/pages/hybrid.h"
#include "io/parquet/meta/thrift.h"

#include "base/bits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/text/text_order.h"
#include <string.h>
#include <zlib.h>

#define PAGE_BYTES ((size_t)1 << 20) /* of values in a page, about */
#define PAGE_ROWS 65536u
#define MOST_ENTRIES 65536u /* of a dictionary of numbers */

blt_pq_form blt_pq_form_of(blt_type type) {
  bool small = type.id == BLT_DATE || (type.id == BLT_DECIMAL && type.precision <= 9);
  blt_pq_form f = {type, BLT_PQ_INT64, 8};
  if (type.id == BLT_FLOAT64) f.physical = BLT_PQ_DOUBLE;
  if (small) f = (blt_pq_form){type, BLT_PQ_INT32, 4};
  if (type.id == BLT_BOOL) f = (blt_pq_form){type, BLT_PQ_BOOLEAN, 0};
  if (type.id == BLT_STRING) f = (blt_pq_form){type, BLT_PQ_BYTES, 0};
  return f;
}

/* The values of the chunk that are not null, and which rows have them. */
typedef struct chunk {
  const blt_view *view;
  blt_ctx *ctx;
  blt_pq_form form;
  uint32_t col, worker;
  blt_codec codec;
  uint32_t rows, n, cap;
  uint64_t *valid;
  uint64_t *words; /* numbers, as 64 bits */
  blt_str *texts;
  uint32_t *codes; /* of the column's dictionary, while all values have one; then of the chunk's */
  bool coded;
  uint32_t entries; /* of the chunk's dictionary; 0: none */
  uint64_t *entry_words;
  blt_str *entry_texts;
  blt_room page, packed;
  blt_pq_chunk_out *out;
  blt_error *err;
} chunk;

static bool is_text(const chunk *k) {
  return k->form.type.id == BLT_STRING;
}

/* ---- taking the values out of blocks ---- */

static void *take_array(chunk *k, size_t size) {
  return blt_alloc(k->ctx, (size_t)k->cap * size + 8);
}

static blt_status take_room(chunk *k, uint32_t from, uint32_t ngroups) {
  for (uint32_t g = from; g < from + ngroups; g++) k->cap += k->view->group_rows[g];
  k->valid = blt_calloc(k->ctx, blt_bits_words(k->cap) + 1, 8);
  if (is_text(k)) {
    k->texts = take_array(k, sizeof *k->texts);
    k->entry_texts = take_array(k, sizeof *k->entry_texts);
  } else {
    k->words = take_array(k, 8);
    k->entry_words = take_array(k, 8);
  }
  k->codes = take_array(k, 4);
  bool there = k->valid && k->codes && (is_text(k) ? k->texts && k->entry_texts : k->words && k->entry_words);
  return there ? BLT_OK : blt_fail_memory(k->err, (size_t)k->cap * 16);
}

static void chunk_free(chunk *k) {
  blt_free(k->ctx, k->valid, (blt_bits_words(k->cap) + 1) * 8);
  blt_free(k->ctx, k->words, (size_t)k->cap * 8 + 8);
  blt_free(k->ctx, k->entry_words, (size_t)k->cap * 8 + 8);
  blt_free(k->ctx, k->texts, (size_t)k->cap * sizeof *k->texts + 8);
  blt_free(k->ctx, k->entry_texts, (size_t)k->cap * sizeof *k->texts + 8);
  blt_free(k->ctx, k->codes, (size_t)k->cap * 4 + 8);
  blt_room_free(k->ctx, &k->page);
  blt_room_free(k->ctx, &k->packed);
}

/* Values of a block behind those that are there, nulls too; they are closed up afterwards. */
static void decode(chunk *k, const blt_block *b, const blt_dict *dict) {
  uint32_t n = b->rows;
  if (!is_text(k) && k->form.type.id == BLT_FLOAT64) {
    blt_block_read_f64(b, 0, n, (double *)(void *)(k->words + k->n));
  } else if (!is_text(k)) {
    blt_block_read_i64(b, 0, n, (int64_t *)(void *)(k->words + k->n));
  } else if (b->enc == BLT_ENC_TEXT) {
    k->coded = false;
    blt_block_read_text(b, 0, n, k->texts + k->n);
  } else {
    uint32_t *codes = k->codes + k->n;
    blt_block_read_codes(b, 0, n, codes);
    for (uint32_t i = 0; i < n; i++)
      if (codes[i] < dict->count) k->texts[k->n + i] = blt_dict_at(dict, codes[i]);
  }
}

static void keep(chunk *k, uint32_t from, uint32_t to) {
  if (is_text(k)) {
    k->texts[to] = k->texts[from];
    if (k->coded) k->codes[to] = k->codes[from];
  } else {
    k->words[to] = k->words[from];
  }
}

/* Drops what is null or deleted of the n values behind the first k->n. */
static void close_up(chunk *k, const blt_block *b, const uint64_t *live) {
  uint32_t to = k->n;
  if (b->nulls == 0 && !live) {
    for (uint32_t i = 0; i < b->rows; i++) blt_bit_set(k->valid, k->rows + i);
    k->rows += b->rows;
    k->n += b->rows;
    return;
  }
  for (uint32_t i = 0; i < b->rows; i++) {
    if (live && !blt_bit(live, i)) continue;
    if (!blt_block_is_null(b, i)) {
      blt_bit_set(k->valid, k->rows);
      keep(k, k->n + i, to++);
    }
    k->rows++;
  }
  k->n = to;
}

static blt_status gather(chunk *k, uint32_t from, uint32_t ngroups) {
  const blt_view *v = k->view;
  const blt_dict *dict = v->columns[k->col].dict;
  k->coded = is_text(k) && dict;
  for (uint32_t g = from; g < from + ngroups; g++) {
    const blt_block *b;
    blt_status status = blt_view_block(v, k->col, g, &b, k->err);
    if (status == BLT_OK) status = blt_par_check(k->ctx, k->worker, g, v->ngroups, k->err);
    if (status != BLT_OK) return status;
    decode(k, b, dict);
    close_up(k, b, v->live ? v->live[g] : NULL);
  }
  return BLT_OK;
}

/* ---- dictionaries ---- */

static uint64_t text_bytes(const blt_str *v, uint32_t n) {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < n; i++) bytes += 4 + (uint64_t)v[i].len;
  return bytes;
}

static uint32_t width_for(uint32_t entries) {
  return entries > 1 ? 32 - (uint32_t)__builtin_clz(entries - 1) : 1;
}

/* The chunk's dictionary is kept when it is smaller than the values themselves. */
static void judge_dictionary(chunk *k, uint64_t plain) {
  uint64_t own = is_text(k) ? text_bytes(k->entry_texts, k->entries) : (uint64_t)k->entries * k->form.width;
  if (own + (uint64_t)k->n * width_for(k->entries) / 8 >= plain) k->entries = 0;
}

/* Codes of the column's dictionary become those of the chunk's, in order of appearance. */
static blt_status renumber(chunk *k, uint32_t count) {
  uint32_t *map = blt_calloc(k->ctx, (size_t)count + 1, sizeof *map);
  if (!map) return blt_fail_memory(k->err, (size_t)count * sizeof *map);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t *to = &map[k->codes[i]];
    if (*to == 0) {
      k->entry_texts[k->entries++] = k->texts[i];
      *to = k->entries;
    }
    k->codes[i] = *to - 1;
  }
  blt_free(k->ctx, map, ((size_t)count + 1) * sizeof *map);
  judge_dictionary(k, text_bytes(k->texts, k->n));
  return BLT_OK;
}

typedef struct slots {
  uint32_t *v; /* entry + 1 */
  uint32_t mask;
} slots;

static uint32_t code_of(chunk *k, slots *s, uint64_t word) {
  uint32_t at = (uint32_t)blt_mix64(word) & s->mask;
  for (; s->v[at]; at = (at + 1) & s->mask)
    if (k->entry_words[s->v[at] - 1] == word) return s->v[at] - 1;
  k->entry_words[k->entries++] = word;
  s->v[at] = k->entries;
  return k->entries - 1;
}

/* Numbers get a dictionary unless it grows too fast: looked at every 4,096 values. */
static blt_status number_words(chunk *k) {
  slots s = {.mask = 4 * MOST_ENTRIES - 1};
  size_t bytes = ((size_t)s.mask + 1) * sizeof *s.v;
  if (k->n < 2) return BLT_OK;
  s.v = blt_calloc(k->ctx, (size_t)s.mask + 1, sizeof *s.v);
  if (!s.v) return blt_fail_memory(k->err, bytes);
  bool few = true;
  for (uint32_t i = 0; i < k->n && few; i++) {
    k->codes[i] = code_of(k, &s, k->words[i]);
    few = k->entries < MOST_ENTRIES && (i % 4096 != 4095 || k->entries < i / 2 + 1);
  }
  blt_free(k->ctx, s.v, bytes);
  if (few)
    judge_dictionary(k, (uint64_t)k->n * k->form.width);
  else
    k->entries = 0;
  return BLT_OK;
}

static blt_status make_dictionary(chunk *k) {
  if (k->form.physical == BLT_PQ_BOOLEAN || k->n == 0) return BLT_OK;
  if (!is_text(k)) return number_words(k);
  return k->coded ? renumber(k, k->view->columns[k->col].dict->count) : BLT_OK;
}

/* ---- pages ---- */

static blt_status put(chunk *k, const void *bytes, size_t len) {
  blt_pq_chunk_out *out = k->out;
  blt_status status = blt_grow(out->ctx, &out->bytes, &out->cap, out->len + len + 1, 1, k->err);
  if (status != BLT_OK) return status;
  if (len) memcpy(out->bytes + out->len, bytes, len);
  out->len += len;
  return BLT_OK;
}

typedef struct page {
  bool dictionary;
  uint32_t values;
  size_t bytes, packed_bytes;
  const void *packed;
  int32_t encoding;
} page;

static void put_header(blt_thrift_out *o, const page *p) {
  blt_thrift_open(o, 0);
  blt_thrift_put_int(o, 1, BLT_THRIFT_I32, p->dictionary ? 2 : 0);
  blt_thrift_put_int(o, 2, BLT_THRIFT_I32, (int64_t)p->bytes);
  blt_thrift_put_int(o, 3, BLT_THRIFT_I32, (int64_t)p->packed_bytes);
  blt_thrift_put_int(o, 4, BLT_THRIFT_I32,
                     (int32_t)(uint32_t)crc32(crc32(0, NULL, 0), p->packed, (uInt)p->packed_bytes));
  blt_thrift_open(o, p->dictionary ? 7 : 5);
  blt_thrift_put_int(o, 1, BLT_THRIFT_I32, p->values);
  blt_thrift_put_int(o, 2, BLT_THRIFT_I32, p->encoding);
  if (!p->dictionary) {
    blt_thrift_put_int(o, 3, BLT_THRIFT_I32, BLT_PQ_RLE);
    blt_thrift_put_int(o, 4, BLT_THRIFT_I32, BLT_PQ_RLE);
  }
  blt_thrift_close(o);
  blt_thrift_close(o);
}

/* Compresses what stands in k->page and puts it behind the chunk. */
static blt_status put_page(chunk *k, page p) {
  blt_status status = BLT_OK;
  if (p.bytes > INT32_MAX)
    return blt_fail(k->err, BLT_EINVAL, "a page of more than 2 GiB: write smaller row groups");
  p.packed = k->page.p;
  p.packed_bytes = p.bytes;
  if (k->codec != BLT_CODEC_NONE) {
    status = blt_room_for(k->ctx, &k->packed, blt_codec_bound(k->codec, p.bytes), k->err);
    if (status == BLT_OK)
      status = blt_codec_encode(k->codec, k->page.p, p.bytes, k->packed.p, &p.packed_bytes, k->err);
    p.packed = k->packed.p;
  }
  if (status != BLT_OK) return status;
  blt_thrift_out head = {.ctx = k->ctx};
  put_header(&head, &p);
  status = head.failed ? blt_fail_memory(k->err, head.len) : put(k, head.bytes, head.len);
  k->out->meta.bytes += head.len + p.bytes;
  blt_thrift_out_free(&head);
  return status == BLT_OK ? put(k, p.packed, p.packed_bytes) : status;
}

static uint8_t *put_texts(uint8_t *out, const blt_str *v, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    memcpy(out, &v[i].len, 4);
    out += 4;
    if (v[i].len) memcpy(out, v[i].s, v[i].len);
    out += v[i].len;
  }
  return out;
}

static uint8_t *put_words(uint8_t *out, const uint64_t *v, uint32_t n, uint32_t width) {
  if (width == 8) {
    if (n) memcpy(out, v, (size_t)n * 8);
    return out + (size_t)n * 8;
  }
  for (uint32_t i = 0; i < n; i++, out += 4) {
    uint32_t w = (uint32_t)v[i];
    memcpy(out, &w, 4);
  }
  return out;
}

static uint8_t *put_bits(uint8_t *out, const uint64_t *v, uint32_t n) {
  memset(out, 0, (n + 7) / 8);
  for (uint32_t i = 0; i < n; i++) out[i >> 3] |= (uint8_t)(v[i] << (i & 7));
  return out + (n + 7) / 8;
}

static blt_status put_dictionary(chunk *k) {
  size_t bytes = is_text(k) ? text_bytes(k->entry_texts, k->entries) : (size_t)k->entries * k->form.width;
  blt_status status = blt_room_for(k->ctx, &k->page, bytes, k->err);
  if (status != BLT_OK) return status;
  if (is_text(k))
    put_texts(k->page.p, k->entry_texts, k->entries);
  else
    put_words(k->page.p, k->entry_words, k->entries, k->form.width);
  status =
      put_page(k, (page){.dictionary = true, .values = k->entries, .bytes = bytes, .encoding = BLT_PQ_PLAIN});
  k->out->meta.dictionary_bytes = k->out->len;
  return status;
}

/* Rows of the validity bitmap from `from` on as levels behind their length. */
static uint8_t *put_levels(uint8_t *out, const uint64_t *valid, uint32_t from, uint32_t n,
                           uint32_t *scratch) {
  for (uint32_t i = 0; i < n; i++) scratch[i] = blt_bit(valid, from + i);
  uint32_t len = (uint32_t)blt_pq_hybrid_put(scratch, n, 1, out + 4);
  memcpy(out, &len, 4);
  return out + 4 + len;
}

/* Values from `from` on, n of them. */
static uint8_t *put_values(const chunk *k, uint8_t *out, int32_t encoding, uint32_t from, uint32_t n) {
  if (encoding == BLT_PQ_RLE_DICTIONARY) {
    uint32_t width = width_for(k->entries);
    *out++ = (uint8_t)width;
    return out + blt_pq_hybrid_put(k->codes + from, n, width, out);
  }
  if (encoding == BLT_PQ_DELTA) return out + blt_pq_delta_put((const int64_t *)(k->words + from), n, out);
  if (is_text(k)) return put_texts(out, k->texts + from, n);
  if (k->form.physical == BLT_PQ_BOOLEAN) return put_bits(out, k->words + from, n);
  return put_words(out, k->words + from, n, k->form.width);
}

static size_t values_bound(const chunk *k, uint32_t from, uint32_t n) {
  size_t bytes = is_text(k) && !k->entries ? text_bytes(k->texts + from, n) : (size_t)n * 8;
  return bytes + blt_pq_delta_bound(n) + blt_pq_hybrid_bound(n, 32) + 64;
}

/* The page of rows `row` on, whose values begin with value `from`. */
static blt_status put_data(chunk *k, int32_t encoding, uint32_t row, uint32_t rows, uint32_t from,
                           uint32_t n) {
  uint32_t levels[PAGE_ROWS];
  size_t bound = values_bound(k, from, n) + blt_pq_hybrid_bound(rows, 1) + 64;
  blt_status status = blt_room_for(k->ctx, &k->page, bound, k->err);
  if (status != BLT_OK) return status;
  uint8_t *out = k->page.p;
  if (!k->form.type.required) out = put_levels(out, k->valid, row, rows, levels);
  out = put_values(k, out, encoding, from, n);
  k->out->meta.pages++;
  return put_page(
      k, (page){.values = rows, .bytes = (size_t)(out - (uint8_t *)k->page.p), .encoding = encoding});
}

/* Differences pay for themselves when they are much smaller than the values: tried on the first ones. */
static bool differences_pay(chunk *k) {
  uint32_t n = k->n < 4096 ? k->n : 4096;
  if (is_text(k) || k->form.physical != BLT_PQ_INT64 || n < 16) return false;
  if (blt_room_for(k->ctx, &k->page, blt_pq_delta_bound(n), k->err) != BLT_OK) return false;
  return blt_pq_delta_put((const int64_t *)k->words, n, k->page.p) < (size_t)n * 6;
}

static blt_status put_pages(chunk *k) {
  int32_t encoding = k->entries ? BLT_PQ_RLE_DICTIONARY : differences_pay(k) ? BLT_PQ_DELTA : BLT_PQ_PLAIN;
  uint64_t bytes = is_text(k) && !k->entries ? text_bytes(k->texts, k->n) : (uint64_t)k->n * 8;
  uint64_t step = bytes > PAGE_BYTES ? (uint64_t)k->rows * PAGE_BYTES / bytes : k->rows;
  uint32_t rows = step > PAGE_ROWS ? PAGE_ROWS : step < 1 ? 1 : (uint32_t)step;
  uint32_t from = 0;
  k->out->meta.encoding = encoding;
  for (uint32_t row = 0; row < k->rows; row += rows) {
    uint32_t part = k->rows - row < rows ? k->rows - row : rows;
    uint32_t n = (uint32_t)(blt_bits_count(k->valid, row + part) - blt_bits_count(k->valid, row));
    blt_status status = put_data(k, encoding, row, part, from, n);
    if (status == BLT_OK) status = blt_par_check(k->ctx, k->worker, 0, 0, k->err);
    if (status != BLT_OK) return status;
    from += n;
  }
  return BLT_OK;
}

/* ---- bounds ---- */

static void set_bound(char to[BLT_PQ_BOUND_BYTES], uint32_t *len, bool *there, const void *v, size_t n) {
  memcpy(to, v, n);
  *len = (uint32_t)n;
  *there = true;
}

static void bound_ints(const chunk *k, blt_pq_written *m) {
  const int64_t *v = (const int64_t *)(const void *)k->words;
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (uint32_t i = 0; i < k->n; i++) {
    low = v[i] < low ? v[i] : low;
    high = v[i] > high ? v[i] : high;
  }
  size_t width = k->form.physical == BLT_PQ_BOOLEAN ? 1 : k->form.width; /* the lower bytes come first */
  set_bound(m->least, &m->min_len, &m->min, &low, width);
  set_bound(m->most, &m->max_len, &m->max, &high, width);
}

/* NaN has no order; a zero is written as the one that lies further out. */
static void bound_doubles(const chunk *k, blt_pq_written *m) {
  double low = 0, high = 0;
  bool any = false;
  for (uint32_t i = 0; i < k->n; i++) {
    double v;
    memcpy(&v, &k->words[i], 8);
    if (v != v) continue;
    low = !any || v < low ? v : low;
    high = !any || v > high ? v : high;
    any = true;
  }
  if (!any) return;
  if (low == 0) low = -0.0;
  if (high == 0) high = 0.0;
  set_bound(m->least, &m->min_len, &m->min, &low, 8);
  set_bound(m->most, &m->max_len, &m->max, &high, 8);
}

/* Where a long text is cut: between two characters. */
static uint32_t cut_of(blt_str s) {
  uint32_t len = BLT_PQ_BOUND_BYTES;
  while (len && ((uint8_t)s.s[len] & 0xc0) == 0x80) len--;
  return len;
}

/* The beginning of a text lies below it, so that a long largest one is cut behind a character that another
 * one of its length follows, which takes its place; without any there is no bound. */
static void bound_above(blt_pq_written *m, blt_str high) {
  m->max_exact = high.len <= BLT_PQ_BOUND_BYTES;
  if (!m->max_exact) {
    high.len = cut_of(high);
    while (high.len && (uint8_t)high.s[high.len - 1] >= 0x7e) high.len--;
    if (high.len == 0) return;
  }
  set_bound(m->most, &m->max_len, &m->max, high.len ? high.s : "", high.len);
  if (!m->max_exact) m->most[high.len - 1]++;
}

static void bound_texts(const chunk *k, blt_pq_written *m) {
  const blt_str *v = k->entries ? k->entry_texts : k->texts;
  uint32_t n = k->entries ? k->entries : k->n;
  blt_str low = v[0], high = v[0];
  for (uint32_t i = 1; i < n; i++) {
    if (blt_text_order(v[i], low) < 0) low = v[i];
    if (blt_text_order(v[i], high) > 0) high = v[i];
  }
  if (low.len > BLT_PQ_BOUND_BYTES) {
    m->min_exact = false;
    low.len = cut_of(low);
  }
  set_bound(m->least, &m->min_len, &m->min, low.len ? low.s : "", low.len);
  bound_above(m, high);
}

static void find_bounds(chunk *k) {
  blt_pq_written *m = &k->out->meta;
  m->min_exact = m->max_exact = true;
  m->nulls = k->rows - k->n;
  if (k->n == 0) return;
  if (is_text(k))
    bound_texts(k, m);
  else if (k->form.type.id == BLT_FLOAT64)
    bound_doubles(k, m);
  else
    bound_ints(k, m);
}

/* ---- the whole ---- */

blt_status blt_pq_chunk_write(const blt_view *view, uint32_t col, uint32_t from, uint32_t ngroups,
                              blt_codec codec, uint32_t worker, blt_pq_chunk_out *out, blt_error *err) {
  chunk k = {.view = view,
             .ctx = view->ctx,
             .form = blt_pq_form_of(view->columns[col].type),
             .col = col,
             .worker = worker,
             .codec = codec,
             .out = out,
             .err = err};
  out->ctx = view->ctx;
  out->len = 0;
  out->meta = (blt_pq_written){0};
  blt_status status = take_room(&k, from, ngroups);
  if (status == BLT_OK) status = gather(&k, from, ngroups);
  if (status == BLT_OK) status = make_dictionary(&k);
  if (status == BLT_OK && k.entries) status = put_dictionary(&k);
  if (status == BLT_OK) status = put_pages(&k);
  if (status == BLT_OK) find_bounds(&k);
  out->meta.values = k.rows;
  out->meta.packed_bytes = out->len;
  chunk_free(&k);
  return status;
}

void blt_pq_chunk_out_free(blt_pq_chunk_out *out) {
  if (out->ctx) blt_free(out->ctx, out->bytes, out->cap);
  *out = (blt_pq_chunk_out){0};
}
