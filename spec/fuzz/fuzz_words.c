/* Texts as places in a list of their words. An even first byte: the input is what a file has of a text of so
 * many bytes as the next two say. An odd one: it is a text, repeated to that length behind the least that is
 * packed, which has to come back. */
#include "store/column/packed_words.h"
#include "store/column/word_bounds.h"

#include <stdlib.h>
#include <string.h>

enum { LEAST = 4096 };

static blt_error err;

static void read_packed(blt_ctx *ctx, const uint8_t *in, size_t n, size_t whole) {
  char *out = malloc(whole + 1), *copy = malloc(n + 1);
  bool ok;
  memcpy(copy, in, n);
  blt_words_unpack(ctx, copy, n, out, whole, &ok, &err);
  free(copy);
  free(out);
}

static void pack_and_read(blt_ctx *ctx, const uint8_t *in, size_t n, size_t whole) {
  uint32_t step = in[0] % 60 + 1, rows = 0, *starts = malloc((whole / step + 1) * sizeof *starts);
  char *text = malloc(whole), *packed = malloc(2 * whole), *back = malloc(whole);
  bool ok = false;
  for (size_t i = 0; i < whole; i++) text[i] = (char)in[i % n];
  for (size_t at = 0; at < whole; at += step) starts[rows++] = (uint32_t)at;
  size_t bytes = blt_words_pack(ctx, text, whole, (blt_word_starts){starts, rows, 4}, packed, 2 * whole);
  if (bytes && (blt_words_unpack(ctx, packed, bytes, back, whole, &ok, &err) != BLT_OK || !ok)) abort();
  if (bytes && memcmp(back, text, whole)) abort();
  free(back);
  free(packed);
  free(text);
  free(starts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
  if (n < 4) return 0;
  blt_ctx *ctx = blt_ctx_new();
  size_t size = data[1] | (size_t)data[2] << 8;
  if (data[0] % 2)
    pack_and_read(ctx, data + 3, n - 3, LEAST + size);
  else
    read_packed(ctx, data + 3, n - 3, size);
  if (blt_ctx_memory_used(ctx)) abort();
  blt_ctx_release(ctx);
  return 0;
}
