/* stored.h: what a file has of a table, so that a commit writes only what is new.
 *
 * A chunk remembers the very blocks that it was written from: a group whose blocks are still the same ones
 * needs no writing. A commit makes a new blt_stored beside the old one, sharing the chunks that did not
 * change, and takes it over when the commit succeeded. For store/ only.
 */
#ifndef BLT_STORE_STORED_H
#define BLT_STORE_STORED_H

#include "file.h"
#include "store/table/table_inside.h"

typedef struct blt_stored_chunk {
  uint32_t refs, ngroups, ncols;
  blt_ref where;
  blt_unread *blocks;    /* [group * ncols + col], one reference each */
  blt_disk_block *forms; /* the same */
  blt_disk_group *groups;
} blt_stored_chunk;

typedef struct blt_pieces {
  blt_disk_piece *v;
  size_t n, cap;
} blt_pieces;

typedef struct blt_stored {
  blt_ctx *ctx;
  uint32_t ncols, nchunks, chunk_groups;
  uint64_t version; /* the table's, when it was written */
  blt_ref record, schema;
  blt_stored_chunk **chunks;
  size_t chunks_cap;
  blt_pieces tail;
  blt_pieces *dicts; /* of each column */
} blt_stored;

/* An empty one. */
blt_status blt_stored_new(blt_ctx *ctx, uint32_t ncols, blt_stored **out, blt_error *err);
void blt_stored_free(blt_stored *s); /* NULL is allowed */
blt_status blt_stored_chunk_new(blt_ctx *ctx, uint32_t ngroups, uint32_t ncols, blt_stored_chunk **out,
                                blt_error *err);
void blt_stored_chunk_release(blt_ctx *ctx, blt_stored_chunk *c);
blt_status blt_stored_add_chunk(blt_stored *s, blt_stored_chunk *c, blt_error *err); /* takes the reference,
                                                                                        also on failure */
blt_status blt_pieces_add(blt_ctx *ctx, blt_pieces *p, const blt_ref *where, uint32_t count, blt_error *err);

/* Adds to the file what it does not have of the table. `old` is what it has (NULL: nothing), `*out` what it
 * then will have. Neither table nor `old` change. */
blt_status blt_save_table(blt_file *f, blt_table *t, const blt_stored *old, blt_stored **out, blt_error *err);
/* After the commit succeeded: the table remembers that the file has its tail and dictionaries. */
void blt_save_done(blt_table *t);
/* Adds sealed groups that neither the file nor `old` has, and uses them from the file from then on. */
blt_status blt_save_early(blt_file *f, blt_table *t, const blt_stored *old, blt_error *err);
/* Bytes of sealed blocks that lie in memory only. */
uint64_t blt_save_waiting(const blt_file *f, const blt_table *t);

blt_status blt_load_table(blt_file *f, const blt_ref *record, blt_table **out, blt_stored **stored,
                          blt_error *err);
/* A block used in place at `form`. `base` is the memory of the file's offset 0 of `map`. */
blt_status blt_load_block(blt_file *f, const blt_disk_block *form, blt_buffer *map, uint64_t map_base,
                          blt_type type, uint32_t ncodes, blt_unread *out, blt_error *err);

#endif
