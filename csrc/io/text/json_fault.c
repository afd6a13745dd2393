#include "json_fault.h"
#include "json.h"
#include "base/text/printable.h"

#include <stdio.h>
#include <string.h>

/* The walk down to the fault. */
typedef struct walk {
  const char *p, *end;
  const char *key; /* of the object's own member that holds the fault, or NULL */
  size_t key_len;
  int depth; /* of the value that is walked */
  char *out;
} walk;

/* Writes the cause, behind the name of the column that holds it. */
static void say(const walk *k, const char *what) {
  char key[80];
  if (!k->key) {
    snprintf(k->out, BLT_JSON_FAULT_TEXT, "%s", what);
    return;
  }
  blt_printable(k->key, k->key_len, key, sizeof key);
  snprintf(k->out, BLT_JSON_FAULT_TEXT, "column '%s': %s", key, what);
}

static void say_found(const walk *k, const char *before, const char *after) {
  char found[24], what[200];
  size_t n = 0;
  while (k->p + n < k->end && n < 16 && !strchr(" ,:{}[]\"\t\r", k->p[n])) n++;
  if (n == 0 && k->p < k->end) n = 1;
  blt_printable(k->p, n, found, sizeof found);
  snprintf(what, sizeof what, "%s%s%s", before, found, after);
  say(k, what);
}

static void say_expected(const walk *k, const char *what) {
  char text[160];
  if (k->p == k->end)
    snprintf(text, sizeof text,
             "the line ends where %s is expected: an object stands on one line (jq -c . writes it so)", what);
  else
    snprintf(text, sizeof text, "%s is expected, not '", what);
  if (k->p == k->end)
    say(k, text);
  else
    say_found(k, text, "'");
}

/* What is wrong with a string, a number or a word at k->p. */
static void say_leaf(walk *k) {
  const char *p = k->p, *end = k->end;
  if (p == end) {
    say_expected(k, "a value");
    return;
  }
  if (*p == '"') {
    for (p++; p < end && *p != '"'; p++) {
      if ((unsigned char)*p < 0x20) break;
      if (*p == '\\' && ++p == end) break;
    }
    say(k, p >= end                   ? "a text that is never closed on its line"
           : (unsigned char)*p < 0x20 ? "a control character inside a text: it is to be written as an escape"
                                      : "an escape that JSON does not have");
  } else if (*p == '\'')
    say(k, "a text in single quotes is no JSON");
  else if (*p == '/' || *p == '#')
    say(k, "a comment is no JSON");
  else
    say_found(k, "", " is no JSON");
}

/* Goes into the value at k->p until the fault is found. True: the value is whole, and passed. */
static bool descend(walk *k);

static void skip(walk *k) {
  k->p = blt_json_skip_blanks(k->p, k->end);
}

static bool take(walk *k, char c) {
  skip(k);
  if (k->p == k->end || *k->p != c) return false;
  k->p++;
  return true;
}

/* The key and the colon before a member. False: the fault is there. */
static bool take_key(walk *k, bool outer) {
  blt_json_value key;
  skip(k);
  if (k->p == k->end || *k->p != '"') {
    if (k->p < k->end && *k->p == '}')
      say(k, "a comma before the closing brace");
    else
      say_expected(k, "a key in double quotes");
    return false;
  }
  const char *next = blt_json_value_at(k->p, k->end, &key);
  if (!next) {
    say_leaf(k);
    return false;
  }
  k->p = next;
  if (!take(k, ':')) {
    say_expected(k, "a colon after the key");
    return false;
  }
  if (outer) k->key = key.from, k->key_len = (size_t)(key.to - key.from);
  skip(k);
  return true;
}

static bool members(walk *k, bool object, bool outer) {
  char close = object ? '}' : ']';
  k->p++;
  if (take(k, close)) return true;
  for (;;) {
    if (object && !take_key(k, outer)) return false;
    skip(k);
    if (!object && k->p < k->end && *k->p == ']') {
      say(k, "a comma before the closing bracket");
      return false;
    }
    if (!descend(k)) return false;
    if (take(k, close)) return true;
    if (!take(k, ',')) {
      say_expected(k, object ? "a comma or a closing brace" : "a comma or a closing bracket");
      return false;
    }
  }
}

static bool descend(walk *k) {
  blt_json_value v;
  const char *next = blt_json_value_at(k->p, k->end, &v);
  if (next) {
    k->p = next;
    return true;
  }
  if (k->p == k->end || (*k->p != '{' && *k->p != '[')) {
    say_leaf(k);
    return false;
  }
  if (++k->depth < BLT_JSON_DEPTH) return members(k, *k->p == '{', false);
  say(k, "more arrays and objects inside each other than are read");
  return false;
}

void blt_json_fault(const char *line, size_t len, char out[BLT_JSON_FAULT_TEXT]) {
  walk k = {.p = line, .end = line + len, .out = out};
  skip(&k);
  if (k.p < k.end && *k.p == '[') {
    say(&k, "not a JSON object, but an array: one object a line is expected (jq -c '.[]' writes them so)");
    return;
  }
  if (k.p == k.end || *k.p != '{') {
    say_found(&k, "not a JSON object: '", "'");
    return;
  }
  if (!members(&k, true, true)) return;
  skip(&k);
  k.key = NULL;
  say_found(&k, "text follows the object: '", "'");
}
