/* Regular expressions where memory is refused, one allocation after the other, and by hand. */
#include "check.h"
#include "expr_fixture.h"

static const char *const texts[] = {"u '^[0-9]+-(KR)+$' matches",        "u '([a-z]+)$' extract",
                                    "s '(.)(.)' '$2$1' regex_replace/3", "u '(?:(?:x|K)+|.)*$' matches",
                                    "d 'dddd,d.mm.yyyy' format",         "s '[' matches"};

/* Compiles and evaluates over all rows, with whatever memory there is. */
static blt_status evaluate(fixture *x, const char *text, blt_error *err) {
  blt_expr *e = NULL;
  blt_eval *ev = NULL;
  blt_vec v;
  blt_status status = fx_compile(x, text, &e, err);
  if (status == BLT_OK) status = blt_eval_new(x->ctx, x->view, &ev, err);
  if (status == BLT_OK) status = blt_expr_eval(ev, e, 0, 0, NULL, 200, &v, err);
  blt_eval_free(ev);
  blt_expr_free(e);
  return status;
}

static void refused_memory_is_an_error_and_no_leak(void) {
  fixture x = fx_new(200, 3);
  blt_error err;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    blt_status whole = evaluate(&x, texts[i], &err), status = BLT_ENOMEM;
    size_t before = blt_ctx_memory_used(x.ctx);
    uint32_t n = 1;
    for (; n < 2000; n++) {
      blt_ctx_fail_allocation(x.ctx, n);
      status = evaluate(&x, texts[i], &err);
      blt_ctx_fail_allocation(x.ctx, 0);
      CHECK_AT(status == whole || status == BLT_ENOMEM, "%s: allocation %u gives %d: %s", texts[i], n,
               (int)status, err.message);
      CHECK_AT(blt_ctx_memory_used(x.ctx) == before, "%s: allocation %u leaks", texts[i], n);
      if (status == whole) break;
    }
    CHECK_AT(n > 3, "%s took %u allocations", texts[i], n);
  }
  fx_free(&x);
}

int main(void) {
  RUN(refused_memory_is_an_error_and_no_leak);
  return check_report();
}
