/* Files that are cut, flipped, scribbled over, foreign or of another version: an error that names the file,
 * or a state that was committed; never a crash, never something else. */
#include "check.h"
#include "base/checksum.h"
#include "store/database/db.h"
#include "store/file/disk.h"
#include "storefile.h"

#include <stdlib.h>

#define PATH "small.blt"

static blt_ctx *ctx;
static simdisk *disk;
static blt_error err;
static uint8_t *good;
static uint64_t size, states[16], end, before; /* of the last commit, and of the one before */
static int nstates;

static bool known(uint64_t digest) {
  for (int i = 0; i < nstates; i++)
    if (states[i] == digest) return true;
  return false;
}

/* The file as it is, and every state that its commits had: the newest, and the one before. */
static void prepare(void) {
  uint64_t h;
  uint8_t *bytes;
  disk = sim_new(7);
  REQUIRE(storefile_write(ctx, disk, PATH));
  bytes = sim_bytes(disk, PATH, &size);
  good = malloc(size);
  memcpy(good, bytes, size);
  REQUIRE(storefile_read(ctx, sim_vfs(disk), PATH, &h, &err) == BLT_OK);
  states[nstates++] = h;
  const blt_disk_root *a = (const void *)(good + BLT_DISK_PAGE),
                      *b = (const void *)(good + 2 * BLT_DISK_PAGE);
  int newest = a->sequence > b->sequence ? 1 : 2;
  end = newest == 1 ? a->end : b->end;
  before = newest == 1 ? b->end : a->end;
  good[newest * BLT_DISK_PAGE] ^= 1;
  sim_put(disk, PATH, good, size);
  good[newest * BLT_DISK_PAGE] ^= 1;
  REQUIRE(storefile_read(ctx, sim_vfs(disk), PATH, &h, &err) == BLT_OK);
  CHECK(h != states[0]);
  states[nstates++] = h;
}

/* Reads the file that was put there, and changes it. */
static blt_status look(const char *what, uint64_t at) {
  uint64_t h = 0;
  err.message[0] = 0;
  blt_status st = storefile_read(ctx, sim_vfs(disk), PATH, &h, &err);
  CHECK_AT(st != BLT_OK || known(h), "%s %llu: a state that never was", what, (unsigned long long)at);
  CHECK_AT(st == BLT_OK || (err.message[0] && (st == BLT_EFORMAT || st == BLT_ENOMEM || st == BLT_EKEY)),
           "%s %llu: status %d, '%s'", what, (unsigned long long)at, st, err.message);
  return st;
}

static void every_length(void) {
  for (uint64_t n = 0; n < end && check_ok; n++) {
    sim_put(disk, PATH, good, n);
    blt_status st = look("length", n);
    bool told = n >= before && blt_file_validate(ctx, PATH, sim_vfs(disk), &err) == BLT_EFORMAT;
    CHECK_AT(st == BLT_EFORMAT || told, "length %llu is accepted", (unsigned long long)n);
  }
  printf("lengths: %llu\n", (unsigned long long)end);
}

static void every_byte_flipped(void) {
  uint64_t of_64 = check_rounds(8, 64); /* all bits, one of each byte, or one of each eighth byte */
  uint64_t tried = 0, refused = 0;
  uint8_t *bytes = malloc(size);
  for (uint64_t i = 0; i < end * 8 && check_ok; i++) {
    uint64_t byte = i / 8;
    if (of_64 < 64 && i % 8 != (byte + byte / 8) % 8) continue;
    if (of_64 < 8 && byte % 8) continue;
    memcpy(bytes, good, size);
    bytes[byte] ^= (uint8_t)(1 << i % 8);
    sim_put(disk, PATH, bytes, size);
    refused += look("flipped bit", i) != BLT_OK;
    tried++;
  }
  free(bytes);
  printf("flipped bits: %llu, of them refused: %llu\n", (unsigned long long)tried,
         (unsigned long long)refused);
}

static uint32_t rnd(uint32_t n) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)((state >> 16) % n);
}

/* Random spans overwritten with garbage, zeros or another part of the file. */
static void scribbled(void) {
  uint64_t rounds = check_rounds(3000, 200000);
  uint8_t *bytes = malloc(size);
  for (uint64_t k = 0; k < rounds && check_ok; k++) {
    memcpy(bytes, good, size);
    for (uint32_t j = 0; j < 1 + rnd(3); j++) {
      uint32_t at = rnd((uint32_t)end), n = 1 + rnd((uint32_t)(end - at < 300 ? end - at : 300)),
               how = rnd(3);
      for (uint32_t i = 0; i < n; i++)
        bytes[at + i] = how == 0 ? (uint8_t)rnd(256) : how == 1 ? 0 : good[(at + i + 64) % end];
    }
    sim_put(disk, PATH, bytes, size);
    look("scribble", k);
    storefile_change(ctx, sim_vfs(disk), PATH, &err);
  }
  free(bytes);
}

static void pure_garbage(void) {
  static uint8_t bytes[20000];
  for (int k = 0; k < 300 && check_ok; k++) {
    uint32_t n = rnd(sizeof bytes);
    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)rnd(256);
    if (k % 2 && n > 8) memcpy(bytes, BLT_DISK_MAGIC, 8);
    sim_put(disk, PATH, bytes, n);
    CHECK(look("garbage", (uint64_t)k) == BLT_EFORMAT);
  }
}

static void put_changed(void (*change)(uint8_t *bytes, uint64_t value), uint64_t value) {
  uint8_t *bytes = malloc(size);
  memcpy(bytes, good, size);
  change(bytes, value);
  sim_put(disk, PATH, bytes, size);
  free(bytes);
}

static void set_version(uint8_t *bytes, uint64_t value) {
  blt_disk_header *h = (void *)bytes;
  h->version = (uint32_t)value;
  h->sum = blt_checksum(h, offsetof(blt_disk_header, sum));
}

static void other_version(void) {
  put_changed(set_version, BLT_DISK_VERSION + 1);
  CHECK(look("version", 3) == BLT_EFORMAT);
  CHECK_STR(err.message, "'small.blt' has format version 5; this program reads versions 1 to 4");
  sim_put(disk, PATH, "SQLite format 3", 16);
  CHECK(look("foreign", 0) == BLT_EFORMAT);
}

/* ---- a damaged root ---- */

static int newest_slot(void) {
  const blt_disk_root *a = (const void *)(good + BLT_DISK_PAGE),
                      *b = (const void *)(good + 2 * BLT_DISK_PAGE);
  return a->sequence > b->sequence ? 0 : 1;
}

/* The good file with a byte of a root changed and `more` bytes at its end. */
static void put_damaged_root(int slot, size_t byte, uint8_t mask, uint64_t more) {
  uint8_t *bytes = calloc(1, end + more);
  memcpy(bytes, good, end);
  bytes[BLT_DISK_PAGE * (size_t)(1 + slot) + byte] ^= mask;
  sim_put(disk, PATH, bytes, end + more);
  free(bytes);
}

/* Opening falls back to the whole root, checking tells of the other one, and the next commit heals it. */
static void every_flip_in_a_root_is_told(void) {
  uint64_t h;
  char name[32];
  for (int slot = 0; slot < 2; slot++) {
    snprintf(name, sizeof name, "root slot %d", slot);
    for (size_t i = 0; i < sizeof(blt_disk_root) * 8 && check_ok; i++) {
      put_damaged_root(slot, i / 8, (uint8_t)(1 << i % 8), 0);
      REQUIRE(storefile_read(ctx, sim_vfs(disk), PATH, &h, &err) == BLT_OK);
      CHECK(h == states[slot == newest_slot()]);
      CHECK(blt_file_validate(ctx, PATH, sim_vfs(disk), &err) == BLT_EFORMAT);
      CHECK_AT(strstr(err.message, name) != NULL, "bit %zu of slot %d: %s", i, slot, err.message);
      REQUIRE(storefile_change(ctx, sim_vfs(disk), PATH, &err) == BLT_OK);
      CHECK_AT(blt_file_validate(ctx, PATH, sim_vfs(disk), &err) == BLT_OK, "%s", err.message);
    }
  }
}

static void says_of_root(int slot, size_t byte, uint8_t mask, uint64_t more, const char *what) {
  put_damaged_root(slot, byte, mask, more);
  CHECK(blt_file_validate(ctx, PATH, sim_vfs(disk), &err) == BLT_EFORMAT);
  CHECK_AT(strstr(err.message, what) != NULL, "%s", err.message);
}

static void a_damaged_root_is_judged(void) {
  int newest = newest_slot();
  size_t sum = offsetof(blt_disk_root, sum), sequence = offsetof(blt_disk_root, sequence);
  says_of_root(!newest, sum, 1, 0, "nothing is missing");
  says_of_root(newest, sum, 1, 0, "was acknowledged");         /* cut at its end by a close */
  says_of_root(newest, sum, 1, 5000, "was interrupted there"); /* or not */
  says_of_root(newest, sequence + 5, 1, 0, "was interrupted there");
}

/* Opening for writing and closing leaves the lost commit where it is. */
static void nothing_is_cut_from_a_doubtful_file(void) {
  blt_db_options o = {.vfs = sim_vfs(disk)};
  blt_db *db;
  uint64_t h, left;
  int slot = newest_slot();
  put_damaged_root(slot, 70, 4, 0);
  REQUIRE(blt_db_open(ctx, PATH, &o, &db, &err) == BLT_OK);
  CHECK(blt_db_doubt(db) != NULL);
  blt_db_close(db);
  uint8_t *bytes = sim_bytes(disk, PATH, &left);
  CHECK_INT(left, end);
  bytes[BLT_DISK_PAGE * (size_t)(1 + slot) + 70] ^= 4;
  REQUIRE(storefile_read(ctx, sim_vfs(disk), PATH, &h, &err) == BLT_OK);
  CHECK(h == states[0]);
}

/* A root that was never written, or is several commits old, is no better than a damaged one. */
static void lost_roots_are_told(void) {
  uint8_t *bytes = malloc(size);
  size_t at = BLT_DISK_PAGE * (size_t)(1 + !newest_slot());
  memcpy(bytes, good, size);
  memset(bytes + at, 0, sizeof(blt_disk_root));
  sim_put(disk, PATH, bytes, size);
  CHECK(blt_file_validate(ctx, PATH, sim_vfs(disk), &err) == BLT_EFORMAT);
  CHECK_AT(strstr(err.message, "is empty") != NULL, "%s", err.message);
  blt_disk_root *r = (void *)(bytes + at);
  memcpy(r, good + at, sizeof *r);
  r->sequence -= 2;
  r->sum = blt_checksum(r, offsetof(blt_disk_root, sum));
  sim_put(disk, PATH, bytes, size);
  CHECK(blt_file_validate(ctx, PATH, sim_vfs(disk), &err) == BLT_EFORMAT);
  CHECK_AT(strstr(err.message, "is older") != NULL, "%s", err.message);
  free(bytes);
}

/* One field of the newest root at a time, with a checksum that is right. */
static void set_root(uint8_t *bytes, uint64_t value, size_t field) {
  blt_disk_root *a = (void *)(bytes + BLT_DISK_PAGE), *b = (void *)(bytes + 2 * BLT_DISK_PAGE);
  blt_disk_root *r = a->sequence > b->sequence ? a : b;
  memcpy((uint8_t *)r + field, &value, sizeof value);
  r->sum = blt_checksum(r, offsetof(blt_disk_root, sum));
}
static void set_end(uint8_t *bytes, uint64_t v) {
  set_root(bytes, v, offsetof(blt_disk_root, end));
}
static void set_offset(uint8_t *bytes, uint64_t v) {
  set_root(bytes, v, offsetof(blt_disk_root, catalogue.offset));
}
static void set_bytes(uint8_t *bytes, uint64_t v) {
  set_root(bytes, v, offsetof(blt_disk_root, catalogue.bytes));
}

static void absurd_lengths(void) {
  static const uint64_t absurd[] = {
      0, 1, 7, 8, 4096, 12287, 1u << 31, UINT64_C(1) << 40, UINT64_C(1) << 63, UINT64_MAX - 7, UINT64_MAX};
  for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++) {
    put_changed(set_end, absurd[i]);
    look("end", absurd[i]);
    put_changed(set_offset, absurd[i]);
    CHECK(look("offset", absurd[i]) == BLT_EFORMAT);
    put_changed(set_bytes, absurd[i]);
    CHECK(look("bytes", absurd[i]) == BLT_EFORMAT);
  }
}

int main(void) {
  ctx = blt_ctx_new();
  RUN(prepare);
  RUN(every_length);
  RUN(every_byte_flipped);
  RUN(scribbled);
  RUN(pure_garbage);
  RUN(other_version);
  RUN(absurd_lengths);
  RUN(every_flip_in_a_root_is_told);
  RUN(a_damaged_root_is_judged);
  RUN(nothing_is_cut_from_a_doubtful_file);
  RUN(lost_roots_are_told);
  free(good);
  sim_free(disk);
  CHECK_INT(blt_ctx_memory_used(ctx), 0);
  blt_ctx_release(ctx);
  return check_report();
}
