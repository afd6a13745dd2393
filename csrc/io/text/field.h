/* field.h: the text of one field to a value, or to what it could be. */
#ifndef BLT_IO_FIELD_H
#define BLT_IO_FIELD_H

#include "spelled/spelled_date.h"

/* What a text looks like, as bits: a column's type follows from the union over all its texts, in any order.
 */
typedef enum blt_look {
  BLT_LOOKS_BOOL = 1,    /* true or false (also TRUE, True) */
  BLT_LOOKS_INT = 2,     /* a whole number up to 2^53 either way */
  BLT_LOOKS_BIG_INT = 4, /* a whole number of 64 bits beyond that */
  BLT_LOOKS_FIXED = 8,   /* digits with a decimal mark */
  BLT_LOOKS_FLOAT = 16,  /* an exponent, nan, inf, -0; but see CODE */
  BLT_LOOKS_DATE = 32,
  BLT_LOOKS_TIMESTAMP = 64,
  BLT_LOOKS_TEXT = 128,          /* anything else */
  BLT_LOOKS_LONG = 256,          /* with FIXED: float64 would change its last digits, a decimal would not */
  BLT_LOOKS_SPELLED_DATE = 512,  /* of one of the forms that are recognised: 31.01.2012 */
  BLT_LOOKS_SPELLED_TIME = 1024, /* the same with a time */
  BLT_LOOKS_CODE = 2048          /* 12E3: a number only beside fractions and other floats */
} blt_look;

/* What is known of a column's texts. */
typedef struct blt_looks {
  uint32_t seen;      /* blt_look bits */
  uint32_t whole;     /* most digits before the decimal mark of a number; a zero alone is none */
  uint32_t scale;     /* most digits after it */
  uint32_t not_forms; /* bits of the known forms that a spelled date is not of */
  bool ungrouped;     /* a number is there that is not written as 1.234 is, or 5 */
} blt_looks;

void blt_looks_add(blt_looks *looks, const char *text, size_t len, char mark);
/* The same for a text that is no number or boolean by its form: a JSON string. */
void blt_looks_add_text(blt_looks *looks, const char *text, size_t len);
void blt_looks_merge(blt_looks *looks, const blt_looks *more);
/* The narrowest type that holds every text unchanged; BLT_NULLTYPE when there was no text. `decimals`: plain
 * fractions become decimals when 18 digits are enough; otherwise only where one of them is LONG. */
blt_type blt_looks_type(const blt_looks *looks, bool decimals);
/* The one form of all dates, which are spelled; NULL when they are not, or could be of two. */
const blt_date_form *blt_looks_form(const blt_looks *looks);
/* Whether further texts could still tell of which form the dates are, or whether 12E3 is a number. */
bool blt_looks_open(const blt_looks *looks);

/* Whether the numbers are fractions, all of which could as well be whole numbers with their mark between
 * thousands: 1.234 beside 12.000 and 5. */
bool blt_looks_grouped(const blt_looks *looks);
/* Whether the texts are dates that could be of several forms: 01/02/2012. */
bool blt_looks_dated(const blt_looks *looks);

/* Whole number of 64 bits. `strict`: no plus sign, no leading zero, no -0. */
bool blt_int_parse(const char *text, size_t len, bool strict, int64_t *out);
/* Any case of true, t, yes, y, 1, false, f, no, n, 0, and of yes and no in other languages; strict: true and
 * false as in BLT_LOOKS_BOOL. */
bool blt_bool_parse(const char *text, size_t len, bool strict, int64_t *out);
/* What is taken for a float64. */
typedef enum blt_exactness {
  BLT_GIVEN,   /* every number: the caller gave the type */
  BLT_ROUNDED, /* no code such as 007, no whole number that float64 does not hold */
  BLT_EXACT    /* the same, and nothing that looks LONG */
} blt_exactness;
bool blt_field_float(const char *text, size_t len, char mark, blt_exactness exactness, double *out);
/* Any type but string and float64. */
bool blt_field_int(const char *text, size_t len, blt_type type, char mark, bool strict, int64_t *out);

/* What a type expects, for messages: "a whole number of 64 bits". */
const char *blt_type_expects(blt_type type);

#endif
