/* push.h: integers into the row that a table is given, where one number stands for null. */
#ifndef BLOTTER_SPEC_PUSH_H
#define BLOTTER_SPEC_PUSH_H

#include "check.h"
#include "store/table/table.h"

#define NULL_VALUE INT64_MIN

static inline void push(blt_table *t, uint32_t col, int64_t v) {
  blt_error err;
  if (v == NULL_VALUE)
    blt_table_push_null(t, col);
  else
    CHECK(blt_table_push_i64(t, col, v, &err) == BLT_OK);
}

#endif
