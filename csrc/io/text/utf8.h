/* utf8.h: whether bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing past U+10FFFF. */
#ifndef BLT_IO_UTF8_H
#define BLT_IO_UTF8_H

#include <stddef.h>

/* First byte that is not part of well-formed UTF-8, or len. */
size_t blt_utf8_check(const char *s, size_t len);

#endif
