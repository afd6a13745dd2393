#include "notes.h"
#include "base/mem.h"
#include "base/par.h"

#include <string.h>

#define BLOCK ((size_t)64 << 10)

/* The source from its end to its beginning. */
typedef struct backwards {
  const blt_source *source;
  char *block;       /* BLOCK bytes, those of the source from `from` on */
  uint64_t from, at; /* the next byte is the one before `at` */
} backwards;

static blt_status byte_before(backwards *b, char *out, blt_error *err) {
  if (b->at == b->from) {
    size_t n = b->at < BLOCK ? (size_t)b->at : BLOCK;
    b->from = b->at - n;
    blt_status status = blt_source_read(b->source, b->from, b->block, n, err);
    if (status != BLT_OK) return status;
  }
  *out = b->block[--b->at - b->from];
  return BLT_OK;
}

/* Passes over the return of a line end of two bytes, whose feed has been passed over. */
static blt_status pass_return(backwards *b, blt_error *err) {
  char c;
  uint64_t here = b->at;
  blt_status status = byte_before(b, &c, err);
  if (status == BLT_OK && c != '\r') b->at = here;
  return status;
}

/* Goes to the beginning of the line that ends before `at`. */
static blt_status line_before(backwards *b, blt_error *err) {
  char c;
  blt_status status = byte_before(b, &c, err); /* of its own end, or of its text when there is no end */
  if (status == BLT_OK && c == '\n' && b->at > 0) status = pass_return(b, err);
  while (status == BLT_OK && b->at > 0) {
    uint64_t here = b->at;
    status = byte_before(b, &c, err);
    if (status == BLT_OK && (c == '\n' || c == '\r')) {
      b->at = here;
      return BLT_OK;
    }
  }
  return status;
}

static blt_status pass_lines(blt_ctx *ctx, backwards *b, uint64_t lines, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint64_t passed = 0; status == BLT_OK && passed < lines && b->at > 0; passed++) {
    status = line_before(b, err);
    if (status == BLT_OK) status = blt_poll(ctx, passed, lines, err);
  }
  return status;
}

blt_status blt_notes_start(blt_ctx *ctx, const blt_source *source, uint64_t lines, uint64_t *start,
                           blt_error *err) {
  uint64_t size = blt_source_size(source);
  backwards b = {source, blt_alloc(ctx, BLOCK), size, size};
  if (!b.block) return blt_fail_memory(err, BLOCK);
  blt_status status = pass_lines(ctx, &b, lines, err);
  *start = b.at;
  blt_free(ctx, b.block, BLOCK);
  return status;
}
