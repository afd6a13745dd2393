#include "packed.h"
#include "packed_words.h"
#include "scaled.h"
#include "base/bits.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>
#include <zstd.h>

#define LEAST_BYTES 256u               /* contents below this are left as they are */
#define LEVEL 1                        /* zstd's; higher ones take far longer and hardly less room */
#define SAMPLE 4096u                   /* numbers looked at to guess how well they compress */
#define TEXT_SAMPLE ((size_t)64 << 10) /* bytes of text, a quarter at most, looked at for that, */
#define TEXT_LEAST ((size_t)16 << 10)  /* when it has so many */

/* At the start of packed contents. */
typedef struct head {
  uint8_t how[3]; /* blt_packing of numbers, validity, text */
  uint8_t zero[5];
  uint64_t bytes[3]; /* without padding */
} head;
_Static_assert(sizeof(head) == 32, "part of the format");

static size_t padded(size_t n) {
  return (n + 7) / 8 * 8;
}

/* Whether so many bytes are worth having the whole in memory as well. */
static bool pays(size_t packed, size_t whole) {
  return packed < whole / 8 * 7;
}

/* Whether they are worth the time to get them back, when other parts are packed anyway. */
static bool helps(size_t packed, size_t whole) {
  return packed < whole / 32 * 31;
}

/* ---- zstd ---- */

/* Bytes that the frame takes, or 0 when it does not fit into the room. */
static size_t squeeze(const void *in, size_t bytes, void *out, size_t room) {
  size_t n = ZSTD_compress(out, room, in, bytes, LEVEL);
  return ZSTD_isError(n) ? 0 : n;
}

static bool expand(const void *in, size_t bytes, void *out, size_t whole) {
  return ZSTD_decompress(out, whole, in, bytes) == whole;
}

/* ---- bytes of numbers side by side ---- */

static void to_planes(const uint8_t *restrict v, uint8_t width, uint32_t n, uint8_t *restrict out) {
  for (uint8_t b = 0; b < width; b++)
    for (uint32_t i = 0; i < n; i++) out[(size_t)b * n + i] = v[(size_t)i * width + b];
}

static void from_planes(const uint8_t *restrict in, uint8_t width, uint32_t n, uint8_t *restrict v) {
  for (uint8_t b = 0; b < width; b++)
    for (uint32_t i = 0; i < n; i++) v[(size_t)i * width + b] = in[(size_t)b * n + i];
}

/* Bits that the numbers of a sample carry, each byte by itself: what a compressor finds when some are much
 * more frequent than others. */
static double information(const uint8_t *v, uint8_t width, uint32_t n) {
  uint32_t step = n / SAMPLE + 1, taken = (n + step - 1) / step;
  double bits = 0;
  for (uint8_t b = 0; b < width; b++) {
    uint32_t counts[256] = {0};
    for (uint32_t i = 0; i < n; i += step) counts[v[(size_t)i * width + b]]++;
    for (uint32_t k = 0; k < 256; k++)
      if (counts[k]) bits -= counts[k] * log2((double)counts[k] / taken);
  }
  return bits / taken;
}

/* ---- packing ---- */

typedef struct packing {
  blt_ctx *ctx;
  head head;
  char *out; /* the head, then the parts */
  size_t at, room;
} packing;

enum { NUMBERS, VALIDITY, TEXT }; /* the parts */

static void *place(const packing *p) {
  return p->out + p->at;
}

static void close_part(packing *p, int part, blt_packing how, size_t bytes) {
  p->head.how[part] = (uint8_t)how;
  p->head.bytes[part] = bytes;
  memset(p->out + p->at + bytes, 0, padded(bytes) - bytes);
  p->at += padded(bytes);
}

static void keep(packing *p, int part, const void *data, size_t bytes) {
  if (bytes) memcpy(place(p), data, bytes);
  close_part(p, part, BLT_PACK_NONE, bytes);
}

/* A part whose bytes are compressed when that pays. The room has `bytes` bytes at least. */
static void pack_bytes(packing *p, int part, const void *data, size_t bytes) {
  size_t n = bytes ? squeeze(data, bytes, place(p), bytes / 16 * 15) : 0;
  if (n)
    close_part(p, part, BLT_PACK_ZSTD, n);
  else
    keep(p, part, data, bytes);
}

/* Bytes that zstd may make of the text, guessed high: far repeats do not show in a sample. */
static size_t text_promises(const packing *p, const blt_whole *w) {
  size_t sample = w->text_bytes / 4 < TEXT_SAMPLE ? w->text_bytes / 4 : TEXT_SAMPLE;
  size_t n = squeeze((const char *)w->text + w->text_bytes / 2, sample, place(p), sample);
  return w->text_bytes / sample * (n ? n : sample);
}

/* Whether zstd makes less than `bytes` of the text, which then takes their place. */
static bool zstd_is_less(packing *p, const blt_whole *w, size_t bytes) {
  char *other = blt_alloc(p->ctx, bytes);
  if (!other) return false;
  size_t n = squeeze(w->text, w->text_bytes, other, bytes);
  if (n) {
    memcpy(place(p), other, n);
    close_part(p, TEXT, BLT_PACK_ZSTD, n);
  }
  blt_free(p->ctx, other, bytes);
  return n != 0;
}

/* The text by its words, if they are many and repeat. */
static bool pack_words(packing *p, const blt_whole *w) {
  if (!w->words || w->text_bytes < TEXT_LEAST) return false;
  size_t most = text_promises(p, w);
  if (most < w->text_bytes / 4) return false; /* long repeats, of which zstd makes more, and faster */
  blt_word_starts starts = {w->numbers, w->n, w->width};
  size_t n = blt_words_pack(p->ctx, w->text, w->text_bytes, starts, place(p), w->text_bytes / 16 * 15);
  if (!n) return false;
  if (n <= most / 8 * 7 || !zstd_is_less(p, w, n)) close_part(p, TEXT, BLT_PACK_WORDS, n);
  return true;
}

/* Compresses the numbers when they promise less than `most` bytes and keep that. */
static bool pack_planes(packing *p, const blt_whole *w, size_t most) {
  size_t bytes = (size_t)w->n * w->width, n = 0;
  if (information(w->numbers, w->width, w->n) * w->n / 8 > (double)most * .9) return false;
  if (w->width == 1) {
    n = squeeze(w->numbers, bytes, place(p), most);
  } else {
    uint8_t *planes = blt_alloc(p->ctx, bytes);
    if (!planes) return false;
    to_planes(w->numbers, w->width, w->n, planes);
    n = squeeze(planes, bytes, place(p), most);
    blt_free(p->ctx, planes, bytes);
  }
  if (n) close_part(p, NUMBERS, w->width == 1 ? BLT_PACK_ZSTD : BLT_PACK_PLANES, n);
  return n != 0;
}

/* Numbers that promise to take less than `most` bytes as they are compressed, or else as few bits as they
 * need. */
static void pack_dense(packing *p, const blt_whole *w) {
  size_t whole = (size_t)w->n * w->width, packed;
  blt_packing how = blt_ints_measure(w->numbers, w->width, w->n, &packed);
  bool bits = helps(packed, whole);
  if (pack_planes(p, w, (bits ? packed : whole) / 16 * 15)) return;
  if (!bits) {
    keep(p, NUMBERS, w->numbers, whole);
    return;
  }
  blt_ints_pack(w->numbers, w->width, w->n, how, place(p));
  close_part(p, NUMBERS, how, packed);
}

/* ---- few different numbers ---- */

#define FEW 256u
#define FEW_SLOTS 1024u

/* The numbers that there are, in order of appearance. */
typedef struct few {
  uint64_t values[FEW];
  uint16_t slots[FEW_SLOTS]; /* place + 1; 0: free */
  uint32_t n;
} few;

/* At the start of numbers that are kept as places of few: then the few, padded to 8, then the places. */
typedef struct few_head {
  uint32_t n;
  uint8_t how, zero[3]; /* blt_packing of the places */
} few_head;
_Static_assert(sizeof(few_head) == 8, "part of the format");

/* FEW when there are too many. */
static uint32_t place_of(few *f, uint64_t v) {
  uint32_t at = (uint32_t)(blt_mix64(v) % FEW_SLOTS);
  while (f->slots[at] && f->values[f->slots[at] - 1] != v) at = (at + 1) % FEW_SLOTS;
  if (f->slots[at]) return f->slots[at] - 1u;
  if (f->n == FEW) return FEW;
  f->values[f->n++] = v;
  f->slots[at] = (uint16_t)f->n;
  return f->n - 1;
}

static uint64_t number_at(const blt_whole *w, uint32_t i) {
  uint64_t v = 0;
  memcpy(&v, (const char *)w->numbers + (size_t)i * w->width, w->width);
  return v;
}

static bool find_few(const blt_whole *w, few *f, uint8_t *places) {
  uint64_t last = 0;
  uint32_t place = FEW;
  for (uint32_t i = 0; i < w->n; i++) {
    uint64_t v = number_at(w, i);
    if (place == FEW || v != last) place = place_of(f, v);
    if (place == FEW) return false;
    last = v;
    places[i] = (uint8_t)place;
  }
  return true;
}

/* Makes the part of its beginning and of the places, which stand in the parts' room already. */
static void close_few(packing *p, const few *f, uint8_t width, size_t start, size_t table) {
  few_head h = {.n = f->n, .how = p->head.how[0]};
  size_t bytes = table + p->head.bytes[0];
  memset(p->out + start, 0, table);
  memcpy(p->out + start, &h, sizeof h);
  for (uint32_t i = 0; i < f->n; i++)
    memcpy(p->out + start + sizeof h + (size_t)i * width, &f->values[i], width);
  p->at = start;
  close_part(p, NUMBERS, BLT_PACK_VALUES, bytes);
}

static bool pack_few(packing *p, const blt_whole *w) {
  few f = {.n = 0};
  size_t start = p->at;
  if (w->width < 2 || w->n < 4 * FEW) return false;
  uint8_t *places = blt_alloc(p->ctx, w->n);
  bool found = places && find_few(w, &f, places);
  if (found) {
    size_t table = sizeof(few_head) + padded((size_t)f.n * w->width);
    p->at += table;
    pack_dense(p, &(blt_whole){.numbers = places, .n = w->n, .width = 1});
    close_few(p, &f, w->width, start, table);
  }
  if (places) blt_free(p->ctx, places, w->n);
  return found;
}

static void pack_small(packing *p, const blt_whole *w) {
  if (!pack_few(p, w)) pack_dense(p, w);
}

/* ---- numbers made of smaller ones ---- */

/* At the start of numbers that are made of smaller ones, which follow, packed. */
typedef struct made_head {
  int64_t base;
  uint64_t step; /* STEPS: value = base + step * number */
  uint8_t scale, width,
      how; /* SCALED: value = (base + number) / 10^scale; width of the numbers, blt_packing */
  uint8_t zero[5];
} made_head;
_Static_assert(sizeof(made_head) == 24, "part of the format");

/* Packs `numbers`, of which the numbers are made in the way that the head says. */
static void pack_made(packing *p, const blt_whole *w, void *numbers, blt_packing how, made_head *h) {
  size_t start = p->at;
  p->at += sizeof *h;
  pack_small(p, &(blt_whole){.numbers = numbers, .n = w->n, .width = h->width});
  h->how = p->head.how[0];
  memcpy(p->out + start, h, sizeof *h);
  p->at = start;
  close_part(p, NUMBERS, how, sizeof *h + p->head.bytes[0]);
}

static bool pack_decimals(packing *p, const blt_whole *w) {
  blt_scaled s;
  if (!blt_scaled_find(w->numbers, NULL, w->n, &s)) return false;
  void *offsets = blt_alloc(p->ctx, (size_t)w->n * s.width);
  if (!offsets) return false;
  blt_scaled_put(w->numbers, NULL, w->n, &s, offsets);
  pack_made(p, w, offsets, BLT_PACK_SCALED, &(made_head){.base = s.base, .scale = s.scale, .width = s.width});
  blt_free(p->ctx, offsets, (size_t)w->n * s.width);
  return true;
}

static uint64_t divisor(uint64_t a, uint64_t b) {
  while (b) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* Divides multiples of a step by multiplying: an odd word has an inverse. */
typedef struct divider {
  uint64_t inverse; /* of the step without its factors of two */
  uint32_t twos;    /* these factors */
  uint64_t most;    /* that a multiple can give */
} divider;

static divider divider_of(uint64_t step) {
  uint32_t twos = (uint32_t)__builtin_ctzll(step);
  uint64_t odd = step >> twos, inverse = odd; /* its lowest three bits are right; each round doubles that */
  for (int i = 0; i < 5; i++) inverse *= 2 - odd * inverse;
  return (divider){inverse, twos, UINT64_MAX / step};
}

/* x / step; above `most` when x is no multiple. */
static inline uint64_t divided(divider d, uint64_t x) {
  uint64_t q = x * d.inverse;
  return d.twos ? q >> d.twos | q << (64 - d.twos) : q;
}

/* The greatest step of which all numbers are multiples above `least`; 1: none that a few do not have. */
static uint64_t step_of(const int64_t *v, uint32_t n, int64_t least) {
  uint64_t step = 0;
  divider d = {0};
  for (uint32_t i = 0; i < n && step != 1; i++) {
    uint64_t x = (uint64_t)v[i] - (uint64_t)least;
    if (x == 0 || (step && divided(d, x) <= d.most)) continue;
    step = divisor(x, step);
    d = divider_of(step);
  }
  return step;
}

static bool pack_steps(packing *p, const blt_whole *w) {
  const int64_t *v = w->numbers;
  int64_t least = v[0];
  for (uint32_t i = 1; i < w->n; i++) least = v[i] < least ? v[i] : least;
  uint64_t step = step_of(v, w->n, least);
  if (step < 2) return false;
  uint64_t *numbers = blt_alloc(p->ctx, w->n * sizeof *numbers);
  if (!numbers) return false;
  divider d = divider_of(step);
  for (uint32_t i = 0; i < w->n; i++) numbers[i] = divided(d, (uint64_t)v[i] - (uint64_t)least);
  pack_made(p, w, numbers, BLT_PACK_STEPS, &(made_head){.base = least, .step = step, .width = 8});
  blt_free(p->ctx, numbers, w->n * sizeof *numbers);
  return true;
}

static void pack_numbers(packing *p, const blt_whole *w) {
  if (w->n == 0 || w->width == 0) return;
  bool made = w->width == 8 && (w->doubles ? pack_decimals : pack_steps)(p, w);
  if (!made) pack_small(p, w);
}

blt_status blt_pack(blt_ctx *ctx, const blt_whole *w, size_t bytes, blt_packed *out, blt_error *err) {
  *out = (blt_packed){0};
  if (bytes < LEAST_BYTES) return BLT_OK;
  packing p = {.ctx = ctx, .at = sizeof(head)};
  p.room = sizeof(head) + sizeof(made_head) + sizeof(few_head) + FEW * 8 + padded((size_t)w->n * w->width) +
           padded(w->valid_bytes) + padded(w->text_bytes);
  p.out = blt_alloc(ctx, p.room);
  if (!p.out) return blt_fail_memory(err, p.room);
  pack_numbers(&p, w);
  pack_bytes(&p, VALIDITY, w->valid, w->valid_bytes);
  if (!pack_words(&p, w)) pack_bytes(&p, TEXT, w->text, w->text_bytes);
  memcpy(p.out, &p.head, sizeof p.head);
  *out = (blt_packed){p.out, p.at, p.room};
  if (!pays(p.at, bytes)) blt_packed_free(ctx, out);
  return BLT_OK;
}

void blt_packed_free(blt_ctx *ctx, blt_packed *p) {
  blt_free(ctx, p->data, p->room);
  *p = (blt_packed){0};
}

/* ---- unpacking ---- */

static bool unpack_bytes(const char *in, size_t bytes, uint8_t how, void *out, size_t whole) {
  if (how == BLT_PACK_ZSTD) return whole && expand(in, bytes, out, whole);
  if (how != BLT_PACK_NONE || bytes != whole) return false;
  if (whole) memcpy(out, in, whole);
  return true;
}

static blt_status unpack_text(blt_ctx *ctx, const char *in, size_t bytes, uint8_t how, const blt_whole *w,
                              bool *ok, blt_error *err) {
  if (how == BLT_PACK_WORDS) return blt_words_unpack(ctx, in, bytes, w->text, w->text_bytes, ok, err);
  *ok = unpack_bytes(in, bytes, how, w->text, w->text_bytes);
  return BLT_OK;
}

static blt_status unpack_planes(blt_ctx *ctx, const char *in, size_t bytes, const blt_whole *w, bool *ok,
                                blt_error *err) {
  size_t whole = (size_t)w->n * w->width;
  uint8_t *planes = blt_alloc(ctx, whole);
  if (!planes) return blt_fail_memory(err, whole);
  *ok = expand(in, bytes, planes, whole);
  if (*ok) from_planes(planes, w->width, w->n, w->numbers);
  blt_free(ctx, planes, whole);
  return BLT_OK;
}

static blt_status unpack_dense(blt_ctx *ctx, const char *in, size_t bytes, uint8_t how, const blt_whole *w,
                               bool *ok, blt_error *err) {
  size_t whole = (size_t)w->n * w->width;
  if (whole && how == BLT_PACK_PLANES) return unpack_planes(ctx, in, bytes, w, ok, err);
  if (whole && (how == BLT_PACK_BITS || how == BLT_PACK_DELTAS))
    *ok = blt_ints_unpack(in, bytes, how, w->width, w->n, w->numbers);
  else
    *ok = unpack_bytes(in, bytes, how, w->numbers, whole);
  return BLT_OK;
}

static bool name_few(const char *values, uint32_t nvalues, const uint8_t *places, const blt_whole *w) {
  char *out = w->numbers;
  bool ok = true;
  for (uint32_t i = 0; ok && i < w->n; i++, out += w->width) {
    ok = places[i] < nvalues;
    if (ok) memcpy(out, values + (size_t)places[i] * w->width, w->width);
  }
  return ok;
}

static blt_status unpack_few(blt_ctx *ctx, const char *in, size_t bytes, const blt_whole *w, bool *ok,
                             blt_error *err) {
  few_head h;
  if (bytes < sizeof h) return BLT_OK;
  memcpy(&h, in, sizeof h);
  size_t table = sizeof h + padded((size_t)h.n * w->width);
  if (h.n > FEW || table > bytes) return BLT_OK;
  uint8_t *places = blt_alloc(ctx, w->n);
  if (!places) return blt_fail_memory(err, w->n);
  blt_whole inner = {.numbers = places, .n = w->n, .width = 1};
  blt_status status = unpack_dense(ctx, in + table, bytes - table, h.how, &inner, ok, err);
  *ok = *ok && name_few(in + sizeof h, h.n, places, w);
  blt_free(ctx, places, w->n);
  return status;
}

static blt_status unpack_small(blt_ctx *ctx, const char *in, size_t bytes, uint8_t how, const blt_whole *w,
                               bool *ok, blt_error *err) {
  if (how == BLT_PACK_VALUES) return unpack_few(ctx, in, bytes, w, ok, err);
  return unpack_dense(ctx, in, bytes, how, w, ok, err);
}

static bool makes_sense(const made_head *h, uint8_t how, uint8_t width) {
  if (width != 8) return false;
  if (how == BLT_PACK_STEPS) return h->width == 8;
  return h->scale <= BLT_SCALE_MOST && (h->width == 1 || h->width == 2 || h->width == 4);
}

static void make(const made_head *h, uint8_t how, const void *numbers, const blt_whole *w) {
  const uint64_t *steps = numbers;
  uint64_t *out = w->numbers;
  if (how == BLT_PACK_SCALED)
    blt_scaled_read(numbers, &(blt_scaled){h->base, h->scale, h->width}, w->n, w->numbers);
  else
    for (uint32_t i = 0; i < w->n; i++) out[i] = (uint64_t)h->base + h->step * steps[i];
}

static blt_status unpack_made(blt_ctx *ctx, const char *in, size_t bytes, uint8_t how, const blt_whole *w,
                              bool *ok, blt_error *err) {
  made_head h;
  if (bytes < sizeof h) return BLT_OK;
  memcpy(&h, in, sizeof h);
  if (!makes_sense(&h, how, w->width)) return BLT_OK;
  size_t whole = (size_t)w->n * h.width;
  void *numbers = blt_alloc(ctx, whole);
  if (!numbers) return blt_fail_memory(err, whole);
  blt_whole small = {.numbers = numbers, .n = w->n, .width = h.width};
  blt_status status = unpack_small(ctx, in + sizeof h, bytes - sizeof h, h.how, &small, ok, err);
  if (status == BLT_OK && *ok) make(&h, how, numbers, w);
  blt_free(ctx, numbers, whole);
  return status;
}

static blt_status unpack_numbers(blt_ctx *ctx, const char *in, size_t bytes, uint8_t how, const blt_whole *w,
                                 bool *ok, blt_error *err) {
  bool made = how == BLT_PACK_SCALED || how == BLT_PACK_STEPS;
  *ok = bytes == 0;
  if (w->n == 0 || w->width == 0) return BLT_OK;
  *ok = false;
  return (made ? unpack_made : unpack_small)(ctx, in, bytes, how, w, ok, err);
}

/* The head, when the parts that it tells of are all there is. */
static bool read_head(const char *in, size_t bytes, head *h) {
  if (bytes < sizeof *h) return false;
  memcpy(h, in, sizeof *h);
  size_t left = bytes - sizeof *h;
  for (int part = 0; part < 3; part++) {
    if (h->bytes[part] > left || padded(h->bytes[part]) > left) return false;
    left -= padded(h->bytes[part]);
  }
  return left == 0;
}

bool blt_packed_has_words(const void *in, size_t bytes) {
  head h;
  return read_head(in, bytes, &h) && h.how[TEXT] == BLT_PACK_WORDS;
}

blt_status blt_unpack(blt_ctx *ctx, const void *in, size_t bytes, const blt_whole *w, blt_error *err) {
  head h;
  bool ok = false;
  if (!read_head(in, bytes, &h))
    return blt_fail(err, BLT_EFORMAT, "damaged file: packed contents make no sense");
  const char *numbers = (const char *)in + sizeof h, *valid = numbers + padded(h.bytes[0]),
             *text = valid + padded(h.bytes[1]);
  blt_status status = unpack_numbers(ctx, numbers, h.bytes[0], h.how[0], w, &ok, err);
  if (status != BLT_OK) return status;
  ok = ok && unpack_bytes(valid, h.bytes[1], h.how[1], w->valid, w->valid_bytes);
  if (ok) status = unpack_text(ctx, text, h.bytes[2], h.how[2], w, &ok, err);
  if (status != BLT_OK) return status;
  return ok ? BLT_OK : blt_fail(err, BLT_EFORMAT, "damaged file: packed contents make no sense");
}
