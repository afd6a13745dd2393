#include "pages.h"
#include "hybrid.h"

#include "base/bits.h"
#include "base/isa.h"
#include "base/mem.h"
#include "io/source/codec.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define WINDOW ((size_t)1 << 10) /* where a header is looked for at first */
#define FORGOTTEN 100u /* bytes by which old writers let a chunk seem shorter: its dictionary's header */
#define WINDOW_MOST ((size_t)1 << 26) /* a longer header is none */

/* Puts the place in front of a message that has none yet. */
static blt_status failed(const blt_pq_pages *p, blt_error *err) {
  char said[sizeof err->message];
  memcpy(said, err->message, sizeof said);
  if (err->code == BLT_ENOMEM || err->code == BLT_EIO || err->code == BLT_EINTR || err->code == BLT_ETIMEOUT)
    return err->code;
  snprintf(err->message, sizeof err->message, "%.150s: column '%.100s', row group %u: %.200s",
           blt_source_name(p->place.source), p->place.name, p->place.group + 1, said);
  return err->code;
}

static blt_status damaged(blt_pq_pages *p, blt_error *err, const char *what) {
  return blt_fail(err, BLT_EFORMAT, "damaged: %s (at byte %" PRIu64 ")", what, p->at);
}

/* ---- headers ---- */

static void read_page_fields(blt_thrift *t, uint8_t type, blt_pq_header *h) {
  int16_t id = 0;
  bool second = h->kind == 3;
  if (!blt_thrift_struct(t, type)) return;
  while (blt_thrift_next(t, &id, &type)) {
    if (id == 1)
      h->values = blt_thrift_int32(t, type);
    else if (id == (second ? 4 : 2))
      h->encoding = blt_thrift_int32(t, type);
    else if (id == 3 && h->kind == 0)
      h->level_encoding = blt_thrift_int32(t, type);
    else if (id == 2)
      h->nulls = blt_thrift_int32(t, type);
    else if (id == 3 && second)
      h->rows = blt_thrift_int32(t, type);
    else if (id == 5 && second)
      h->level_bytes = blt_thrift_int32(t, type);
    else if (id == 6)
      h->repeat_bytes = blt_thrift_int32(t, type);
    else if (id == 7)
      h->packed = blt_thrift_bool(t, type);
    else
      blt_thrift_skip(t, type);
  }
}

static void read_header(blt_thrift *t, blt_pq_header *h) {
  int16_t id = 0;
  uint8_t type;
  *h = (blt_pq_header){.kind = -1, .values = -1, .packed = true};
  while (blt_thrift_next(t, &id, &type)) switch (id) {
    case 1:
      h->kind = blt_thrift_int32(t, type);
      break;
    case 2:
      h->bytes = blt_thrift_int32(t, type);
      break;
    case 3:
      h->packed_bytes = blt_thrift_int32(t, type);
      break;
    case 4:
      h->sum = (uint32_t)blt_thrift_int32(t, type);
      h->has_sum = true;
      break;
    case 5:
    case 7:
    case 8:
      if (id == (h->kind == 0 ? 5 : h->kind == 2 ? 7 : 8))
        read_page_fields(t, type, h);
      else
        blt_thrift_skip(t, type);
      break;
    default:
      blt_thrift_skip(t, type);
    }
}

/* Reads the header at `at` and moves behind it. A window that is too small grows. */
static blt_status next_header(blt_pq_pages *p, blt_error *err) {
  for (size_t size = WINDOW;; size *= 4) {
    size_t n = p->end - p->at < size ? (size_t)(p->end - p->at) : size;
    blt_status status = blt_room_for(p->place.ctx, &p->window, n, err);
    if (status == BLT_OK) status = blt_source_read(p->place.source, p->at, p->window.p, n, err);
    if (status != BLT_OK) return status;
    blt_thrift t = blt_thrift_of(p->window.p, n);
    read_header(&t, &p->header);
    if (t.cut && n < p->end - p->at && size < WINDOW_MOST) continue;
    if (t.bad) return damaged(p, err, "no page begins here");
    p->at += (uint64_t)(t.p - (const uint8_t *)p->window.p);
    break;
  }
  const blt_pq_header *h = &p->header;
  if (h->bytes < 0 || h->packed_bytes < 0 || (uint64_t)h->packed_bytes > p->end - p->at)
    return damaged(p, err, "a page that is longer than its column chunk");
  return BLT_OK;
}

/* ---- the bytes of a page ---- */

static blt_status codec_of(int32_t number, blt_codec *out, blt_error *err) {
  static const blt_codec codecs[] = {BLT_CODEC_NONE, BLT_CODEC_SNAPPY, BLT_CODEC_GZIP,
                                     BLT_CODECS,     BLT_CODEC_BROTLI, BLT_CODEC_LZ4_FRAMED,
                                     BLT_CODEC_ZSTD, BLT_CODEC_LZ4_RAW};
  if (number < 0 || number > 7 || codecs[number] == BLT_CODECS)
    return blt_fail(err, BLT_EFORMAT, "compressed by %s, which is not read: write it with zstd",
                    number == 3 ? "LZO" : "something unknown");
  *out = codecs[number];
  return BLT_OK;
}

/* Texts of a page have so many readable bytes around them. */
#define AROUND BLT_NAMED_ROOM

static uint8_t *bytes_of(const blt_room *r) {
  return (uint8_t *)r->p + AROUND;
}

static blt_status room_for(blt_pq_pages *p, blt_room *r, size_t n, blt_error *err) {
  return blt_room_for(p->place.ctx, r, n + (size_t)2 * AROUND, err);
}

/* The page's bytes from the file; the sum, when there is one, must be right. */
static blt_status read_stored(blt_pq_pages *p, blt_error *err) {
  size_t n = (size_t)p->header.packed_bytes;
  blt_status status = room_for(p, &p->stored, n, err);
  if (status == BLT_OK)
    status = blt_source_read(p->place.source, p->at, (char *)bytes_of(&p->stored), n, err);
  if (status != BLT_OK) return status;
  if (p->header.has_sum && crc32(crc32(0, NULL, 0), bytes_of(&p->stored), (uInt)n) != p->header.sum)
    return damaged(p, err, "the checksum of a page is wrong");
  p->at += n;
  return BLT_OK;
}

/* The whole page at *out: in `whole`, or where it was read to when nothing is compressed. The first
 * `plain` bytes never are. */
static blt_status unpack(blt_pq_pages *p, size_t plain, const uint8_t **out, blt_error *err) {
  size_t n = (size_t)p->header.bytes, packed = (size_t)p->header.packed_bytes;
  blt_codec codec = BLT_CODEC_NONE;
  blt_status status = codec_of(p->place.chunk->codec, &codec, err);
  if (status != BLT_OK) return status;
  if (!p->header.packed) codec = BLT_CODEC_NONE;
  if (plain > n || plain > packed) return damaged(p, err, "levels that are longer than their page");
  if (codec == BLT_CODEC_NONE && n != packed) return damaged(p, err, "a page of two different lengths");
  *out = bytes_of(&p->stored);
  if (codec == BLT_CODEC_NONE) return BLT_OK;
  status = blt_codec_ready(codec, false, err);
  if (status == BLT_OK) status = room_for(p, &p->whole, n, err);
  if (status != BLT_OK) return status;
  *out = bytes_of(&p->whole);
  if (plain) memcpy(bytes_of(&p->whole), bytes_of(&p->stored), plain);
  if (n == plain) return BLT_OK;
  return blt_codec_decode(codec, (const char *)bytes_of(&p->stored) + plain, packed - plain,
                          (char *)bytes_of(&p->whole) + plain, n - plain, err);
}

/* ---- the dictionary ---- */

static void swap(blt_room *a, blt_room *b) {
  blt_room t = *a;
  *a = *b;
  *b = t;
}

static blt_status load_dictionary(blt_pq_pages *p, blt_error *err) {
  const blt_pq_header *h = &p->header;
  const uint8_t *bytes = NULL;
  if (p->place.codes) {
    p->at += (uint64_t)h->packed_bytes;
    p->has_dictionary = true;
    return BLT_OK;
  }
  if (p->has_dictionary) return damaged(p, err, "a second dictionary");
  if (h->values < 0 || (h->encoding != BLT_PQ_PLAIN && h->encoding != BLT_PQ_PLAIN_DICTIONARY))
    return damaged(p, err, "a dictionary whose encoding is not plain");
  blt_status status = read_stored(p, err);
  if (status == BLT_OK) status = unpack(p, 0, &bytes, err);
  if (status == BLT_OK)
    status = blt_pq_values_read(p->place.ctx, p->place.kind, BLT_PQ_PLAIN, bytes, (size_t)h->bytes,
                                (uint32_t)h->values, &p->part.dictionary, err);
  if (status != BLT_OK) return status;
  p->part.tabled = false;
  swap(&p->dictionary_bytes, bytes == bytes_of(&p->stored) ? &p->stored : &p->whole);
  p->has_dictionary = true;
  return BLT_OK;
}

/* ---- levels ---- */

static uint32_t width_for(uint32_t most) {
  return most ? 32 - (uint32_t)__builtin_clz(most) : 0;
}

/* Whether the levels are one run that says that no row is null. */
static bool all_there(const uint8_t *bytes, size_t len, uint32_t n, uint32_t most) {
  blt_pq_hybrid h = blt_pq_hybrid_of(bytes, len, width_for(most));
  uint32_t one;
  return n && blt_pq_hybrid_take(&h, &one, 1) && !h.packed && h.left >= n - 1 && one == most;
}

/* Levels to validity: how many rows are there. */
static blt_status read_levels(blt_pq_pages *p, const uint8_t *bytes, size_t len, uint32_t n, blt_error *err) {
  uint32_t most = p->place.most, levels[1024];
  p->part.valid = NULL;
  p->present = n;
  if (most == 0 || all_there(bytes, len, n, most)) return BLT_OK;
  blt_pq_hybrid h = blt_pq_hybrid_of(bytes, len, width_for(most));
  blt_status status = blt_room_for(p->place.ctx, &p->valid_room, blt_bits_words(n) * 8, err);
  if (status != BLT_OK) return status;
  uint64_t *valid = p->valid_room.p;
  p->present = 0;
  for (uint32_t i = 0; i < n; i += 1024) {
    uint32_t part = n - i < 1024 ? n - i : 1024;
    uint8_t there[1024];
    if (!blt_pq_hybrid_take(&h, levels, part)) return damaged(p, err, "a page with too few levels");
    for (uint32_t j = 0; j < part; j++) there[j] = levels[j] == most;
    for (uint32_t j = 0; j < part; j++)
      if (levels[j] > most) return damaged(p, err, "a level that is too high");
    blt_bits_pack(there, part, valid + i / 64);
    p->present += (uint32_t)blt_bits_count(valid + i / 64, part);
  }
  if (p->present < n) p->part.valid = valid;
  return BLT_OK;
}

/* The old form of levels: bits from the top of each byte down. */
static blt_status read_old_levels(blt_pq_pages *p, const uint8_t *bytes, size_t len, uint32_t n,
                                  blt_error *err) {
  if (p->place.most != 1) return damaged(p, err, "levels in a form that was given up before nested columns");
  if (len < (n + 7) / 8) return damaged(p, err, "a page with too few levels");
  blt_status status = blt_room_for(p->place.ctx, &p->valid_room, blt_bits_words(n) * 8 + 8, err);
  if (status != BLT_OK) return status;
  uint64_t *valid = p->valid_room.p;
  memset(valid, 0, blt_bits_words(n) * 8);
  for (uint32_t i = 0; i < n; i++)
    if (bytes[i >> 3] >> (7 - (i & 7)) & 1) blt_bit_set(valid, i);
  p->present = (uint32_t)blt_bits_count(valid, n);
  p->part.valid = p->present < n ? valid : NULL;
  return BLT_OK;
}

/* Takes the levels from the beginning of a page of version 1. */
static blt_status levels_of_first(blt_pq_pages *p, const uint8_t **bytes, size_t *len, blt_error *err) {
  uint32_t n = (uint32_t)p->header.values, size;
  if (p->place.most == 0) return read_levels(p, NULL, 0, n, err);
  if (p->header.level_encoding == BLT_PQ_BIT_PACKED) {
    size = (n + 7) / 8;
    blt_status status = read_old_levels(p, *bytes, *len, n, err);
    if (status != BLT_OK) return status;
  } else {
    if (*len < 4) return damaged(p, err, "a page that is too short");
    memcpy(&size, *bytes, 4);
    *bytes += 4;
    *len -= 4;
    if (size > *len) return damaged(p, err, "levels that are longer than their page");
    blt_status status = read_levels(p, *bytes, size, n, err);
    if (status != BLT_OK) return status;
  }
  *bytes += size;
  *len -= size;
  return BLT_OK;
}

/* ---- data pages ---- */

BLT_CLONES static uint32_t most_byte(const uint8_t *codes, uint32_t n) {
  uint8_t most = 0;
  for (uint32_t i = 0; i < n; i++) most = codes[i] > most ? codes[i] : most;
  return most;
}

BLT_CLONES static uint32_t most_code(const uint32_t *codes, uint32_t n) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < n; i++) most = codes[i] > most ? codes[i] : most;
  return most;
}

static blt_status read_codes(blt_pq_pages *p, const uint8_t *bytes, size_t len, blt_error *err) {
  uint32_t n = p->present, most = 0;
  uint32_t entries = p->place.codes ? p->place.ncodes : p->part.dictionary.n;
  if (!p->has_dictionary && !p->place.codes)
    return damaged(p, err, "codes of a dictionary that is not there");
  if (n && (len == 0 || bytes[0] > 32)) return damaged(p, err, "codes of a width that makes no sense");
  p->part.small = n && bytes[0] <= 8;
  blt_status status =
      blt_room_for(p->place.ctx, &p->part.codes, p->part.small ? (size_t)n + 16 : (size_t)n * 4, err);
  if (status != BLT_OK || n == 0) return status;
  blt_pq_hybrid h = blt_pq_hybrid_of(bytes + 1, len - 1, bytes[0]);
  bool there = p->part.small ? blt_pq_hybrid_take_bytes(&h, p->part.codes.p, n)
                             : blt_pq_hybrid_take(&h, p->part.codes.p, n);
  if (!there) return damaged(p, err, "a page with too few codes");
  most = p->part.small ? most_byte(p->part.codes.p, n) : most_code(p->part.codes.p, n);
  return most < entries ? BLT_OK : damaged(p, err, "a code that the dictionary does not have");
}

/* Row of the page with its i-th value that is there. */
static uint64_t row_of(const blt_pq_pages *p, uint32_t i) {
  if (!p->part.valid) return i;
  for (uint32_t row = 0;; row++)
    if (blt_bit(p->part.valid, row) && i-- == 0) return row;
}

static blt_status read_values(blt_pq_pages *p, const uint8_t *bytes, size_t len, blt_error *err) {
  int32_t encoding = p->header.encoding;
  p->part.coded = encoding == BLT_PQ_PLAIN_DICTIONARY || encoding == BLT_PQ_RLE_DICTIONARY;
  if (p->part.coded) return read_codes(p, bytes, len, err);
  if (p->place.chunk->only_dictionary)
    return damaged(p, err, "a page without codes where all should have some");
  p->part.values.lean = true;
  blt_status status = blt_pq_values_read(p->place.ctx, p->place.kind, (blt_pq_encoding)encoding, bytes, len,
                                         p->present, &p->part.values, err);
  if (status == BLT_OK || err->position < 0) return status;
  char said[sizeof err->message];
  memcpy(said, err->message, sizeof said);
  return blt_fail(err, status, "row %" PRIu64 " of it: %.300s",
                  p->first + row_of(p, (uint32_t)err->position) + 1, said);
}

static blt_status load_first(blt_pq_pages *p, blt_error *err) {
  const uint8_t *bytes = NULL;
  size_t len = (size_t)p->header.bytes;
  blt_status status = unpack(p, 0, &bytes, err);
  if (status == BLT_OK) status = levels_of_first(p, &bytes, &len, err);
  return status == BLT_OK ? read_values(p, bytes, len, err) : status;
}

static blt_status load_second(blt_pq_pages *p, blt_error *err) {
  const blt_pq_header *h = &p->header;
  const uint8_t *bytes = NULL;
  if (h->level_bytes < 0 || h->repeat_bytes < 0) return damaged(p, err, "levels of a negative length");
  size_t plain = (size_t)h->level_bytes + (size_t)h->repeat_bytes;
  blt_status status = unpack(p, plain, &bytes, err);
  if (status == BLT_OK)
    status = read_levels(p, bytes + h->repeat_bytes, (size_t)h->level_bytes, (uint32_t)h->values, err);
  return status == BLT_OK ? read_values(p, bytes + plain, (size_t)h->bytes - plain, err) : status;
}

static blt_status load(blt_pq_pages *p, blt_error *err) {
  blt_status status = read_stored(p, err);
  if (status == BLT_OK) status = p->header.kind == 0 ? load_first(p, err) : load_second(p, err);
  p->loaded = status == BLT_OK;
  p->read++;
  return status;
}

/* ---- from page to page ---- */

blt_status blt_pq_pages_open(blt_pq_pages *p, const blt_pq_place *place, blt_error *err) {
  const blt_pq_chunk *c = place->chunk;
  uint64_t size = blt_source_size(place->source);
  p->place = *place;
  p->first = p->seen = p->stated = 0;
  p->loaded = p->has_dictionary = p->part.mapped = false;
  p->part.codes_of = place->codes;
  p->part.ncodes = place->ncodes;
  p->part.tabled = false;
  int64_t at = c->data_at;
  if (c->dictionary_at > 0 && c->dictionary_at < at) at = c->dictionary_at;
  p->at = (uint64_t)at;
  p->end = (uint64_t)at + (uint64_t)c->packed_bytes;
  if (!place->exact && c->packed_bytes >= 0 && p->end < size)
    p->end += size - p->end < FORGOTTEN ? size - p->end : FORGOTTEN;
  blt_status status = BLT_OK;
  if (c->elsewhere)
    status = blt_fail(err, BLT_EFORMAT, "its values are in another file: that is not read");
  else if (c->encrypted)
    status = blt_fail(err, BLT_EFORMAT, "encrypted, and no key is known here");
  else if (c->physical != place->kind->physical)
    status = blt_fail(err, BLT_EFORMAT, "damaged: its values have another type than the schema says");
  else if (at < 4 || c->packed_bytes < 0 || p->at > size || (uint64_t)c->packed_bytes > size - p->at)
    status = blt_fail(err, BLT_EFORMAT, "damaged: its values lie outside of the file");
  else if (c->values != place->rows)
    status = blt_fail(err, BLT_EFORMAT, "damaged: %" PRId64 " values for %" PRId64 " rows", c->values,
                      place->rows);
  return status == BLT_OK ? status : failed(p, err);
}

static bool is_data(const blt_pq_header *h) {
  return h->kind == 0 || h->kind == 3;
}

/* The header of the next page of data; a dictionary before it is loaded. */
static blt_status next_data(blt_pq_pages *p, blt_error *err) {
  for (;;) {
    if (p->at >= p->end) return damaged(p, err, "fewer pages than its rows need");
    blt_status status = next_header(p, err);
    if (status != BLT_OK) return status;
    if (is_data(&p->header)) break;
    if (p->header.kind == 2)
      status = load_dictionary(p, err);
    else if (p->header.kind == 1)
      p->at += (uint64_t)p->header.packed_bytes; /* an index, which nobody wrote so */
    else
      status = damaged(p, err, "a page of an unknown kind");
    if (status != BLT_OK) return status;
  }
  p->first = p->seen;
  if (p->header.values < 0 || (uint64_t)p->header.values > (uint64_t)p->place.rows - p->seen ||
      (p->header.kind == 3 && p->header.rows != p->header.values))
    return damaged(p, err, "a page with more values than there are rows");
  if (p->stated && p->stated != (uint64_t)p->header.values)
    return damaged(p, err, "a page with other rows than the index of pages says");
  p->stated = 0;
  p->seen += (uint64_t)p->header.values;
  return BLT_OK;
}

/* Goes on with the page that has the row, where it is known to begin. */
static blt_status leap(blt_pq_pages *p, uint64_t row, blt_error *err) {
  const blt_pq_index *index = p->place.index;
  if (!index || index->n == 0 || (p->loaded && row < p->seen)) return BLT_OK;
  uint32_t number = blt_pq_index_find(index, row);
  const blt_pq_index_page *to = &index->pages[number];
  if (to->at <= p->at || to->at >= p->end || to->first <= p->seen) return BLT_OK;
  blt_status status = p->place.codes ? BLT_OK : blt_pq_pages_dictionary(p, err);
  p->passed += number - blt_pq_index_find(index, p->seen);
  p->loaded = false;
  p->at = to->at;
  p->seen = to->first;
  p->stated = (number + 1 < index->n ? to[1].first : (uint64_t)p->place.rows) - to->first;
  return status;
}

blt_status blt_pq_pages_to(blt_pq_pages *p, uint64_t row, blt_error *err) {
  blt_status status = leap(p, row, err);
  while (status == BLT_OK && !(p->loaded && row < p->seen)) {
    p->loaded = false;
    status = next_data(p, err);
    if (status != BLT_OK) break;
    if (row < p->seen) {
      status = load(p, err);
    } else {
      p->at += (uint64_t)p->header.packed_bytes;
      p->passed++;
    }
  }
  return status == BLT_OK ? status : failed(p, err);
}

blt_status blt_pq_pages_dictionary(blt_pq_pages *p, blt_error *err) {
  if (p->has_dictionary || p->seen || p->at >= p->end) return BLT_OK;
  uint64_t at = p->at;
  blt_status status = next_header(p, err);
  if (status == BLT_OK && p->header.kind == 2)
    status = load_dictionary(p, err);
  else
    p->at = at;
  return status == BLT_OK ? status : failed(p, err);
}

blt_status blt_pq_pages_coded(blt_pq_pages *p, uint32_t *entries, blt_error *err) {
  const uint32_t codes = UINT32_C(1) << BLT_PQ_PLAIN_DICTIONARY | UINT32_C(1) << BLT_PQ_RLE_DICTIONARY;
  bool sure = p->place.chunk->only_dictionary;
  *entries = 0;
  if (!sure && !(p->place.chunk->encodings & codes)) return BLT_OK;
  while (p->seen < (uint64_t)p->place.rows && !(sure && *entries)) {
    blt_status status =
        p->at < p->end ? next_header(p, err) : damaged(p, err, "fewer pages than its rows need");
    if (status != BLT_OK) return failed(p, err);
    const blt_pq_header *h = &p->header;
    p->at += (uint64_t)h->packed_bytes;
    if (h->kind == 2 && h->values > 0) *entries = (uint32_t)h->values;
    if (is_data(h) && h->values > 0) p->seen += (uint64_t)h->values;
    if (is_data(h) && !(codes >> (h->encoding & 31) & 1)) *entries = 0;
    if (is_data(h) && *entries == 0) return BLT_OK;
  }
  return BLT_OK;
}

blt_status blt_pq_constant(blt_pq_pages *p, const blt_pq_place *place, uint32_t n, blt_error *err) {
  static const uint64_t none[BLT_BLOCK_ROWS / 64];
  const blt_value *v = place->constant;
  blt_part *part = &p->part;
  blt_values *d = &part->dictionary;
  p->place.ctx = place->ctx; /* which frees what the part has */
  blt_status status = blt_room_for(place->ctx, &part->codes, n + 16, err);
  if (status == BLT_OK) status = blt_values_room(place->ctx, &place->kind->means, 1, true, true, d, err);
  if (status != BLT_OK) return status;
  memset(part->codes.p, 0, n);
  part->coded = part->small = true;
  part->valid = v->null ? none : NULL;
  part->mapped = part->tabled = false;
  part->codes_of = place->codes;
  part->ncodes = place->ncodes;
  if (v->type.id == BLT_STRING)
    *(blt_str *)d->texts.p = v->null ? (blt_str){"", 0} : v->u.s;
  else
    *(int64_t *)d->ints.p = v->null ? 0 : v->u.i;
  return BLT_OK;
}

void blt_pq_pages_free(blt_pq_pages *p) {
  blt_ctx *ctx = p->place.ctx;
  if (!ctx) return;
  blt_room *rooms[] = {&p->window, &p->stored, &p->whole, &p->dictionary_bytes, &p->valid_room};
  for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) blt_room_free(ctx, rooms[i]);
  blt_part_free(ctx, &p->part);
}
