#include "parquet_codes.h"
#include "column_read.h"

#include "base/mem.h"
#include "base/par.h"
#include "base/text/text_order.h"
#include <stdlib.h>
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
  return p->rows == 0 ||
         (p->constant ? p->constant->null : blt_pq_all_null(&p->chunk->stats, (uint64_t)p->rows));
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

/* Which entries come first and last in order. */
static void find_ends(const blt_values *v, blt_pq_map *m) {
  const blt_str *texts = v->texts.p;
  for (uint32_t i = 1; i < v->n; i++)
    if (blt_text_order(texts[i], texts[m->least]) < 0)
      m->least = i;
    else if (blt_text_order(texts[i], texts[m->most]) > 0)
      m->most = i;
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
  if (status == BLT_OK) find_ends(&pages->part.dictionary, &r->out->maps[r->first + task]);
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
  if (status == BLT_OK) {
    m->least = m->codes[m->least];
    m->most = m->codes[m->most];
  }
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

/* ---- what the dictionaries say of rows ---- */

/* Whether it is an entry; longer dictionaries than a block has rows are not searched for each block. */
static bool has_text(const blt_pq_codes *c, const blt_pq_map *m, blt_str text) {
  bool found = false;
  uint32_t code = 0;
  blt_error ignored;
  if (m->n > BLT_BLOCK_ROWS || blt_dict_find(c->dict, text.s, text.len, &found, &code, &ignored) != BLT_OK)
    return true;
  for (uint32_t i = 0; found && i < m->n; i++)
    if (m->codes[i] == code) return true;
  return false;
}

bool blt_pq_codes_may_hold(const blt_pq_codes *c, uint32_t part, const blt_value_span *span) {
  const blt_pq_map *m = &c->maps[part];
  if (m->n == 0) return false;
  if (span->low && blt_text_order(blt_dict_at(c->dict, m->most), span->low->u.s) < 0) return false;
  if (span->high && blt_text_order(blt_dict_at(c->dict, m->least), span->high->u.s) > 0) return false;
  return span->low != span->high || has_text(c, m, span->low->u.s);
}

/* Texts that pages may have without a gap. */
typedef struct stretch {
  blt_str low, high;
} stretch;

static int by_low(const void *a, const void *b) {
  return blt_text_order(((const stretch *)a)->low, ((const stretch *)b)->low);
}

/* The stretches of all pages, rising and apart, and how many; 0: some page may have any text. */
static uint32_t stretches_of(const blt_pq_index *x, stretch *out) {
  uint32_t n = 0, apart = 0;
  for (uint32_t i = 0; i < x->n; i++) {
    const blt_pq_index_page *p = &x->pages[i];
    if (p->empty) continue;
    if (!p->stats.min.s || !p->stats.max.s) return 0;
    out[n++] = (stretch){p->stats.min, p->stats.max};
  }
  qsort(out, n, sizeof *out, by_low);
  for (uint32_t i = 0; i < n; i++)
    if (apart == 0 || blt_text_order(out[i].low, out[apart - 1].high) > 0)
      out[apart++] = out[i];
    else if (blt_text_order(out[i].high, out[apart - 1].high) > 0)
      out[apart - 1].high = out[i].high;
  return apart;
}

static bool lies_in(const stretch *all, uint32_t n, blt_str text) {
  uint32_t low = 0, high = n;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (blt_text_order(all[middle].low, text) <= 0)
      low = middle;
    else
      high = middle;
  }
  return blt_text_order(all[low].low, text) <= 0 && blt_text_order(text, all[low].high) <= 0;
}

static bool covers(blt_ctx *ctx, const blt_pq_codes *c, const blt_pq_map *m, const blt_pq_index *x) {
  stretch *all = blt_alloc(ctx, x->n * sizeof *all);
  if (!all) return false;
  uint32_t n = stretches_of(x, all);
  bool good = true;
  for (uint32_t i = 0; n && good && i < m->n; i++) good = lies_in(all, n, blt_dict_at(c->dict, m->codes[i]));
  blt_free(ctx, all, x->n * sizeof *all);
  return good;
}

bool blt_pq_codes_covered(blt_ctx *ctx, const blt_pq_codes *c, uint32_t part, const blt_pq_index *x) {
  blt_pq_map *m = &c->maps[part];
  uint8_t said = __atomic_load_n(&m->covered, __ATOMIC_RELAXED);
  if (said == 0) { /* two threads may find the same */
    said = covers(ctx, c, m, x) ? 1 : 2;
    __atomic_store_n(&m->covered, said, __ATOMIC_RELAXED);
  }
  return said == 1;
}

void blt_pq_codes_free(const blt_pq_set *set, blt_pq_codes *c) {
  for (uint32_t i = 0; c->maps && i < set->nparts; i++)
    if (c->maps[i].codes) blt_free(set->ctx, c->maps[i].codes, (size_t)c->maps[i].n * 4);
  if (c->maps) blt_free(set->ctx, c->maps, (set->nparts + 1) * sizeof *c->maps);
  blt_dict_release(c->dict);
  *c = (blt_pq_codes){0};
}
