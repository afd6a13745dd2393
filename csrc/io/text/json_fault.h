/* json_fault.h: what is wrong with a line that is not a JSON object, in words, for messages. Slow; it is only
 * asked after the reader of JSON has refused the line. */
#ifndef BLT_IO_JSON_FAULT_H
#define BLT_IO_JSON_FAULT_H

#include <stddef.h>

#define BLT_JSON_FAULT_TEXT 320

/* One cause, such as "column 'a': NaN is no JSON". The line is UTF-8, without its end. */
void blt_json_fault(const char *line, size_t len, char out[BLT_JSON_FAULT_TEXT]);

#endif
