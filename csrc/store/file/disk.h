/* disk.h: the layout of a .blt file, as csrc/store/README.md describes it. Little-endian; every structure
 * starts at a multiple of 8 bytes. */
#ifndef BLT_STORE_DISK_H
#define BLT_STORE_DISK_H

#include "blt.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "blocks are used in place from the file, which is little-endian"
#endif

#define BLT_DISK_MAGIC                                                                                       \
  "\x89"                                                                                                     \
  "BLT\r\n\x1a\n"
#define BLT_DISK_ROOT_MAGIC "BLTROOT\n"
#define BLT_DISK_VERSION 4u
#define BLT_DISK_FIRST 1u  /* the oldest version that is read and written */
#define BLT_DISK_REUSES 2u /* from this version on: space is written again, and tables have patches */
#define BLT_DISK_PACKS 3u  /* from this version on: blocks and dictionaries may be packed */
#define BLT_DISK_WORDS 4u  /* from this version on: their texts may be kept as words */
#define BLT_DISK_PAGE 4096u
#define BLT_DISK_DATA (3 * BLT_DISK_PAGE) /* header, root slot 0, root slot 1, then data */
#define BLT_DISK_BLOCK_ALIGN 64u          /* where a block starts */
#define BLT_DISK_CHUNK_GROUPS 64u         /* groups of a chunk, fewer in wide tables: */
#define BLT_DISK_CHUNK_BLOCKS 4096u       /* about so many blocks */

/* Page 0. */
typedef struct blt_disk_header {
  char magic[8];
  uint32_t version;
  uint32_t page;
  uint64_t id; /* random, of this file */
  uint64_t zero;
  uint64_t sum; /* of the bytes before */
} blt_disk_header;

/* A piece of the file and its checksum. All zero: none. */
typedef struct blt_ref {
  uint64_t offset, bytes, sum;
} blt_ref;

/* At the start of pages 1 and 2; commit number s is written to page 1 + s % 2. A small commit is synced
 * together with its root, and is there only when its `body`, all that it added, has its checksum. */
typedef struct blt_disk_root {
  char magic[8];
  uint64_t id;
  uint64_t sequence;
  uint64_t end; /* of what this commit and all before it wrote */
  blt_ref catalogue;
  uint64_t body_sum; /* of `body`; 0: there is none, what the commit added was synced before the root */
  uint64_t sum;      /* of the bytes before */
  blt_ref body;
} blt_disk_root;

/* The catalogue: uint64_t count, then for each table this and its name, padded with zeros to 8 bytes. */
typedef struct blt_disk_entry {
  blt_ref record;
  uint32_t name_bytes, zero;
} blt_disk_entry;

/* A table. Then, in this order: for each column a blt_disk_column with its dictionary's pieces, the chunks,
 * the pieces of the tail. */
typedef struct blt_disk_record {
  blt_ref schema;
  blt_ref tail_live; /* bitmap of the tail's living rows; none: all */
  uint64_t sealed_rows, deleted;
  uint32_t tail_rows, ngroups;
  uint32_t chunk_groups; /* groups of every chunk but the last */
  uint32_t nchunks, npieces, ncols;
} blt_disk_record;

#define BLT_DISK_PLAIN 1u /* the string column fell back to plain text */

typedef struct blt_disk_column {
  uint32_t flags, npieces;
} blt_disk_column;

/* A chunk, a piece of a tail or a piece of a dictionary, with its groups, rows or entries. `packed`: 1 of a
 * piece of a dictionary that is. */
typedef struct blt_disk_piece {
  blt_ref where;
  uint32_t count, packed;
} blt_disk_piece;

/* A schema: this, its columns each with its name padded to 8 bytes, then for each key a count and column
 * numbers, uint32_t each. */
typedef struct blt_disk_schema {
  uint32_t ncols, nkeys, primary, zero;
} blt_disk_schema;

typedef struct blt_disk_field {
  uint8_t type, precision, scale, required;
  uint32_t name_bytes;
} blt_disk_field;

/* A chunk: uint32_t groups, uint32_t columns, then for each group this and its blocks. A piece of a tail is a
 * chunk of one group. */
typedef struct blt_disk_group {
  uint32_t rows, dead;
  blt_ref live; /* bitmap of the living rows; none: all */
} blt_disk_group;

#define BLT_DISK_NAN 1u    /* has_nan */
#define BLT_DISK_MARKED 2u /* has a validity bitmap */
#define BLT_DISK_PACKED 4u /* its contents are packed (store/column/packed.h) */

typedef struct blt_disk_block {
  uint8_t enc, width, flags, scale;
  uint32_t rows, nulls, zero2;
  int64_t base, min, max; /* of floats: their bits */
  uint64_t text;          /* bytes of text, without padding */
  blt_ref where;          /* data padded to 64, validity, text padded to 8; none when all are empty */
} blt_disk_block;

/* A piece of a dictionary: uint64_t n, then uint64_t offsets[n + 1] from 0, then the bytes, padded to 8. A
 * packed one: uint64_t n, uint64_t count of the bytes, then both packed. */

_Static_assert(sizeof(blt_disk_header) == 40 && sizeof(blt_disk_root) == 96, "layout");
_Static_assert(sizeof(blt_disk_entry) == 32 && sizeof(blt_disk_record) == 88, "layout");
_Static_assert(sizeof(blt_disk_piece) == 32 && sizeof(blt_disk_group) == 32, "layout");
_Static_assert(sizeof(blt_disk_block) == 72 && sizeof(blt_disk_field) == 8, "layout");

#endif
