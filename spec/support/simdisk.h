/* simdisk.h: a disk in memory under the store's system layer, with faults.
 *
 * A file has what programs see and what is durable. A write makes sectors of 512 bytes dirty; a sync makes
 * them durable. A power loss keeps of every dirty sector either the old or the new contents, at random (so
 * writes that were not synced are lost, torn and reordered), either size, and the directory as of any moment
 * since it was synced. A sync that fails keeps some dirty sectors, drops others and, as Linux does, calls
 * them all clean.
 */
#ifndef BLOTTER_SPEC_SIMDISK_H
#define BLOTTER_SPEC_SIMDISK_H

#include "store/file/vfs.h"

typedef enum sim_fault {
  SIM_NONE,
  SIM_EIO,   /* the call fails with EIO */
  SIM_FULL,  /* writes and reserves fail with ENOSPC, others with EIO */
  SIM_SHORT, /* a write does half of its bytes, and then fails; others fail */
  SIM_POWER  /* the power goes: this call and all later ones fail */
} sim_fault;

typedef struct simdisk simdisk;

simdisk *sim_new(uint64_t seed);
void sim_free(simdisk *d); /* nothing may be open */
/* The layer to open databases with. */
const blt_vfs *sim_vfs(simdisk *d);
/* The n-th call from now (1: the next one) that writes, syncs, truncates, reserves, names, creates or maps
 * gets the fault. With `lasting` all later ones do. n = 0: none. */
void sim_fail(simdisk *d, uint64_t n, sim_fault fault, bool lasting);
bool sim_failed(const simdisk *d); /* the fault was met */
uint64_t sim_calls(const simdisk *d);
/* After the handles are closed: what a power loss leaves; everything works again. */
void sim_power_on(simdisk *d);
/* The same without a loss: the process died, the system lives on. */
void sim_restart(simdisk *d);

/* Raw access for tests of damaged files. */
uint8_t *sim_bytes(simdisk *d, const char *path, uint64_t *size);
void sim_put(simdisk *d, const char *path, const void *bytes, uint64_t size);

#endif
