/* packed_words.h: texts that are made of words that repeat, as a list of the words and the place of each.
 *
 *   head   lengths of the words, bytes of the words   places
 *
 * A word is letters, or bytes of other alphabets, with what stands between it and the next one, up to 16
 * bytes; four digits and more are a number. Words that come often take one byte, others two, numbers one byte
 * and as few as hold them. What has too many different words, or is as short after zstd, is not for this.
 */
#ifndef BLT_STORE_PACKED_WORDS_H
#define BLT_STORE_PACKED_WORDS_H

#include "blt.h"

/* Where texts start, in words of 4 or 8 bytes: no word reaches over such a place. */
typedef struct blt_word_starts {
  const void *at;
  uint32_t n;
  uint8_t width;
} blt_word_starts;

/* Writes at most `room` bytes to `out` and says how many; 0: it is no text for this, or memory was refused.
 */
size_t blt_words_pack(blt_ctx *ctx, const char *text, size_t bytes, blt_word_starts starts, void *out,
                      size_t room);
/* Fills `whole` bytes; *ok is false when `in` does not say so many. BLT_ENOMEM. */
blt_status blt_words_unpack(blt_ctx *ctx, const void *in, size_t bytes, char *out, size_t whole, bool *ok,
                            blt_error *err);

#endif
