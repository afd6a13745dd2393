#include "arrow_format.h"

#include <stdio.h>
#include <string.h>

/* Types that are said whole by their letters. */
typedef struct word {
  const char *format;
  blt_arrow_type type;
} word;

static const word words[] = {
    {"n", {.id = BLT_ARROW_T_NULL}},
    {"b", {.id = BLT_ARROW_T_BOOL}},
    {"c", {.id = BLT_ARROW_T_INT, .bits = 8, .is_signed = true}},
    {"C", {.id = BLT_ARROW_T_INT, .bits = 8}},
    {"s", {.id = BLT_ARROW_T_INT, .bits = 16, .is_signed = true}},
    {"S", {.id = BLT_ARROW_T_INT, .bits = 16}},
    {"i", {.id = BLT_ARROW_T_INT, .bits = 32, .is_signed = true}},
    {"I", {.id = BLT_ARROW_T_INT, .bits = 32}},
    {"l", {.id = BLT_ARROW_T_INT, .bits = 64, .is_signed = true}},
    {"L", {.id = BLT_ARROW_T_INT, .bits = 64}},
    {"e", {.id = BLT_ARROW_T_FLOAT, .unit = 0}},
    {"f", {.id = BLT_ARROW_T_FLOAT, .unit = 1}},
    {"g", {.id = BLT_ARROW_T_FLOAT, .unit = 2}},
    {"z", {.id = BLT_ARROW_T_BINARY}},
    {"Z", {.id = BLT_ARROW_T_LARGE_BINARY}},
    {"vz", {.id = BLT_ARROW_T_BINARY_VIEW}},
    {"u", {.id = BLT_ARROW_T_UTF8}},
    {"U", {.id = BLT_ARROW_T_LARGE_UTF8}},
    {"vu", {.id = BLT_ARROW_T_UTF8_VIEW}},
    {"tdD", {.id = BLT_ARROW_T_DATE, .unit = 0}},
    {"tdm", {.id = BLT_ARROW_T_DATE, .unit = 1}},
    {"tts", {.id = BLT_ARROW_T_TIME, .unit = 0}},
    {"ttm", {.id = BLT_ARROW_T_TIME, .unit = 1}},
    {"ttu", {.id = BLT_ARROW_T_TIME, .unit = 2}},
    {"ttn", {.id = BLT_ARROW_T_TIME, .unit = 3}},
    {"+l", {.id = BLT_ARROW_T_LIST}},
    {"+L", {.id = BLT_ARROW_T_LARGE_LIST}},
    {"+vl", {.id = BLT_ARROW_T_LIST_VIEW}},
    {"+vL", {.id = BLT_ARROW_T_LARGE_LIST_VIEW}},
    {"+s", {.id = BLT_ARROW_T_STRUCT}},
    {"+m", {.id = BLT_ARROW_T_MAP}},
    {"+r", {.id = BLT_ARROW_T_RUNS}},
};

/* Types whose letters are followed by something, or by nothing that matters here. */
static const word starts[] = {
    {"tD", {.id = BLT_ARROW_T_DURATION}},
    {"ti", {.id = BLT_ARROW_T_INTERVAL}},
    {"+w:", {.id = BLT_ARROW_T_FIXED_LIST}},
    {"+u", {.id = BLT_ARROW_T_UNION}},
};

static bool read_decimal(const char *format, blt_arrow_type *out) {
  int precision, scale, bits = 128, end = 0;
  if (sscanf(format, "d:%d,%d%n,%d%n", &precision, &scale, &end, &bits, &end) < 2 || format[end])
    return false;
  *out = (blt_arrow_type){.id = BLT_ARROW_T_DECIMAL, .precision = precision, .scale = scale, .bits = bits};
  return true;
}

static bool read_fixed(const char *format, blt_arrow_type *out) {
  int width, end = 0;
  if (sscanf(format, "w:%d%n", &width, &end) < 1 || format[end]) return false;
  *out = (blt_arrow_type){.id = BLT_ARROW_T_FIXED, .width = width};
  return true;
}

static bool read_timestamp(const char *format, blt_arrow_type *out) {
  static const char units[] = "smun";
  const char *unit = format[2] ? strchr(units, format[2]) : NULL;
  if (!unit || format[3] != ':') return false;
  *out = (blt_arrow_type){
      .id = BLT_ARROW_T_TIMESTAMP, .unit = unit - units, .zone = {format + 4, (uint32_t)strlen(format + 4)}};
  return true;
}

bool blt_arrow_format_read(const char *format, blt_arrow_type *out) {
  if (!format) return false;
  if (strncmp(format, "d:", 2) == 0) return read_decimal(format, out);
  if (strncmp(format, "w:", 2) == 0) return read_fixed(format, out);
  if (strncmp(format, "ts", 2) == 0) return read_timestamp(format, out);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i].format, format) == 0) {
      *out = words[i].type;
      return true;
    }
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
    if (strncmp(starts[i].format, format, strlen(starts[i].format)) == 0) {
      *out = starts[i].type;
      return true;
    }
  return false;
}
