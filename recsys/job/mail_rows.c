#include "job/mail_rows.h"

#include "log/catalog.h"
#include "log/values.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- CSV ---- */

static const char *const product_columns[] = {"id", "name", "price", "score", "why"};
#define PRODUCT_COLUMNS (sizeof product_columns / sizeof *product_columns)

ss_status ss_mail_rows_header(ss_mail_format format, size_t products, ss_buffer *out)
{
    ss_status status = SS_OK;
    if (format != SS_MAIL_CSV)
        return SS_OK;
    SS_TRY(ss_buffer_append_text(out, "customer_id,list,segment,why,campaign,incentive"));
    for (size_t i = 1; i <= products; i++)
        for (size_t c = 0; c < PRODUCT_COLUMNS; c++)
            SS_TRY(ss_buffer_printf(out, ",product_%zu_%s", i, product_columns[c]));
    SS_TRY(ss_buffer_append_text(out, "\n"));
out:
    return status;
}

static ss_status append_field(ss_slice field, ss_buffer *out)
{
    ss_status status = ss_buffer_append_text(out, ",");
    return status == SS_OK ? ss_buffer_append_csv(out, field) : status;
}

static ss_status append_product(const ss_mail_language *language, const ss_mail_product *product, ss_buffer *out)
{
    char price[SS_MONEY_TEXT] = "", words[SS_MAIL_WORDS_MAX];
    int64_t minor = ss_catalogue_number(language->catalogue, product->item, SS_LIVE_PRICE);
    ss_status status;
    if (minor != SS_ITEM_NO_MONEY)
        ss_value_format_money(minor, language->decimals, price);
    ss_mail_words_product(language, product, words, sizeof words);
    SS_TRY(append_field(ss_catalogue_id(language->catalogue, product->item), out));
    SS_TRY(append_field(ss_catalogue_text(language->catalogue, product->item, SS_LIVE_NAME), out));
    SS_TRY(ss_buffer_printf(out, ",%s,%.6g", price, (double)product->score));
    SS_TRY(append_field(ss_slice_of(words), out));
out:
    return status;
}

static ss_status append_csv(size_t products, const ss_mail_language *language, const ss_mail *mail,
                            const ss_mail_incentive *incentive, ss_buffer *out)
{
    char words[SS_MAIL_WORDS_MAX];
    ss_status status;
    ss_mail_words_list(language, mail, words, sizeof words);
    SS_TRY(ss_buffer_append_csv(out, mail->customer_id));
    SS_TRY(ss_buffer_printf(out, ",%s,%s", ss_mail_kind_name(mail->kind), ss_segment_name(mail->stage)));
    SS_TRY(append_field(ss_slice_of(words), out));
    SS_TRY(append_field(incentive->campaign ? incentive->campaign->name : (ss_slice){"", 0}, out));
    SS_TRY(append_field(incentive->incentive ? incentive->incentive->name : (ss_slice){"", 0}, out));
    for (size_t i = 0; i < products; i++)
        SS_TRY(i < mail->count ? append_product(language, &mail->products[i], out)
                               : ss_buffer_append_text(out, ",,,,,"));
    SS_TRY(ss_buffer_append_text(out, "\n"));
out:
    return status;
}

/* ---- NDJSON ---- */

static json_t *text_json(ss_slice text)
{
    return json_stringn(text.data, text.size);
}

/* NULL values and keys without a value are left to the caller's check of the whole. */
static bool set(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

static json_t *product_json(const ss_mail_language *language, const ss_mail_product *product)
{
    char words[SS_MAIL_WORDS_MAX];
    const ss_reason *reason = &product->reason;
    int64_t price = ss_catalogue_number(language->catalogue, product->item, SS_LIVE_PRICE);
    json_t *object = json_object();
    ss_mail_words_product(language, product, words, sizeof words);
    bool whole = set(object, "item_id", text_json(ss_catalogue_id(language->catalogue, product->item))) &&
                 set(object, "name", text_json(ss_catalogue_text(language->catalogue, product->item, SS_LIVE_NAME))) &&
                 set(object, "price", price == SS_ITEM_NO_MONEY ? json_null() : json_integer((json_int_t)price)) &&
                 set(object, "score", json_real((double)product->score)) && set(object, "why", json_string(words));
    if (whole && product->why == SS_MAIL_WHY_SHELF)
        whole = set(object, "model", json_string(ss_source_name(reason->model)));
    if (whole && reason->because < language->catalogue->count && product->why == SS_MAIL_WHY_SHELF)
        whole = set(object, "because", text_json(ss_catalogue_id(language->catalogue, reason->because)));
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *incentive_json(const ss_mail_incentive *incentive)
{
    json_t *object = incentive->incentive ? json_object() : json_null();
    if (!incentive->incentive || (set(object, "campaign", text_json(incentive->campaign->name)) &&
                                  set(object, "name", text_json(incentive->incentive->name)) &&
                                  set(object, "kind", json_string(ss_incentive_kind_name(incentive->incentive->kind)))))
        return object;
    json_decref(object);
    return NULL;
}

static json_t *mail_json(const ss_mail_language *language, const ss_mail *mail, const ss_mail_incentive *incentive)
{
    char words[SS_MAIL_WORDS_MAX];
    json_t *object = json_object(), *products = json_array();
    bool whole = products != NULL;
    ss_mail_words_list(language, mail, words, sizeof words);
    for (size_t i = 0; i < mail->count && whole; i++)
        whole = json_array_append_new(products, product_json(language, &mail->products[i])) == 0;
    if (!whole) {
        json_decref(products);
        products = NULL;
    }
    if (set(object, "customer_id", text_json(mail->customer_id)) &&
        set(object, "list", json_string(ss_mail_kind_name(mail->kind))) &&
        set(object, "segment", json_string(ss_segment_name(mail->stage))) && set(object, "why", json_string(words)) &&
        set(object, "incentive", incentive_json(incentive)) && set(object, "products", products))
        return object;
    json_decref(object);
    return NULL;
}

static ss_status append_ndjson(const ss_mail_language *language, const ss_mail *mail,
                               const ss_mail_incentive *incentive, ss_buffer *out)
{
    json_t *object = mail_json(language, mail, incentive);
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
    ss_status status = text ? ss_buffer_printf(out, "%s\n", text) : SS_E_NOMEM;
    json_decref(object);
    free(text);
    return status;
}

ss_status ss_mail_rows_append(ss_mail_format format, size_t products, const ss_mail_language *language,
                              const ss_mail *mail, const ss_mail_incentive *incentive, ss_buffer *out)
{
    return format == SS_MAIL_CSV ? append_csv(products, language, mail, incentive, out)
                                 : append_ndjson(language, mail, incentive, out);
}
