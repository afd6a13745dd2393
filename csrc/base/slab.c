#include "slab.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE BLT_HUGE_PAGE
#define PAGE ((size_t)4096)
#define SLAB_BYTES (4 * HUGE_PAGE)

typedef struct blt_slab_piece {
  struct blt_slab_piece *next;
  bool cold; /* its other pages were given back */
} blt_slab_piece;

/* At the beginning of each slab. */
typedef struct blt_slab_head {
  struct blt_slab_head *next;
} blt_slab_head;

/* The class of a size, and the size that all its pieces have. */
static int class_of(size_t bytes, size_t *rounded) {
  int power = 63 - __builtin_clzll(bytes);
  size_t quarter = (size_t)1 << (power - 2), n = (bytes - ((size_t)1 << power) + quarter - 1) / quarter;
  *rounded = ((size_t)1 << power) + n * quarter;
  return (power - 14) * 4 + (int)n;
}

static size_t size_of_class(int class) {
  return (size_t)(4 + class % 4) << (class / 4 + 12);
}

/* Slabs hold blocks, which are written once and read in order: small pages serve them as well, and huge ones
 * may cost far more (0.8 s of 1.5 s when ten million rows are first loaded): only cheap ones are taken. */
static char *map_aligned(void) {
  char *raw = mmap(NULL, SLAB_BYTES + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return NULL;
  char *p = (char *)(((uintptr_t)raw + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
  if (p > raw) munmap(raw, (size_t)(p - raw));
  munmap(p + SLAB_BYTES, (size_t)(raw + HUGE_PAGE - p));
  return p;
}

/* Gives the pages of a freed piece back, but for the first, which its list needs. */
static void cool(blt_slabs *s, blt_slab_piece *piece, size_t size) {
  madvise((char *)piece + PAGE, size - PAGE, MADV_DONTNEED);
  piece->cold = true;
  s->kept -= size;
}

/* As many bytes of pieces that lie idle beyond BLT_SLAB_SPARE, the largest first: their sizes are not those
 * that are asked for. */
static void make_way(blt_slabs *s, size_t bytes) {
  size_t before = s->kept;
  for (int c = BLT_SLAB_CLASSES - 1; c >= 0; c--) {
    size_t size = size_of_class(c);
    for (blt_slab_piece *piece = s->free[c]; piece; piece = piece->next) {
      if (s->kept <= BLT_SLAB_SPARE || before - s->kept >= bytes) return;
      if (!piece->cold) cool(s, piece, size);
    }
  }
}

/* Whether the newest slab's pages are there up to `to`; they come as huge ones as long as these are cheap. */
static bool is_ready(blt_slabs *s, const char *to) {
  while (s->ready && s->ready < to) {
    size_t bytes = blt_huge_touch(&s->huge, s->ready, HUGE_PAGE);
    s->ready = bytes ? s->ready + bytes : NULL;
  }
  return s->ready;
}

/* The first is on small pages: many contexts need no other. */
static bool new_slab(blt_slabs *s) {
  make_way(s, SLAB_BYTES);
  char *p = map_aligned();
  if (!p) return false;
  s->ready = s->slabs ? p : NULL;
  is_ready(s, p + PAGE);
  blt_slab_head *head = (blt_slab_head *)p;
  head->next = s->slabs;
  s->slabs = head;
  s->next = p + PAGE;
  s->end = p + SLAB_BYTES;
  return true;
}

void *blt_slab_alloc(blt_slabs *s, size_t bytes, bool *cold) {
  size_t size;
  int class = class_of(bytes, &size);
  blt_slab_piece *piece = s->free[class];
  if (piece) {
    s->free[class] = piece->next;
    if (!piece->cold) s->kept -= size;
    *cold = piece->cold;
    return piece;
  }
  if ((size_t)(s->end - s->next) < size && !new_slab(s)) return NULL;
  void *p = s->next;
  s->next += size;
  *cold = !is_ready(s, s->next);
  return p;
}

void blt_slab_touch(void *p, size_t bytes) {
#ifdef MADV_POPULATE_WRITE
  char *first = (char *)((uintptr_t)p & ~(PAGE - 1));
  madvise(first, (size_t)((char *)p + bytes - first), MADV_POPULATE_WRITE);
#else
  (void)p, (void)bytes;
#endif
}

void blt_slab_free(blt_slabs *s, void *p, size_t bytes) {
  size_t size;
  int class = class_of(bytes, &size);
  blt_slab_piece *piece = p;
  piece->cold = false;
  s->kept += size;
  if (s->kept > BLT_SLAB_KEPT) cool(s, piece, size);
  piece->next = s->free[class];
  s->free[class] = piece;
}

void blt_slabs_free(blt_slabs *s) {
  while (s->slabs) {
    blt_slab_head *next = s->slabs->next;
    munmap(s->slabs, SLAB_BYTES);
    s->slabs = next;
  }
}
