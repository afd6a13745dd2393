#include "arrow_describe.h"

#include "base/mem.h"
#include "store/table/schema.h"
#include <string.h>

#define VERSION 4 /* of the metadata: the fifth */

enum { SCHEMA = 1, DICTIONARY, RECORDS };

/* ---- types and fields ---- */

static size_t put_int(blt_flat_out *o, uint32_t bits) {
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 4, bits);
  blt_flat_put_int(o, 1, 1, true);
  return blt_flat_end(o);
}

static size_t put_empty(blt_flat_out *o) {
  blt_flat_begin(o);
  return blt_flat_end(o);
}

static size_t put_unit(blt_flat_out *o, int64_t unit) {
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 2, unit);
  return blt_flat_end(o);
}

static size_t put_decimal(blt_flat_out *o, blt_type type) {
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 4, type.precision);
  blt_flat_put_int(o, 1, 4, type.scale);
  blt_flat_put_int(o, 2, 4, 128);
  return blt_flat_end(o);
}

static size_t put_timestamp(blt_flat_out *o) {
  size_t zone = blt_flat_put_string(o, "UTC", 3);
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 2, 2); /* microseconds */
  blt_flat_put_place(o, 1, zone);
  return blt_flat_end(o);
}

static size_t put_type(blt_flat_out *o, blt_type type, blt_arrow_id *id) {
  switch (type.id) {
  case BLT_BOOL:
    *id = BLT_ARROW_T_BOOL;
    return put_empty(o);
  case BLT_FLOAT64:
    *id = BLT_ARROW_T_FLOAT;
    return put_unit(o, 2);
  case BLT_DECIMAL:
    *id = BLT_ARROW_T_DECIMAL;
    return put_decimal(o, type);
  case BLT_STRING:
    *id = BLT_ARROW_T_UTF8;
    return put_empty(o);
  case BLT_DATE:
    *id = BLT_ARROW_T_DATE;
    return put_unit(o, 0);
  case BLT_TIMESTAMP:
    *id = BLT_ARROW_T_TIMESTAMP;
    return put_timestamp(o);
  default:
    *id = BLT_ARROW_T_INT;
    return put_int(o, 64);
  }
}

static size_t put_encoding(blt_flat_out *o, const blt_arrow_form *f, uint32_t number) {
  if (!f->coded) return 0;
  size_t index = put_int(o, 8 * f->index_width);
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 8, number);
  blt_flat_put_place(o, 1, index);
  return blt_flat_end(o);
}

static size_t put_field(blt_flat_out *o, const blt_arrow_form *f, const char *name, uint32_t number) {
  blt_arrow_id id;
  size_t text = blt_flat_put_string(o, name, strlen(name)), type = put_type(o, f->type, &id),
         encoding = put_encoding(o, f, number), children = blt_flat_put_tables(o, NULL, 0);
  blt_flat_begin(o);
  blt_flat_put_place(o, 0, text);
  blt_flat_put_place(o, 3, type);
  blt_flat_put_place(o, 4, encoding);
  blt_flat_put_place(o, 5, children);
  blt_flat_put_int(o, 1, 1, !f->type.required);
  blt_flat_put_int(o, 2, 1, id);
  return blt_flat_end(o);
}

size_t blt_arrow_put_schema(blt_flat_out *o, const blt_arrow_form *forms, uint32_t ncols) {
  size_t *fields = blt_alloc(o->ctx, ((size_t)ncols + 1) * sizeof *fields);
  if (!fields) {
    o->failed = true;
    return 0;
  }
  for (uint32_t c = 0; c < ncols; c++)
    fields[c] = put_field(o, &forms[c], forms[c].view->schema->fields[c].name, c);
  size_t all = blt_flat_put_tables(o, fields, ncols);
  blt_free(o->ctx, fields, ((size_t)ncols + 1) * sizeof *fields);
  blt_flat_begin(o);
  blt_flat_put_place(o, 1, all);
  return blt_flat_end(o);
}

/* ---- messages ---- */

static const uint8_t *put_message(blt_flat_out *o, int kind, size_t header, int64_t body_bytes) {
  blt_flat_begin(o);
  blt_flat_put_int(o, 3, 8, body_bytes);
  blt_flat_put_place(o, 2, header);
  blt_flat_put_int(o, 0, 2, VERSION);
  blt_flat_put_int(o, 1, 1, kind);
  return blt_flat_finish(o, blt_flat_end(o));
}

const uint8_t *blt_arrow_schema_message(blt_flat_out *o, const blt_arrow_form *forms, uint32_t ncols) {
  blt_flat_reset(o);
  return put_message(o, SCHEMA, blt_arrow_put_schema(o, forms, ncols), 0);
}

static size_t put_compression(blt_flat_out *o, blt_codec codec) {
  if (codec == BLT_CODEC_NONE) return 0;
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 1, codec == BLT_CODEC_ZSTD);
  blt_flat_put_int(o, 1, 1, 0);
  return blt_flat_end(o);
}

static size_t put_batch(blt_flat_out *o, const blt_arrow_body *b) {
  size_t nodes = blt_flat_put_vector(o, b->nodes, b->nnodes, sizeof *b->nodes),
         buffers = blt_flat_put_vector(o, b->buffers, b->nbuffers, sizeof *b->buffers),
         compression = put_compression(o, b->codec);
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 8, b->rows);
  blt_flat_put_place(o, 1, nodes);
  blt_flat_put_place(o, 2, buffers);
  blt_flat_put_place(o, 3, compression);
  return blt_flat_end(o);
}

const uint8_t *blt_arrow_batch_message(blt_flat_out *o, const blt_arrow_body *b) {
  blt_flat_reset(o);
  size_t batch = put_batch(o, b);
  if (b->dictionary < 0) return put_message(o, RECORDS, batch, b->bytes);
  blt_flat_begin(o);
  blt_flat_put_int(o, 0, 8, b->dictionary);
  blt_flat_put_place(o, 1, batch);
  return put_message(o, DICTIONARY, blt_flat_end(o), b->bytes);
}

const uint8_t *blt_arrow_footer(blt_flat_out *o, const blt_arrow_form *forms, uint32_t ncols,
                                const blt_arrow_block *dictionaries, uint32_t ndictionaries,
                                const blt_arrow_block *batches, uint32_t nbatches) {
  blt_flat_reset(o);
  size_t schema = blt_arrow_put_schema(o, forms, ncols),
         entries = blt_flat_put_vector(o, dictionaries, ndictionaries, sizeof *dictionaries),
         rows = blt_flat_put_vector(o, batches, nbatches, sizeof *batches);
  blt_flat_begin(o);
  blt_flat_put_place(o, 1, schema);
  blt_flat_put_place(o, 2, entries);
  blt_flat_put_place(o, 3, rows);
  blt_flat_put_int(o, 0, 2, VERSION);
  return blt_flat_finish(o, blt_flat_end(o));
}
