#include "select.h"

#define SMALL 24u
#define SIFT_VALUES 16u /* a sift costs as much as going over so many values */

static void insertion_sort(uint64_t *a, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    uint64_t x = a[i];
    uint32_t j = i;
    for (; j > 0 && a[j - 1] > x; j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

static void sift(uint64_t *a, uint32_t at, uint32_t n) {
  uint64_t x = a[at];
  for (uint32_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && a[child + 1] > a[child]) child++;
    if (a[child] <= x) break;
    a[at] = a[child];
  }
  a[at] = x;
}

blt_status blt_sort_words(uint64_t *a, uint32_t n, blt_pace *pace, blt_error *err) {
  blt_status status = BLT_OK;
  if (n <= SMALL) {
    insertion_sort(a, n);
    return BLT_OK;
  }
  for (uint32_t i = n / 2; i-- > 0 && status == BLT_OK;) {
    sift(a, i, n);
    status = blt_pace_step(pace, SIFT_VALUES, err);
  }
  for (uint32_t i = n - 1; i > 0 && status == BLT_OK; i--) {
    uint64_t x = a[0];
    a[0] = a[i];
    a[i] = x;
    sift(a, 0, i);
    status = blt_pace_step(pace, SIFT_VALUES, err);
  }
  return status;
}

/* Moves the words of a[from] to a[end - 1] that are below `pivot` behind the `below` ones before them,
 * without a branch that depends on them; returns how many there are then. */
static uint32_t move_below(uint64_t *a, uint32_t from, uint32_t end, uint32_t below, uint64_t pivot) {
  for (uint32_t i = from; i < end; i++) {
    uint64_t x = a[i];
    a[i] = a[below];
    a[below] = x;
    below += x < pivot;
  }
  return below;
}

/* Moves the words below `pivot` to the front; *below: their number. */
static blt_status partition(uint64_t *a, uint32_t n, uint64_t pivot, uint32_t *below, blt_pace *pace,
                            blt_error *err) {
  blt_status status = BLT_OK;
  *below = 0;
  for (uint32_t i = 0, end; i < n && status == BLT_OK; i = end) {
    end = blt_pace_end(i, n);
    *below = move_below(a, i, end, *below, pivot);
    status = blt_pace_step(pace, end - i, err);
  }
  return status;
}

static uint64_t median3(uint64_t x, uint64_t y, uint64_t z) {
  if (x > y) return y > z ? y : x > z ? z : x;
  return x > z ? x : y > z ? z : y;
}

/* A word that probably lies close to rank k: from a sorted sample, a little to the safe side. */
static uint64_t choose_pivot(const uint64_t *a, uint32_t n, uint32_t k) {
  if (n < 128) return median3(a[n / 4], a[n / 2], a[n - n / 4 - 1]);
  uint64_t sample[31];
  for (uint32_t i = 0; i < 31; i++) sample[i] = a[(uint64_t)n * i / 31];
  insertion_sort(sample, 31);
  return sample[1 + (uint64_t)k * 29 / n];
}

blt_status blt_select(uint64_t *a, uint32_t n, uint32_t k, blt_pace *pace, blt_error *err) {
  uint32_t left = n, at = k;
  for (uint32_t rounds = 64; left > SMALL && rounds > 0; rounds--) {
    uint64_t pivot = choose_pivot(a, left, at);
    uint32_t below, equal;
    blt_status status = partition(a, left, pivot, &below, pace, err);
    if (status != BLT_OK) return status;
    if (at < below) {
      left = below;
      continue;
    }
    a += below;
    left -= below;
    at -= below;
    equal = left;
    if (pivot < UINT64_MAX) status = partition(a, left, pivot + 1, &equal, pace, err);
    if (status != BLT_OK || at < equal) return status;
    a += equal;
    left -= equal;
    at -= equal;
  }
  return blt_sort_words(a, left, pace, err);
}
