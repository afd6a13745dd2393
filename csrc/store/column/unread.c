#include "unread.h"
#include "base/checksum.h"

blt_status blt_unread_verify(blt_unread s, blt_type t, uint32_t ncodes, blt_error *err) {
  blt_block *b = s.unopened;
  const void *start = b->data ? b->data : b->valid;
  if (!blt_checksum_is(start, b->disk_bytes, b->sum))
    return blt_fail(err, BLT_EFORMAT, "damaged file: the block at byte %llu does not have its checksum",
                    (unsigned long long)b->disk);
  blt_status status = blt_block_validate(b, t, ncodes, err);
  if (status == BLT_OK) atomic_store_explicit(&b->doubtful, false, memory_order_release);
  return status;
}

blt_unread blt_unread_settle(blt_unread *s, blt_block *made) {
  blt_block *first = NULL;
  if (__atomic_compare_exchange_n(&s->unopened, &first, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    return (blt_unread){made};
  blt_block_release(made);
  return (blt_unread){first};
}
