/* Functions of a row's place, and those that take another row's value. */
#include "window_inside.h"

static bool same_order(const blt_window_item *item, uint32_t a, uint32_t b) {
  return blt_window_compare(&item->parts->order, a, b) == 0;
}

/* Runs of rows that the order finds equal: places from .. end - 1, the number-th run. */
static void put_ranks(const blt_window_item *item, const uint32_t *rows, uint32_t n) {
  uint64_t number = 0;
  for (uint32_t from = 0, end; from < n; from = end) {
    end = from + 1;
    while (end < n && same_order(item, rows[from], rows[end])) end++;
    number++;
    for (uint32_t i = from; i < end; i++) {
      uint64_t word = item->kind == BLT_WINDOW_RANK         ? (uint64_t)from + 1
                      : item->kind == BLT_WINDOW_DENSE_RANK ? number
                      : item->kind == BLT_WINDOW_CUME_DIST
                          ? blt_double_word((double)end / (double)n)
                          : blt_double_word(n > 1 ? (double)from / (double)(n - 1) : 0);
      blt_window_put(item, rows[i], word);
    }
  }
}

/* The first n % k parts have one row more. */
static void put_ntile(const blt_window_item *item, const uint32_t *rows, uint32_t n) {
  uint64_t k = (uint64_t)item->k, size = n / k, larger = n % k, edge = larger * (size + 1);
  for (uint64_t i = 0; i < n; i++)
    blt_window_put(item, rows[i], 1 + (i < edge ? i / (size + 1) : larger + (i - edge) / size));
}

static void put_value(const blt_window_item *item, uint32_t row, uint32_t from) {
  item->out->words[row] = item->x.words[from];
  item->out->valid[row] = item->x.valid[from];
}

static void put_offset(const blt_window_item *item, const uint32_t *rows, uint32_t n, bool behind) {
  uint64_t k = (uint64_t)item->k;
  for (uint64_t i = 0; i < n; i++) {
    bool inside = behind ? k < n - i : k <= i;
    if (inside) {
      put_value(item, rows[i], rows[behind ? i + k : i - k]);
    } else if (item->otherwise.words) {
      item->out->words[rows[i]] = item->otherwise.words[rows[i]];
      item->out->valid[rows[i]] = item->otherwise.valid[rows[i]];
    }
  }
}

/* The k-th value of each frame, from its first or its last row on. Frames move forwards only, so the places
 * of values are listed once. */
static void put_nth(const blt_window_item *item, const uint32_t *rows, uint32_t n,
                    const blt_window_work *work, bool from_end) {
  uint32_t *places = (uint32_t *)work->sums, count = 0, low = 0, high = 0;
  for (uint32_t i = 0; i < n; i++)
    if (item->x.valid[rows[i]]) places[count++] = i;
  for (uint32_t i = 0; i < n; i++) {
    while (low < count && places[low] < work->low[i]) low++;
    if (high < low) high = low;
    while (high < count && places[high] < work->high[i]) high++;
    uint64_t k = item->kind == BLT_WINDOW_NTH ? (uint64_t)item->k : 1;
    if (k > high - low) continue;
    put_value(item, rows[i], rows[places[from_end ? high - k : low + k - 1]]);
  }
}

blt_status blt_window_place(const blt_window_item *item, const uint32_t *rows, uint32_t n,
                            const blt_window_work *work, blt_error *err) {
  (void)err;
  switch (item->kind) {
  case BLT_WINDOW_ROW_NUMBER:
    for (uint32_t i = 0; i < n; i++) blt_window_put(item, rows[i], (uint64_t)i + 1);
    break;
  case BLT_WINDOW_NTILE:
    put_ntile(item, rows, n);
    break;
  case BLT_WINDOW_LAG:
  case BLT_WINDOW_LEAD:
    put_offset(item, rows, n, item->kind == BLT_WINDOW_LEAD);
    break;
  case BLT_WINDOW_FIRST:
  case BLT_WINDOW_NTH:
  case BLT_WINDOW_LAST:
    put_nth(item, rows, n, work, item->kind == BLT_WINDOW_LAST);
    break;
  default:
    put_ranks(item, rows, n);
  }
  return BLT_OK;
}
