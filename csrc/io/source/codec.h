/* codec.h: pieces of bytes compressed and decompressed whole, as columnar formats keep them.
 *
 * gzip and zstd are linked. LZ4, Brotli and, for writing, Snappy are looked for when a file first asks for
 * them, so that nobody needs them who has no such file; when one is missing, the message names its package.
 */
#ifndef BLT_IO_CODEC_H
#define BLT_IO_CODEC_H

#include "blt.h"

typedef enum blt_codec {
  BLT_CODEC_NONE = 0,
  BLT_CODEC_SNAPPY,
  BLT_CODEC_GZIP, /* several members too; zlib's form is read as well */
  BLT_CODEC_BROTLI,
  BLT_CODEC_ZSTD,
  BLT_CODEC_LZ4_RAW,    /* one block */
  BLT_CODEC_LZ4_FRAME,  /* the form of the lz4 program */
  BLT_CODEC_LZ4_FRAMED, /* read only: blocks after big-endian lengths, as Hadoop wrote them, or one block */
  BLT_CODECS
} blt_codec;

const char *blt_codec_name(blt_codec codec);
/* The codec of a name such as "zstd"; BLT_CODECS when there is none. */
blt_codec blt_codec_named(const char *name);

/* Whether the library is there to read, or to write: BLT_EINVAL with the name of its package when it is not.
 */
blt_status blt_codec_ready(blt_codec codec, bool writes, blt_error *err);
/* Decompresses to exactly `out_len` bytes; anything else is BLT_EFORMAT. */
blt_status blt_codec_decode(blt_codec codec, const void *in, size_t len, void *out, size_t out_len,
                            blt_error *err);
/* The most that `len` bytes become. */
size_t blt_codec_bound(blt_codec codec, size_t len);
/* Compresses into room for blt_codec_bound(codec, len) bytes. */
blt_status blt_codec_encode(blt_codec codec, const void *in, size_t len, void *out, size_t *out_len,
                            blt_error *err);

#endif
