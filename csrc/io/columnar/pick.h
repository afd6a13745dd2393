/* pick.h: what codes of one byte stand for, looked up many at a time. */
#ifndef BLT_COLUMNAR_PICK_H
#define BLT_COLUMNAR_PICK_H

#include <stdint.h>

/* out[i] = table[codes[i]]; every code is below `entries`, how long the table is. */
void blt_pick_bytes(const uint8_t *table, uint32_t entries, const uint8_t *codes, uint32_t n, uint8_t *out);

#endif
