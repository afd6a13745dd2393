/* interning.h: codes for strings that have none, on all threads.
 *
 *   each block       its different strings, numbered as they appear; rows get these numbers
 *   each partition   strings of all blocks with the same upper bits of the hash, in the order of blocks:
 *                    those that differ become entries of the dictionary, partition after partition
 *   each block       numbers become codes
 *
 * Codes depend on the values and their order only, never on the number of threads.
 */
#ifndef BLT_EXEC_INTERNING_H
#define BLT_EXEC_INTERNING_H

#include "scan.h"

/* Codes of a string expression by row number, and bit `row` of `valid` where it is not null, for all rows
 * that the scan lets pass; both have room for all rows of all groups and are zeroed. *out: a new dictionary.
 */
blt_status blt_intern_rows(blt_scan *scan, const blt_expr *e, uint32_t *codes, uint64_t *valid,
                           blt_dict **out, blt_error *err);

#endif
