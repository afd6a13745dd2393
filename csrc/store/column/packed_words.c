/* Two passes: the first lists each word by its number in order of appearance, counting; then the most
 * frequent ones are known, and the second writes places. */
#include "packed_words.h"
#include "base/mem.h"
#include "word_bounds.h"

#include <stddef.h>
#include <string.h>

#define LONGEST 16u           /* bytes of a word, digits of a number */
#define MOST_WORDS (1u << 15) /* that are listed */
#define FIRST_SLOTS (1u << 14)
#define AT_ONCE 4096u     /* bytes whose words are looked up together */
#define LITERAL 0u        /* a place: of a word that stands among the literals */
#define FIRST_PLACE 17u   /* of words; below it are the digits of a number */
#define LEAST_BYTES 4096u /* a text below this has too few words */

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the first bytes of a word are taken to be its low ones"
#endif

/* At the start of what is written: then the words' lengths (a byte each), their bytes, the places, the
 * numbers and the literals. */
typedef struct words_head {
  uint32_t words, bytes;    /* of the words */
  uint32_t places, numbers; /* bytes of these */
} words_head;
_Static_assert(sizeof(words_head) == 16, "part of the format");

/* Bytes that hold a number of so many digits. */
static const uint8_t number_bytes[LONGEST + 1] = {0, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7};

/* Of `words` words so many have a place of one byte; the others share the lead bytes behind these. */
static uint32_t short_places(uint32_t words) {
  uint32_t most = 256 - FIRST_PLACE, leads = words > most ? (words - most + 254) / 255 : 0;
  return most - leads;
}

/* ---- words to numbers ---- */

typedef struct word {
  uint64_t a, b; /* its bytes, and zeros behind them */
} word;

typedef struct slot {
  word w;
  uint32_t len; /* 0: free */
  uint32_t id;
} slot;

/* Ids above those of words: of a literal, and of a number by its digits. */
#define OTHERS MOST_WORDS
#define IDS (OTHERS + LONGEST + 1)

/* Of AT_ONCE bytes behind a word that has waited through no more. */
#define MOST_PIECES (AT_ONCE + 2 * AT_ONCE / LONGEST + BLT_WORD_STEP)

/* Pieces of some bytes: where they are, how long, and where their ids go. */
typedef struct pieces {
  uint32_t n, at[MOST_PIECES], id[MOST_PIECES];
  uint8_t len[MOST_PIECES];
} pieces;

/* Bytes of one kind that pile up, with room for what some bytes of text can give. */
typedef struct heap {
  uint8_t *at;
  size_t used, cap;
} heap;

typedef struct finder {
  blt_ctx *ctx;
  const char *text;
  size_t bytes;
  slot *slots;
  uint32_t mask;
  word *words; /* MOST_WORDS of each */
  uint8_t *lens;
  uint32_t n;
  uint16_t *ids; /* of all pieces of the text */
  size_t nids, ids_cap;
  heap numbers, literals;
  pieces found[2]; /* words and numbers */
  uint32_t bounds[MOST_PIECES + 16];
  word keys[MOST_PIECES];
  uint32_t homes[MOST_PIECES];
} finder;

static inline uint32_t hash_of(word w, uint32_t len) {
  unsigned __int128 m = (unsigned __int128)(w.a ^ UINT64_C(0xa0761d6478bd642f)) *
                        (w.b ^ UINT64_C(0xe7037ed1a0b428db) ^ (uint64_t)len << 56);
  return (uint32_t)((uint64_t)m ^ (uint64_t)(m >> 64));
}

static bool slots_grow(finder *f) {
  uint32_t n = f->slots ? (f->mask + 1) * 2 : FIRST_SLOTS, had = f->slots ? f->mask + 1 : 0;
  slot *slots = blt_calloc(f->ctx, n, sizeof *slots), *old = f->slots;
  if (!slots) return false;
  f->slots = slots;
  f->mask = n - 1;
  for (uint32_t i = 0; i < had; i++) {
    if (!old[i].len) continue;
    uint32_t at = hash_of(old[i].w, old[i].len) & f->mask;
    while (slots[at].len) at = (at + 1) & f->mask;
    slots[at] = old[i];
  }
  blt_free(f->ctx, old, had * sizeof *old);
  return true;
}

static uint32_t put_literal(finder *f, word w, uint32_t len) {
  uint8_t *to = f->literals.at + f->literals.used;
  *to = (uint8_t)len;
  memcpy(to + 1, &w, len);
  f->literals.used += 1 + len;
  return OTHERS;
}

/* The id of a word that has no slot yet, whose free one is `at`. */
static __attribute__((noinline)) uint32_t add_word(finder *f, word w, uint32_t len, uint32_t at) {
  if (f->n == MOST_WORDS) return put_literal(f, w, len);
  f->slots[at] = (slot){w, len, f->n};
  f->words[f->n] = w;
  f->lens[f->n] = (uint8_t)len;
  return f->n++;
}

static inline uint32_t id_of(finder *f, word w, uint32_t len, uint32_t hash) {
  for (uint32_t at = hash & f->mask;; at = (at + 1) & f->mask) {
    const slot *x = &f->slots[at];
    if (((x->w.a ^ w.a) | (x->w.b ^ w.b) | (x->len ^ len)) == 0) return x->id;
    if (!x->len) return add_word(f, w, len, at);
  }
}

/* What is kept of 16 bytes. */
#define ONES(n) ((n) <= 0 ? 0 : (n) >= 8 ? ~UINT64_C(0) : (UINT64_C(1) << ((n)*8 & 63)) - 1)
#define KEPT(n)                                                                                              \
  { ONES(n), ONES((n)-8) }
static const word kept[LONGEST + 1] = {KEPT(0),  KEPT(1),  KEPT(2),  KEPT(3),  KEPT(4),  KEPT(5),
                                       KEPT(6),  KEPT(7),  KEPT(8),  KEPT(9),  KEPT(10), KEPT(11),
                                       KEPT(12), KEPT(13), KEPT(14), KEPT(15), KEPT(16)};

/* The first `len` bytes of 16, or fewer at the end of the text. */
static inline word word_at(const finder *f, uint32_t at, uint32_t len) {
  word w = {0, 0};
  if (__builtin_expect(f->bytes - at < sizeof w, 0)) {
    memcpy(&w, f->text + at, len);
    return w;
  }
  memcpy(&w, f->text + at, sizeof w);
  w.a &= kept[len].a;
  w.b &= kept[len].b;
  return w;
}

static void find_ids(finder *f) {
  const pieces *p = &f->found[0];
  uint16_t *ids = f->ids;
  for (uint32_t i = 0; i < p->n; i++) {
    f->keys[i] = word_at(f, p->at[i], p->len[i]);
    f->homes[i] = hash_of(f->keys[i], p->len[i]);
    __builtin_prefetch(&f->slots[f->homes[i] & f->mask]);
  }
  for (uint32_t i = 0; i < p->n; i++) ids[p->id[i]] = (uint16_t)id_of(f, f->keys[i], p->len[i], f->homes[i]);
}

/* The value of up to 8 digits at the end of 8 bytes. */
static inline uint64_t eight_digits(uint64_t v, uint32_t len) {
  uint32_t away = 32 - 4 * len;
  v = (v ^ UINT64_C(0x3030303030303030)) >> away >> away << away << away;
  v = (v * 2561 >> 8) & UINT64_C(0x00ff00ff00ff00ff);
  v = (v * 6553601 >> 16) & UINT64_C(0x0000ffff0000ffff);
  return v * UINT64_C(42949672960001) >> 32;
}

/* The value of `len` digits, up to 16. */
static inline uint64_t number_at(const finder *f, uint32_t at, uint32_t len) {
  char text[2 * LONGEST] = {0};
  const char *end = f->text + at + len;
  uint64_t v[2];
  if (__builtin_expect(at + len < LONGEST, 0)) {
    memcpy(text, f->text + at, len);
    memmove(text + LONGEST - len, text, len);
    end = text + LONGEST;
  }
  memcpy(v, end - sizeof v, sizeof v);
  uint32_t low = len < 8 ? len : 8;
  return eight_digits(v[0], len - low) * 100000000 + eight_digits(v[1], low);
}

static void put_numbers(finder *f) {
  const pieces *p = &f->found[1];
  for (uint32_t i = 0; i < p->n; i++) {
    uint64_t v = number_at(f, p->at[i], p->len[i]);
    uint32_t id = OTHERS + p->len[i];
    memcpy(f->numbers.at + f->numbers.used, &v, sizeof v);
    f->numbers.used += number_bytes[p->len[i]];
    f->ids[p->id[i]] = (uint16_t)id;
  }
}

/* Has what was found looked up. */
static void settle(finder *f) {
  find_ids(f);
  put_numbers(f);
  f->found[0].n = f->found[1].n = 0;
}

static inline void find(pieces *p, uint32_t at, uint32_t len, size_t id) {
  p->at[p->n] = at;
  p->len[p->n] = (uint8_t)len;
  p->id[p->n++] = (uint32_t)id;
}

/* A piece longer than LONGEST, as several; returns the next id. */
static __attribute__((noinline)) size_t find_long(pieces *p, uint32_t at, uint32_t end, size_t id) {
  for (uint32_t n; at < end; at += n) {
    n = end - at < LONGEST ? end - at : LONGEST;
    find(p, at, n, id++);
  }
  return id;
}

/* Notes the pieces between `n` bounds, of which the first is where the one begins that has waited. */
static void find_pieces(finder *f, const uint32_t *bounds, size_t n) {
  pieces *words = &f->found[0], *numbers = &f->found[1];
  size_t id = f->nids;
  uint32_t nwords = 0, nnumbers = 0;
  for (size_t i = 0; i + 1 < n; i++) {
    uint32_t from = bounds[i] & ~BLT_WORD_NUMBER, len = (bounds[i + 1] & ~BLT_WORD_NUMBER) - from;
    bool number = bounds[i] >> 31;
    if (__builtin_expect(len > LONGEST, 0)) {
      words->n = nwords;
      numbers->n = nnumbers;
      id = find_long(&f->found[number], from, from + len, id);
      nwords = words->n;
      nnumbers = numbers->n;
      continue;
    }
    words->at[nwords] = numbers->at[nnumbers] = from; /* to both: what is no word is written over */
    words->len[nwords] = numbers->len[nnumbers] = (uint8_t)len;
    words->id[nwords] = numbers->id[nnumbers] = (uint32_t)id++;
    nwords += !number;
    nnumbers += number;
  }
  words->n = nwords;
  numbers->n = nnumbers;
  f->nids = id;
}

/* Whether there is room for what AT_ONCE bytes give, and it is worth to go on. */
static bool goes_on(finder *f, size_t at) {
  while (f->n + AT_ONCE > f->mask / 4 * 3 && f->mask + 1 < 2 * MOST_WORDS)
    if (!slots_grow(f)) return false;
  return f->nids <= at / 2 + AT_ONCE && f->literals.used <= at / 8 + AT_ONCE;
}

/* A word that reaches over what is looked at together waits for its end. */
static bool find_words(finder *f, blt_word_walk *walk) {
  size_t n = 0;
  for (size_t at = 0; at < f->bytes; at += AT_ONCE) {
    size_t to = f->bytes - at < AT_ONCE ? f->bytes : at + AT_ONCE;
    if (!goes_on(f, at)) return false;
    n += blt_word_bounds(walk, at, to, f->bounds + n);
    if (n < 2 && to < f->bytes) return false; /* one endless word */
    if (to == f->bytes) f->bounds[n++] = (uint32_t)to;
    find_pieces(f, f->bounds, n);
    settle(f);
    f->bounds[0] = f->bounds[n - 1];
    n = 1;
  }
  return goes_on(f, f->bytes);
}

/* ---- numbers to places ---- */

#define COUNTED 256u      /* pieces in a row that are counted, */
#define COUNT_EVERY 2048u /* of so many */
#define MANY 1024u        /* more than this are all alike */

/* How often each id comes among some of the pieces. */
static void count_some(const finder *f, uint32_t *counts) {
  memset(counts, 0, IDS * sizeof *counts);
  for (size_t at = 0; at < f->nids; at += COUNT_EVERY)
    for (size_t i = at; i < f->nids && i < at + COUNTED; i++) counts[f->ids[i]]++;
}

/* The least count that no more than `most` words pass; `*above`: words that do. */
static uint32_t frequent(const finder *f, const uint32_t *counts, uint32_t most, uint32_t *above) {
  uint32_t words[MANY + 1] = {0}, count = MANY;
  for (uint32_t i = 0; i < f->n; i++) words[counts[i] < MANY ? counts[i] : MANY]++;
  for (*above = 0; count > 0 && *above + words[count] <= most; count--) *above += words[count];
  return count;
}

/* Puts the words that come often first: `order[rank]` is a word, and its rank takes the place of its count.
 */
static void rank_words(const finder *f, uint32_t *order, uint32_t *counts) {
  uint32_t most = short_places(f->n), above, count = frequent(f, counts, most, &above);
  uint32_t same = most - above, shorts = 0, longs = most < f->n ? most : f->n;
  for (uint32_t i = 0; i < f->n; i++) {
    uint32_t n = counts[i] < MANY ? counts[i] : MANY;
    bool is_same = n == count && same > 0; /* the first of those fill what is left */
    same -= is_same;
    counts[i] = n > count || is_same ? shorts++ : longs++;
    order[counts[i]] = i;
  }
}

/* The bytes of a word's place, and how many they are above them. */
static uint32_t place_of(uint32_t rank, uint32_t shorts) {
  if (rank < shorts) return (FIRST_PLACE + rank) | 1u << 16;
  rank -= shorts;
  return (FIRST_PLACE + shorts + (rank >> 8)) | (rank & 255) << 8 | 2u << 16;
}

static char *write_words(const finder *f, const uint32_t *order, char *out) {
  for (uint32_t i = 0; i < f->n; i++) *out++ = (char)f->lens[order[i]];
  for (uint32_t i = 0; i < f->n; i++) {
    memcpy(out, &f->words[order[i]], f->lens[order[i]]);
    out += f->lens[order[i]];
  }
  return out;
}

/* Writes the places of all pieces, and bytes behind them. */
static char *write_places(const finder *f, const uint32_t *places, char *out) {
  for (size_t i = 0; i < f->nids; i++) {
    uint32_t place = places[f->ids[i]];
    memcpy(out, &place, 2);
    out += place >> 16;
  }
  return out;
}

static char *write_heap(char *out, const heap *h) {
  memcpy(out, h->at, h->used);
  return out + h->used;
}

/* Writes all of it when it surely fits into the room. `places`: of IDS. */
static size_t write_all(const finder *f, uint32_t *order, uint32_t *places, char *out, size_t room) {
  words_head h = {.words = f->n, .numbers = (uint32_t)f->numbers.used};
  uint32_t shorts = short_places(f->n);
  for (uint32_t i = 0; i < f->n; i++) h.bytes += f->lens[i];
  size_t alone = f->n + h.bytes + f->literals.used, most = alone + 2 * f->nids + h.numbers;
  if (sizeof h + most + 2 > room || alone > most / 2) return 0; /* or too many words come once */
  count_some(f, places);
  rank_words(f, order, places);
  for (uint32_t i = 0; i < f->n; i++) places[i] = place_of(places[i], shorts);
  for (uint32_t i = OTHERS; i < IDS; i++) places[i] = (i - OTHERS) | 1u << 16;
  char *start = write_words(f, order, out + sizeof h), *end = write_places(f, places, start);
  h.places = (uint32_t)(end - start);
  memcpy(out, &h, sizeof h);
  return (size_t)(write_heap(write_heap(end, &f->numbers), &f->literals) - out);
}

static size_t rank_and_write(const finder *f, char *out, size_t room) {
  size_t bytes = 0;
  uint32_t *order = blt_alloc(f->ctx, (f->n + 1) * sizeof *order);
  uint32_t *places = blt_alloc(f->ctx, IDS * sizeof *places);
  if (order && places) bytes = write_all(f, order, places, out, room);
  blt_free(f->ctx, places, IDS * sizeof *places);
  blt_free(f->ctx, order, (f->n + 1) * sizeof *order);
  return bytes;
}

static bool finder_open(finder *f) {
  f->ids_cap = f->bytes / 2 + 4 * AT_ONCE;
  f->numbers.cap = f->bytes + 2 * AT_ONCE;
  f->literals.cap = f->bytes / 8 + 8 * AT_ONCE;
  f->words = blt_alloc(f->ctx, MOST_WORDS * sizeof *f->words);
  f->lens = blt_alloc(f->ctx, MOST_WORDS);
  f->ids = blt_alloc(f->ctx, f->ids_cap * sizeof *f->ids);
  f->numbers.at = blt_alloc(f->ctx, f->numbers.cap);
  f->literals.at = blt_alloc(f->ctx, f->literals.cap);
  return f->words && f->lens && f->ids && f->numbers.at && f->literals.at && slots_grow(f);
}

static void finder_close(finder *f) {
  blt_free(f->ctx, f->slots, f->slots ? ((size_t)f->mask + 1) * sizeof *f->slots : 0);
  blt_free(f->ctx, f->literals.at, f->literals.cap);
  blt_free(f->ctx, f->numbers.at, f->numbers.cap);
  blt_free(f->ctx, f->ids, f->ids_cap * sizeof *f->ids);
  blt_free(f->ctx, f->lens, MOST_WORDS);
  blt_free(f->ctx, f->words, MOST_WORDS * sizeof *f->words);
  blt_free(f->ctx, f, sizeof *f);
}

size_t blt_words_pack(blt_ctx *ctx, const char *text, size_t bytes, blt_word_starts starts, void *out,
                      size_t room) {
  blt_word_walk walk = {
      .text = text, .bytes = bytes, .starts = starts.at, .nstarts = starts.n, .width = starts.width};
  size_t written = 0;
  if (bytes < LEAST_BYTES || bytes > BLT_WORD_TEXT_MOST) return 0;
  finder *f = blt_alloc(ctx, sizeof *f);
  if (!f) return 0;
  memset(f, 0, offsetof(finder, bounds));
  f->ctx = ctx;
  f->text = text;
  f->bytes = bytes;
  if (finder_open(f) && find_words(f, &walk)) written = rank_and_write(f, out, room);
  finder_close(f);
  return written;
}

/* ---- unpacking ---- */

/* Bytes that are read in order. */
typedef struct stream {
  const uint8_t *at, *end;
} stream;

typedef struct reader {
  stream places, numbers, literals;
  char *out, *stop;
  const word *words;
  const uint8_t *lens;
  uint32_t n, shorts;
} reader;

/* The next bytes of a stream; NULL when it has fewer. */
static inline const uint8_t *take(stream *s, size_t bytes) {
  const uint8_t *at = s->at;
  if ((size_t)(s->end - at) < bytes) return NULL;
  s->at += bytes;
  return at;
}

static inline bool put_bytes(reader *r, const void *bytes16, uint32_t len) {
  size_t left = (size_t)(r->stop - r->out);
  if (left < len) return false;
  if (left >= LONGEST)
    memcpy(r->out, bytes16, LONGEST);
  else
    memcpy(r->out, bytes16, len);
  r->out += len;
  return true;
}

static bool take_literal(reader *r) {
  const uint8_t *len = take(&r->literals, 1),
                *bytes = len && *len <= LONGEST ? take(&r->literals, *len) : NULL;
  char all[LONGEST] = {0};
  if (!bytes) return false;
  memcpy(all, bytes, *len);
  return put_bytes(r, all, *len);
}

/* The digits of a number below 10^8, the first in the lowest byte. */
static inline uint64_t eight_to_text(uint64_t v) {
  uint64_t high = v / 10000, fours = high | (v - high * 10000) << 32;
  uint64_t hundreds = (fours * 5243 >> 19) & UINT64_C(0x0000007f0000007f);
  uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  uint64_t tens = (twos * 103 >> 10) & UINT64_C(0x000f000f000f000f);
  return (tens | (twos - tens * 10) << 8) + UINT64_C(0x3030303030303030);
}

static bool take_number(reader *r, uint32_t digits) {
  const uint8_t *in = take(&r->numbers, number_bytes[digits]);
  uint64_t v = 0, text[4] = {0};
  if (!in) return false;
  memcpy(&v, in, number_bytes[digits]);
  uint64_t high = v / 100000000;
  if (high >= 100000000) return false;
  text[0] = eight_to_text(high);
  text[1] = eight_to_text(v - high * 100000000);
  return put_bytes(r, (const char *)text + LONGEST - digits, digits);
}

static inline bool take_word(reader *r, uint32_t place) {
  uint32_t rank = place - FIRST_PLACE;
  if (rank >= r->shorts) {
    const uint8_t *low = take(&r->places, 1);
    if (!low) return false;
    rank = r->shorts + ((rank - r->shorts) << 8 | *low);
  }
  return rank < r->n && put_bytes(r, &r->words[rank], r->lens[rank]);
}

static bool take_all(reader *r) {
  bool ok = true;
  while (ok && r->places.at < r->places.end) {
    uint32_t place = *r->places.at++;
    ok = place >= FIRST_PLACE ? take_word(r, place) : place ? take_number(r, place) : take_literal(r);
  }
  return ok && r->out == r->stop && r->numbers.at == r->numbers.end && r->literals.at == r->literals.end;
}

/* Spreads the words; false when they are no words, or do not take `bytes`. */
static bool read_words(word *words, const uint8_t *lens, const char *in, uint32_t n, size_t bytes) {
  for (uint32_t i = 0; i < n; i++) {
    if (lens[i] == 0 || lens[i] > LONGEST || lens[i] > bytes) return false;
    words[i] = (word){0, 0};
    memcpy(&words[i], in, lens[i]);
    in += lens[i];
    bytes -= lens[i];
  }
  return bytes == 0;
}

blt_status blt_words_unpack(blt_ctx *ctx, const void *in, size_t bytes, char *out, size_t whole, bool *ok,
                            blt_error *err) {
  words_head h;
  stream all = {in, (const uint8_t *)in + bytes};
  const uint8_t *head = take(&all, sizeof h), *lens, *letters, *places, *numbers;
  *ok = false;
  if (!head) return BLT_OK;
  memcpy(&h, head, sizeof h);
  if (h.words > MOST_WORDS || !(lens = take(&all, h.words)) || !(letters = take(&all, h.bytes)) ||
      !(places = take(&all, h.places)) || !(numbers = take(&all, h.numbers)))
    return BLT_OK;
  size_t room = (h.words + 1) * sizeof(word);
  word *words = blt_alloc(ctx, room);
  if (!words) return blt_fail_memory(err, room);
  reader r = {.places = {places, places + h.places},
              .numbers = {numbers, numbers + h.numbers},
              .literals = all,
              .out = out,
              .stop = out + whole,
              .words = words,
              .lens = lens,
              .n = h.words,
              .shorts = short_places(h.words)};
  *ok = read_words(words, lens, (const char *)letters, h.words, h.bytes) && take_all(&r);
  blt_free(ctx, words, room);
  return BLT_OK;
}
