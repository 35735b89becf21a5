/* reply_columns.h: the columns of the catalogue that a request asks for, as entries of a product's map. As
 * reply_writer.h. */
#ifndef SS_SERVER_REPLY_COLUMNS_H
#define SS_SERVER_REPLY_COLUMNS_H

#include "server/protocol.h"
#include "server/reply_writer.h"
#include "shelf/catalogue.h"

/* What a product has of the columns asked for. */
typedef struct ss_reply_columns {
    unsigned given; /* 1u << ss_field */
    size_t text_size;
    ss_slice texts[SS_FIELD_COUNT]; /* or, where empty: */
    int64_t numbers[SS_FIELD_COUNT];
} ss_reply_columns;

/* fields: 1u << ss_field. now: microseconds UTC. Texts are borrowed as from the catalogue. */
ss_reply_columns ss_reply_columns_of(const ss_catalogue *catalogue, uint32_t item, unsigned fields, int64_t now);

#define SS_REPLY_COLUMNS_MAX (SS_FIELD_COUNT * (2 * SS_WIRE_NUMBER_MAX + sizeof "lowest_price_30d"))

/* As many entries as there are bits in `given`; their texts apart, they take at most SS_REPLY_COLUMNS_MAX bytes. */
uint8_t *ss_reply_put_columns(uint8_t *at, const ss_reply_columns *columns);

#endif
