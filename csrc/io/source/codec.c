#include "codec.h"
#include "snappy.h"

#include "base/library.h"
#include <limits.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static const char *const names[BLT_CODECS] = {"none", "snappy",  "gzip",      "brotli",
                                              "zstd", "lz4_raw", "lz4_frame", "lz4"};

const char *blt_codec_name(blt_codec codec) {
  return names[codec];
}

blt_codec blt_codec_named(const char *name) {
  for (int i = 0; i < BLT_CODECS; i++)
    if (strcmp(names[i], name) == 0) return (blt_codec)i;
  return BLT_CODECS;
}

/* ---- libraries that are found at run time ---- */

static struct {
  int (*compress)(const char *in, size_t len, char *out, size_t *out_len);
  size_t (*max_compressed_length)(size_t len);
} snappy;

static struct {
  int (*decompress)(const char *in, char *out, int len, int out_len);
  int (*compress)(const char *in, char *out, int len, int cap);
  size_t (*frame_new)(void **ctx, unsigned version);
  size_t (*frame_free)(void *ctx);
  size_t (*frame_decompress)(void *ctx, void *out, size_t *out_len, const void *in, size_t *len,
                             const void *options);
  unsigned (*frame_is_error)(size_t code);
  size_t (*frame_bound)(size_t len, const void *preferences);
  size_t (*frame_compress)(void *out, size_t cap, const void *in, size_t len, const void *preferences);
} lz4;

static struct {
  int (*decompress)(size_t len, const uint8_t *in, size_t *out_len, uint8_t *out);
} brotli_read;

static struct {
  int (*compress)(int quality, int window, int mode, size_t len, const uint8_t *in, size_t *out_len,
                  uint8_t *out);
} brotli_write;

static const blt_library_symbol snappy_symbols[] = {
    {"snappy_compress", &snappy.compress},
    {"snappy_max_compressed_length", &snappy.max_compressed_length},
    {NULL, NULL}};
static const blt_library_symbol lz4_symbols[] = {{"LZ4_decompress_safe", &lz4.decompress},
                                                 {"LZ4_compress_default", &lz4.compress},
                                                 {"LZ4F_createDecompressionContext", &lz4.frame_new},
                                                 {"LZ4F_freeDecompressionContext", &lz4.frame_free},
                                                 {"LZ4F_decompress", &lz4.frame_decompress},
                                                 {"LZ4F_isError", &lz4.frame_is_error},
                                                 {"LZ4F_compressFrameBound", &lz4.frame_bound},
                                                 {"LZ4F_compressFrame", &lz4.frame_compress},
                                                 {NULL, NULL}};
static const blt_library_symbol brotli_read_symbols[] = {{"BrotliDecoderDecompress", &brotli_read.decompress},
                                                         {NULL, NULL}};
static const blt_library_symbol brotli_write_symbols[] = {{"BrotliEncoderCompress", &brotli_write.compress},
                                                          {NULL, NULL}};

enum { SNAPPY, LZ4, BROTLI_READ, BROTLI_WRITE, LIBRARIES };

static blt_status need(int which, const char *what, blt_error *err) {
  static const char *const packages[LIBRARIES] = {"libsnappy1v5", "liblz4-1", "libbrotli1", "libbrotli1"};
  static blt_library libraries[LIBRARIES] = {
      {.files = {"libsnappy.so.1"}, .symbols = snappy_symbols},
      {.files = {"liblz4.so.1"}, .symbols = lz4_symbols},
      {.files = {"libbrotlidec.so.1"}, .symbols = brotli_read_symbols},
      {.files = {"libbrotlienc.so.1"}, .symbols = brotli_write_symbols},
  };
  const char *lacks;
  if (blt_library_load(&libraries[which], &lacks)) return BLT_OK;
  return blt_fail(
      err, BLT_EINVAL,
      "compressed by %s, whose library %s is not here: install it (on Debian: apt-get install %s)", what,
      libraries[which].files[0], packages[which]);
}

blt_status blt_codec_ready(blt_codec codec, bool writes, blt_error *err) {
  switch (codec) {
  case BLT_CODEC_SNAPPY:
    return writes ? need(SNAPPY, "Snappy", err) : BLT_OK;
  case BLT_CODEC_BROTLI:
    return need(writes ? BROTLI_WRITE : BROTLI_READ, "Brotli", err);
  case BLT_CODEC_LZ4_RAW:
  case BLT_CODEC_LZ4_FRAME:
  case BLT_CODEC_LZ4_FRAMED:
    return need(LZ4, "LZ4", err);
  default:
    return BLT_OK;
  }
}

/* ---- decompressing ---- */

/* Member after member, until the room is full and the input is used up. */
static bool decode_gzip(const void *in, size_t len, void *out, size_t out_len) {
  z_stream z = {0};
  if (len > UINT_MAX || out_len > UINT_MAX || inflateInit2(&z, 15 + 32) != Z_OK) return false;
  z.next_in = (Bytef *)(uintptr_t)in;
  z.avail_in = (uInt)len;
  z.next_out = out;
  z.avail_out = (uInt)out_len;
  int got;
  do {
    got = inflate(&z, Z_NO_FLUSH);
    if (got == Z_STREAM_END && z.avail_in && inflateReset(&z) != Z_OK) got = Z_DATA_ERROR;
  } while (z.avail_in && (got == Z_OK || got == Z_STREAM_END));
  bool whole = got == Z_STREAM_END && z.avail_out == 0;
  inflateEnd(&z);
  return whole;
}

static bool decode_block(const void *in, size_t len, void *out, size_t out_len) {
  if (len > INT_MAX || out_len > INT_MAX) return false;
  return lz4.decompress(in, out, (int)len, (int)out_len) == (int)out_len;
}

static bool decode_frame(const void *in, size_t len, void *out, size_t out_len) {
  void *ctx = NULL;
  if (lz4.frame_is_error(lz4.frame_new(&ctx, 100))) return false;
  size_t read = 0, written = 0, left = 1;
  while (left && read < len) {
    size_t n = len - read, room = out_len - written;
    left = lz4.frame_decompress(ctx, (char *)out + written, &room, (const char *)in + read, &n, NULL);
    if (lz4.frame_is_error(left) || (n == 0 && room == 0)) break;
    read += n;
    written += room;
  }
  lz4.frame_free(ctx);
  return left == 0 && written == out_len;
}

static uint32_t big_endian(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool decode_framed(const uint8_t *in, size_t len, char *out, size_t out_len) {
  while (len >= 8) {
    uint32_t whole = big_endian(in), packed = big_endian(in + 4);
    if (packed > len - 8 || whole > out_len || !decode_block(in + 8, packed, out, whole)) return false;
    in += 8 + packed;
    len -= 8 + packed;
    out += whole;
    out_len -= whole;
  }
  return len == 0 && out_len == 0;
}

static bool decode(blt_codec codec, const void *in, size_t len, void *out, size_t out_len) {
  switch (codec) {
  case BLT_CODEC_SNAPPY:
    return blt_snappy_decode(in, len, out, out_len);
  case BLT_CODEC_GZIP:
    return decode_gzip(in, len, out, out_len);
  case BLT_CODEC_BROTLI: {
    size_t n = out_len;
    return brotli_read.decompress(len, in, &n, out) == 1 && n == out_len;
  }
  case BLT_CODEC_ZSTD:
    return ZSTD_decompress(out, out_len, in, len) == out_len;
  case BLT_CODEC_LZ4_RAW:
    return decode_block(in, len, out, out_len);
  case BLT_CODEC_LZ4_FRAME:
    return decode_frame(in, len, out, out_len);
  case BLT_CODEC_LZ4_FRAMED:
    return decode_framed(in, len, out, out_len) || decode_block(in, len, out, out_len) ||
           decode_frame(in, len, out, out_len);
  default:
    if (len == out_len && len) memcpy(out, in, len);
    return len == out_len;
  }
}

blt_status blt_codec_decode(blt_codec codec, const void *in, size_t len, void *out, size_t out_len,
                            blt_error *err) {
  blt_status status = blt_codec_ready(codec, false, err);
  if (status != BLT_OK) return status;
  if (decode(codec, in, len, out, out_len)) return BLT_OK;
  return blt_fail(err, BLT_EFORMAT, "damaged: %zu bytes of %s are not the %zu bytes that they should be", len,
                  names[codec], out_len);
}

/* ---- compressing ---- */

size_t blt_codec_bound(blt_codec codec, size_t len) {
  switch (codec) {
  case BLT_CODEC_SNAPPY:
    return 32 + len + len / 6;
  case BLT_CODEC_ZSTD:
    return ZSTD_compressBound(len);
  default:
    return len + len / 128 + (64 << 10); /* gzip, LZ4 and Brotli need less */
  }
}

static bool encode_gzip(const void *in, size_t len, void *out, size_t *out_len) {
  z_stream z = {0};
  if (len > UINT_MAX || *out_len > UINT_MAX) return false;
  if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
  z.next_in = (Bytef *)(uintptr_t)in;
  z.avail_in = (uInt)len;
  z.next_out = out;
  z.avail_out = (uInt)*out_len;
  bool whole = deflate(&z, Z_FINISH) == Z_STREAM_END;
  *out_len -= z.avail_out;
  deflateEnd(&z);
  return whole;
}

static bool encode_lz4(blt_codec codec, const void *in, size_t len, void *out, size_t *out_len) {
  if (codec == BLT_CODEC_LZ4_FRAME) {
    size_t n = lz4.frame_compress(out, *out_len, in, len, NULL);
    *out_len = n;
    return !lz4.frame_is_error(n);
  }
  int n = len > INT_MAX || *out_len > INT_MAX ? 0 : lz4.compress(in, out, (int)len, (int)*out_len);
  *out_len = (size_t)n;
  return n > 0;
}

static bool encode(blt_codec codec, const void *in, size_t len, void *out, size_t *out_len) {
  size_t n;
  switch (codec) {
  case BLT_CODEC_SNAPPY:
    return snappy.compress(in, len, out, out_len) == 0;
  case BLT_CODEC_GZIP:
    return encode_gzip(in, len, out, out_len);
  case BLT_CODEC_BROTLI:
    return brotli_write.compress(5, 22, 0, len, in, out_len, out) == 1;
  case BLT_CODEC_ZSTD:
    n = ZSTD_compress(out, *out_len, in, len, 3);
    *out_len = n;
    return !ZSTD_isError(n);
  case BLT_CODEC_LZ4_RAW:
  case BLT_CODEC_LZ4_FRAME:
    return encode_lz4(codec, in, len, out, out_len);
  default:
    if (len) memcpy(out, in, len);
    *out_len = len;
    return codec == BLT_CODEC_NONE;
  }
}

blt_status blt_codec_encode(blt_codec codec, const void *in, size_t len, void *out, size_t *out_len,
                            blt_error *err) {
  blt_status status = blt_codec_ready(codec, true, err);
  if (status != BLT_OK) return status;
  *out_len = blt_codec_bound(codec, len);
  if (encode(codec, in, len, out, out_len)) return BLT_OK;
  return blt_fail(err, BLT_EINVAL, "%zu bytes cannot be compressed by %s", len, names[codec]);
}
