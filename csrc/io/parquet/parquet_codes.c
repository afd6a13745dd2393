#include "parquet_codes.h"
#include "column_read.h"

#include "base/mem.h"
#include "base/par.h"
#include <string.h>

#define WAVE 64u /* row groups whose dictionaries are read before they are taken over */

typedef struct reading {
  const blt_pq_set *set;
  uint32_t col, first;
  blt_pq_pages pages[WAVE]; /* each with the dictionary of a row group */
  bool coded[WAVE];
  uint64_t total; /* entries of all dictionaries */
  blt_pq_codes *out;
} reading;

static bool has_nothing(const blt_pq_place *p) {
  return p->rows == 0 || (p->constant ? p->constant->null : p->chunk->stats.nulls == p->rows);
}

/* How many entries a part has. */
static blt_status count_one(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  reading *r = arg;
  blt_pq_place place;
  blt_pq_pages *pages = &r->pages[task];
  uint32_t *n = &r->out->maps[r->first + task].n;
  blt_pq_set_place(r->set, r->first + task, r->col, &place);
  r->coded[task] = has_nothing(&place);
  if (place.constant) *n = !r->coded[task];
  r->coded[task] |= place.constant != NULL;
  if (r->coded[task]) return BLT_OK;
  blt_status status = blt_pq_pages_open(pages, &place, err);
  if (status == BLT_OK) status = blt_pq_pages_coded(pages, n, err);
  r->coded[task] = *n > 0;
  return status == BLT_OK ? blt_par_check(r->set->ctx, worker, 0, 0, err) : status;
}

static blt_status read_one(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  reading *r = arg;
  blt_pq_place place;
  blt_pq_pages *pages = &r->pages[task];
  if (r->out->maps[r->first + task].n == 0) return BLT_OK;
  blt_pq_set_place(r->set, r->first + task, r->col, &place);
  if (place.constant) return blt_pq_constant(pages, &place, 0, err);
  blt_status status = blt_pq_pages_open(pages, &place, err);
  if (status == BLT_OK) status = blt_pq_pages_dictionary(pages, err);
  return status == BLT_OK ? blt_par_check(r->set->ctx, worker, 0, 0, err) : status;
}

static blt_status take_over(reading *r, uint32_t part, const blt_values *v, blt_error *err) {
  blt_pq_map *m = &r->out->maps[part];
  if (m->n == 0) return BLT_OK;
  m->codes = blt_alloc(r->set->ctx, (size_t)m->n * 4);
  if (!m->codes) return blt_fail_memory(err, (size_t)m->n * 4);
  if (v->n != m->n) return blt_fail(err, BLT_EFORMAT, "damaged: a dictionary that is not there");
  blt_status status = blt_dict_intern_many(r->out->dict, v->texts.p, v->n, m->codes, err);
  m->low = UINT32_MAX;
  for (uint32_t i = 0; status == BLT_OK && i < v->n; i++) {
    m->low = m->codes[i] < m->low ? m->codes[i] : m->low;
    m->high = m->codes[i] > m->high ? m->codes[i] : m->high;
  }
  return status;
}

/* So many texts that few repeat are cheaper to read as texts. */
static bool too_many(const reading *r) {
  return r->total > BLT_BLOCK_ROWS && r->total > r->set->rows / 8;
}

static uint32_t in_wave(const reading *r) {
  return r->set->nparts - r->first < WAVE ? r->set->nparts - r->first : WAVE;
}

static blt_status count_all(reading *r, bool *coded, blt_error *err) {
  blt_status status = BLT_OK;
  for (r->first = 0; status == BLT_OK && *coded && r->first < r->set->nparts; r->first += WAVE) {
    uint32_t n = in_wave(r);
    status = blt_par(r->set->ctx, n, count_one, r, err);
    for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
      r->total += r->out->maps[r->first + i].n;
      *coded &= r->coded[i] && !too_many(r);
    }
  }
  return status;
}

static blt_status read_all(reading *r, blt_dict *dict, blt_error *err) {
  blt_status status = BLT_OK;
  if (dict)
    r->out->dict = blt_dict_retain(dict);
  else
    status = blt_dict_new(r->set->ctx, &r->out->dict, err);
  for (r->first = 0; status == BLT_OK && r->first < r->set->nparts; r->first += WAVE) {
    uint32_t n = in_wave(r);
    status = blt_par(r->set->ctx, n, read_one, r, err);
    for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
      status = take_over(r, r->first + i, &r->pages[i].part.dictionary, err);
      if (status == BLT_OK) status = blt_poll(r->set->ctx, 0, 0, err);
    }
  }
  return status;
}

blt_status blt_pq_codes_read(const blt_pq_set *set, uint32_t col, blt_dict *dict, blt_pq_codes *out,
                             blt_error *err) {
  blt_ctx *ctx = set->ctx;
  bool coded = set->nparts > 0;
  reading *r = blt_calloc(ctx, 1, sizeof *r);
  if (!r) return blt_fail_memory(err, sizeof *r);
  r->set = set;
  r->col = col;
  r->out = out;
  out->maps = blt_calloc(ctx, set->nparts + 1, sizeof *out->maps);
  blt_status status = out->maps ? count_all(r, &coded, err) : blt_fail_memory(err, sizeof *out->maps);
  if (status == BLT_OK && coded) status = read_all(r, dict, err);
  for (uint32_t i = 0; i < WAVE; i++) blt_pq_pages_free(&r->pages[i]);
  blt_free(ctx, r, sizeof *r);
  if (status != BLT_OK || !coded) blt_pq_codes_free(set, out);
  return status;
}

void blt_pq_codes_free(const blt_pq_set *set, blt_pq_codes *c) {
  for (uint32_t i = 0; c->maps && i < set->nparts; i++)
    if (c->maps[i].codes) blt_free(set->ctx, c->maps[i].codes, (size_t)c->maps[i].n * 4);
  if (c->maps) blt_free(set->ctx, c->maps, (set->nparts + 1) * sizeof *c->maps);
  blt_dict_release(c->dict);
  *c = (blt_pq_codes){0};
}
