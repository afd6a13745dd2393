/* Functions of a row's place, and those that take another row's value. */
#include "window_inside.h"

/* Runs of rows that the order finds equal: rows from .. end - 1, the number-th run. */
static void put_ranks(const blt_window_item *item, const blt_window_part *p) {
  uint64_t number = 0;
  uint32_t n = p->n;
  for (uint32_t from = 0, end; from < n; from = end) {
    end = from + 1;
    while (end < n && p->flags[end] & BLT_PART_EQUAL) end++;
    number++;
    for (uint32_t i = from; i < end; i++) {
      uint64_t word = item->kind == BLT_WINDOW_RANK         ? (uint64_t)from + 1
                      : item->kind == BLT_WINDOW_DENSE_RANK ? number
                      : item->kind == BLT_WINDOW_CUME_DIST
                          ? blt_bits_of_double((double)end / (double)n)
                          : blt_bits_of_double(n > 1 ? (double)from / (double)(n - 1) : 0);
      blt_window_put(p, i, word);
    }
  }
}

/* The first n % k parts have one row more. */
static void put_ntile(const blt_window_item *item, const blt_window_part *p) {
  uint64_t k = (uint64_t)item->k, size = p->n / k, larger = p->n % k, edge = larger * (size + 1);
  for (uint64_t i = 0; i < p->n; i++)
    blt_window_put(p, (uint32_t)i, 1 + (i < edge ? i / (size + 1) : larger + (i - edge) / size));
}

static void put_value(const blt_window_part *p, uint32_t row, uint32_t from) {
  p->out.words[row] = p->x.words[from];
  p->out.valid[row] = p->x.valid[from];
}

static void put_offset(const blt_window_item *item, const blt_window_part *p, bool behind) {
  uint64_t k = (uint64_t)item->k;
  for (uint64_t i = 0; i < p->n; i++) {
    bool inside = behind ? k < p->n - i : k <= i;
    if (inside) {
      put_value(p, (uint32_t)i, (uint32_t)(behind ? i + k : i - k));
    } else if (p->otherwise.words) {
      p->out.words[i] = p->otherwise.words[i];
      p->out.valid[i] = p->otherwise.valid[i];
    }
  }
}

/* The k-th value of each frame, from its first or its last row on. Frames move forwards only, so the rows
 * that have values are listed once. */
static void put_nth(const blt_window_item *item, const blt_window_part *p, bool from_end) {
  uint32_t *places = (uint32_t *)p->sums, count = 0, low = 0, high = 0;
  for (uint32_t i = 0; i < p->n; i++)
    if (p->x.valid[i]) places[count++] = i;
  for (uint32_t i = 0; i < p->n; i++) {
    while (low < count && places[low] < p->low[i]) low++;
    if (high < low) high = low;
    while (high < count && places[high] < p->high[i]) high++;
    uint64_t k = item->kind == BLT_WINDOW_NTH ? (uint64_t)item->k : 1;
    if (k > high - low) continue;
    put_value(p, i, places[from_end ? high - k : low + k - 1]);
  }
}

void blt_window_place(const blt_window_item *item, const blt_window_part *p) {
  switch (item->kind) {
  case BLT_WINDOW_ROW_NUMBER:
    for (uint32_t i = 0; i < p->n; i++) blt_window_put(p, i, (uint64_t)i + 1);
    break;
  case BLT_WINDOW_NTILE:
    put_ntile(item, p);
    break;
  case BLT_WINDOW_LAG:
  case BLT_WINDOW_LEAD:
    put_offset(item, p, item->kind == BLT_WINDOW_LEAD);
    break;
  case BLT_WINDOW_FIRST:
  case BLT_WINDOW_NTH:
  case BLT_WINDOW_LAST:
    put_nth(item, p, item->kind == BLT_WINDOW_LAST);
    break;
  default:
    put_ranks(item, p);
  }
}
