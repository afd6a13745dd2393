#include "solve/circuits.h"
#include "base/mem.h"

#include <string.h>

enum {
  MOST_CELLS = 16,  /* of a circuit */
  MOST_CHOICES = 8, /* that are tried at one step */
  FEW_STEPS = 500,  /* of one search */
};

typedef struct signed_cell {
  uint32_t cell;
  int32_t sign;
  int32_t change; /* by how many more equations are broken with it */
} signed_cell;

struct blt_circuits {
  blt_ctx *ctx;
  const blt_system *s;
  uint32_t *starts, *cells; /* the columns of each equation */
  int64_t *move;            /* what was found so far */
  int64_t *missing;         /* what an equation lacks to zero, in units of the circuit that is being made */
  uint32_t *broken, *place; /* the equations that lack something, and where each stands there */
  uint32_t nbroken, span;   /* no column stands in more than `span` equations */
  bool *allowed, *taken;
  signed_cell path[MOST_CELLS];
  uint32_t npath, most;
  int32_t
      bound; /* so many equations are broken at most while cells that lie like a box's corners are added */
  int64_t amount; /* by how much each cell of the circuit must be able to move */
  uint64_t steps, last;
};

static bool make_room(blt_circuits *k) {
  size_t ncols = k->s->ncols, nrows = k->s->nrows;
  k->starts = blt_calloc(k->ctx, nrows + 2, sizeof *k->starts);
  k->cells = blt_calloc(k->ctx, (size_t)k->s->starts[ncols] + 1, sizeof *k->cells);
  k->move = blt_calloc(k->ctx, ncols + 1, sizeof *k->move);
  k->missing = blt_calloc(k->ctx, nrows + 1, sizeof *k->missing);
  k->broken = blt_calloc(k->ctx, nrows + 1, sizeof *k->broken);
  k->place = blt_calloc(k->ctx, nrows + 1, sizeof *k->place);
  k->allowed = blt_calloc(k->ctx, ncols + 1, sizeof *k->allowed);
  k->taken = blt_calloc(k->ctx, ncols + 1, sizeof *k->taken);
  return k->starts && k->cells && k->move && k->missing && k->broken && k->place && k->allowed && k->taken;
}

/* Equation r's columns stand from starts[r] on, in their order. */
static void list_cells(blt_circuits *k) {
  const blt_system *s = k->s;
  for (int32_t e = 0; e < s->starts[s->ncols]; e++) k->starts[s->rows[e] + 2]++;
  for (uint32_t r = 0; r < s->nrows; r++) k->starts[r + 2] += k->starts[r + 1];
  for (uint32_t c = 0; c < s->ncols; c++) {
    uint32_t span = (uint32_t)(s->starts[c + 1] - s->starts[c]);
    if (span > k->span) k->span = span;
    for (int32_t e = s->starts[c]; e < s->starts[c + 1]; e++) k->cells[k->starts[s->rows[e] + 1]++] = c;
  }
}

blt_status blt_circuits_new(blt_ctx *ctx, const blt_system *s, blt_circuits **out, blt_error *err) {
  blt_circuits *k = blt_calloc(ctx, 1, sizeof *k);
  if (!k) return blt_fail_memory(err, sizeof *k);
  *k = (blt_circuits){.ctx = blt_ctx_retain(ctx), .s = s};
  if (!make_room(k)) {
    blt_circuits_free(k);
    return blt_fail_memory(err, s->ncols * sizeof(int64_t));
  }
  list_cells(k);
  k->bound = k->span < 24 ? (2 << k->span) / 3 : INT32_MAX;
  *out = k;
  return BLT_OK;
}

void blt_circuits_free(blt_circuits *k) {
  if (!k) return;
  blt_ctx *ctx = k->ctx;
  size_t ncols = k->s->ncols, nrows = k->s->nrows;
  blt_free(ctx, k->starts, (nrows + 2) * sizeof *k->starts);
  blt_free(ctx, k->cells, ((size_t)k->s->starts[ncols] + 1) * sizeof *k->cells);
  blt_free(ctx, k->move, (ncols + 1) * sizeof *k->move);
  blt_free(ctx, k->missing, (nrows + 1) * sizeof *k->missing);
  blt_free(ctx, k->broken, (nrows + 1) * sizeof *k->broken);
  blt_free(ctx, k->place, (nrows + 1) * sizeof *k->place);
  blt_free(ctx, k->allowed, (ncols + 1) * sizeof *k->allowed);
  blt_free(ctx, k->taken, (ncols + 1) * sizeof *k->taken);
  blt_free(ctx, k, sizeof *k);
  blt_ctx_release(ctx);
}

void blt_circuits_allow(blt_circuits *k, uint32_t column, bool allowed) {
  k->allowed[column] = allowed;
}

uint64_t blt_circuits_steps(const blt_circuits *k) {
  return k->steps;
}

static void note_broken(blt_circuits *k, uint32_t r, bool was) {
  bool is = k->missing[r] != 0;
  if (is && !was) {
    k->place[r] = k->nbroken;
    k->broken[k->nbroken++] = r;
  } else if (was && !is) {
    uint32_t moved = k->broken[--k->nbroken];
    k->broken[k->place[r]] = moved;
    k->place[moved] = k->place[r];
  }
}

/* Adds a cell's unit to all its equations, or takes it away again. */
static void shift(blt_circuits *k, uint32_t c, int32_t sign) {
  const blt_system *s = k->s;
  for (int32_t e = s->starts[c]; e < s->starts[c + 1]; e++) {
    uint32_t r = (uint32_t)s->rows[e];
    bool was = k->missing[r] != 0;
    k->missing[r] -= (int64_t)s->coefficients[e] * sign;
    note_broken(k, r, was);
  }
}

static void put(blt_circuits *k, signed_cell one) {
  k->path[k->npath++] = one;
  k->taken[one.cell] = true;
  shift(k, one.cell, one.sign);
}

static void take_back(blt_circuits *k) {
  signed_cell one = k->path[--k->npath];
  k->taken[one.cell] = false;
  shift(k, one.cell, -one.sign);
}

static int64_t room_of(const blt_circuits *k, uint32_t c, int32_t sign) {
  const blt_system *s = k->s;
  if (sign < 0) return k->move[c] - s->low[c];
  return s->high[c] == BLT_SYSTEM_OPEN ? BLT_SYSTEM_LARGEST : s->high[c] - k->move[c];
}

static int32_t change_by(const blt_circuits *k, uint32_t c, int32_t sign) {
  const blt_system *s = k->s;
  int32_t change = 0;
  for (int32_t e = s->starts[c]; e < s->starts[c + 1]; e++) {
    int64_t before = k->missing[s->rows[e]], after = before - (int64_t)s->coefficients[e] * sign;
    change += (after != 0) - (before != 0);
  }
  return change;
}

static int32_t coefficient_in(const blt_system *s, uint32_t c, uint32_t r) {
  for (int32_t e = s->starts[c]; e < s->starts[c + 1]; e++)
    if ((uint32_t)s->rows[e] == r) return s->coefficients[e];
  return 0;
}

/* The best choices for an equation, those first that leave fewest broken. */
typedef struct choices {
  uint32_t n, all;
  signed_cell best[MOST_CHOICES];
} choices;

static void keep(choices *list, signed_cell one) {
  uint32_t at = list->n < MOST_CHOICES ? list->n++ : MOST_CHOICES;
  for (; at > 0 && list->best[at - 1].change > one.change; at--)
    if (at < MOST_CHOICES) list->best[at] = list->best[at - 1];
  if (at < MOST_CHOICES) list->best[at] = one;
}

/* The allowed cells that give equation r what it lacks and leave no more broken than can still be mended: one
 * cell more than what the last of a circuit mends at once. */
static void choose(const blt_circuits *k, uint32_t r, choices *list) {
  int32_t left = (int32_t)(k->most - k->npath) - 1;
  int32_t bound = left ? left + (int32_t)k->span - 1 : 0;
  if (bound > k->bound) bound = k->bound;
  *list = (choices){0};
  for (uint32_t i = k->starts[r]; i < k->starts[r + 1]; i++) {
    uint32_t c = k->cells[i];
    if (!k->allowed[c] || k->taken[c]) continue;
    signed_cell one = {c, (k->missing[r] > 0) == (coefficient_in(k->s, c, r) > 0) ? 1 : -1, 0};
    one.change = change_by(k, c, one.sign);
    if (room_of(k, c, one.sign) < k->amount) continue;
    list->all++;
    if ((int32_t)k->nbroken + one.change <= bound) keep(list, one);
  }
}

static bool is_better(const choices *a, const choices *b) {
  if (a->best[0].change != b->best[0].change) return a->best[0].change < b->best[0].change;
  return a->all < b->all;
}

/* The equation that is mended next: one that can be mended in fewest ways, and with others. False when there
 * is one that cannot be. */
static bool choose_next(const blt_circuits *k, choices *next) {
  *next = (choices){0};
  for (uint32_t i = 0; i < k->nbroken; i++) {
    choices list;
    choose(k, k->broken[i], &list);
    if (!list.all) return false;
    if (list.n && (!next->n || is_better(&list, next))) *next = list;
  }
  return next->n > 0;
}

static bool complete(blt_circuits *k) {
  choices next;
  if (!k->nbroken) return true;
  if (k->npath == k->most || k->steps >= k->last) return false;
  k->steps++;
  if (!choose_next(k, &next)) return false;
  for (uint32_t i = 0; i < next.n; i++) {
    put(k, next.best[i]);
    if (complete(k)) return true;
    take_back(k);
  }
  return false;
}

/* A circuit through a cell, left as the path. */
static bool find_circuit(blt_circuits *k, uint32_t c, int32_t sign, int64_t amount) {
  k->amount = amount;
  for (k->most = MOST_CELLS / 2; k->most <= MOST_CELLS; k->most *= 2) {
    k->last = k->steps + FEW_STEPS;
    put(k, (signed_cell){c, sign, 0});
    if (complete(k)) return true;
    take_back(k);
  }
  return false;
}

/* Moves along the path, at most by `most`; gives by how much. */
static int64_t push(blt_circuits *k, int64_t most) {
  for (uint32_t i = 0; i < k->npath; i++) {
    int64_t room = room_of(k, k->path[i].cell, k->path[i].sign);
    if (room < most) most = room;
  }
  while (k->npath) {
    signed_cell one = k->path[k->npath - 1];
    k->move[one.cell] += one.sign * most;
    take_back(k);
  }
  return most;
}

const int64_t *blt_circuits_find(blt_circuits *k, uint32_t column, int64_t by) {
  int32_t sign = by < 0 ? -1 : 1;
  memset(k->move, 0, k->s->ncols * sizeof *k->move);
  if (by < -BLT_SYSTEM_LARGEST || by > BLT_SYSTEM_LARGEST) return NULL;
  int64_t left = by * sign, amount = left;
  if (room_of(k, column, sign) < left) return NULL;
  while (left) {
    if (find_circuit(k, column, sign, amount))
      left -= push(k, left);
    else if (amount == 1)
      return NULL;
    else
      amount = (amount + 1) / 2;
    if (amount > left) amount = left;
  }
  return k->move;
}
