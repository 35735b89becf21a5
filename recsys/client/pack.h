/*
 * pack.h: the client's requests as MessagePack, through msgpack-c. A map's params are gone through twice, first only
 * counting them, as the head of a map wants to know, then writing. Safe from any thread, each with its own.
 */
#ifndef SS_CLIENT_PACK_H
#define SS_CLIENT_PACK_H

#include "client/smartshelf.h"
#include <msgpack.h>

typedef struct ss_pack {
    msgpack_packer *packer; /* NULL: counting */
    uint32_t count;         /* of the params */
    int failed;
} ss_pack;

/* The params of one map, from what `source` is. */
typedef void (*ss_pack_params)(ss_pack *out, const void *source);

/* A text without a name: an element of an array. Only where something is written. */
void ss_pack_element(ss_pack *out, const char *text);
/* The head of an array, likewise. */
void ss_pack_array(ss_pack *out, size_t count);
/* A map. */
void ss_pack_map(ss_pack *out, ss_pack_params params, const void *source);

/* Counts the param, or writes its name. Should the value be written? */
bool ss_pack_name(ss_pack *out, const char *name);

/* Params, left out where there is no value. */
void ss_pack_text(ss_pack *out, const char *name, const char *value);
void ss_pack_texts(ss_pack *out, const char *name, const char *const *values, size_t count);
void ss_pack_integer(ss_pack *out, const char *name, int64_t value, int64_t absent);
void ss_pack_given(ss_pack *out, const char *name, bool given, int64_t value);
void ss_pack_flag(ss_pack *out, const char *name, bool given, bool value);
void ss_pack_real(ss_pack *out, const char *name, double value, double absent); /* whole numbers as integers */

/* A cart, left out where it is NULL: lines of which there is one piece as an item_id alone. */
void ss_pack_cart(ss_pack *out, const smartshelf_cart_line *lines, size_t count);

/* [0, msgid, method, {params}] into *bytes, as of smartshelf_query_encode. */
smartshelf_status ss_pack_request(const char *method, uint32_t msgid, ss_pack_params params, const void *source,
                                  char **bytes, size_t *capacity, size_t *size);

/* The same with params that are packed already; none of size 0. */
smartshelf_status ss_pack_packed(const char *method, uint32_t msgid, const void *params, size_t params_size,
                                 char **bytes, size_t *capacity, size_t *size);

#endif
