/* Systems, checked exactly, and programs over them. Programs are left out where Clp is not installed. */
#include "base/mem.h"
#include "check.h"
#include "solve/circuits.h"
#include "solve/clp.h"
#include "solve/program.h"

#include <math.h>

/* x1 + x2 = 7, x3 + x4 = 3, x1 + x3 = 6, x2 + x4 = 4; the sums are columns 4 to 7, each with one value. */
static const int32_t starts[] = {0, 2, 4, 6, 8, 9, 10, 11, 12};
static const int32_t rows[] = {0, 2, 0, 3, 1, 2, 1, 3, 0, 1, 2, 3};
static const int32_t coefficients[] = {1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1};
static int64_t low[8], high[8];

static blt_system square(void) {
  static const int64_t sums[] = {7, 3, 6, 4};
  for (int c = 0; c < 4; c++) low[c] = 0, high[c] = BLT_SYSTEM_OPEN;
  for (int c = 0; c < 4; c++) low[4 + c] = high[4 + c] = sums[c];
  return (blt_system){4, 8, starts, rows, coefficients, low, high};
}

static void a_table_fits_or_not(void) {
  blt_system s = square();
  __int128 room[4];
  CHECK(blt_system_fits(&s, (int64_t[]){3, 4, 3, 0, 7, 3, 6, 4}, room));
  CHECK(blt_system_fits(&s, (int64_t[]){6, 1, 0, 3, 7, 3, 6, 4}, room));
  CHECK(!blt_system_fits(&s, (int64_t[]){2, 5, 4, -1, 7, 3, 6, 4}, room));
  CHECK(!blt_system_fits(&s, (int64_t[]){4, 4, 3, 0, 7, 3, 6, 4}, room));
  CHECK(!blt_system_fits(&s, (int64_t[]){3, 4, 3, 0, 8, 3, 6, 4}, room));
}

static void sums_beyond_64_bits_do_not_wrap(void) {
  static const int32_t from[] = {0, 1, 2, 3, 4, 5}, in[] = {0, 0, 0, 0, 0},
                       times[] = {1 << 30, 1 << 30, 1 << 30, 1 << 30, 1};
  int64_t big = BLT_SYSTEM_LARGEST, lows[] = {0, 0, 0, 0, 0}, highs[] = {big, big, big, big, big};
  blt_system s = {1, 5, from, in, times, lows, highs};
  __int128 room[1];
  CHECK(!blt_system_fits(&s, (int64_t[]){big, big, big, big, 0}, room)); /* 2^85: zero in 64 bits */
  CHECK(blt_system_fits(&s, (int64_t[]){0, 0, 0, 0, 0}, room));
}

static void multipliers_bound_a_cell(void) {
  blt_system s = square();
  int64_t bound;
  /* x1 = x1 + x3 - x3 <= 6; x1 = (x1 + x3) - (x3 + x4) + x4 >= 3. */
  REQUIRE(blt_system_bound(&s, 0, 1, (int64_t[]){0, 0, 1, 0}, 1, &bound));
  CHECK_INT(bound, 6);
  REQUIRE(blt_system_bound(&s, 0, 1, (int64_t[]){1, 0, 1, 0}, 2, &bound));
  CHECK_INT(bound, 6); /* 13 / 2, rounded down, because cells are integers */
  REQUIRE(blt_system_bound(&s, 0, -1, (int64_t[]){0, 1, -1, 0}, 1, &bound));
  CHECK_INT(bound, 3);
  CHECK(!blt_system_bound(&s, 0, 1, (int64_t[]){0, 0, 0, 0}, 1, &bound)); /* open */
  CHECK(!blt_system_bound(&s, 0, 1, (int64_t[]){0, 0, 1, 0}, 0, &bound));
  CHECK(!blt_system_bound(&s, 0, 1, (int64_t[]){0, 0, INT64_MAX, 0}, 1, &bound));
}

static void nonsense_is_refused(void) {
  blt_error err;
  blt_system s = square();
  CHECK_INT(blt_system_check(&s, &err), BLT_OK);
  high[2] = -1;
  CHECK_INT(blt_system_check(&s, &err), BLT_EINVAL);
  high[2] = BLT_SYSTEM_LARGEST + 1;
  CHECK_INT(blt_system_check(&s, &err), BLT_EINVAL);
  s = square();
  s.nrows = 3;
  CHECK_INT(blt_system_check(&s, &err), BLT_EINVAL);
}

/* Four cells, each in a sum across and in one down that are published: changes that add up to nothing. */
static blt_system changes(const int64_t falls[4]) {
  static const int32_t from[] = {0, 2, 4, 6, 8};
  for (int c = 0; c < 4; c++) low[c] = -falls[c], high[c] = BLT_SYSTEM_OPEN;
  return (blt_system){4, 4, from, rows, coefficients, low, high};
}

static void a_circuit_moves_cells_and_no_sum(void) {
  blt_error err;
  blt_ctx *ctx = blt_ctx_new();
  blt_system s = changes((int64_t[]){3, 4, 5, 6});
  blt_circuits *k;
  REQUIRE(blt_circuits_new(ctx, &s, &k, &err) == BLT_OK);
  for (uint32_t c = 0; c < 3; c++) blt_circuits_allow(k, c, true);
  CHECK(!blt_circuits_find(k, 0, 1)); /* the fourth may not move */
  blt_circuits_allow(k, 3, true);
  const int64_t *move = blt_circuits_find(k, 0, 4);
  REQUIRE(move);
  CHECK_INT(move[0], 4);
  CHECK_INT(move[1], -4);
  CHECK_INT(move[2], -4);
  CHECK_INT(move[3], 4);
  CHECK(!blt_circuits_find(k, 0, 5)); /* the second cannot fall so far */
  CHECK(blt_circuits_find(k, 0, -3));
  CHECK(!blt_circuits_find(k, 0, -4));
  CHECK(!blt_circuits_find(k, 0, INT64_MIN));
  CHECK(blt_circuits_steps(k) > 0);
  blt_circuits_free(k);
  blt_ctx_release(ctx);
}

enum { SIDE = 4, NCUBE = SIDE * SIDE * SIDE, NLINES = 3 * SIDE * SIDE };

/* A cube of cells, each in three lines, that fall by 0 to 4. */
static blt_system cube(int32_t *from, int32_t *in, int32_t *times, int64_t *lows, int64_t *highs) {
  for (int32_t c = 0; c <= NCUBE; c++) from[c] = 3 * c;
  for (int32_t c = 0; c < NCUBE; c++) {
    int32_t x = c / SIDE / SIDE, y = c / SIDE % SIDE, z = c % SIDE;
    in[3 * c] = x * SIDE + y, in[3 * c + 1] = SIDE * SIDE + x * SIDE + z;
    in[3 * c + 2] = 2 * SIDE * SIDE + y * SIDE + z;
    for (int d = 0; d < 3; d++) times[3 * c + d] = 1;
    lows[c] = -(c * 7 % 5), highs[c] = BLT_SYSTEM_OPEN;
  }
  return (blt_system){NLINES, NCUBE, from, in, times, lows, highs};
}

static bool is_move(const blt_system *s, const int64_t *move) {
  __int128 sums[NLINES];
  return blt_system_fits(s, move, sums);
}

static void circuits_are_put_together(void) {
  blt_error err;
  blt_ctx *ctx = blt_ctx_new();
  int32_t from[NCUBE + 1], in[3 * NCUBE], times[3 * NCUBE], found = 0;
  int64_t lows[NCUBE], highs[NCUBE];
  blt_system s = cube(from, in, times, lows, highs);
  blt_circuits *k;
  REQUIRE(blt_circuits_new(ctx, &s, &k, &err) == BLT_OK);
  for (uint32_t c = 0; c < NCUBE; c++) blt_circuits_allow(k, c, c % 7 != 3);
  for (uint32_t c = 0; c < NCUBE; c++)
    for (int64_t by = -4; by <= 9; by++) {
      const int64_t *move = c % 7 != 3 && by ? blt_circuits_find(k, c, by) : NULL;
      if (!move) continue;
      CHECK_INT(move[c], by);
      CHECK(is_move(&s, move));
      for (uint32_t other = 3; other < NCUBE; other += 7) CHECK_INT(move[other], 0);
      found += by > 4;
    }
  CHECK(found > 0); /* none of them is one circuit: no cell falls by more than four */
  blt_circuits_free(k);
  blt_ctx_release(ctx);
}

static void changes_of_a_table_are_checked_alone(void) {
  blt_system s = square();
  __int128 room[4];
  CHECK(blt_system_keeps(&s, 4, (uint32_t[]){0, 1, 2, 3}, (int64_t[]){2, -2, -2, 2}, room));
  CHECK(blt_system_keeps(&s, 0, NULL, NULL, room));
  CHECK(!blt_system_keeps(&s, 3, (uint32_t[]){0, 1, 2}, (int64_t[]){2, -2, -2}, room));
  CHECK(!blt_system_keeps(&s, 4, (uint32_t[]){0, 1, 2, 2}, (int64_t[]){2, -2, -2, 2}, room));
}

static const blt_columns every = {8, (const uint32_t[]){0, 1, 2, 3, 4, 5, 6, 7}};

static double solved(blt_program *p, uint32_t column, double cost, bool dual) {
  blt_program_cost(p, column, cost);
  CHECK_INT(blt_program_solve(p, dual), BLT_OPTIMAL);
  double found = blt_program_values(p)[column];
  blt_program_cost(p, column, 0);
  return found;
}

static void a_program_answers_again_and_again(void) {
  blt_error err;
  blt_ctx *ctx = blt_ctx_new();
  blt_system s = square();
  blt_program *p;
  REQUIRE(blt_program_new(ctx, &s, &every, &p, &err) == BLT_OK);
  CHECK_INT(llround(solved(p, 0, -1, false)), 6);
  CHECK_INT(llround(solved(p, 0, 1, false)), 3);
  CHECK_INT(llround(solved(p, 1, -1, false)), 4);
  blt_program_bounds(p, 3, 2, 2);
  CHECK_INT(llround(solved(p, 0, -1, false)), 5);
  blt_program_bounds(p, 3, 4, HUGE_VAL);
  CHECK_INT(blt_program_solve(p, true), BLT_INFEASIBLE);
  blt_program_bounds(p, 3, 0, HUGE_VAL);
  blt_program_restart(p);
  CHECK_INT(llround(solved(p, 0, 1, true)), 3);
  blt_program_free(p);
  blt_ctx_release(ctx);
}

static void a_program_may_be_over_some_columns(void) {
  blt_error err;
  blt_ctx *ctx = blt_ctx_new();
  blt_system s = square();
  blt_program *p;
  /* Without x4, which is nothing then: x3 is 3 and x1 is what is left of 6. */
  blt_columns some = {7, (const uint32_t[]){0, 1, 7, 2, 6, 5, 4}};
  REQUIRE(blt_program_new(ctx, &s, &some, &p, &err) == BLT_OK);
  CHECK_INT(llround(solved(p, 0, -1, true)), 3);
  CHECK_INT(llround(solved(p, 3, 1, true)), 3);
  blt_program_bounds(p, 3, 0, 2);
  CHECK_INT(blt_program_solve(p, true), BLT_INFEASIBLE);
  blt_program_free(p);
  blt_ctx_release(ctx);
}

static void circuits_tell_every_refused_allocation(void) {
  blt_error err;
  blt_ctx *ctx = blt_ctx_new();
  blt_system s = changes((int64_t[]){3, 4, 5, 6});
  for (uint64_t n = 1;; n++) {
    blt_circuits *k = NULL;
    blt_ctx_fail_allocation(ctx, n);
    blt_status st = blt_circuits_new(ctx, &s, &k, &err);
    blt_ctx_fail_allocation(ctx, 0);
    if (st == BLT_OK) {
      blt_circuits_free(k);
      CHECK(n > 5);
      break;
    }
    CHECK_INT(st, BLT_ENOMEM);
  }
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

static void every_refused_allocation_is_told(void) {
  blt_error err;
  blt_ctx *ctx = blt_ctx_new();
  blt_system s = square();
  for (uint64_t n = 1;; n++) {
    blt_program *p = NULL;
    blt_ctx_fail_allocation(ctx, n);
    blt_status st = blt_program_new(ctx, &s, &every, &p, &err);
    blt_ctx_fail_allocation(ctx, 0);
    if (st == BLT_OK) {
      blt_program_free(p);
      CHECK(n > 5);
      break;
    }
    CHECK_INT(st, BLT_ENOMEM);
  }
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
}

int main(void) {
  const blt_clp *clp;
  blt_error err;
  RUN(a_table_fits_or_not);
  RUN(sums_beyond_64_bits_do_not_wrap);
  RUN(multipliers_bound_a_cell);
  RUN(nonsense_is_refused);
  RUN(changes_of_a_table_are_checked_alone);
  RUN(a_circuit_moves_cells_and_no_sum);
  RUN(circuits_are_put_together);
  RUN(circuits_tell_every_refused_allocation);
  if (blt_clp_load(&clp, &err) == BLT_OK) {
    RUN(a_program_answers_again_and_again);
    RUN(a_program_may_be_over_some_columns);
    RUN(every_refused_allocation_is_told);
  }
  return check_report();
}
