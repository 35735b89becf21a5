#include "server/reply_columns.h"

/* The column of the catalogue behind a field; SS_LIVE_FIELDS: none is, by itself. */
static ss_live_field column_of(ss_field field)
{
    static const ss_live_field columns[SS_FIELD_COUNT] = {
        [SS_FIELD_NAME] = SS_LIVE_NAME,          [SS_FIELD_PRICE] = SS_LIVE_PRICE,
        [SS_FIELD_CATEGORY] = SS_LIVE_CATEGORY,  [SS_FIELD_URL] = SS_LIVE_URL,
        [SS_FIELD_IMAGE] = SS_LIVE_IMAGE,        [SS_FIELD_STOCK] = SS_LIVE_STOCK,
        [SS_FIELD_LOWEST_PRICE] = SS_LIVE_FIELDS};
    return columns[field];
}

ss_reply_columns ss_reply_columns_of(const ss_catalogue *catalogue, uint32_t item, unsigned fields, int64_t now)
{
    ss_reply_columns columns = {0};
    for (unsigned left = fields; left > 0; left &= left - 1) {
        unsigned field = (unsigned)__builtin_ctz(left);
        ss_live_field column = column_of((ss_field)field);
        columns.numbers[field] = INT64_MIN;
        if (column == SS_LIVE_FIELDS)
            columns.numbers[field] = ss_catalogue_lowest_price(catalogue, item, now);
        else if (column < SS_LIVE_NUMBERS)
            columns.numbers[field] = ss_catalogue_number(catalogue, item, column);
        else
            columns.texts[field] = ss_catalogue_text(catalogue, item, column);
        columns.text_size += columns.texts[field].size;
        columns.given |= (unsigned)(columns.texts[field].size > 0 || columns.numbers[field] != INT64_MIN) << field;
    }
    return columns;
}

uint8_t *ss_reply_put_columns(uint8_t *at, const ss_reply_columns *columns)
{
    for (unsigned left = columns->given; left > 0; left &= left - 1) {
        unsigned field = (unsigned)__builtin_ctz(left);
        const ss_slice *text = &columns->texts[field];
        at = ss_reply_put_name(at, ss_field_name((ss_field)field));
        at = text->size ? ss_wire_put_text(at, text->data, text->size) : ss_wire_put_int(at, columns->numbers[field]);
    }
    return at;
}
