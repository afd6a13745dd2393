/* catalogue.h: the list of named tables of a database, and its way to a file and back. For store/ only. */
#ifndef BLT_STORE_CATALOGUE_H
#define BLT_STORE_CATALOGUE_H

#include "stored.h"

/* Shared by the list and by a transaction's copy of it. */
typedef struct blt_entry {
  uint32_t refs;
  char *name;
  blt_table *table;
  blt_stored *stored; /* what the file has of it; NULL: nothing, or no file */
} blt_entry;

typedef struct blt_catalogue {
  blt_ctx *ctx;
  blt_entry **v; /* in order of creation */
  size_t n, cap;
} blt_catalogue;

/* Adds a table under a name that was checked; takes one reference of the table when it succeeds. */
blt_status blt_catalogue_add(blt_catalogue *c, const char *name, blt_table *t, blt_stored *stored,
                             blt_error *err);
blt_entry *blt_catalogue_find(const blt_catalogue *c, const char *name, size_t len, size_t *at);
void blt_catalogue_remove(blt_catalogue *c, size_t at);
/* Makes an empty list the copy of another. */
blt_status blt_catalogue_copy(blt_catalogue *to, const blt_catalogue *from, blt_error *err);
void blt_catalogue_free(blt_catalogue *c); /* empties it */

/* Loads what the file's last commit names into an empty list. */
blt_status blt_catalogue_load(blt_catalogue *c, blt_file *f, blt_error *err);
/* Adds to the file what it does not have yet and commits. `whole`: the file has nothing of these tables. On
 * failure the file has forgotten what was added. */
blt_status blt_catalogue_save(blt_catalogue *c, blt_file *f, bool whole, blt_error *err);

#endif
