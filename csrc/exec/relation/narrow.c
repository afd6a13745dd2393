#include "narrow.h"

#include "base/mem.h"

typedef struct narrow {
  blt_view view;
  blt_view *base;
} narrow;

static size_t narrow_bytes(uint32_t ncols) {
  return sizeof(narrow) + ncols * sizeof(blt_view_column);
}

static void narrow_release(blt_view *v) {
  narrow *n = (narrow *)v;
  blt_view *base = n->base;
  blt_free(v->ctx, n, narrow_bytes(v->ncols));
  blt_view_release(base);
}

/* The base has all its blocks, so none is ever made. */
static const blt_view_ops narrow_ops = {.release = narrow_release};

static bool is_same(const blt_view *base, const uint32_t *columns, uint32_t n) {
  if (n != base->ncols) return false;
  for (uint32_t i = 0; i < n; i++)
    if (columns[i] != i) return false;
  return true;
}

blt_status blt_narrow(blt_view *base, const uint32_t *columns, uint32_t n, blt_view **out, blt_error *err) {
  if (is_same(base, columns, n)) {
    *out = base;
    return BLT_OK;
  }
  narrow *v = blt_alloc(base->ctx, narrow_bytes(n));
  if (!v) {
    blt_view_release(base);
    return blt_fail_memory(err, narrow_bytes(n));
  }
  blt_view_column *chosen = (blt_view_column *)(v + 1);
  v->view = *base;
  v->view.shared = 0;
  v->view.schema = NULL;
  v->view.ncols = n;
  v->view.columns = chosen;
  v->view.ops = &narrow_ops;
  v->base = base;
  for (uint32_t i = 0; i < n; i++) {
    if (columns[i] >= base->ncols) {
      narrow_release(&v->view);
      return blt_fail(err, BLT_EINVAL, "column %u of a table with %u columns", columns[i] + 1, base->ncols);
    }
    chosen[i] = base->columns[columns[i]];
  }
  *out = &v->view;
  return BLT_OK;
}
