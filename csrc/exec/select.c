#include "select.h"

#define SMALL 24u

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

void blt_sort_words(uint64_t *a, uint32_t n) {
  if (n <= SMALL) {
    insertion_sort(a, n);
    return;
  }
  for (uint32_t i = n / 2; i-- > 0;) sift(a, i, n);
  for (uint32_t i = n - 1; i > 0; i--) {
    uint64_t x = a[0];
    a[0] = a[i];
    a[i] = x;
    sift(a, 0, i);
  }
}

/* Moves the words below `pivot` to the front without a branch that depends on them; returns their number. */
static uint32_t partition_below(uint64_t *a, uint32_t n, uint64_t pivot) {
  uint32_t below = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t x = a[i];
    a[i] = a[below];
    a[below] = x;
    below += x < pivot;
  }
  return below;
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

uint64_t blt_select(uint64_t *a, uint32_t n, uint32_t k) {
  uint64_t *from = a;
  uint32_t left = n, at = k, rounds = 64;
  while (left > SMALL) {
    if (rounds-- == 0) break;
    uint64_t pivot = choose_pivot(from, left, at);
    uint32_t below = partition_below(from, left, pivot);
    if (at < below) {
      left = below;
      continue;
    }
    from += below;
    left -= below;
    at -= below;
    uint32_t equal = pivot == UINT64_MAX ? left : partition_below(from, left, pivot + 1);
    if (at < equal) return a[k];
    from += equal;
    left -= equal;
    at -= equal;
  }
  blt_sort_words(from, left);
  return a[k];
}
