#include "models/name_index_train.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define AS_IF 8.0 /* items with the mean variance and the mean categories that a gram's own are drawn towards */

/* Every gram of the catalogue, by number of first appearance. */
typedef struct gram_census {
    ss_dictionary *keys; /* of 8 bytes each */
    uint32_t *df;        /* names that hold it */
    size_t room;
    uint32_t *places; /* in the table; SS_NONE: only one name has it */
} gram_census;

/* One name's grams and their numbers. */
typedef struct name_reader {
    ss_name_gram grams[SS_NAME_GRAMS_MAX];
    ss_slice keys[SS_NAME_GRAMS_MAX];
    uint32_t numbers[SS_NAME_GRAMS_MAX];
    size_t count;
} name_reader;

void ss_name_table_free(ss_name_table *table)
{
    if (!table)
        return;
    free(table->keys);
    free(table->offsets);
    free(table->weights);
    free(table->norms);
    free(table->items);
    free(table->counts);
    *table = (ss_name_table){0};
}

ss_name_index ss_name_table_index(const ss_name_table *table)
{
    return (ss_name_index){.keys = table->keys,
                           .weights = table->weights,
                           .offsets = table->offsets,
                           .items = table->items,
                           .counts = table->counts,
                           .norms = table->norms,
                           .posting_count = table->offsets[table->gram_count],
                           .gram_count = table->gram_count,
                           .item_count = table->item_count,
                           .unknown = table->unknown};
}

/* ---- counting ---- */

static ss_slice name_of(const ss_items_content *items, uint32_t item)
{
    return items->names ? items->names[item] : (ss_slice){NULL, 0};
}

static ss_status read_name(gram_census *census, ss_slice name, name_reader *reader)
{
    reader->count = ss_name_grams(name, reader->grams);
    for (size_t i = 0; i < reader->count; i++)
        reader->keys[i] = (ss_slice){(const char *)&reader->grams[i].key, sizeof reader->grams[i].key};
    return ss_dictionary_intern_many(census->keys, reader->keys, reader->numbers, reader->count);
}

static ss_status count_names(const ss_items_content *items, gram_census *census, name_reader *reader, uint32_t *named)
{
    for (uint32_t item = 0; item < items->count; item++) {
        uint32_t known = ss_dictionary_count(census->keys);
        ss_status status = read_name(census, name_of(items, item), reader);
        if (status != SS_OK)
            return status;
        uint32_t grams = ss_dictionary_count(census->keys);
        if (!ss_array_grow(&census->df, &census->room, grams, sizeof *census->df))
            return SS_E_NOMEM;
        if (grams > known) /* with no gram yet there is no array */
            memset(census->df + known, 0, (grams - known) * sizeof *census->df);
        for (size_t i = 0; i < reader->count; i++)
            census->df[reader->numbers[i]]++;
        *named += reader->count > 0;
    }
    return SS_OK;
}

/* ---- the table's frame ---- */

typedef struct listed_gram {
    uint64_t key;
    uint32_t number, df;
} listed_gram;

static int by_key(const void *a, const void *b)
{
    const listed_gram *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

/* Grams of two names and more, by rising key. */
static uint32_t list_grams(const gram_census *census, listed_gram *listed)
{
    uint32_t count = 0;
    for (uint32_t number = 0; number < ss_dictionary_count(census->keys); number++) {
        if (census->df[number] < 2)
            continue;
        listed[count] = (listed_gram){.number = number, .df = census->df[number]};
        memcpy(&listed[count].key, ss_dictionary_id(census->keys, number).data, sizeof listed[count].key);
        count++;
    }
    qsort(listed, count, sizeof *listed, by_key);
    return count;
}

static bool make_frame(gram_census *census, uint32_t gram_count, ss_name_table *table)
{
    table->gram_count = gram_count;
    table->keys = ss_array_new(gram_count, sizeof *table->keys);
    table->weights = ss_array_zeroed(gram_count, sizeof *table->weights);
    table->offsets = ss_array_zeroed((size_t)gram_count + 1, sizeof *table->offsets);
    census->places = ss_array_new(ss_dictionary_count(census->keys), sizeof *census->places);
    if (!table->keys || !table->weights || !table->offsets || !census->places)
        return false;
    memset(census->places, 0xff, ss_dictionary_count(census->keys) * sizeof *census->places);
    return true;
}

static ss_status frame_table(gram_census *census, uint64_t max_df, ss_name_table *table)
{
    listed_gram *listed = ss_array_new(ss_dictionary_count(census->keys), sizeof *listed);
    uint32_t count = listed ? list_grams(census, listed) : 0;
    if (!listed || !make_frame(census, count, table)) {
        free(listed);
        return SS_E_NOMEM;
    }
    for (uint32_t g = 0; g < count; g++) {
        bool common = listed[g].df > max_df;
        table->keys[g] = listed[g].key;
        table->offsets[g + 1] = table->offsets[g] + (common ? 0 : listed[g].df);
        census->places[listed[g].number] = g;
    }
    free(listed);
    table->items = ss_array_new((size_t)table->offsets[count], sizeof *table->items);
    table->counts = ss_array_new((size_t)table->offsets[count], sizeof *table->counts);
    table->norms = ss_array_new(table->item_count, sizeof *table->norms);
    return table->items && table->counts && table->norms ? SS_OK : SS_E_NOMEM;
}

/* ---- where they stand ---- */

static ss_status deal_out(const ss_items_content *items, gram_census *census, name_reader *reader, ss_name_table *table)
{
    uint64_t *next = ss_array_new(table->gram_count, sizeof *next);
    ss_status status = next ? SS_OK : SS_E_NOMEM;
    for (uint32_t g = 0; next && g < table->gram_count; g++)
        next[g] = table->offsets[g];
    for (uint32_t item = 0; item < items->count && status == SS_OK; item++) {
        status = read_name(census, name_of(items, item), reader);
        for (size_t i = 0; i < reader->count && status == SS_OK; i++) {
            uint32_t place = census->places[reader->numbers[i]], times = reader->grams[i].count;
            if (place == SS_NONE || next[place] == table->offsets[place + 1])
                continue;
            table->items[next[place]] = item;
            table->counts[next[place]++] = (uint8_t)(times < UINT8_MAX ? times : UINT8_MAX);
        }
    }
    free(next);
    return status;
}

/* ---- what they weigh ---- */

/* How the catalogue's prices and categories vary at large. */
typedef struct spread {
    const ss_items_content *items;
    double *ln_prices;    /* NAN: none */
    double variance;      /* of them; 0: they say nothing */
    double same_category; /* chance that two items share one; 1: they say nothing */
    uint32_t *tally;      /* per category, 0 between uses */
} spread;

/* The squared distances of `count` logarithms of prices from their mean, and how many there are; `which` NULL: all. */
static double price_squares(const spread *of, const uint32_t *which, size_t count, double *priced)
{
    double sum = 0, squares = 0;
    *priced = 0;
    for (size_t i = 0; i < count; i++) {
        double price = of->ln_prices[which ? which[i] : i];
        sum += isnan(price) ? 0 : price;
        *priced += !isnan(price);
    }
    for (size_t i = 0; i < count; i++) {
        double apart = of->ln_prices[which ? which[i] : i] - sum / *priced;
        squares += isnan(apart) ? 0 : apart * apart;
    }
    return squares;
}

/* The pairs (in their order) of `count` items that share a category, and how many items have one. */
static double category_pairs(const spread *of, const uint32_t *which, size_t count, double *sorted)
{
    const uint32_t *category = of->items->category;
    double pairs = 0;
    *sorted = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t own = category[which ? which[i] : i];
        if (own == SS_NONE)
            continue;
        pairs += 2.0 * of->tally[own]++;
        *sorted += 1;
    }
    for (size_t i = 0; i < count; i++)
        if (category[which ? which[i] : i] != SS_NONE)
            of->tally[category[which ? which[i] : i]] = 0;
    return pairs;
}

static ss_status measure_spread(const ss_items_content *items, spread *of)
{
    double count;
    of->items = items;
    of->ln_prices = ss_array_new(items->count, sizeof *of->ln_prices);
    of->tally = ss_array_zeroed(items->category_count, sizeof *of->tally);
    if (!of->ln_prices || !of->tally)
        return SS_E_NOMEM;
    for (uint32_t item = 0; item < items->count; item++)
        of->ln_prices[item] = items->price[item] > 0 ? log((double)items->price[item]) : (double)NAN;
    double squares = price_squares(of, NULL, items->count, &count);
    of->variance = count > 1 ? squares / (count - 1) : 0;
    double pairs = category_pairs(of, NULL, items->count, &count);
    of->same_category = count > 1 ? pairs / (count * (count - 1)) : 1;
    return SS_OK;
}

/* How much a gram with these items says of the kind of thing, 0 to 1. */
static double kind_of(const spread *of, const uint32_t *which, size_t count)
{
    double found, parts = 0, sum = 0;
    if (of->variance > 0) {
        double squares = price_squares(of, which, count, &found);
        double rest = found > 0 ? found - 1 : 0;
        double own = (squares + AS_IF * of->variance) / (rest + AS_IF);
        sum += own < of->variance ? 1 - own / of->variance : 0;
        parts += 1;
    }
    if (of->same_category < 1) {
        double same = of->same_category, pairs = category_pairs(of, which, count, &found);
        double rest = found > 1 ? found - 1 : 0;
        double own = rest > 0 ? (pairs / rest + AS_IF * same) / (found + AS_IF) : same;
        sum += own > same ? (own - same) / (1 - same) : 0;
        parts += 1;
    }
    return parts > 0 ? sum / parts : 1;
}

static double idf(uint32_t named, uint64_t df)
{
    return log((1.0 + named) / (1.0 + (double)df)) + 1;
}

static ss_status weigh_grams(const ss_items_content *items, double kind, ss_name_table *table)
{
    spread of = {0};
    ss_status status = measure_spread(items, &of);
    for (uint32_t g = 0; status == SS_OK && g < table->gram_count; g++) {
        uint64_t from = table->offsets[g], df = table->offsets[g + 1] - from;
        double says = kind_of(&of, table->items + from, (size_t)df);
        table->weights[g] = df > 0 ? (float)(idf(table->named, df) * (1 - kind + kind * says)) : 0;
    }
    if (status == SS_OK) /* a gram of one item says nothing of kinds, unless no gram is asked to */
        table->unknown = idf(table->named, 1) * (1 - kind + kind * kind_of(&of, NULL, 0));
    free(of.ln_prices);
    free(of.tally);
    return status;
}

static void measure_names(const ss_items_content *items, int threads, ss_name_table *table)
{
    ss_name_index index = ss_name_table_index(table);
#pragma omp parallel for num_threads(threads) schedule(dynamic, 256)
    for (uint32_t item = 0; item < items->count; item++) {
        ss_name_gram grams[SS_NAME_GRAMS_MAX];
        size_t count = ss_name_grams(name_of(items, item), grams);
        table->norms[item] = (float)ss_name_index_norm(&index, grams, count);
    }
}

/* ---- all of it ---- */

ss_status ss_name_table_make(const ss_items_content *items, double kind, uint64_t max_df, int threads,
                             ss_name_table *table, ss_error *error)
{
    ss_status status = SS_OK;
    ss_name_table made = {.item_count = items->count};
    gram_census census = {.keys = ss_dictionary_new()};
    name_reader *reader = ss_array_new(1, sizeof *reader);
    if (!census.keys || !reader)
        SS_TRY(SS_E_NOMEM);
    SS_TRY(count_names(items, &census, reader, &made.named));
    SS_TRY(frame_table(&census, max_df, &made));
    SS_TRY(deal_out(items, &census, reader, &made));
    SS_TRY(weigh_grams(items, kind, &made));
    measure_names(items, threads, &made);
    *table = made;
    made = (ss_name_table){0};
out:
    ss_name_table_free(&made);
    ss_dictionary_free(&census.keys);
    free(census.df);
    free(census.places);
    free(reader);
    if (status == SS_E_LIMIT)
        return ss_error_set(error, status, "the names have more than 4 billion different grams");
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}
