#include "parquet_origin.h"
#include "io/parquet/meta/bounds.h"

#include "base/mem.h"
#include <inttypes.h>
#include <stdio.h>

void blt_pq_origin_release(blt_origin *o) {
  blt_pq_origin *f = (blt_pq_origin *)o;
  blt_ctx *ctx = f->ctx;
  for (uint32_t c = 0; f->columns && c < f->set.ncols; c++) {
    blt_pq_known *k = &f->columns[c];
    if (k->parts) blt_free(ctx, k->parts, (f->set.nparts + 1) * sizeof *k->parts);
    blt_pq_codes_free(&f->set, &k->codes);
  }
  if (f->columns) blt_free(ctx, f->columns, (f->set.ncols + 1) * sizeof *f->columns);
  blt_pq_aids_free(&f->aids);
  blt_pq_set_close(&f->set);
  for (uint32_t i = 0; i < f->nsources; i++) blt_source_close(f->sources[i]);
  if (f->sources) blt_free(ctx, f->sources, f->room * sizeof *f->sources);
  blt_free(ctx, f, sizeof *f);
  blt_ctx_release(ctx);
}

void blt_pq_origin_tell(blt_origin *o, char *out, size_t room) {
  blt_pq_origin *f = (blt_pq_origin *)o;
  size_t at = 0;
  if (f->read + f->skipped)
    at = (size_t)snprintf(out, room, "%" PRIu64 " of %" PRIu64 " row groups read, %" PRIu64 " skipped",
                          f->read, f->read + f->skipped, f->skipped);
  if (f->pages_read && at < room)
    snprintf(out + at, room - at, "; %" PRIu64 " pages read, %" PRIu64 " passed over", f->pages_read,
             f->pages_passed);
  f->read = f->skipped = f->pages_read = f->pages_passed = 0;
}

/* The statistics of all parts of a column as facts. */
static blt_status look(blt_pq_origin *f, uint32_t col, blt_error *err) {
  blt_pq_known *k = &f->columns[col];
  blt_type type = f->set.fields[col].type;
  blt_values room = {0};
  k->parts = blt_calloc(f->ctx, f->set.nparts + 1, sizeof *k->parts);
  if (!k->parts) return blt_fail_memory(err, f->set.nparts * sizeof *k->parts);
  k->all = (blt_facts){.bounded = true, .empty = true};
  for (uint32_t p = 0; p < f->set.nparts; p++) {
    blt_pq_place place;
    blt_pq_set_place(&f->set, p, col, &place);
    blt_pq_place_bounds(&place, &room, &k->parts[p]);
    blt_facts_join(&k->all, &k->parts[p], type);
  }
  blt_values_free(f->ctx, &room);
  return BLT_OK;
}

/* With a dictionary for all, facts of texts are those of their codes. */
static void look_at_codes(blt_pq_origin *f, uint32_t col) {
  blt_pq_known *k = &f->columns[col];
  k->all.text = false;
  k->all.bounded = true;
  k->all.empty = k->codes.dict->count == 0;
  k->all.low = 0;
  k->all.high = k->codes.dict->count ? (int64_t)k->codes.dict->count - 1 : -1;
  for (uint32_t p = 0; p < f->set.nparts; p++) {
    const blt_pq_map *m = &k->codes.maps[p];
    blt_facts *facts = &k->parts[p];
    facts->text = false;
    facts->bounded = true;
    facts->empty |= m->n == 0;
    facts->low = m->low;
    facts->high = m->high;
  }
}

blt_status blt_pq_origin_know(blt_pq_origin *f, uint32_t col, blt_error *err) {
  blt_pq_known *k = &f->columns[col];
  if (k->looked) return BLT_OK;
  blt_status status = k->parts ? BLT_OK : look(f, col, err);
  bool text = f->set.fields[col].type.id == BLT_STRING;
  if (status == BLT_OK && text) status = blt_pq_codes_read(&f->set, col, NULL, &k->codes, err);
  if (status == BLT_OK && k->codes.dict) look_at_codes(f, col);
  k->looked = status == BLT_OK;
  return status;
}

blt_status blt_pq_origin_unchanged(const blt_pq_origin *f, blt_error *err) {
  blt_status status = BLT_OK;
  for (uint32_t i = 0; status == BLT_OK && i < f->nsources; i++)
    status = blt_source_unchanged(f->sources[i], err);
  return status;
}
