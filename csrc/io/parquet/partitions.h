/* partitions.h: what the path of a file says about all of its rows, as Hive lays files out:
 *
 *   sales/year=2024/region=North%20West/part-0.parquet        year is 2024, region is "North West"
 *
 * A column holds integers when the texts of all files are such, or dates, otherwise strings.
 */
#ifndef BLT_PARQUET_PARTITIONS_H
#define BLT_PARQUET_PARTITIONS_H

#include "blt.h"

#define BLT_PQ_NO_VALUE "__HIVE_DEFAULT_PARTITION__" /* null */

typedef struct blt_pq_partition {
  blt_str key, value; /* in the path, not decoded */
} blt_pq_partition;

/* The next folder of the path that is one, from `*at` on, which moves behind it. False: there is none. */
bool blt_pq_partition_next(const char *path, size_t *at, blt_pq_partition *out);
/* The text with %20 and the like decoded, zero-terminated, at most as long; returns its length. */
size_t blt_pq_partition_decode(blt_str s, char *out);
/* The narrowest of int64, date and string that a text is, and all before it were (BLT_NULLTYPE: none yet). */
blt_type_id blt_pq_partition_type(blt_type_id before, const char *text);
/* The value of a text of that type. */
void blt_pq_partition_value(blt_type_id type, const char *text, blt_value *out);

#endif
