#include "log/item_rules.h"

#include "base/memory.h"
#include "log/fees.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

/* All that is at hand while the rules are made. */
typedef struct maker {
    const ss_dictionary *items;
    const ss_log_options *options;
    const ss_catalog *catalog;
    ss_log_report *report;
    uint32_t *rows; /* id → rows of the log, 0 for those the catalogue alone knows */
    uint32_t count;
    ss_folding folding;
    ss_item_rules rules;
} maker;

static ss_status add_catalog_ids(ss_dictionary *items, const ss_catalog *catalog)
{
    uint32_t count = catalog ? ss_catalog_count(catalog) : 0, number;
    for (uint32_t i = 0; i < count; i++) {
        ss_status status = ss_dictionary_intern(items, ss_dictionary_id(ss_catalog_ids(catalog), i), &number);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static bool is_excluded(const maker *m, uint32_t id)
{
    char text[SS_ID_MAX + 1];
    ss_slice bytes = ss_dictionary_id(m->items, id);
    memcpy(text, bytes.data, bytes.size);
    text[bytes.size] = '\0';
    for (size_t i = 0; i < m->options->exclude_items.count; i++)
        if (fnmatch(m->options->exclude_items.text[i], text, m->folding.folded ? FNM_CASEFOLD : 0) == 0)
            return true;
    return false;
}

static void exclude_by_pattern(maker *m)
{
    if (m->options->exclude_items.count == 0)
        return;
    for (uint32_t id = 0; id < m->count; id++)
        if (is_excluded(m, id))
            m->rules.verdict[m->folding.to[id]] = SS_ITEM_EXCLUDED;
}

/* A free place in the report, or that of the fee with the fewest rows if it has fewer than `rows`; else NULL. */
static ss_likely_fee *place_for_fee(ss_log_report *report, uint64_t rows)
{
    if (report->fee_count < SS_LIKELY_FEES_MAX)
        return &report->fees[report->fee_count++];
    ss_likely_fee *least = report->fees;
    for (size_t i = 1; i < report->fee_count; i++)
        if (report->fees[i].rows < least->rows)
            least = &report->fees[i];
    return least->rows < rows ? least : NULL;
}

static void report_fee(maker *m, uint32_t id, const char *why, bool excluded)
{
    ss_likely_fee *fee = m->rows[id] ? place_for_fee(m->report, m->rows[id]) : NULL;
    if (!fee)
        return;
    ss_slice text = ss_dictionary_id(m->items, id);
    uint32_t number = m->catalog ? ss_catalog_find(m->catalog, text) : SS_NONE;
    *fee = (ss_likely_fee){.rows = m->rows[id], .excluded = excluded};
    ss_slice_printable(text, fee->item_id, sizeof fee->item_id);
    if (number != SS_NONE)
        ss_slice_printable(ss_catalog_item_at(m->catalog, number)->name, fee->name, sizeof fee->name);
    snprintf(fee->why, sizeof fee->why, "%s", why);
}

/* Rows of all spellings belong to the one that stands for them. */
static void join_rows(maker *m)
{
    for (uint32_t id = 0; id < m->count; id++) {
        if (m->folding.to[id] == id)
            continue;
        m->rows[m->folding.to[id]] += m->rows[id];
        m->rows[id] = 0;
    }
}

static ss_status exclude_fees(maker *m)
{
    bool excluded = m->options->fees == SS_FEES_EXCLUDE;
    if (m->options->fees == SS_FEES_IGNORE)
        return SS_OK;
    ss_fee_judge *judge = ss_fee_judge_new(m->items, m->rows, m->catalog);
    if (!judge)
        return SS_E_NOMEM;
    for (uint32_t id = 0; id < m->count; id++) {
        char why[SS_FEE_WHY_MAX];
        if (m->folding.to[id] != id || m->rules.verdict[id] != SS_ITEM_KEPT ||
            !ss_fee_judge_ask(judge, ss_dictionary_id(m->items, id), why))
            continue;
        report_fee(m, id, why, excluded);
        if (excluded)
            m->rules.verdict[id] = SS_ITEM_FEE;
    }
    ss_fee_judge_free(&judge);
    return SS_OK;
}

static ss_status set_aside(maker *m)
{
    uint32_t number;
    for (uint32_t id = 0; id < m->count; id++) {
        uint32_t to = m->folding.to[id];
        m->rules.verdict[id] = m->rules.verdict[to];
        if (to == id && m->rules.verdict[id] == SS_ITEM_KEPT)
            continue;
        ss_status status = ss_dictionary_intern(m->rules.set_aside, ss_dictionary_id(m->items, id), &number);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static ss_status allocate(maker *m, const uint32_t *rows, uint32_t log_count)
{
    m->count = ss_dictionary_count(m->items);
    m->rows = ss_array_zeroed(m->count, sizeof *m->rows);
    m->rules.verdict = ss_array_zeroed(m->count, 1);
    m->rules.set_aside = ss_dictionary_new();
    if (!m->rows || !m->rules.verdict || !m->rules.set_aside)
        return SS_E_NOMEM;
    if (log_count)
        memcpy(m->rows, rows, log_count * sizeof *rows);
    return SS_OK;
}

static int by_falling_rows(const void *a, const void *b)
{
    const ss_likely_fee *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows < y->rows ? 1 : -1;
    return strcmp(x->item_id, y->item_id);
}

ss_status ss_item_rules_make(ss_dictionary *items, const uint32_t *rows, const ss_log_options *options,
                             const ss_catalog *catalog, ss_item_rules *rules, ss_log_report *report, ss_error *error)
{
    maker m = {.items = items, .options = options, .catalog = catalog, .report = report};
    uint32_t log_count = ss_dictionary_count(items);
    ss_status status;
    SS_TRY(add_catalog_ids(items, catalog));
    SS_TRY(allocate(&m, rows, log_count));
    SS_TRY(ss_fold_ids_find(items, m.rows, catalog, (ss_fold_ids)options->fold_ids, &m.folding, error));
    report->folded = m.folding.folded;
    report->folded_ids = m.folding.joined;
    join_rows(&m);
    exclude_by_pattern(&m);
    SS_TRY(exclude_fees(&m));
    SS_TRY(set_aside(&m));
    qsort(report->fees, report->fee_count, sizeof *report->fees, by_falling_rows);
    m.rules.to = m.folding.to;
    m.folding.to = NULL;
    *rules = m.rules;
out:
    free(m.rows);
    ss_folding_free(&m.folding);
    if (status == SS_OK)
        return SS_OK;
    ss_item_rules_free(&m.rules);
    return status == SS_E_LIMIT ? ss_error_set(error, status, "too many different item ids") : ss_error_nomem(error);
}

void ss_item_rules_free(ss_item_rules *rules)
{
    if (!rules)
        return;
    free(rules->to);
    free(rules->verdict);
    ss_dictionary_free(&rules->set_aside);
    *rules = (ss_item_rules){0};
}
