/* Adding bytes: through a buffer, where there is room for them. */
#include "file_inside.h"
#include "space.h"
#include "base/checksum.h"

#include <string.h>

#define RESERVE_MIN ((uint64_t)64 << 10)
#define RESERVE_MAX ((uint64_t)8 << 20)

/* Asks for space ahead, so that a sync has no change of the file's size to write. */
static void reserve(blt_file *f, uint64_t need) {
  uint64_t more = need / 32;
  if (need <= f->reserved) return;
  more = more < RESERVE_MIN ? RESERVE_MIN : more > RESERVE_MAX ? RESERVE_MAX : more;
  uint64_t want = (need + more + BLT_DISK_PAGE - 1) / BLT_DISK_PAGE * BLT_DISK_PAGE;
  if (f->vfs->reserve(f->vfs->self, f->handle, want) == 0) f->reserved = want;
}

static blt_status write_out(blt_file *f, const void *data, size_t bytes, uint64_t offset, blt_error *err) {
  reserve(f, offset + bytes);
  f->unsynced = true;
  blt_status status = blt_file_write(f, data, bytes, offset, err);
  if (status == BLT_OK && f->reserved < offset + bytes) f->reserved = offset + bytes;
  return status;
}

blt_status blt_file_flush(blt_file *f, blt_error *err) {
  size_t n = (size_t)(f->end - f->buffered_at);
  if (n == 0) return BLT_OK;
  blt_status status = write_out(f, f->buffer, n, f->buffered_at, err);
  if (status == BLT_OK) f->buffered_at = f->end;
  return status;
}

/* Bytes, or zeros when `data` is NULL, where there is room for them. */
static blt_status put(blt_file *f, const void *data, size_t bytes, blt_error *err) {
  if (bytes >= BLT_FILE_BUFFER / 2) {
    blt_status status = blt_file_flush(f, err);
    if (status == BLT_OK) status = write_out(f, data, bytes, f->end, err);
    if (status == BLT_OK) f->end = f->buffered_at = f->end + bytes;
    return status;
  }
  if (f->end - f->buffered_at + bytes > BLT_FILE_BUFFER) {
    blt_status status = blt_file_flush(f, err);
    if (status != BLT_OK) return status;
  }
  char *to = f->buffer + (f->end - f->buffered_at);
  if (data)
    memcpy(to, data, bytes);
  else
    memset(to, 0, bytes);
  f->end += bytes;
  return BLT_OK;
}

/* Goes where `bytes` can be put at a multiple of `align`: on in the part being filled, else in another free
 * one, else at the end. What is left of a part is found again when free space is next looked for. */
static blt_status make_room(blt_file *f, uint64_t bytes, uint32_t align, blt_error *err) {
  uint64_t gap = (align - f->end % align) % align;
  blt_extent part;
  bool at_end = f->end == f->top, fits = f->limit - f->end >= gap && f->limit - f->end - gap >= bytes;
  if (!fits || f->limit == UINT64_MAX) {
    bool found = blt_space_take(f, bytes, align, &part);
    if (!found && !fits) part = (blt_extent){f->top, UINT64_MAX - f->top}, found = true;
    if (found && !(at_end && part.offset == f->end)) {
      blt_status status = blt_file_flush(f, err);
      if (status != BLT_OK) return status;
      f->end = f->buffered_at = part.offset;
    }
    if (found) f->limit = part.offset + part.bytes;
    gap = (align - f->end % align) % align;
  }
  return put(f, NULL, (size_t)gap, err);
}

blt_status blt_file_append_parts(blt_file *f, const blt_part *parts, uint32_t n, uint32_t align, blt_ref *ref,
                                 blt_error *err) {
  blt_summer sum;
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < n; i++) bytes += parts[i].padded;
  uint64_t at = f->end;
  blt_status status = make_room(f, bytes, align, err);
  if (f->first == UINT64_MAX)
    f->first = f->end;
  else if (f->end - at >= align)
    f->first = 0; /* elsewhere */
  *ref = (blt_ref){.offset = f->end, .bytes = bytes};
  blt_summer_start(&sum);
  for (uint32_t i = 0; status == BLT_OK && i < n; i++) {
    size_t gap = parts[i].padded - parts[i].bytes;
    static const char zeros[64];
    if (parts[i].bytes) status = put(f, parts[i].data, parts[i].bytes, err);
    if (status == BLT_OK && gap) status = put(f, NULL, gap, err);
    blt_summer_add(&sum, parts[i].data, parts[i].bytes);
    blt_summer_add(&sum, zeros, gap);
  }
  ref->sum = blt_summer_end(&sum);
  f->added += bytes;
  if (f->limit == UINT64_MAX) f->top = f->end;
  return status;
}

blt_status blt_file_append(blt_file *f, const void *data, size_t bytes, uint32_t align, blt_ref *ref,
                           blt_error *err) {
  blt_part part = {data, bytes, (bytes + 7) / 8 * 8};
  return blt_file_append_parts(f, &part, 1, align, ref, err);
}
