/* arrow_format.h: types as the C data interface writes them. */
#ifndef BLT_ARROW_FORMAT_H
#define BLT_ARROW_FORMAT_H

#include "io/arrow/arrow_kind.h"

/* False: nobody knows such a type. */
bool blt_arrow_format_read(const char *format, blt_arrow_type *out);

#endif
