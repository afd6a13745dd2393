/* clicks_data.c: tables of clicks, the same bytes for the same arguments.
 *
 *   clicks_data hits ROWS SEED > hits.csv    the columns of ClickBench's table that its 43 questions use
 *   clicks_data log ROWS SEED > log.csv      a web log whose urls are nearly all different
 *
 * Hits lie by counter and day, as in the original. What repeats, and how unevenly, follows it too: a sixth as
 * many users as rows, the first of them with thousands of rows; sessions of a few clicks; pages and titles of
 * long text, a third of them seen once; phrases empty in seven rows of eight; numbers that are nearly always
 * 0. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, LONGEST_ROW = 4096, COUNTERS = 6000, LARGE_COUNTER = 62 };

typedef struct writer {
  char buffer[BUFFER + LONGEST_ROW], *at;
} writer;

static uint64_t mix(uint64_t z) {
  z += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static uint64_t next_random(uint64_t *state) {
  return mix((*state)++);
}

static uint64_t below(uint64_t *state, uint64_t bound) {
  return (uint64_t)(((__uint128_t)next_random(state) * bound) >> 64);
}

static bool one_in(uint64_t *state, uint64_t n) {
  return below(state, n) == 0;
}

/* A number below bound; small ones are more likely, the more the higher the power. */
static uint64_t skewed(uint64_t *state, uint64_t bound, int power) {
  double r = (double)(next_random(state) >> 11) * 0x1p-53, x = r;
  for (int i = 1; i < power; i++) x *= r;
  return (uint64_t)(x * (double)bound);
}

/* ---- writing ---- */

static void flush(writer *w) {
  for (const char *p = w->buffer; p < w->at;) {
    ssize_t n = write(STDOUT_FILENO, p, (size_t)(w->at - p));
    if (n < 0) {
      perror("clicks_data");
      exit(1);
    }
    p += n;
  }
  w->at = w->buffer;
}

static void put(writer *w, const char *text) {
  size_t n = strlen(text);
  memcpy(w->at, text, n);
  w->at += n;
}

static void put_int(writer *w, int64_t value) {
  uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  char digits[24];
  int n = 0;
  do digits[n++] = (char)('0' + size % 10);
  while (size /= 10);
  if (value < 0) *w->at++ = '-';
  while (n > 0) *w->at++ = digits[--n];
}

static void comma(writer *w) {
  *w->at++ = ',';
}

static void put_field(writer *w, int64_t value) {
  put_int(w, value);
  comma(w);
}

static void end_row(writer *w) {
  w->at[-1] = '\n';
  if (w->at - w->buffer >= BUFFER) flush(w);
}

/* ---- words ---- */

static const char *const LATIN[16] = {"ka", "lo", "mi",  "ser", "vo", "na",  "ti", "ru",
                                      "de", "po", "ste", "ga",  "ni", "bel", "zu", "ran"};
static const char *const CYRILLIC[16] = {"ка", "ло", "ми",  "сер", "во", "на",  "ти", "ру",
                                         "де", "по", "сте", "га",  "ни", "бел", "зу", "ран"};

/* The word number `id`: the same syllables in either alphabet. */
static void put_word(writer *w, const char *const *syllables, uint64_t id) {
  uint64_t h = mix(id);
  for (uint64_t n = 2 + h % 3; n > 0; n--) put(w, syllables[(h >>= 4) & 15]);
}

/* The text number `id` of `fewest` words and up to `more`. */
static void put_words(writer *w, const char *const *syllables, uint64_t id, uint64_t fewest, uint64_t more,
                      char between) {
  uint64_t h = mix(id ^ 0x5bd1e995), n = fewest + h % (more + 1);
  for (uint64_t i = 0; i < n; i++) {
    if (i) *w->at++ = between;
    put_word(w, syllables, mix(h + i) % 4000);
  }
}

static void put_empty(writer *w) {
  put(w, "\"\",");
}

static void put_host(writer *w, uint64_t site) {
  if (site % 3 == 0) put(w, "www.");
  put_words(w, LATIN, site * 7919 + 13, 1, 1, '-');
  put(w, site % 5 == 0 ? ".com" : ".ru");
}

/* Page `page` of a site: its path says both, and one in 1,000 was found by a search. */
static void put_page(writer *w, uint64_t site, uint64_t page) {
  uint64_t h = mix(site << 32 | page);
  put(w, "http://");
  put_host(w, site);
  put(w, "/");
  put_words(w, LATIN, h, 1, 4, '/');
  if (h % 1000 == 7) put(w, "?from=google.ru");
  put(w, h % 4 ? ".html?id=" : "/index.php#");
  put_int(w, (int64_t)page);
  if (h % 2) put(w, "&state="), put_int(w, (int64_t)(mix(h) >> 20));
}

static void put_title(writer *w, uint64_t site, uint64_t page) {
  put_words(w, CYRILLIC, site << 32 | page / 2, 2, 7, ' ');
  if (mix(page ^ site) % 800 == 5) put(w, " Google");
  put(w, " - ");
  put_words(w, CYRILLIC, site, 1, 2, ' ');
}

/* ---- hits ---- */

typedef struct user {
  uint64_t number, id, region;
  int64_t address;
  int width;
  uint64_t phone; /* 0: none */
} user;

typedef struct day_time {
  int day; /* of July 2013 */
  uint32_t second;
} day_time;

static user user_of(uint64_t number, uint64_t users) {
  static const int widths[16] = {1366, 1366, 1366, 1920, 1920, 1280, 1280, 1024,
                                 1440, 1600, 1680, 1638, 1916, 768,  320,  0};
  uint64_t h = mix(number + 77), region = mix(h);
  return (user){.number = number,
                .id = mix(number),
                .region = skewed(&region, 9000, 4) + 1,
                .address = (int64_t)(int32_t)mix(h % (users / 2 + 1)),
                .width = widths[(h >> 8) & 15],
                .phone = (h >> 16) % 18 == 0 ? 1 + skewed(&h, 160, 2) : 0};
}

static void put_two(writer *w, uint32_t n) {
  *w->at++ = (char)('0' + n / 10), *w->at++ = (char)('0' + n % 10);
}

static void put_day(writer *w, int day) {
  put(w, "2013-07-");
  put_two(w, (uint32_t)day);
}

static void put_time(writer *w, day_time t) {
  put_day(w, t.day);
  put(w, " ");
  put_two(w, t.second / 3600);
  put(w, ":");
  put_two(w, t.second / 60 % 60);
  put(w, ":");
  put_two(w, t.second % 60);
  comma(w);
}

static void put_phrase(writer *w, uint64_t *state, uint64_t rows, bool searched) {
  if (!searched) {
    put_empty(w);
    return;
  }
  put_words(w, CYRILLIC, skewed(state, rows / 8 + 10, 2) + 99, 1, 5, ' ');
  comma(w);
}

/* Where the visitor came from; the number of the page for an address within the site. */
static int64_t put_referer(writer *w, uint64_t *state, uint64_t site, uint64_t pages) {
  uint64_t kind = below(state, 16), page = skewed(state, pages, 3);
  if (kind < 3) {
    put_empty(w);
    return -1;
  }
  if (kind < 11) {
    put_page(w, site, page);
  } else if (kind < 14) {
    put(w, kind == 11 ? "http://www.google.ru/search?q=" : "http://yandex.ru/yandsearch?text=");
    put_words(w, LATIN, next_random(state), 2, 4, '+');
  } else {
    put_page(w, skewed(state, 50000, 2) + COUNTERS, page);
  }
  comma(w);
  return kind < 11 ? (int64_t)page : -1;
}

static void put_hit(writer *w, uint64_t *state, const user *u, uint64_t counter, uint64_t pages, day_time t,
                    uint64_t row, uint64_t rows) {
  static const int engines[8] = {2, 2, 2, 2, 3, 3, 4, 13};
  bool searched = below(state, 16) < 2, advertised = one_in(state, 160);
  uint64_t page = skewed(state, pages, 3);
  put_field(w, (int64_t)mix(row ^ 0x77617463));
  put_time(w, t);
  put_day(w, t.day);
  comma(w);
  put_field(w, (int64_t)counter);
  put_field(w, u->address);
  put_field(w, (int64_t)u->region);
  put_field(w, (int64_t)u->id);
  if (one_in(state, 2000))
    put_empty(w);
  else
    put_page(w, counter, page), comma(w);
  int64_t from = put_referer(w, state, counter, pages);
  put_title(w, counter, page), comma(w);
  put_field(w, one_in(state, 8));
  put_field(w, u->width);
  put_field(w, u->phone ? (int64_t)(u->phone % 70 + 1) : 0);
  if (u->phone)
    put(w, "Model "), put_word(w, LATIN, u->phone), put_int(w, (int64_t)u->phone), comma(w);
  else
    put_empty(w);
  put_field(w, (int64_t)(searched ? below(state, 5) ? 2 : 6 : below(state, 4) ? 0 : below(state, 12) - 1));
  put_field(w, searched ? engines[below(state, 8)] : one_in(state, 30) ? 2 : 0);
  put_phrase(w, state, rows, searched);
  put_field(w, advertised ? (int64_t)(2 + below(state, 20)) : 0);
  put_field(w, u->width ? u->width - (int64_t)below(state, 60) : 0);
  put_field(w, (int64_t)(300 + skewed(state, 900, 2)));
  put_field(w, one_in(state, 12));
  put_field(w, one_in(state, 700));
  put_field(w, one_in(state, 20));
  put_field(w, from < 0 ? (int64_t)mix(below(state, 1000) ^ 0x72656665)
                        : (int64_t)mix(counter << 32 | (uint64_t)from));
  put_field(w, (int64_t)mix(counter << 32 | page));
  end_row(w);
}

/* How many of the rows are of counters up to this one; they shrink with their number, but for a large one. */
static uint64_t rows_before(uint64_t counter, uint64_t rows) {
  double part = log(1 + (double)counter / 60) / log(1 + (double)COUNTERS / 60);
  part = 0.99 * part + (counter >= LARGE_COUNTER ? 0.01 : 0);
  return counter == COUNTERS ? rows : (uint64_t)(part * (double)rows);
}

static void put_counter(writer *w, uint64_t *state, uint64_t counter, uint64_t from, uint64_t to,
                        uint64_t rows) {
  uint64_t users = rows / 6 + 1, pages = (to - from) / 2 + 1, left = 0;
  user u = {0};
  uint32_t second = 0;
  for (uint64_t row = from; row < to; row++, left--) {
    if (left == 0) {
      u = user_of(skewed(state, users, 2), users);
      left = 1 + skewed(state, 12, 2);
      second = (uint32_t)below(state, 80000);
    }
    second += (uint32_t)below(state, 60);
    day_time t = {1 + (int)((row - from) * 31 / (to - from)), second};
    put_hit(w, state, &u, counter, pages, t, row, rows);
  }
}

static void put_hits(writer *w, uint64_t *state, uint64_t rows) {
  put(w,
      "WatchID,EventTime,EventDate,CounterID,ClientIP,RegionID,UserID,URL,Referer,Title,IsRefresh,"
      "ResolutionWidth,"
      "MobilePhone,MobilePhoneModel,TraficSourceID,SearchEngineID,SearchPhrase,AdvEngineID,WindowClientWidth,"
      "WindowClientHeight,IsLink,IsDownload,DontCountHits,RefererHash,URLHash\n");
  for (uint64_t c = 1; c <= COUNTERS; c++)
    put_counter(w, state, c, rows_before(c - 1, rows), rows_before(c, rows), rows);
}

/* ---- the log ---- */

static void put_entry(writer *w, uint64_t *state, uint64_t row, uint64_t rows) {
  user u = user_of(skewed(state, rows / 6 + 1, 2), rows / 6 + 1);
  uint64_t second = row * 2592000 / rows;
  put_field(w, (int64_t)(u.id >> 1));
  put_time(w, (day_time){1 + (int)(second / 86400), (uint32_t)(second % 86400)});
  put_field(w, (int64_t)u.region);
  put_page(w, skewed(state, 5000, 3), below(state, 20 * rows));
  comma(w);
  put_phrase(w, state, rows, below(state, 16) < 2);
  put_field(w, u.width);
  put_field(w, (int64_t)skewed(state, 100000, 3));
  uint64_t cents = skewed(state, 1000000, 2);
  put_int(w, (int64_t)(cents / 100)), put(w, ".");
  put_two(w, (uint32_t)(cents % 100));
  comma(w);
  put(w, one_in(state, 10) ? "true," : "false,");
  end_row(w);
}

static void put_log(writer *w, uint64_t *state, uint64_t rows) {
  put(w, "user,time,region,url,phrase,width,duration,price,flag\n");
  for (uint64_t i = 0; i < rows; i++) put_entry(w, state, i, rows);
}

int main(int argc, char **argv) {
  static writer w;
  bool hits = argc == 4 && strcmp(argv[1], "hits") == 0, log = argc == 4 && strcmp(argv[1], "log") == 0;
  uint64_t rows = argc == 4 ? strtoull(argv[2], NULL, 10) : 0,
           state = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
  if (!(hits || log) || rows == 0) {
    fprintf(stderr, "usage: clicks_data hits|log ROWS SEED, with ROWS >= 1\n");
    return 2;
  }
  w.at = w.buffer;
  if (hits)
    put_hits(&w, &state, rows);
  else
    put_log(&w, &state, rows);
  flush(&w);
  return 0;
}
