/* kind.h: what a column of a Parquet file becomes here, and how. */
#ifndef BLT_PARQUET_KIND_H
#define BLT_PARQUET_KIND_H

#include "io/parquet/meta/footer.h"
#include "io/columnar/meaning.h"

typedef struct blt_pq_kind {
  blt_meaning means;
  int32_t physical, length;
} blt_pq_kind;

typedef struct blt_pq_wishes {
  bool binary; /* bytes that are not said to be text are strings */
  bool cut;    /* parts of a microsecond are cut off */
} blt_pq_wishes;

/* What an element without children becomes; NULL, or why it cannot be read, with what to do. `note` gets what
 * a reader should know although nothing is lost, or stays as it is. */
const char *blt_pq_kind_of(const blt_pq_element *e, blt_pq_wishes wishes, blt_pq_kind *out,
                           const char **note);

#endif
