#include "column_read.h"
#include "io/parquet/meta/bounds.h"
#include "io/columnar/small.h"

#include "base/mem.h"

/* ---- memory that texts point into ---- */

static blt_status hold(blt_pq_column *c, blt_room *r, blt_error *err) {
  if (!r->p) return BLT_OK;
  blt_status status = blt_grow(c->set->ctx, &c->held, &c->held_cap, c->nheld + 1, sizeof *c->held, err);
  if (status != BLT_OK) return status;
  c->held[c->nheld++] = *r;
  *r = (blt_room){0};
  return BLT_OK;
}

static blt_status hold_page(blt_pq_column *c, blt_error *err) {
  blt_status status = hold(c, &c->pages.stored, err);
  if (status == BLT_OK) status = hold(c, &c->pages.whole, err);
  return status == BLT_OK ? hold(c, &c->pages.part.values.own, err) : status;
}

static blt_status hold_dictionary(blt_pq_column *c, blt_error *err) {
  blt_status status = hold(c, &c->pages.dictionary_bytes, err);
  return status == BLT_OK ? hold(c, &c->pages.part.dictionary.own, err) : status;
}

static void let_go(blt_pq_column *c) {
  while (c->nheld) blt_room_free(c->set->ctx, &c->held[--c->nheld]);
}

/* ---- blocks ---- */

static blt_pq_place place_of(const blt_pq_column *c, uint32_t part) {
  blt_pq_place place;
  blt_pq_set_place(c->set, part, c->col, &place);
  if (c->codes) {
    place.codes = c->codes->maps[part].codes;
    place.ncodes = c->codes->maps[part].n;
  }
  return place;
}

static blt_status open_part(blt_pq_column *c, uint32_t part, blt_error *err) {
  blt_pq_place place = place_of(c, part);
  if (c->aids) place.index = blt_pq_aids_index(c->aids, part, c->col);
  if (c->touched) __atomic_store_n(&c->touched[part], 1, __ATOMIC_RELAXED);
  blt_status status = hold_dictionary(c, err); /* texts of the block at hand may be in it */
  if (status != BLT_OK) return status;
  c->open = true;
  c->part = part;
  return blt_pq_pages_open(&c->pages, &place, err);
}

/* The same of rows that all have one value. */
static blt_status read_constant(blt_pq_column *c, const blt_pq_place *place, blt_scratch *s, blt_piece k,
                                blt_error *err) {
  blt_pq_pages *p = &c->pages;
  blt_status status = hold_dictionary(c, err);
  c->open = false;
  if (status == BLT_OK) status = blt_pq_constant(p, place, k.n, err);
  return status == BLT_OK ? blt_fill(place->ctx, s, c->set->fields[c->col].type, c->names, &p->part, k, err)
                          : status;
}

/* Rows from `row` on, up to `end`, that one page has. */
static blt_status read_piece(blt_pq_column *c, blt_scratch *s, uint64_t first, uint64_t *row, uint64_t end,
                             blt_error *err) {
  blt_pq_pages *p = &c->pages;
  uint32_t part = blt_pq_set_part(c->set, *row);
  if (c->set->files[c->set->parts[part].file].leaves[c->col].constant) {
    blt_pq_place place = place_of(c, part);
    uint64_t stop = c->set->parts[part + 1].first < end ? c->set->parts[part + 1].first : end;
    blt_piece k = {0, (uint32_t)(stop - *row), (uint32_t)(*row - first)};
    *row = stop;
    return read_constant(c, &place, s, k, err);
  }
  blt_status status = !c->open || part != c->part ? open_part(c, part, err) : BLT_OK;
  uint64_t in_part = *row - c->set->parts[part].first;
  if (status == BLT_OK) status = blt_pq_pages_to(p, in_part, err);
  if (status != BLT_OK) return status;
  if (c->codes && p->present &&
      !(p->part.coded && p->place.codes)) /* nobody may add to the dictionary any more */
    return blt_fail(err, BLT_EFORMAT, "%.180s: column '%.100s': damaged: texts where all should be codes",
                    blt_source_name(p->place.source), p->place.name);
  uint64_t left = p->seen - in_part, n = left < end - *row ? left : end - *row;
  blt_piece k = {(uint32_t)(in_part - p->first), (uint32_t)n, (uint32_t)(*row - first)};
  status = blt_fill(c->set->ctx, s, c->set->fields[c->col].type, c->names, &p->part, k, err);
  *row += n;
  bool texts = c->set->fields[c->col].type.id == BLT_STRING && !c->names;
  if (status == BLT_OK && n == left && texts) status = hold_page(c, err);
  return status;
}

/* Values whose bounds are known to be close together are read as distances from the least. */
static void expect_small(blt_pq_column *c, blt_scratch *s, uint64_t first, uint64_t end) {
  blt_type type = c->set->fields[c->col].type;
  blt_facts all = {.bounded = true, .empty = true}, one;
  if (type.id == BLT_FLOAT64 || (type.id == BLT_STRING && !c->codes)) return;
  if (type.id == BLT_STRING) {
    uint32_t count = c->codes->dict->count;
    s->low = 0;
    s->small = count > UINT16_MAX + 1u ? 4 : count > UINT8_MAX + 1u ? 2 : 1;
    return;
  }
  for (uint32_t p = blt_pq_set_part(c->set, first); p < c->set->nparts && c->set->parts[p].first < end; p++) {
    blt_pq_place place;
    blt_pq_set_place(c->set, p, c->col, &place);
    blt_pq_place_bounds(&place, &c->bound, &one);
    blt_facts_join(&all, &one, type);
  }
  if (!all.bounded || all.nulls || all.empty) return;
  s->low = all.low;
  s->small = (uint8_t)blt_small_width(all.low, all.high);
}

static blt_status read_rows(blt_pq_column *c, blt_named *names, blt_scratch *s, uint64_t first, uint32_t rows,
                            blt_error *err) {
  uint64_t row = first, end = first + rows;
  blt_status status = blt_scratch_start(c->set->ctx, s, err);
  if (c->codes) c->known.dict = c->codes->dict;
  c->names = c->codes ? &c->known : names;
  if (status == BLT_OK) expect_small(c, s, first, end);
  while (status == BLT_OK && row < end) status = read_piece(c, s, first, &row, end, err);
  return status;
}

blt_status blt_pq_column_block(blt_pq_column *c, blt_named *names, blt_scratch *s, uint64_t first,
                               uint32_t rows, blt_block **out, blt_error *err) {
  blt_status status = read_rows(c, names, s, first, rows, err);
  if (status == BLT_OK)
    status = blt_fill_block(c->set->ctx, s, c->set->fields[c->col].type, c->names, rows, out, err);
  let_go(c);
  return status;
}

blt_status blt_pq_column_codes(blt_pq_column *c, blt_named *names, blt_scratch *s, uint64_t first,
                               uint32_t rows, blt_error *err) {
  blt_status status = read_rows(c, names, s, first, rows, err);
  let_go(c);
  return status;
}

void blt_pq_column_free(blt_pq_column *c) {
  if (!c->set) return;
  let_go(c);
  blt_free(c->set->ctx, c->held, c->held_cap * sizeof *c->held);
  blt_pq_pages_free(&c->pages);
  blt_values_free(c->set->ctx, &c->bound);
}
