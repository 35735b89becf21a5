#include "models/repurchase_spells_train.h"

#include "base/memory.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

#define SHORTEST_DAYS (1.0 / 24)

typedef struct purchase {
    int64_t time;
    uint32_t customer;
} purchase;

static bool counts(const ss_interaction *row)
{
    return row->event == SS_EVENT_PURCHASE && row->customer != SS_NONE;
}

/* Dealt out to the items: each keeps the log's order, by customer and time. Caller owns the result; NULL: no memory. */
static purchase *deal_out(const ss_interactions *log, uint32_t item_count, uint64_t *offsets)
{
    for (size_t r = 0; r < log->count; r++)
        if (counts(&log->rows[r]))
            offsets[log->rows[r].item + 1]++;
    for (uint32_t i = 0; i < item_count; i++)
        offsets[i + 1] += offsets[i];
    purchase *dealt = ss_array_new((size_t)offsets[item_count], sizeof *dealt);
    uint64_t *next = ss_array_new(log->item_count, sizeof *next);
    for (uint32_t i = 0; next && i < log->item_count; i++)
        next[i] = offsets[i];
    for (size_t r = 0; dealt && next && r < log->count; r++)
        if (counts(&log->rows[r]))
            dealt[next[log->rows[r].item]++] = (purchase){log->rows[r].time, log->rows[r].customer};
    if (!next) {
        free(dealt);
        dealt = NULL;
    }
    free(next);
    return dealt;
}

static ss_spell spell_of(uint32_t customer, int64_t from, int64_t to, bool returned)
{
    double days = ((double)to - (double)from) / (double)SS_DAY;
    return (ss_spell){.log_days = (float)log(fmax(days, SHORTEST_DAYS)),
                      .returned = returned,
                      .fold = (uint8_t)(ss_random_mix(customer) % SS_SPELL_FOLDS)};
}

/* Each spell ends with the next purchase that is no part of the one before it. Returns how many. */
static uint32_t cut_spells(const purchase *dealt, uint64_t count, int64_t least, int64_t end, ss_spell *spells,
                           uint32_t *returns)
{
    uint32_t made = 0;
    for (uint64_t i = 0; i < count;) {
        uint64_t next = i + 1;
        while (next < count && dealt[next].customer == dealt[i].customer && dealt[next].time - dealt[i].time < least)
            next++;
        bool returned = next < count && dealt[next].customer == dealt[i].customer;
        spells[made++] = spell_of(dealt[i].customer, dealt[i].time, returned ? dealt[next].time : end, returned);
        *returns += returned;
        i = next;
    }
    return made;
}

ss_status ss_spell_table_make(const ss_interactions *log, uint32_t item_count, double least_days, ss_spell_table *table,
                              ss_error *error)
{
    ss_status status = SS_OK;
    purchase *dealt = NULL;
    ss_spell_table made = {.item_count = item_count,
                           .offsets = ss_array_zeroed((size_t)item_count + 1, sizeof *made.offsets),
                           .counts = ss_array_zeroed(item_count, sizeof *made.counts),
                           .returns = ss_array_zeroed(item_count, sizeof *made.returns)};
    if (!made.offsets || !made.counts || !made.returns || !(dealt = deal_out(log, item_count, made.offsets)))
        SS_TRY(ss_error_nomem(error));
    made.spells = ss_array_new((size_t)made.offsets[item_count], sizeof *made.spells);
    if (!made.spells)
        SS_TRY(ss_error_nomem(error));
    for (uint32_t i = 0; i < item_count; i++)
        made.counts[i] = cut_spells(dealt + made.offsets[i], made.offsets[i + 1] - made.offsets[i],
                                    (int64_t)(least_days * (double)SS_DAY), log->last_time,
                                    made.spells + made.offsets[i], &made.returns[i]);
    *table = made;
    made = (ss_spell_table){0};
out:
    free(dealt);
    ss_spell_table_release(&made);
    return status;
}

void ss_spell_table_release(ss_spell_table *table)
{
    free(table->spells);
    free(table->offsets);
    free(table->counts);
    free(table->returns);
    *table = (ss_spell_table){0};
}

ss_spells ss_spell_table_item(const ss_spell_table *table, uint32_t item)
{
    size_t count = table->counts[item];
    return (ss_spells){.at = table->spells + table->offsets[item],
                       .count = count,
                       .stride = 1 + count / (SS_SPELLS_READ + 1),
                       .folds = SS_SPELL_ALL_FOLDS};
}

ss_status ss_spell_table_gather(const ss_spell_table *table, const uint32_t *items, size_t count, ss_spell **sample,
                                size_t *sampled, ss_error *error)
{
    uint64_t all = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        all += table->counts[items[i]];
    uint64_t stride = 1 + all / (SS_SPELLS_READ + 1);
    *sample = ss_array_new((size_t)(all / stride + 1), sizeof **sample);
    *sampled = 0;
    if (!*sample)
        return ss_error_nomem(error);
    for (size_t i = 0; i < count; i++)
        for (uint32_t s = 0; s < table->counts[items[i]]; s++)
            if (at++ % stride == 0)
                (*sample)[(*sampled)++] = table->spells[table->offsets[items[i]] + s];
    return SS_OK;
}
