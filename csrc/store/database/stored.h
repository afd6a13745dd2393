/* stored.h: what a file has of a table, so that a commit writes only what is new.
 *
 * A chunk remembers the very blocks that it was written from: a group whose blocks are still the same ones
 * needs no writing. A commit makes a new blt_stored beside the old one, sharing the chunks that did not
 * change, and takes it over when the commit succeeded. For store/ only.
 */
#ifndef BLT_STORE_STORED_H
#define BLT_STORE_STORED_H

#include "store/file/file.h"
#include "store/table/table_inside.h"

typedef struct blt_stored_chunk {
  uint32_t refs, ngroups, ncols;
  blt_ref where;
  blt_unread *blocks;    /* [group * ncols + col], one reference each: as written */
  blt_unread *saved;     /* the same with the patches of the last commit applied */
  uint32_t *saved_dead;  /* of each group: deleted rows as of the last commit */
  blt_disk_block *forms; /* the same */
  blt_disk_group *groups;
} blt_stored_chunk;

typedef struct blt_pieces {
  blt_disk_piece *v;
  size_t n, cap;
} blt_pieces;

/* A patch (patch.h), shared by what the file has before and after a commit. */
typedef struct blt_patch {
  uint32_t refs, ncols;
  blt_disk_piece piece;
  uint64_t *rows; /* piece.count entries: number * 2 + deleted, in order */
  uint64_t *cols; /* bit c: it has values of column c */
} blt_patch;

typedef struct blt_stored {
  blt_ctx *ctx;
  uint32_t ncols, nchunks, chunk_groups;
  uint64_t version; /* the table's, when it was written */
  blt_ref record, schema;
  blt_stored_chunk **chunks;
  size_t chunks_cap;
  blt_pieces tail;
  blt_pieces *dicts; /* of each column */
  blt_patch **patches;
  size_t npatches, patches_cap;
  blt_disk_group tail_live; /* the bitmap of the tail's living rows, and the rows that it is of */
  uint64_t tail_at;         /* number of the first of them */
} blt_stored;

/* An empty one. */
blt_status blt_stored_new(blt_ctx *ctx, uint32_t ncols, blt_stored **out, blt_error *err);
void blt_stored_free(blt_stored *s); /* NULL is allowed */
blt_status blt_stored_chunk_new(blt_ctx *ctx, uint32_t ngroups, uint32_t ncols, blt_stored_chunk **out,
                                blt_error *err);
void blt_stored_chunk_release(blt_ctx *ctx, blt_stored_chunk *c);
blt_status blt_stored_add_chunk(blt_stored *s, blt_stored_chunk *c, blt_error *err); /* takes the reference,
                                                                                        also on failure */
blt_status blt_pieces_add(blt_ctx *ctx, blt_pieces *p, const blt_disk_piece *piece, blt_error *err);

/* Adds to the file what it does not have of the table. `old` is what it has (NULL: nothing), `*out` what it
 * then will have. Neither table nor `old` change. */
blt_status blt_save_table(blt_file *f, blt_table *t, const blt_stored *old, blt_stored **out, blt_error *err);
/* After the commit succeeded: the table and `s`, which is what the file then has of it, remember that they
 * are the same. */
void blt_save_done(blt_table *t, blt_stored *s);
/* Deleted rows of a sealed group. */
uint32_t blt_stored_dead(const blt_table *t, uint32_t group);
void blt_patch_release(blt_ctx *ctx, blt_patch *p);
/* Adds a block to the file, or finds it there. */
blt_status blt_save_block(blt_file *f, blt_unread s, const blt_column *c, blt_disk_block *form,
                          blt_error *err);
/* Adds sealed groups that neither the file nor `old` has, and uses them from the file from then on. */
blt_status blt_save_early(blt_file *f, blt_table *t, const blt_stored *old, blt_error *err);
/* Bytes of sealed blocks that lie in memory only. */
uint64_t blt_save_waiting(const blt_file *f, const blt_table *t);

blt_status blt_load_table(blt_file *f, const blt_ref *record, blt_table **out, blt_stored **stored,
                          blt_error *err);
/* A block used in place at `form`. `base` is the memory of the file's offset 0 of `map`. */
blt_status blt_load_block(blt_file *f, const blt_disk_block *form, blt_buffer *map, uint64_t map_base,
                          blt_type type, uint32_t ncodes, blt_unread *out, blt_error *err);

/* The same of the mapping that the file was opened with. */
blt_status blt_load_mapped(blt_file *f, const blt_disk_block *form, const blt_column *c, blt_unread *out,
                           blt_error *err);

#endif
