#include "regex.h"

#include "base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#define MOST_STEPS 4000000u    /* back from where a match went, from one place of the text */
#define MOST_KIB 65536u        /* of memory that one match takes */
#define LONGEST_PATTERN 32768u /* bytes */
#define STEP_BYTES 131072u     /* of text that a place counts as, until somebody is asked whether to go on */

/* Before each pattern stands a call of `ask`, so that it is made wherever a match might begin. */
static const char asks[] = "(?C1)";
#define ASKS (sizeof asks - 1)

struct blt_regex {
  blt_regex *next;
  blt_ctx *ctx;
  pcre2_general_context *memory;
  pcre2_code *code;
  uint32_t groups, node;
};

/* ---- memory ---- */

#define HEAD ((size_t)16)

static void *take(size_t bytes, void *ctx) {
  if (bytes > SIZE_MAX - HEAD) return NULL;
  char *p = blt_alloc(ctx, bytes + HEAD);
  if (!p) return NULL;
  memcpy(p, &bytes, sizeof bytes);
  return p + HEAD;
}

static void give(void *block, void *ctx) {
  size_t bytes;
  if (!block) return;
  char *p = (char *)block - HEAD;
  memcpy(&bytes, p, sizeof bytes);
  blt_free(ctx, p, bytes + HEAD);
}

/* ---- compiling ---- */

static blt_status refuse_pattern(const blt_regex *r, int code, size_t at, blt_error *err) {
  PCRE2_UCHAR words[160];
  if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED) return blt_fail_memory(err, 0);
  pcre2_get_error_message(code, words, sizeof words);
  return blt_fail_at(err, BLT_EINVAL, r->node, "the regular expression, at byte %zu: %s",
                     at > ASKS ? at - ASKS : 0, (const char *)words);
}

static blt_status compile(blt_regex *r, blt_str pattern, blt_error *err) {
  size_t bytes = pattern.len + ASKS, at = 0;
  int code = PCRE2_ERROR_NOMEMORY;
  PCRE2_UCHAR *text = blt_alloc(r->ctx, bytes);
  pcre2_compile_context *c = pcre2_compile_context_create(r->memory);
  if (text && c) {
    memcpy(text, asks, ASKS);
    if (pattern.len) memcpy(text + ASKS, pattern.s, pattern.len);
    pcre2_set_newline(c, PCRE2_NEWLINE_LF);
    r->code =
        pcre2_compile(text, bytes, PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C,
                      &code, &at, c);
  }
  pcre2_compile_context_free(c);
  blt_free(r->ctx, text, bytes);
  return r->code ? BLT_OK : refuse_pattern(r, code, at, err);
}

blt_status blt_regex_new(blt_ctx *ctx, blt_str pattern, bool fast, uint32_t node, blt_regex **out,
                         blt_error *err) {
  if (pattern.len > LONGEST_PATTERN)
    return blt_fail_at(err, BLT_EINVAL, node, "a regular expression of %u bytes is longer than %u",
                       pattern.len, LONGEST_PATTERN);
  blt_regex *r = blt_calloc(ctx, 1, sizeof *r);
  if (!r) return blt_fail_memory(err, sizeof *r);
  r->ctx = ctx;
  r->node = node;
  r->memory = pcre2_general_context_create(take, give, ctx);
  blt_status status = r->memory ? compile(r, pattern, err) : blt_fail_memory(err, 0);
  if (status != BLT_OK) {
    blt_regex_free(r);
    return status;
  }
  pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &r->groups);
  if (fast) pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE); /* where it cannot, matching only takes longer */
  *out = r;
  return BLT_OK;
}

void blt_regex_free(blt_regex *r) {
  if (!r) return;
  pcre2_code_free(r->code);
  pcre2_general_context_free(r->memory);
  blt_free(r->ctx, r, sizeof *r);
}

void blt_regex_keep(blt_expr *e, blt_regex *r) {
  r->next = e->regexes;
  e->regexes = r;
}

void blt_regexes_free(blt_expr *e) {
  for (blt_regex *r = e->regexes, *next; r; r = next) {
    next = r->next;
    blt_regex_free(r);
  }
  e->regexes = NULL;
}

uint32_t blt_regex_groups(const blt_regex *r) {
  return r->groups;
}

uint32_t blt_regex_named(const blt_regex *r, blt_str name) {
  char text[64];
  if (name.len >= sizeof text || name.len == 0) return 0;
  memcpy(text, name.s, name.len);
  text[name.len] = 0;
  int number = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)text);
  return number > 0 ? (uint32_t)number : 0;
}

/* ---- matching ---- */

static int ask(pcre2_callout_block *at, void *matcher) {
  blt_matcher *m = matcher;
  (void)at;
  m->status = blt_call_worked(m->call, STEP_BYTES, m->err);
  return m->status == BLT_OK ? 0 : PCRE2_ERROR_CALLOUT;
}

blt_status blt_matcher_open(blt_matcher *m, const blt_regex *r, const blt_call *call, blt_error *err) {
  *m = (blt_matcher){.regex = r, .call = call, .err = err};
  m->context = pcre2_match_context_create(r->memory);
  m->data = m->context ? pcre2_match_data_create_from_pattern(r->code, r->memory) : NULL;
  if (!m->data) return blt_fail_memory(err, 0);
  pcre2_set_match_limit(m->context, MOST_STEPS);
  pcre2_set_heap_limit(m->context, MOST_KIB);
  pcre2_set_callout(m->context, ask, m);
  m->spans = pcre2_get_ovector_pointer(m->data);
  return BLT_OK;
}

void blt_matcher_close(blt_matcher *m) {
  pcre2_match_data_free(m->data);
  pcre2_match_context_free(m->context);
}

static blt_status refuse_text(const blt_matcher *m, int code, blt_str s) {
  PCRE2_UCHAR words[160];
  const int shown = (int)(s.len < 40 ? s.len : 40);
  if (code == PCRE2_ERROR_NOMEMORY) return blt_fail_memory(m->err, 0);
  if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_HEAPLIMIT || code == PCRE2_ERROR_DEPTHLIMIT)
    return blt_fail_at(
        m->err, BLT_EOVERFLOW, m->call->op->node,
        "%s: the regular expression takes too many steps for '%.*s'%s: parts of it that repeat can match the "
        "same text in too many ways",
        m->call->op->name, shown, s.s, s.len > 40 ? "…" : "");
  pcre2_get_error_message(code, words, sizeof words);
  return blt_fail_at(m->err, BLT_EOVERFLOW, m->call->op->node, "%s of '%.*s'%s: %s", m->call->op->name, shown,
                     s.s, s.len > 40 ? "…" : "", (const char *)words);
}

blt_status blt_matcher_find(blt_matcher *m, blt_str s, size_t from, bool longer, bool *found) {
  uint32_t options = longer ? PCRE2_NOTEMPTY_ATSTART : 0;
  const pcre2_code *code = m->regex->code;
  PCRE2_SPTR text = (PCRE2_SPTR)s.s;
  int n = pcre2_match(code, text, s.len, from, options, m->data, m->context);
  if (n == PCRE2_ERROR_JIT_STACKLIMIT) /* machine code has little room; without it there is more */
    n = pcre2_match(code, text, s.len, from, options | PCRE2_NO_JIT, m->data, m->context);
  *found = n >= 0;
  if (n >= 0 || n == PCRE2_ERROR_NOMATCH) return BLT_OK;
  return m->status == BLT_OK ? refuse_text(m, n, s) : m->status;
}

bool blt_matcher_group(const blt_matcher *m, blt_str s, uint32_t k, blt_str *out) {
  size_t from = m->spans[2 * k], to = m->spans[2 * k + 1];
  if (from == PCRE2_UNSET || to == PCRE2_UNSET || from > to) return false;
  *out = (blt_str){s.s + from, (uint32_t)(to - from)};
  return true;
}
