#include "decode.h"
#include "base/mem.h"

#include <string.h>
#include <zlib.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include <zstd_errors.h>

#define OUT_BYTES ((size_t)256 << 10)
#define HEAD_BYTES 4

/* A stream whose first bytes were looked at: they come again, then the rest. */
typedef struct head_stream {
  blt_pull_fn pull;
  void *arg;
  char head[HEAD_BYTES];
  size_t head_len;
  const char *rest; /* of the piece that completed the head */
  size_t rest_len;
  int stage; /* 0: the head is next, 1: the rest, 2: the stream */
} head_stream;

static bool is_gzip(const char *p, size_t n) {
  return n >= 2 && memcmp(p, "\x1f\x8b", 2) == 0;
}

/* A frame of data, or one to be skipped, which parallel compressors put first. */
static bool is_zstd(const char *p, size_t n) {
  if (n < 4) return false;
  return memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0 ||
         ((p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0);
}

bool blt_is_compressed(const char *head, size_t len) {
  return is_gzip(head, len) || is_zstd(head, len);
}

static blt_status read_head(head_stream *h, blt_error *err) {
  while (h->head_len < HEAD_BYTES) {
    const char *data = NULL;
    size_t len = 0;
    blt_status status = h->pull(h->arg, &data, &len, err);
    if (status != BLT_OK) return status;
    if (len == 0) break;
    size_t n = HEAD_BYTES - h->head_len < len ? HEAD_BYTES - h->head_len : len;
    memcpy(h->head + h->head_len, data, n);
    h->head_len += n;
    h->rest = data + n;
    h->rest_len = len - n;
  }
  return BLT_OK;
}

static blt_status next_piece(head_stream *h, const char **data, size_t *len, blt_error *err) {
  if (h->stage == 0) {
    h->stage = 1;
    *data = h->head;
    *len = h->head_len;
    if (h->head_len) return BLT_OK;
  }
  if (h->stage == 1) {
    h->stage = 2;
    *data = h->rest;
    *len = h->rest_len;
    if (h->rest_len) return BLT_OK;
    if (h->head_len < HEAD_BYTES) { /* the stream has ended before */
      *len = 0;
      h->stage = 1;
      return BLT_OK;
    }
  }
  return h->pull(h->arg, data, len, err);
}

/* ---- gzip ---- */

static void *zlib_alloc(void *ctx, unsigned items, unsigned size) {
  size_t bytes = (size_t)items * size;
  size_t *p = blt_alloc(ctx, bytes + 64);
  if (!p) return NULL;
  *p = bytes + 64;
  return (char *)p + 64;
}

static void zlib_free(void *ctx, void *p) {
  if (p) blt_free(ctx, (char *)p - 64, *(size_t *)(void *)((char *)p - 64));
}

typedef struct unpack {
  blt_ctx *ctx;
  const char *name;
  head_stream *in;
  blt_take_fn take;
  void *take_arg;
  char *out;        /* OUT_BYTES */
  uint64_t members; /* of gzip, that are whole */
} unpack;

/* Between members: passes over zeros, with which tapes and blocks are filled, and begins the next member. */
static void next_member(z_stream *z, bool *open) {
  while (z->avail_in && *z->next_in == 0) z->next_in++, z->avail_in--;
  if (!z->avail_in) return;
  inflateReset(z);
  *open = true;
}

static blt_status foreign_bytes(const unpack *u, blt_error *err) {
  return blt_fail(err, BLT_EFORMAT, "%s: bytes that are not gzip follow the compressed data", u->name);
}

static blt_status inflate_failed(const unpack *u, const z_stream *z, int code, blt_error *err) {
  if (code == Z_MEM_ERROR) return blt_fail_memory(err, OUT_BYTES);
  if (u->members && z->total_out == 0) return foreign_bytes(u, err);
  return blt_fail(err, BLT_EFORMAT, "%s: damaged gzip data: %s", u->name, z->msg ? z->msg : "not gzip");
}

/* What feeds a piece of the compressed stream to its decoder; `*open` says whether a member or frame is
 * unfinished. */
typedef blt_status (*feed_fn)(unpack *u, void *decoder, const char *data, size_t len, bool *open,
                              blt_error *err);

static blt_status feed_all(unpack *u, feed_fn feed, void *decoder, bool *open, blt_error *err) {
  for (;;) {
    const char *data = NULL;
    size_t len = 0;
    blt_status status = next_piece(u->in, &data, &len, err);
    if (status != BLT_OK || len == 0) return status;
    status = feed(u, decoder, data, len, open, err);
    if (status != BLT_OK) return status;
  }
}

static blt_status inflate_some(unpack *u, z_stream *z, const char *data, size_t len, bool *open,
                               blt_error *err) {
  z->next_in = (Bytef *)(uintptr_t)data;
  z->avail_in = (uInt)len;
  do {
    if (!*open) next_member(z, open);
    if (!*open) return BLT_OK;
    z->next_out = (Bytef *)u->out;
    z->avail_out = (uInt)OUT_BYTES;
    int code = inflate(z, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return inflate_failed(u, z, code, err);
    size_t n = OUT_BYTES - z->avail_out;
    blt_status status = n ? u->take(u->take_arg, u->out, n, err) : BLT_OK;
    if (status != BLT_OK) return status;
    if (code == Z_STREAM_END) {
      *open = false;
      u->members++;
    }
  } while (z->avail_in || (*open && z->avail_out == 0));
  return BLT_OK;
}

/* zlib counts what it is given in 32 bits. */
static blt_status feed_gzip(unpack *u, void *z, const char *data, size_t len, bool *open, blt_error *err) {
  const size_t most = UINT32_MAX / 2;
  for (size_t at = 0; at < len; at += most) {
    blt_status status = inflate_some(u, z, data + at, len - at < most ? len - at : most, open, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

static blt_status decode_gzip(unpack *u, blt_error *err) {
  z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = u->ctx};
  if (inflateInit2(&z, 15 + 16) != Z_OK) return blt_fail_memory(err, 64 << 10);
  bool open = true;
  blt_status status = feed_all(u, feed_gzip, &z, &open, err);
  bool began = z.total_in > 1; /* one byte says nothing */
  inflateEnd(&z);
  if (status != BLT_OK || !open) return status;
  if (u->members && !began) return foreign_bytes(u, err);
  return blt_fail(err, BLT_EFORMAT, "%s: the gzip data are cut off", u->name);
}

/* ---- zstd ---- */

static void *zstd_alloc(void *ctx, size_t size) {
  size_t *p = blt_alloc(ctx, size + 64);
  if (!p) return NULL;
  *p = size + 64;
  return (char *)p + 64;
}

static blt_status unzstd_failed(const unpack *u, size_t code, blt_error *err) {
  if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation) return blt_fail_memory(err, OUT_BYTES);
  return blt_fail(err, BLT_EFORMAT, "%s: damaged zstd data: %s", u->name, ZSTD_getErrorName(code));
}

static blt_status feed_zstd(unpack *u, void *z, const char *data, size_t len, bool *open, blt_error *err) {
  ZSTD_inBuffer in = {data, len, 0};
  for (;;) {
    ZSTD_outBuffer out = {u->out, OUT_BYTES, 0};
    size_t code = ZSTD_decompressStream(z, &out, &in);
    if (ZSTD_isError(code)) return unzstd_failed(u, code, err);
    blt_status status = out.pos ? u->take(u->take_arg, u->out, out.pos, err) : BLT_OK;
    if (status != BLT_OK) return status;
    *open = code != 0; /* a frame that has ended is flushed: asking on would begin the next one */
    if (in.pos == in.size && (!*open || out.pos < OUT_BYTES)) return BLT_OK;
  }
}

static blt_status decode_zstd(unpack *u, blt_error *err) {
  ZSTD_customMem mem = {zstd_alloc, zlib_free, u->ctx};
  ZSTD_DStream *z = ZSTD_createDStream_advanced(mem);
  if (!z) return blt_fail_memory(err, 128 << 10);
  ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, ZSTD_WINDOWLOG_MAX); /* the memory limit is ours */
  bool open = true;
  blt_status status = feed_all(u, feed_zstd, z, &open, err);
  ZSTD_freeDStream(z);
  if (status == BLT_OK && open) return blt_fail(err, BLT_EFORMAT, "%s: the zstd data are cut off", u->name);
  return status;
}

static blt_status copy_through(unpack *u, blt_error *err) {
  for (;;) {
    const char *data = NULL;
    size_t len = 0;
    blt_status status = next_piece(u->in, &data, &len, err);
    if (status != BLT_OK || len == 0) return status;
    status = u->take(u->take_arg, data, len, err);
    if (status != BLT_OK) return status;
  }
}

blt_status blt_decode(blt_ctx *ctx, const char *name, blt_pull_fn pull, void *pull_arg, blt_take_fn take,
                      void *take_arg, blt_error *err) {
  head_stream in = {.pull = pull, .arg = pull_arg};
  blt_status status = read_head(&in, err);
  if (status != BLT_OK) return status;
  unpack u = {.ctx = ctx, .name = name, .in = &in, .take = take, .take_arg = take_arg};
  bool gzip = is_gzip(in.head, in.head_len), zstd = is_zstd(in.head, in.head_len);
  if (!gzip && !zstd) return copy_through(&u, err);
  u.out = blt_alloc(ctx, OUT_BYTES);
  if (!u.out) return blt_fail_memory(err, OUT_BYTES);
  status = gzip ? decode_gzip(&u, err) : decode_zstd(&u, err);
  blt_free(ctx, u.out, OUT_BYTES);
  return status;
}
