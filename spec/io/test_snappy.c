/* Snappy: streams of random tags beside a decoder of one byte at a time, cut and changed ones, and the
 * library's own. */
#include "check.h"
#include "io/source/codec.h"
#include "io/source/snappy.h"
#include "random.h"

enum { MOST = 1 << 18, GUARD = 32 };

typedef struct stream {
  uint8_t bytes[MOST];
  size_t len, plain; /* its own bytes, and those that it stands for */
} stream;

/* ---- the decoder to compare with ---- */

static uint64_t number_at(const uint8_t *p, uint32_t bytes) {
  uint64_t v = 0;
  for (uint32_t i = bytes; i-- > 0;) v = v << 8 | p[i];
  return v;
}

static bool naive(const uint8_t *in, size_t len, uint8_t *out, size_t out_len) {
  size_t at = 0, to = 0;
  uint64_t said = 0;
  for (uint32_t shift = 0;; shift += 7) {
    if (at == len || shift > 28) return false;
    said |= (uint64_t)(in[at] & 0x7f) << shift;
    if (in[at++] < 0x80) break;
  }
  if (said != out_len) return false;
  while (at < len) {
    uint8_t tag = in[at++];
    uint32_t extra = (tag & 3) ? (1u << (tag & 3)) / 2 : tag >> 2 < 60 ? 0 : (tag >> 2) - 59u;
    if (extra > len - at) return false;
    uint64_t more = number_at(in + at, extra), n = (tag >> 2) + 1u;
    at += extra;
    if ((tag & 3) == 0) {
      if (extra) n = more + 1;
      if (n > len - at || n > out_len - to) return false;
      for (; n; n--) out[to++] = in[at++];
      continue;
    }
    if ((tag & 3) == 1) more |= (uint64_t)(tag >> 5) << 8, n = (tag >> 2 & 7) + 4u;
    if (more == 0 || more > to || n > out_len - to) return false;
    for (; n; n--, to++) out[to] = out[to - more];
  }
  return to == out_len;
}

/* ---- streams ---- */

static void put(stream *s, uint64_t v, uint32_t bytes) {
  for (; bytes; bytes--, v >>= 8) s->bytes[s->len++] = (uint8_t)v;
}

static void put_bytes(stream *s, rng *r, uint32_t n) {
  uint32_t extra = n <= 60 ? 0 : n <= 256 ? 1 : n <= 65536 ? 2 + rng_below(r, 3) : 3;
  put(s, extra ? (59 + extra) << 2 : (n - 1) << 2, 1);
  put(s, n - 1, extra);
  for (uint32_t i = 0; i < n; i++) s->bytes[s->len++] = (uint8_t)rng_next(r);
  s->plain += n;
}

static void put_copy(stream *s, rng *r) {
  uint32_t kind = 1 + rng_below(r, 3), most = kind == 1 ? 2047 : kind == 2 ? 65535 : UINT32_MAX;
  uint32_t near = rng_below(r, 2) ? 20 : UINT32_MAX,
           n = kind == 1 ? 4 + rng_below(r, 8) : 1 + rng_below(r, 64);
  if (most > s->plain) most = (uint32_t)s->plain;
  uint32_t distance = 1 + rng_below(r, most < near ? most : near);
  put(s, kind == 1 ? 1 | (n - 4) << 2 | distance >> 8 << 5 : kind | (n - 1) << 2, 1);
  put(s, distance, kind == 3 ? 4 : kind);
  s->plain += n;
}

static void make_stream(stream *s, rng *r, uint32_t tags, uint32_t longest) {
  static stream body;
  body.len = body.plain = 0;
  for (uint32_t i = 0; i < tags; i++)
    if (body.plain && rng_below(r, 3))
      put_copy(&body, r);
    else
      put_bytes(&body, r, 1 + rng_below(r, rng_below(r, 8) ? 70 : longest));
  s->len = 0;
  for (size_t v = body.plain; put(s, v & 0x7f, 1), v >>= 7;) s->bytes[s->len - 1] |= 0x80;
  memcpy(s->bytes + s->len, body.bytes, body.len);
  s->len += body.len;
  s->plain = body.plain;
}

/* Both say the same of a stream, and nothing is written beyond the end. */
static bool same(const uint8_t *in, size_t len, size_t plain) {
  uint8_t *copy = malloc(len + 1), *a = malloc(plain + GUARD), *b = malloc(plain + 1);
  memcpy(copy, in, len); /* what is read beyond it, sanitizers see */
  memset(a, 0xa5, plain + GUARD);
  bool got = blt_snappy_decode(copy, len, a, plain), want = naive(in, len, b, plain);
  bool good = got == want && (!got || memcmp(a, b, plain) == 0);
  for (uint32_t i = 0; i < GUARD; i++) good &= a[plain + i] == 0xa5;
  free(copy);
  free(a);
  free(b);
  return good;
}

static bool is_whole(const stream *s) {
  uint8_t *out = malloc(s->plain);
  bool good = blt_snappy_decode(s->bytes, s->len, out, s->plain);
  free(out);
  return good;
}

static void streams_of_all_tags(void) {
  static stream s;
  for (uint64_t seed = 0; seed < check_rounds(400, 20000); seed++) {
    rng r = {seed};
    make_stream(&s, &r, 1 + rng_below(&r, 300), seed % 16 ? 300 : 3000);
    CHECK_AT(same(s.bytes, s.len, s.plain) && is_whole(&s), "seed %" PRIu64, seed);
  }
}

static void cut_and_changed_streams(void) {
  static stream s;
  for (uint64_t seed = 0; seed < check_rounds(12, 300); seed++) {
    rng r = {seed};
    make_stream(&s, &r, 60, 200);
    for (size_t n = 0; n < s.len; n++)
      CHECK_AT(same(s.bytes, n, s.plain), "seed %" PRIu64 ", %zu bytes", seed, n);
    for (size_t i = 0; i < s.len; i++) {
      uint8_t was = s.bytes[i];
      s.bytes[i] ^= (uint8_t)(1 + rng_below(&r, 255));
      CHECK_AT(same(s.bytes, s.len, s.plain), "seed %" PRIu64 ", byte %zu", seed, i);
      s.bytes[i] = was;
    }
    CHECK(same(s.bytes, s.len, s.plain + 1) && same(s.bytes, s.len, s.plain - 1));
  }
}

static void what_the_library_wrote(void) {
  static uint8_t plain[100000], packed[130000], back[100000];
  blt_error err;
  for (uint32_t period = 1; period < 80; period++) {
    size_t len;
    rng r = {period};
    for (uint32_t i = 0; i < sizeof plain; i++)
      plain[i] = i >= period && rng_below(&r, 50) ? plain[i - period] : (uint8_t)rng_next(&r);
    REQUIRE(blt_codec_encode(BLT_CODEC_SNAPPY, plain, sizeof plain, packed, &len, &err) == BLT_OK);
    memset(back, 0, sizeof back);
    CHECK(blt_codec_decode(BLT_CODEC_SNAPPY, packed, len, back, sizeof back, &err) == BLT_OK);
    CHECK(memcmp(plain, back, sizeof back) == 0);
  }
}

int main(void) {
  RUN(streams_of_all_tags);
  RUN(cut_and_changed_streams);
  RUN(what_the_library_wrote);
  return check_report();
}
