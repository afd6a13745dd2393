/* arrow_lay.h: columns of a relation as Arrow's buffers. Where the engine's own form is Arrow's too (plain
 * numbers, texts, codes, validity) the buffers are the block's and nothing is copied.
 */
#ifndef BLT_ARROW_LAY_H
#define BLT_ARROW_LAY_H

#include "arrow_kind.h"
#include "store/relation.h"

/* What a column is in all of its batches. Strings that repeat are numbers of the entries of a dictionary,
 * which has those that rows of this relation use. */
typedef struct blt_arrow_form {
  blt_ctx *ctx;
  const blt_view *view;
  uint32_t col;
  blt_type type;
  bool coded;
  uint32_t index_width; /* 1, 2 or 4 bytes, with a sign */
  uint32_t entries;
  uint32_t *map;  /* codes of the column's dictionary to numbers of entries; NULL: they are the same */
  uint32_t *list; /* and back */
  size_t ncodes;  /* of the column's dictionary */
} blt_arrow_form;

/* A column of a group, or the entries of a dictionary: validity (NULL: no nulls), values or offsets, texts.
 */
typedef struct blt_arrow_lot {
  uint32_t rows, nulls, nbuffers;
  const void *buffers[3];
  size_t bytes[3];
  blt_room rooms[3], wide; /* of buffers that were made, and what they were made from */
  blt_block *block;        /* that buffers may be of: a reference */
} blt_arrow_lot;

/* `plain`: no dictionaries. Looks at all codes of a column with a large dictionary. */
blt_status blt_arrow_form_of(const blt_view *view, uint32_t col, bool plain, blt_arrow_form *out,
                             blt_error *err);
void blt_arrow_form_free(blt_arrow_form *f);

/* Rows of a group that live; a lot's memory is used again. From any thread, each with a lot of its own. */
blt_status blt_arrow_lay(const blt_arrow_form *f, uint32_t group, blt_arrow_lot *lot, blt_error *err);
blt_status blt_arrow_lay_entries(const blt_arrow_form *f, blt_arrow_lot *lot, blt_error *err);
void blt_arrow_lot_free(blt_ctx *ctx, blt_arrow_lot *lot);

#endif
