/* processor.h: a processor of its own for each thread that works on a job.
 *
 * A scheduler that wakes a thread may put it on the processor of the one that woke it, though others are idle
 * (on a virtual machine it even prefers to: an idle virtual processor looks as if the host had taken it
 * away), and notices only after some milliseconds, when most queries are over. So threads say where they are,
 * and one that finds another one there moves to a processor that the process may use and nobody has taken.
 * Nothing is pinned: right after the move the thread may run wherever it might before. What another process
 * allows it during the move itself is lost.
 */
#ifndef BLT_BASE_PROCESSOR_H
#define BLT_BASE_PROCESSOR_H

#include <stdatomic.h>
#include <stdint.h>

#define BLT_PROCESSORS 1024u /* those with higher numbers are left alone */

typedef struct blt_processors {
  atomic_uint_fast64_t taken[BLT_PROCESSORS / 64];
} blt_processors;

/* Takes a processor for the calling thread, of a job whose set began as zeros. Does nothing where the system
 * does not tell. */
void blt_processor_take(blt_processors *p);

#endif
