/* names.h: the names of an input's columns, in order, each once, found by hash: there may be thousands. */
#ifndef BLT_IO_NAMES_H
#define BLT_IO_NAMES_H

#include "blt.h"

typedef struct blt_names {
  blt_ctx *ctx;
  char **text; /* n of them */
  uint32_t *lens;
  uint32_t *next;  /* of each name: the first number that may still be free behind it */
  uint32_t *slots; /* number of a name + 1, by its hash; 0: free */
  uint32_t n, mask;
  size_t text_cap, lens_cap, next_cap;
} blt_names;

void blt_names_init(blt_names *s, blt_ctx *ctx);
void blt_names_free(blt_names *s);

/* The number of a name, or -1. */
int blt_names_find(const blt_names *s, const char *name, size_t len);

/* BLT_ENAME: no column is named so, for which something `is` given ("a type is"). Where one is but for blanks
 * around it, the message shows it, with `advice` behind it, such as BLT_NAMES_TRIM. */
blt_status blt_names_lack(const blt_names *s, const char *source, const char *name, const char *is,
                          const char *advice, blt_error *err);
#define BLT_NAMES_TRIM ": trim = true drops the blanks"

/* Adds a column named so, or name_2, name_3, … when that is taken; an empty name is c1 for the first column,
 * c2 for the second. Now and then it asks whether to go on. BLT_EFORMAT for a name that no column can have:
 * too long, with a zero byte, not UTF-8, or one column too many; `source` is for messages. */
blt_status blt_names_add(blt_names *s, const char *source, blt_str name, blt_error *err);

/* Adds a text that is not there as it is, also an empty one. BLT_EFORMAT for one column too many. */
blt_status blt_names_keep(blt_names *s, const char *source, blt_str text, blt_error *err);

#endif
