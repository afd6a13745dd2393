/* tpch_data.c: the eight tables of TPC-H in its schema and distributions, the same bytes for the same
 * arguments.
 *
 *   tpch_data SCALE FOLDER
 *
 * Writes FOLDER/region.tbl … lineitem.tbl: a header, fields between bars. Keys, dates, prices and the words
 * that the 22 queries look for are spread as the benchmark says; texts are made of words of its kinds, not of
 * its own text, so answers differ from the published ones. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ---- random numbers ---- */

static uint64_t state = 108;

static uint64_t below(uint64_t bound) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return (uint64_t)(((__uint128_t)z * bound) >> 64);
}

static int64_t between(int64_t low, int64_t high) {
  return low + (int64_t)below((uint64_t)(high - low + 1));
}

/* ---- words ---- */

static const char *const regions[] = {"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"};
static const struct {
  const char *name;
  int region;
} nations[] = {
    {"ALGERIA", 0},      {"ARGENTINA", 1},  {"BRAZIL", 1},  {"CANADA", 1},         {"EGYPT", 4},
    {"ETHIOPIA", 0},     {"FRANCE", 3},     {"GERMANY", 3}, {"INDIA", 2},          {"INDONESIA", 2},
    {"IRAN", 4},         {"IRAQ", 4},       {"JAPAN", 2},   {"JORDAN", 4},         {"KENYA", 0},
    {"MOROCCO", 0},      {"MOZAMBIQUE", 0}, {"PERU", 1},    {"CHINA", 2},          {"ROMANIA", 3},
    {"SAUDI ARABIA", 4}, {"VIETNAM", 2},    {"RUSSIA", 3},  {"UNITED KINGDOM", 3}, {"UNITED STATES", 1}};
static const char *const colours[] = {
    "almond",    "antique",    "aquamarine", "azure",     "beige",     "bisque",     "black",     "blanched",
    "blue",      "blush",      "brown",      "burlywood", "burnished", "chartreuse", "chiffon",   "chocolate",
    "coral",     "cornflower", "cornsilk",   "cream",     "cyan",      "dark",       "deep",      "dim",
    "dodger",    "drab",       "firebrick",  "floral",    "forest",    "frosted",    "gainsboro", "ghost",
    "goldenrod", "green",      "grey",       "honeydew",  "hot",       "indian",     "ivory",     "khaki",
    "lace",      "lavender",   "lawn",       "lemon",     "light",     "lime",       "linen",     "magenta",
    "maroon",    "medium",     "metallic",   "midnight",  "mint",      "misty",      "moccasin",  "navajo",
    "navy",      "olive",      "orange",     "orchid",    "pale",      "papaya",     "peach",     "peru",
    "pink",      "plum",       "powder",     "puff",      "purple",    "red",        "rose",      "rosy",
    "royal",     "saddle",     "salmon",     "sandy",     "seashell",  "sienna",     "sky",       "slate",
    "smoke",     "snow",       "spring",     "steel",     "tan",       "thistle",    "tomato",    "turquoise",
    "violet",    "wheat",      "white",      "yellow"};
static const char *const types1[] = {"STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"};
static const char *const types2[] = {"ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"};
static const char *const types3[] = {"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"};
static const char *const boxes1[] = {"SM", "LG", "MED", "JUMBO", "WRAP"};
static const char *const boxes2[] = {"CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"};
static const char *const segments[] = {"AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"};
static const char *const priorities[] = {"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"};
static const char *const instructions[] = {"DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"};
static const char *const modes[] = {"REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"};
/* Words of comments; "special" and "requests" are so frequent that one comment of an order in about 90 has
 * both. */
static const char *const words[] = {
    "accounts", "deposits",  "packages",    "requests",     "ideas",     "theories",   "instructions",
    "foxes",    "platelets", "pinto beans", "dependencies", "excuses",   "asymptotes", "courts",
    "dolphins", "somas",     "frets",       "warhorses",    "sleep",     "wake",       "haggle",
    "nag",      "cajole",    "boost",       "detect",       "integrate", "engage",     "print",
    "doze",     "run",       "furious",     "sly",          "careful",   "blithe",     "quick",
    "fluffy",   "slow",      "quiet",       "ruthless",     "thin",      "close",      "special",
    "pending",  "regular",   "express",     "final",        "bold",      "ironic",     "even",
    "silent",   "unusual",   "carefully",   "furiously",    "slyly",     "quickly",    "blithely",
    "daringly", "about",     "above",       "according to", "across",    "after",      "against",
    "along",    "among",     "around",      "before",       "between",   "the",        "are",
    "according"};

static char text[256];

/* Words up to `most` bytes, of at least `least`. */
static const char *comment(int least, int most) {
  int want = (int)between(least, most), n = 0;
  for (;;) {
    const char *word = words[below(COUNT(words))];
    int len = (int)strlen(word);
    if (n + len + 1 > want) break;
    memcpy(text + n, word, (size_t)len);
    n += len;
    text[n++] = ' ';
  }
  while (n < least) text[n++] = 'x';
  if (n && text[n - 1] == ' ') n--;
  text[n] = 0;
  return text;
}

static const char *address(void) {
  static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ,";
  static char out[48];
  int n = (int)between(10, 40);
  for (int i = 0; i < n; i++) out[i] = letters[below(sizeof letters - 1)];
  if (out[0] == ' ') out[0] = 'a';
  if (out[n - 1] == ' ') out[n - 1] = 'z';
  out[n] = 0;
  return out;
}

static const char *phone(int nation) {
  static char out[64];
  snprintf(out, sizeof out, "%d-%03d-%03d-%04d", nation + 10, (int)between(100, 999), (int)between(100, 999),
           (int)between(1000, 9999));
  return out;
}

/* Hundredths as a number with two decimals; a few of them may be printed at once. */
static const char *money(int64_t cents) {
  static char out[8][32];
  static int next;
  char *to = out[next++ % 8];
  snprintf(to, 32, "%s%" PRId64 ".%02d", cents < 0 ? "-" : "", (int64_t)llabs(cents) / 100,
           (int)(llabs(cents) % 100));
  return to;
}

/* Days since 1992-01-01. */
static const char *date(int day) {
  static const int months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  static char out[8][40];
  static int next;
  char *to = out[next++ % 8];
  int year = 1992, month = 0;
  for (;; year++) {
    int days = year % 4 == 0 ? 366 : 365;
    if (day < days) break;
    day -= days;
  }
  for (;; month++) {
    int days = months[month] + (month == 1 && year % 4 == 0);
    if (day < days) break;
    day -= days;
  }
  snprintf(to, 40, "%04d-%02d-%02d", year, month + 1, day + 1);
  return to;
}
#define LAST_ORDER 2405 /* 1998-08-02 */
#define CURRENT 1263    /* 1995-06-17 */

/* ---- tables ---- */

static const char *folder;
static double scale;

static int64_t scaled(int64_t n) {
  int64_t k = (int64_t)((double)n * scale);
  return k > 0 ? k : 1;
}

static FILE *begin(const char *name, const char *header) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.tbl", folder, name);
  FILE *f = fopen(path, "wb");
  if (!f) {
    perror(path);
    exit(1);
  }
  setvbuf(f, NULL, _IOFBF, 1 << 20);
  fprintf(f, "%s\n", header);
  return f;
}

static void end(FILE *f) {
  if (fclose(f)) {
    perror(folder);
    exit(1);
  }
}

static int64_t retail_price(int64_t part) {
  return 90000 + part / 10 % 20001 + 100 * (part % 1000);
}

/* One of the four suppliers of a part. */
static int64_t supplier_of(int64_t part, int64_t i) {
  int64_t n = scaled(10000);
  return (part + i * (n / 4 + (part - 1) / n)) % n + 1;
}

static void write_world(void) {
  FILE *f = begin("region", "r_regionkey|r_name|r_comment");
  for (size_t i = 0; i < COUNT(regions); i++) fprintf(f, "%zu|%s|%s\n", i, regions[i], comment(31, 115));
  end(f);
  f = begin("nation", "n_nationkey|n_name|n_regionkey|n_comment");
  for (size_t i = 0; i < COUNT(nations); i++)
    fprintf(f, "%zu|%s|%d|%s\n", i, nations[i].name, nations[i].region, comment(31, 114));
  end(f);
}

static void write_suppliers(void) {
  FILE *f = begin("supplier", "s_suppkey|s_name|s_address|s_nationkey|s_phone|s_acctbal|s_comment");
  int64_t n = scaled(10000);
  for (int64_t i = 1; i <= n; i++) {
    int nation = (int)below(25);
    const char *says = i % 2000 == 7   ? "Customer slow Complaints"
                       : i % 2000 == 9 ? "Customer slow Recommends"
                                       : "";
    fprintf(f, "%" PRId64 "|Supplier#%09" PRId64 "|%s|%d|%s|%s|", i, i, address(), nation, phone(nation),
            money(between(-99999, 999999)));
    fprintf(f, "%s%s%s\n", comment(25, 75), *says ? " " : "", says);
  }
  end(f);
}

static void write_parts(void) {
  FILE *f =
      begin("part", "p_partkey|p_name|p_mfgr|p_brand|p_type|p_size|p_container|p_retailprice|p_comment");
  FILE *g = begin("partsupp", "ps_partkey|ps_suppkey|ps_availqty|ps_supplycost|ps_comment");
  int64_t n = scaled(200000);
  for (int64_t i = 1; i <= n; i++) {
    const char *name[5];
    for (int k = 0; k < 5; k++) {
      int again;
      do {
        name[k] = colours[below(COUNT(colours))];
        again = 0;
        for (int j = 0; j < k; j++) again |= name[j] == name[k];
      } while (again);
    }
    int maker = (int)between(1, 5);
    fprintf(f, "%" PRId64 "|%s %s %s %s %s|Manufacturer#%d|Brand#%d%d|%s %s %s|%d|%s %s|%s|%s\n", i, name[0],
            name[1], name[2], name[3], name[4], maker, maker, (int)between(1, 5),
            types1[below(COUNT(types1))], types2[below(COUNT(types2))], types3[below(COUNT(types3))],
            (int)between(1, 50), boxes1[below(COUNT(boxes1))], boxes2[below(COUNT(boxes2))],
            money(retail_price(i)), comment(5, 22));
    for (int64_t k = 0; k < 4; k++)
      fprintf(g, "%" PRId64 "|%" PRId64 "|%d|%s|%s\n", i, supplier_of(i, k), (int)between(1, 9999),
              money(between(100, 100000)), comment(49, 198));
  }
  end(f);
  end(g);
}

static void write_customers(void) {
  FILE *f =
      begin("customer", "c_custkey|c_name|c_address|c_nationkey|c_phone|c_acctbal|c_mktsegment|c_comment");
  int64_t n = scaled(150000);
  for (int64_t i = 1; i <= n; i++) {
    int nation = (int)below(25);
    fprintf(f, "%" PRId64 "|Customer#%09" PRId64 "|%s|%d|%s|%s|%s|%s\n", i, i, address(), nation,
            phone(nation), money(between(-99999, 999999)), segments[below(COUNT(segments))],
            comment(29, 116));
  }
  end(f);
}

/* The lines of an order: their price together, in hundredths, and how many are shipped. */
static int64_t write_lines(FILE *f, int64_t order, int ordered, int lines, int *shipped) {
  int64_t total = 0;
  *shipped = 0;
  for (int k = 1; k <= lines; k++) {
    int64_t part = between(1, scaled(200000)), quantity = between(1, 50),
            price = quantity * retail_price(part);
    int discount = (int)between(0, 10), tax = (int)between(0, 8);
    int ship = ordered + (int)between(1, 121), commit = ordered + (int)between(30, 90);
    int receipt = ship + (int)between(1, 30);
    const char *flag = receipt <= CURRENT ? (below(2) ? "R" : "A") : "N";
    *shipped += ship <= CURRENT;
    total += price * (100 + tax) / 100 * (100 - discount) / 100;
    fprintf(
        f, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%d|%" PRId64 ".00|%s|0.%02d|0.%02d|%s|%s|%s|%s|%s|%s|%s|%s\n",
        order, part, supplier_of(part, between(0, 3)), k, quantity, money(price), discount, tax, flag,
        ship > CURRENT ? "O" : "F", date(ship), date(commit), date(receipt),
        instructions[below(COUNT(instructions))], modes[below(COUNT(modes))], comment(10, 43));
  }
  return total;
}

static void write_orders(void) {
  FILE *f =
      begin("orders", "o_orderkey|o_custkey|o_orderstatus|o_totalprice|o_orderdate|o_orderpriority|o_clerk|"
                      "o_shippriority|o_comment");
  FILE *g =
      begin("lineitem", "l_orderkey|l_partkey|l_suppkey|l_linenumber|l_quantity|l_extendedprice|l_discount|"
                        "l_tax|l_returnflag|l_linestatus|l_shipdate|l_commitdate|l_receiptdate|"
                        "l_shipinstruct|l_shipmode|l_comment");
  int64_t n = scaled(1500000), customers = scaled(150000);
  for (int64_t i = 0; i < n; i++) {
    int64_t key = i / 8 * 32 + i % 8 + 1, customer;
    do customer = between(1, customers);
    while (customer % 3 == 0);
    int ordered = (int)between(0, LAST_ORDER), lines = (int)between(1, 7), shipped;
    int64_t total = write_lines(g, key, ordered, lines, &shipped);
    fprintf(f, "%" PRId64 "|%" PRId64 "|%s|%s|%s|%s|Clerk#%09d|0|%s\n", key, customer,
            shipped == lines ? "F"
            : shipped        ? "P"
                             : "O",
            money(total), date(ordered), priorities[below(COUNT(priorities))], (int)between(1, scaled(1000)),
            comment(19, 78));
  }
  end(f);
  end(g);
}

int main(int argc, char **argv) {
  scale = argc == 3 ? atof(argv[1]) : 0;
  if (!(scale > 0)) {
    fprintf(stderr, "usage: tpch_data SCALE FOLDER\n");
    return 2;
  }
  folder = argv[2];
  write_world();
  write_suppliers();
  write_parts();
  write_customers();
  write_orders();
  return 0;
}
