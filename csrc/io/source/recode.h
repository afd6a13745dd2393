/* recode.h: text in another encoding to UTF-8. */
#ifndef BLT_IO_RECODE_H
#define BLT_IO_RECODE_H

#include "source.h"

typedef struct blt_recoding {
  const char *encoding; /* as iconv calls it, in any case; NULL: UTF-16 and UTF-32 by their byte-order mark */
  bool replace;         /* bytes that are no character become U+FFFD; otherwise they are an error */
  blt_progress_fn progress;
  void *progress_arg;
} blt_recoding;

/* A source with the same text in UTF-8; NULL when it is that already. BLT_EINVAL for an encoding that nobody
 * knows, BLT_EFORMAT for bytes that it does not have. */
blt_status blt_recode(blt_ctx *ctx, const blt_source *source, blt_recoding how, blt_source **out,
                      blt_error *err);

#endif
