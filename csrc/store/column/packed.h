/* packed.h: the contents of a block, or of a piece of a dictionary, as a file keeps them where that is much
 * smaller than the form in memory.
 *
 *   head   numbers   validity   text          each part padded to 8 bytes, and packed in its own way
 *
 * Numbers are what `data` of a block holds: offsets, codes, values or bounds of text (packed_ints.h). Nothing
 * of what is read is trusted: whoever unpacks knows how much memory it takes before the first byte is looked
 * at.
 */
#ifndef BLT_STORE_PACKED_H
#define BLT_STORE_PACKED_H

#include "packed_ints.h"

/* The parts as they are in memory. Written only by who unpacks. */
typedef struct blt_whole {
  void *numbers;
  uint32_t n;
  uint8_t width; /* 0: there are none */
  bool doubles;  /* they are bits of doubles, of 8 bytes */
  void *valid;
  size_t valid_bytes;
  void *text;
  size_t text_bytes;
  bool words; /* the text may be kept as words: not so in files of older formats */
} blt_whole;

typedef struct blt_packed {
  void *data; /* NULL: it would hardly be smaller */
  size_t bytes, room;
} blt_packed;

/* Packs contents that take `bytes` as they are. Fails only with BLT_ENOMEM. */
blt_status blt_pack(blt_ctx *ctx, const blt_whole *w, size_t bytes, blt_packed *out, blt_error *err);
void blt_packed_free(blt_ctx *ctx, blt_packed *p);
/* Whether packed contents have their text as words. */
bool blt_packed_has_words(const void *in, size_t bytes);

/* Fills the parts. `in` is aligned to 8 bytes. BLT_EFORMAT when it is not what the parts take, BLT_ENOMEM. */
blt_status blt_unpack(blt_ctx *ctx, const void *in, size_t bytes, const blt_whole *w, blt_error *err);

#endif
