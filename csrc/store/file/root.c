#include "root.h"
#include "base/checksum.h"

#include <stdio.h>
#include <string.h>

/* The reference to the body, not what lies there. */
static bool body_is_whole(const blt_disk_root *r) {
  static const blt_ref none;
  if (r->body_sum == 0) return memcmp(&r->body, &none, sizeof none) == 0;
  return blt_checksum_is(&r->body, sizeof r->body, r->body_sum);
}

void blt_root_seal(blt_disk_root *r) {
  r->body_sum = r->body.bytes ? blt_checksum(&r->body, sizeof r->body) : 0;
  r->sum = blt_checksum(r, offsetof(blt_disk_root, sum));
}

bool blt_root_whole(const blt_disk_root *r, uint64_t id, int slot) {
  return memcmp(r->magic, BLT_DISK_ROOT_MAGIC, 8) == 0 && r->id == id && r->end >= BLT_DISK_DATA &&
         r->end % 8 == 0 && r->sequence > 0 && r->sequence % 2 == (uint64_t)slot &&
         blt_checksum_is(r, offsetof(blt_disk_root, sum), r->sum) && body_is_whole(r);
}

int blt_root_newest(const blt_disk_root roots[2], uint64_t id) {
  int newest = -1;
  for (int i = 0; i < 2; i++)
    if (blt_root_whole(&roots[i], id, i) && (newest < 0 || roots[i].sequence > roots[newest].sequence))
      newest = i;
  return newest;
}

static bool empty(const blt_disk_root *r) {
  static const blt_disk_root none;
  return memcmp(r, &none, sizeof none) == 0;
}

/* What is left of a root that is not whole, read for all that it is worth: its commit's number. */
static const char *cause(const blt_disk_root *r, const blt_disk_root *last, uint64_t size) {
  if (r->sequence > 0 && r->sequence == last->sequence - 1)
    return "it seems to be the commit before: nothing is missing, but something has changed the file";
  if (r->sequence == last->sequence + 1 && r->end == size)
    return "it seems to be the next commit, and the file ends with it as after a close: rather damage to a "
           "commit that was acknowledged than an interruption. Keep a copy of the file";
  return "either the next commit was interrupted there before it was acknowledged, or one that was "
         "acknowledged has been damaged since";
}

bool blt_root_doubtful(const blt_disk_root roots[2], int newest, uint64_t size, char doubt[BLT_ROOT_DOUBT]) {
  const blt_disk_root *last = &roots[newest], *other = &roots[!newest];
  unsigned long long n = last->sequence;
  /* Made by an earlier version of this library, without tables yet and with nothing after it. */
  bool first = last->end == BLT_DISK_DATA + sizeof(uint64_t) && size <= last->end;
  const char *what;
  if (blt_root_whole(other, last->id, !newest)) {
    if (other->sequence == last->sequence - 1) return false;
    what = "is older than the commit before: a write of it was lost";
  } else if (empty(other)) {
    if (first) return false;
    what = "is empty: a write of it was lost";
  } else {
    snprintf(doubt, BLT_ROOT_DOUBT,
             "root slot %d (byte %u) is damaged, and the state is that of commit %llu; %s. The next commit "
             "writes the slot anew",
             !newest, BLT_DISK_PAGE * (1 + !newest), n, cause(other, last, size));
    return true;
  }
  snprintf(doubt, BLT_ROOT_DOUBT, "root slot %d (byte %u) %s, and the state is that of commit %llu", !newest,
           BLT_DISK_PAGE * (1 + !newest), what, n);
  return true;
}
