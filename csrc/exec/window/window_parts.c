#include "window_parts.h"

#include "base/mem.h"
#include <string.h>

#define ROWS BLT_VECTOR_ROWS
#define BUCKET_ROWS 16384u /* of a bucket: what is sorted of them fits the second-level cache */
#define STEP 262144u       /* rows between two looks at interruption */
#define DIGIT_BITS 11u
#define DIGITS (1u << DIGIT_BITS)

/* While rows are dealt: by place, the number of the partition and the words of the order. */
typedef struct dealing {
  blt_window_parts *p;
  blt_sort_words words;
  uint32_t shift;      /* of a number, to its bucket */
  uint32_t *numbers;   /* by place: p->sorted, which takes their place bucket by bucket */
  uint64_t **order;    /* of each word, by place */
  blt_dealer *dealers; /* of each worker */
} dealing;

/* ---- numbers of partitions ---- */

static blt_status number_slice(const blt_window_parts *p, blt_eval *ev, const blt_slice *slice, uint64_t *out,
                               blt_error *err) {
  uint32_t nwords = p->keys.nwords, buckets[ROWS];
  uint8_t ok[ROWS];
  size_t bytes = (size_t)nwords * ROWS * sizeof *out;
  if (!p->index.ctx) return blt_join_words(&p->keys, true, ev, slice, out, ok, err);
  uint64_t *words = blt_alloc(p->ctx, bytes);
  if (!words) return blt_fail_memory(err, bytes);
  blt_status status = blt_join_words(&p->keys, true, ev, slice, words, ok, err);
  if (status == BLT_OK) blt_join_find(&p->index, words, ok, slice->n, buckets);
  for (uint32_t i = 0; i < slice->n && status == BLT_OK; i++) out[i] = buckets[i];
  blt_free(p->ctx, words, bytes);
  return status;
}

static blt_status note_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  dealing *d = arg;
  uint64_t numbers[ROWS];
  blt_status status = number_slice(d->p, ev, slice, numbers, err);
  if (status == BLT_OK) blt_deal_note(&d->p->deal, slice->row, numbers, d->shift, slice->n);
  return status;
}

static blt_status note_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  dealing *d = arg;
  return blt_scan_groups(&d->p->in->scan, worker, task, task + 1, note_slice, d, err);
}

/* How many numbers there are; their keys may have to be looked up for it. */
static blt_status count_numbers(blt_window_parts *p, uint64_t *n, blt_error *err) {
  uint64_t rows = p->in->view->rows;
  *n = p->keys.domain;
  if (*n && *n <= 16 * rows + (UINT64_C(1) << 20) && *n < UINT32_MAX) return BLT_OK;
  *n = rows;
  return blt_join_index_init(&p->index, &p->keys, p->in, &(blt_join_use){.any = true}, err);
}

static blt_status take_buckets(dealing *d, blt_error *err) {
  blt_window_parts *p = d->p;
  const blt_view *view = p->in->view;
  uint64_t numbers = 1, wanted = view->rows / BUCKET_ROWS + 1;
  blt_status status = p->keyed ? count_numbers(p, &numbers, err) : BLT_OK;
  if (status != BLT_OK) return status;
  if (wanted > BLT_DEAL_MOST) wanted = BLT_DEAL_MOST;
  while (((numbers - 1) >> d->shift) + 1 > wanted && numbers) d->shift++;
  uint32_t n = numbers ? (uint32_t)((numbers - 1) >> d->shift) + 1 : 1;
  status = blt_deal_init(&p->deal, p->ctx, view->ngroups, view->rows, n, err);
  if (status == BLT_OK) status = blt_scan_run(&p->in->scan, view->rows, view->ngroups, note_group, d, err);
  if (status == BLT_OK) blt_deal_placed(&p->deal);
  return status;
}

/* ---- dealing ---- */

typedef struct group_dealing {
  dealing *d;
  blt_dealer *dealer;
} group_dealing;

static blt_status deal_slice(void *arg, blt_eval *ev, const blt_slice *slice, blt_error *err) {
  group_dealing *g = arg;
  dealing *d = g->d;
  uint32_t places[ROWS], n = slice->n, nwords = d->words.nwords;
  uint64_t numbers[ROWS];
  blt_status status = number_slice(d->p, ev, slice, numbers, err);
  if (status != BLT_OK) return status;
  blt_dealer_places(g->dealer, n, places);
  for (uint32_t i = 0; i < n; i++) d->numbers[places[i]] = (uint32_t)numbers[i];
  if (!nwords) return BLT_OK;
  uint64_t *room = blt_alloc(d->p->ctx, (size_t)nwords * ROWS * sizeof *room);
  uint64_t **to = blt_alloc(d->p->ctx, nwords * sizeof *to);
  if (!room || !to) status = blt_fail_memory(err, (size_t)nwords * ROWS * sizeof *room);
  for (uint32_t w = 0; w < nwords && status == BLT_OK; w++) to[w] = room + (size_t)w * ROWS;
  if (status == BLT_OK) status = blt_sort_words_load(&d->words, ev, slice, to, err);
  for (uint32_t w = 0; w < nwords && status == BLT_OK; w++)
    for (uint32_t i = 0; i < n; i++) d->order[w][places[i]] = to[w][i];
  blt_free(d->p->ctx, room, (size_t)nwords * ROWS * sizeof *room);
  blt_free(d->p->ctx, to, nwords * sizeof *to);
  return status;
}

static blt_status deal_group(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  dealing *d = arg;
  group_dealing g = {d, &d->dealers[worker]};
  blt_dealer_begin(g.dealer, &d->p->deal, task);
  return blt_scan_groups(&d->p->in->scan, worker, task, task + 1, deal_slice, &g, err);
}

static blt_status deal_rows(dealing *d, blt_error *err) {
  blt_window_parts *p = d->p;
  uint64_t rows = p->in->view->rows;
  d->numbers = p->sorted = blt_alloc(p->ctx, (rows + 1) * sizeof *p->sorted);
  d->order = blt_calloc(p->ctx, d->words.nwords + 1, sizeof *d->order);
  d->dealers = blt_alloc(p->ctx, p->in->scan.workers * sizeof *d->dealers);
  if (!d->numbers || !d->order || !d->dealers) return blt_fail_memory(err, (rows + 1) * sizeof *d->numbers);
  for (uint32_t w = 0; w < d->words.nwords; w++) {
    d->order[w] = blt_alloc(p->ctx, (rows + 1) * sizeof **d->order);
    if (!d->order[w]) return blt_fail_memory(err, (rows + 1) * sizeof **d->order);
  }
  return blt_scan_run(&p->in->scan, rows, p->in->view->ngroups, deal_group, d, err);
}

static void dealing_free(dealing *d) {
  blt_window_parts *p = d->p;
  uint64_t rows = p->in->view->rows;
  for (uint32_t w = 0; d->order && w < d->words.nwords; w++)
    blt_free(p->ctx, d->order[w], (rows + 1) * sizeof **d->order);
  blt_free(p->ctx, d->order, (d->words.nwords + 1) * sizeof *d->order);
  blt_free(p->ctx, d->dealers, p->in->scan.workers * sizeof *d->dealers);
  blt_sort_words_free(&d->words);
}

/* ---- one bucket in order ---- */

typedef struct bucket {
  const dealing *d;
  uint32_t from, n, worker;
  uint64_t *room; /* two of n words */
} bucket;

static uint32_t bits_of(uint64_t x) {
  return x ? 64 - (uint32_t)__builtin_clzll(x) : 0;
}

/* The bits in which words differ, and where they begin. */
typedef struct span {
  uint64_t low;
  uint32_t shift, bits;
} span;

static span span_of(const uint64_t *x, uint32_t n) {
  uint64_t low = x[0], high = x[0], differ = 0;
  for (uint32_t i = 0; i < n; i++) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
    differ |= x[i] ^ x[0];
  }
  uint32_t shift = differ ? (uint32_t)__builtin_ctzll(differ) : 0;
  return (span){low, shift, bits_of((high - low) >> shift)};
}

/* One pass of a radix sort over bits `shift` on of keys with their numbers in the lowest bits. */
static blt_status sort_digit(const bucket *b, const uint64_t *in, uint32_t shift, uint64_t *out,
                             blt_error *err) {
  uint32_t count[DIGITS + 1] = {0};
  for (uint32_t i = 0; i < b->n; i++) count[(in[i] >> shift & (DIGITS - 1)) + 1]++;
  for (uint32_t k = 0; k < DIGITS; k++) count[k + 1] += count[k];
  for (uint32_t i = 0; i < b->n;) {
    uint32_t end = b->n - i < STEP ? b->n : i + STEP;
    for (; i < end; i++) out[count[in[i] >> shift & (DIGITS - 1)]++] = in[i];
    blt_status status = blt_scan_check(&b->d->p->in->scan, b->worker, err);
    if (status != BLT_OK) return status;
  }
  return BLT_OK;
}

/* Partition, order and number of a row in one word. */
static blt_status sort_packed(const bucket *b, span order, uint32_t low, uint32_t part_bits, blt_error *err) {
  blt_window_parts *p = b->d->p;
  const uint32_t *numbers = b->d->numbers + b->from;
  const uint64_t *words = b->d->words.nwords ? b->d->order[0] + b->from : NULL;
  uint32_t n = b->n, row_bits = bits_of(n - 1), key_bits = order.bits + part_bits;
  uint64_t *x = b->room, *y = b->room + n, mask = row_bits ? ~UINT64_C(0) >> (64 - row_bits) : 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t key = words ? (words[i] - order.low) >> order.shift : 0;
    x[i] = (((uint64_t)(numbers[i] - low) << order.bits | key) << row_bits) | i;
  }
  for (uint32_t done = 0; done < key_bits; done += DIGIT_BITS) {
    blt_status status = sort_digit(b, x, row_bits + done, y, err);
    if (status != BLT_OK) return status;
    uint64_t *t = x;
    x = y, y = t;
  }
  uint64_t before = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t key = x[i] >> row_bits, apart = key ^ before;
    bool first = i == 0 || apart >> order.bits;
    p->sorted[b->from + i] = (uint32_t)(x[i] & mask);
    p->flags[b->from + i] = first ? BLT_PART_FIRST : apart ? 0 : BLT_PART_EQUAL;
    before = key;
  }
  return BLT_OK;
}

/* Puts a bucket's rows in this order. `numbers`: of the rows as dealt; NULL: all are of one partition. */
static void put_order(const bucket *b, const uint32_t *sorted, const uint64_t *numbers) {
  const blt_window_parts *p = b->d->p;
  memcpy(p->sorted + b->from, sorted, b->n * sizeof *sorted);
  for (uint32_t i = 0; i < b->n; i++) {
    bool first = i == 0 || (numbers && numbers[sorted[i]] != numbers[sorted[i - 1]]), equal = !first;
    for (uint32_t w = 0; w < b->d->words.nwords && equal; w++)
      equal = b->d->order[w][b->from + sorted[i]] == b->d->order[w][b->from + sorted[i - 1]];
    p->flags[b->from + i] = first ? BLT_PART_FIRST : equal ? BLT_PART_EQUAL : 0;
  }
}

/* Any number of words: the last first, then the partitions. */
static blt_status sort_words(const bucket *b, blt_error *err) {
  uint32_t *one = (uint32_t *)b->room, *two = one + b->n, *order = one;
  uint64_t *numbers = b->room + b->n;
  blt_scan *scan = &b->d->p->in->scan;
  blt_status status = BLT_OK;
  for (uint32_t i = 0; i < b->n; i++) one[i] = i;
  for (uint32_t i = 0; i < b->n; i++) numbers[i] = b->d->numbers[b->from + i];
  for (uint32_t w = b->d->words.nwords; w-- > 0 && status == BLT_OK;)
    status = blt_sort_positions(scan, b->worker, b->d->order[w] + b->from, b->n, order,
                                order == one ? two : one, &order, err);
  if (status == BLT_OK)
    status = blt_sort_positions(scan, b->worker, numbers, b->n, order, order == one ? two : one, &order, err);
  if (status != BLT_OK) return status;
  put_order(b, order, numbers);
  return BLT_OK;
}

static blt_status sort_bucket(void *arg, uint32_t from, uint32_t n, uint32_t worker, blt_error *err) {
  dealing *d = arg;
  bucket b = {.d = d, .from = from, .n = n, .worker = worker};
  uint32_t low = UINT32_MAX, high = 0;
  for (uint32_t i = 0; i < n; i++) {
    low = d->numbers[from + i] < low ? d->numbers[from + i] : low;
    high = d->numbers[from + i] > high ? d->numbers[from + i] : high;
  }
  span order = d->words.nwords == 1 ? span_of(d->order[0] + from, n) : (span){0};
  uint32_t part_bits = bits_of(high - low);
  bool packed = d->words.nwords < 2 && order.bits + part_bits + bits_of(n - 1) <= 64;
  b.room = blt_alloc(d->p->ctx, 2 * (size_t)n * sizeof *b.room);
  if (!b.room) return blt_fail_memory(err, 2 * (size_t)n * sizeof *b.room);
  blt_status status = packed ? sort_packed(&b, order, low, part_bits, err) : sort_words(&b, err);
  blt_free(d->p->ctx, b.room, 2 * (size_t)n * sizeof *b.room);
  return status;
}

/* Without keys all rows are one partition, which is sorted on all threads: places are rows. */
static blt_status sort_all(dealing *d, const blt_plan *plan, blt_error *err) {
  blt_window_parts *p = d->p;
  blt_passed_order order = {.nkeys = plan->u.window.norder, .keys = plan->u.window.order, .most = UINT64_MAX};
  uint32_t *list = NULL;
  size_t n = 0;
  blt_status status = blt_passed_rows(p->in, &order, &list, &n, err);
  if (status == BLT_OK && n) put_order(&(bucket){.d = d, .n = (uint32_t)n}, list, NULL);
  blt_free(p->ctx, list, n * sizeof *list);
  return status;
}

/* ---- life ---- */

static blt_status compile_order(const blt_window_parts *p, const blt_plan *plan, blt_expr **exprs,
                                blt_sort_key *keys, blt_error *err) {
  for (uint32_t i = 0; i < plan->u.window.norder; i++) {
    const blt_plan_order *o = &plan->u.window.order[i];
    blt_status status = blt_passed_expr(p->in, &o->term, &exprs[i], err);
    if (status != BLT_OK) return status;
    keys[i] = (blt_sort_key){exprs[i], o->descending, o->nulls_first};
  }
  return BLT_OK;
}

static blt_status sort_rows(dealing *d, const blt_plan *plan, blt_error *err) {
  blt_window_parts *p = d->p;
  uint64_t rows = p->in->view->rows;
  blt_status status = take_buckets(d, err);
  if (status == BLT_OK) status = deal_rows(d, err);
  if (status != BLT_OK) return status;
  p->flags = blt_alloc(p->ctx, rows + 1);
  if (!p->flags) return blt_fail_memory(err, rows + 1);
  return p->keyed ? blt_window_each(p, sort_bucket, d, err) : sort_all(d, plan, err);
}

blt_status blt_window_parts_init(blt_window_parts *p, blt_passed *in, const blt_plan *plan, blt_error *err) {
  uint32_t n = plan->u.window.norder;
  blt_ctx *ctx = in->run->ctx;
  *p = (blt_window_parts){.ctx = ctx, .in = in, .keyed = plan->u.window.nkeys > 0};
  blt_plan_join same = {.kind = BLT_JOIN_INNER,
                        .nkeys = plan->u.window.nkeys,
                        .left = plan->u.window.keys,
                        .right = plan->u.window.keys,
                        .null_equal = true};
  dealing d = {.p = p};
  blt_expr **exprs = blt_calloc(ctx, n + 1, sizeof *exprs);
  blt_sort_key *sort = blt_calloc(ctx, n + 1, sizeof *sort);
  blt_status status = exprs && sort ? BLT_OK : blt_fail_memory(err, n * sizeof *sort);
  if (status == BLT_OK) status = blt_join_keys_init(&p->keys, NULL, in, &same, err);
  if (status == BLT_OK) status = compile_order(p, plan, exprs, sort, err);
  if (status == BLT_OK) status = blt_sort_words_init(&d.words, &in->scan, sort, n, 0, err);
  if (status == BLT_OK) status = sort_rows(&d, plan, err);
  dealing_free(&d);
  blt_join_index_free(&p->index);
  for (uint32_t i = 0; exprs && i < n; i++) blt_expr_free(exprs[i]);
  blt_free(ctx, exprs, (n + 1) * sizeof *exprs);
  blt_free(ctx, sort, (n + 1) * sizeof *sort);
  return status;
}

void blt_window_parts_free(blt_window_parts *p) {
  if (!p->ctx) return;
  uint64_t rows = p->deal.rows;
  blt_free(p->ctx, p->sorted, (rows + 1) * sizeof *p->sorted);
  blt_free(p->ctx, p->flags, rows + 1);
  blt_deal_free(&p->deal);
  blt_join_index_free(&p->index);
  blt_join_keys_free(&p->keys);
}

/* ---- each bucket ---- */

typedef struct each {
  const blt_window_parts *p;
  blt_window_fn fn;
  void *arg;
} each;

static blt_status each_bucket(void *arg, uint32_t task, uint32_t worker, blt_error *err) {
  const each *e = arg;
  const uint32_t *starts = e->p->deal.starts;
  blt_status status = blt_scan_check(&e->p->in->scan, worker, err);
  if (status != BLT_OK || starts[task] == starts[task + 1]) return status;
  return e->fn(e->arg, starts[task], starts[task + 1] - starts[task], worker, err);
}

blt_status blt_window_each(const blt_window_parts *p, blt_window_fn fn, void *arg, blt_error *err) {
  each e = {.p = p, .fn = fn, .arg = arg};
  return blt_scan_run(&p->in->scan, p->deal.rows, p->deal.n, each_bucket, &e, err);
}
