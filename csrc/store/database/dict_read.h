/* dict_read.h: the strings of a dictionary from the pieces that a file has of it, when somebody asks for
 * them.
 *
 * Until then the pieces are pinned, so that the dictionary can be opened whatever becomes of table, database
 * and file. What is told of them before is their number. A small dictionary is opened at once: then nothing
 * keeps its place in the file from being written again. For store/ only.
 */
#ifndef BLT_STORE_DICT_READ_H
#define BLT_STORE_DICT_READ_H

#include "stored.h"

/* Postpones what the pieces, of which there is one at least, have of an empty dictionary. BLT_EFORMAT when
 * they can not be what they say. */
blt_status blt_dict_read_later(blt_file *f, blt_dict *d, const blt_pieces *pieces, blt_error *err);

#endif
