/* Damaged files and every way to read or change their tables: an error, or the values that were stored. */
#include "check.h"
#include "readers.h"
#include "simdisk.h"
#include "store/file/disk.h"
#include "storefile.h"

#define PATH "sealed.blt"
#define STATES 2

static blt_ctx *ctx;
static simdisk *disk;
static blt_error err;
static uint8_t *good;
static uint64_t size, known[READERS][STATES];

static uint32_t rnd(uint32_t n) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)((state >> 16) % n);
}

static blt_status run(uint32_t which, const uint8_t *bytes, uint64_t *digest) {
  sim_put(disk, PATH, bytes, size);
  err.message[0] = 0;
  return reader_run(which, ctx, sim_vfs(disk), PATH, digest, &err);
}

/* What each finds in the whole file, and in that of the commit before, where there is one. */
static void whole_files_are_read(void) {
  uint8_t *bytes = malloc(size);
  for (uint32_t i = 0; i < READERS; i++) {
    CHECK_AT(run(i, good, &known[i][0]) == BLT_OK, "%s: %s", reader_name(i), err.message);
    known[i][1] = known[i][0];
    for (uint32_t slot = 1; slot <= 2; slot++) {
      uint64_t digest;
      memcpy(bytes, good, size);
      bytes[slot * BLT_DISK_PAGE] ^= 1;
      if (run(i, bytes, &digest) == BLT_OK && digest != known[i][0]) known[i][1] = digest;
    }
  }
  free(bytes);
}

static void look(uint32_t which, const uint8_t *bytes, uint64_t *refused) {
  uint64_t digest = 0;
  blt_status st = run(which, bytes, &digest);
  *refused += st != BLT_OK;
  CHECK_AT(st != BLT_OK || digest == known[which][0] || digest == known[which][1],
           "%s gives what never was stored", reader_name(which));
  CHECK_AT(st == BLT_OK || (err.message[0] && (st == BLT_EFORMAT || st == BLT_ENOMEM)), "%s: status %d, '%s'",
           reader_name(which), st, err.message);
}

static void damaged_files_are_refused_by_every_reader(void) {
  uint64_t rounds = check_rounds(1500, 60000), refused = 0;
  uint8_t *bytes = malloc(size);
  for (uint64_t k = 0; k < rounds && check_ok; k++) {
    memcpy(bytes, good, size);
    for (uint32_t j = 0; j < 1 + rnd(3); j++) {
      uint32_t at = BLT_DISK_DATA + rnd((uint32_t)size - BLT_DISK_DATA), n = 1 + rnd(8);
      for (uint32_t i = 0; i < n && at + i < size; i++) bytes[at + i] = rnd(2) ? (uint8_t)rnd(256) : 255;
    }
    for (uint32_t i = 0; i < READERS; i++) look(i, bytes, &refused);
  }
  free(bytes);
  printf("damaged files: %llu, looked at in %u ways; refused: %llu\n", (unsigned long long)rounds, READERS,
         (unsigned long long)refused);
}

int main(void) {
  ctx = blt_ctx_new();
  disk = sim_new(7);
  if (!storefile_seal(ctx, disk, PATH)) return 1;
  uint8_t *bytes = sim_bytes(disk, PATH, &size);
  good = malloc(size);
  memcpy(good, bytes, size);
  RUN(whole_files_are_read);
  RUN(damaged_files_are_refused_by_every_reader);
  CHECK(blt_ctx_memory_used(ctx) == 0);
  free(good);
  sim_free(disk);
  blt_ctx_release(ctx);
  return check_report();
}
