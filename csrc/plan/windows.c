#include "windows.h"

#include <string.h>

static const blt_window_function functions[] = {
    {"count", BLT_WINDOW_COUNT, false, false, 0, 1},
    {"cume_dist", BLT_WINDOW_CUME_DIST, true, false, 0, 0},
    {"cumcount", BLT_WINDOW_COUNT, true, true, 0, 1},
    {"cummax", BLT_WINDOW_MAX, true, true, 1, 1},
    {"cummean", BLT_WINDOW_MEAN, true, true, 1, 1},
    {"cummin", BLT_WINDOW_MIN, true, true, 1, 1},
    {"cumsum", BLT_WINDOW_SUM, true, true, 1, 1},
    {"dense_rank", BLT_WINDOW_DENSE_RANK, true, false, 0, 0},
    {"first", BLT_WINDOW_FIRST, false, false, 1, 1},
    {"lag", BLT_WINDOW_LAG, true, false, 1, 3},
    {"last", BLT_WINDOW_LAST, false, false, 1, 1},
    {"lead", BLT_WINDOW_LEAD, true, false, 1, 3},
    {"max", BLT_WINDOW_MAX, false, false, 1, 1},
    {"mean", BLT_WINDOW_MEAN, false, false, 1, 1},
    {"min", BLT_WINDOW_MIN, false, false, 1, 1},
    {"nth", BLT_WINDOW_NTH, true, false, 2, 2},
    {"ntile", BLT_WINDOW_NTILE, true, false, 1, 1},
    {"percent_rank", BLT_WINDOW_PERCENT_RANK, true, false, 0, 0},
    {"rank", BLT_WINDOW_RANK, true, false, 0, 0},
    {"row_number", BLT_WINDOW_ROW_NUMBER, true, false, 0, 0},
    {"stddev", BLT_WINDOW_STDDEV, false, false, 1, 1},
    {"stddev_pop", BLT_WINDOW_STDDEV_POP, false, false, 1, 1},
    {"sum", BLT_WINDOW_SUM, false, false, 1, 1},
    {"variance", BLT_WINDOW_VARIANCE, false, false, 1, 1},
    {"variance_pop", BLT_WINDOW_VARIANCE_POP, false, false, 1, 1},
};
#define NFUNCTIONS (sizeof functions / sizeof *functions)

const blt_window_function *blt_window_find(const char *name) {
  for (size_t i = 0; i < NFUNCTIONS; i++)
    if (strcmp(functions[i].name, name) == 0) return &functions[i];
  return NULL;
}

const char *const *blt_window_names(void) {
  static const char *const names[] = {"cume_dist", "cumcount",     "cummax", "cummean",    "cummin",
                                      "cumsum",    "dense_rank",   "lag",    "lead",       "nth",
                                      "ntile",     "percent_rank", "rank",   "row_number", NULL};
  return names;
}

bool blt_window_is_ordered(const char *kind, const blt_plan_frame *frame) {
  const blt_window_function *f = blt_window_find(kind);
  if (frame->unit != BLT_FRAME_PARTITION) return true;
  return f && (f->own || f->kind == BLT_WINDOW_FIRST || f->kind == BLT_WINDOW_LAST);
}

/* ---- types ---- */

static blt_status result_type(const blt_window_function *f, const blt_type *args, blt_type *out,
                              blt_error *err) {
  blt_type x = f->most ? args[0] : (blt_type){.id = BLT_INT64};
  char name[24];
  x.required = false;
  *out = (blt_type){.id = BLT_FLOAT64};
  switch (f->kind) {
  case BLT_WINDOW_MIN:
  case BLT_WINDOW_MAX:
  case BLT_WINDOW_LAG:
  case BLT_WINDOW_LEAD:
  case BLT_WINDOW_FIRST:
  case BLT_WINDOW_LAST:
  case BLT_WINDOW_NTH:
    *out = x;
    return BLT_OK;
  case BLT_WINDOW_SUM:
    if (x.id == BLT_BOOL || x.id == BLT_INT64) *out = (blt_type){.id = BLT_INT64};
    if (x.id == BLT_DECIMAL)
      *out = (blt_type){.id = BLT_DECIMAL, .precision = BLT_MAX_PRECISION, .scale = x.scale};
    if (x.id <= BLT_DECIMAL && x.id != BLT_NULLTYPE) return BLT_OK;
    break;
  case BLT_WINDOW_MEAN:
  case BLT_WINDOW_VARIANCE:
  case BLT_WINDOW_VARIANCE_POP:
  case BLT_WINDOW_STDDEV:
  case BLT_WINDOW_STDDEV_POP:
    if (x.id == BLT_INT64 || x.id == BLT_FLOAT64 || x.id == BLT_DECIMAL) return BLT_OK;
    break;
  case BLT_WINDOW_PERCENT_RANK:
  case BLT_WINDOW_CUME_DIST:
    return BLT_OK;
  default:
    *out = (blt_type){.id = BLT_INT64};
    return BLT_OK;
  }
  return blt_fail(err, BLT_ETYPE, "%s of a number expected, got %s", f->name, blt_type_name(x, name));
}

blt_status blt_window_type(const char *kind, uint32_t nargs, const blt_type *args, blt_type *out,
                           blt_error *err) {
  const blt_window_function *f = blt_window_find(kind);
  if (!f)
    return blt_fail(err, BLT_EINVAL,
                    "%s is not computed over a frame: leave the frame away for the whole partition", kind);
  if (nargs > f->most && f->most == 0)
    return blt_fail(err, BLT_EINVAL, "%s() takes no arguments: it is of the window's order", kind);
  if (nargs < f->least || nargs > f->most)
    return blt_fail(err, BLT_EINVAL, "%s takes %u to %u arguments, not %u", kind, f->least, f->most, nargs);
  bool counts = f->kind == BLT_WINDOW_NTILE;
  if (counts || f->kind == BLT_WINDOW_NTH || (nargs > 1 && f->most == 3)) {
    blt_type k = args[counts ? 0 : 1];
    if (k.id != BLT_INT64) return blt_fail(err, BLT_ETYPE, "%s: a constant whole number expected", kind);
  }
  return result_type(f, args, out, err);
}
