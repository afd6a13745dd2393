/* patch.h: rows that were given anew since their blocks were written, so that a small change is a small
 * write.
 *
 *   chunks and tail as written  +  patch 0  +  patch 1  + …   =   the table
 *   (blt_stored_chunk.blocks)      the later ones win             (blt_stored_chunk.saved)
 *
 * A patch has the numbers of some rows, whether each was deleted, and their values in those columns of which
 * any changed. A new patch swallows those that are not larger, like digits of a binary counter. When all have
 * more than BLT_PATCH_ROWS rows (in small tables fewer), or a group has too many changes, the blocks are
 * written whole, and what the patches said of them is dropped. Deleted rows of the tail are not in patches:
 * the tail has a bitmap. For store/ only.
 */
#ifndef BLT_STORE_PATCH_H
#define BLT_STORE_PATCH_H

#include "stored.h"

#define BLT_PATCH_ROWS 1024u
#define BLT_PATCH_LEAST 64u

/* What a save has to do about rows that the file has in another form. */
typedef struct blt_changes {
  blt_ctx *ctx;
  uint64_t *rows; /* entries: number * 2 + deleted; in order, each row once */
  size_t n, cap;
  uint64_t *cols;   /* bit c: some of them changed in column c */
  uint8_t *rewrite; /* of each group: its blocks have to be written whole */
  uint32_t kept;    /* rows of the tail that stay as they are written, but for patches */
  bool fold;        /* no patch stays */
} blt_changes;

/* `old` is what the file has of the table; NULL: nothing. */
blt_status blt_changes_find(const blt_file *f, blt_table *t, const blt_stored *old, blt_changes *out,
                            blt_error *err);
void blt_changes_free(blt_changes *c, const blt_table *t);

/* Keeps the patches of `old` that still hold and adds one with the changes. Of the tail `first` rows are not
 * written anew. */
blt_status blt_patches_save(blt_file *f, blt_table *t, const blt_stored *old, blt_changes *c, uint32_t first,
                            blt_stored *out, blt_error *err);
/* Applies the patch that lies at `piece` and adds it to `s`. */
blt_status blt_patch_load(blt_file *f, blt_table *t, const blt_disk_piece *piece, blt_stored *s,
                          blt_error *err);

#endif
