#include "job/report_columns.h"

#include "log/values.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

/* ---- columns ---- */

#define AT(MEMBER) offsetof(ss_report_row, MEMBER)
#define COUNT(NAME, MEMBER)                                                                                            \
    {                                                                                                                  \
        NAME, SS_COLUMN_COUNT, AT(MEMBER)                                                                              \
    }
#define MONEY(NAME, MEMBER)                                                                                            \
    {                                                                                                                  \
        NAME, SS_COLUMN_MONEY, AT(MEMBER)                                                                              \
    }
#define AMOUNT(NAME, MEMBER)                                                                                           \
    {                                                                                                                  \
        NAME, SS_COLUMN_AMOUNT, AT(MEMBER)                                                                             \
    }
#define COUNT_OF(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))

const ss_report_column ss_report_columns[] = {
    {"level", SS_COLUMN_LEVEL, 0},
    {"campaign", SS_COLUMN_CAMPAIGN, 0},
    {"incentive", SS_COLUMN_INCENTIVE, 0},
    {"segment", SS_COLUMN_SEGMENT, 0},
    COUNT("decisions", decisions),
    COUNT("shown", shown),
    COUNT("held_out", held_out),
    COUNT("not_worth", not_worth),
    COUNT("offers", offers),
    COUNT("impressions", seen),
    COUNT("accepted", accepted),
    COUNT("dismissed", dismissed),
    COUNT("codes", codes),
    COUNT("redeemed", redeemed),
    COUNT("expired", expired),
    COUNT("undone", undone),
    MONEY("revenue", revenue),
    MONEY("margin", margin),
    MONEY("cost", cost),
    MONEY("leased", leased),
    COUNT("visitors", visitors),
    COUNT("visitors_held_out", visitors_held_out),
    AMOUNT("uplift", uplift.each),
    AMOUNT("uplift_low", uplift.low),
    AMOUNT("uplift_high", uplift.high),
    AMOUNT("uplift_total", uplift.total),
    AMOUNT("uplift_total_low", uplift.total_low),
    AMOUNT("uplift_total_high", uplift.total_high),
    {"finding", SS_COLUMN_FINDING, 0},
};
const size_t ss_report_column_count = COUNT_OF(ss_report_columns);

static const ss_report_column happened[] = {
    COUNT("decisions", decisions), COUNT("shown", shown), COUNT("held out", held_out), COUNT("not worth", not_worth),
    COUNT("offers", offers),       COUNT("seen", seen),   COUNT("accepted", accepted), COUNT("dismissed", dismissed),
};

static const ss_report_column money[] = {
    COUNT("codes", codes),     COUNT("redeemed", redeemed), COUNT("expired", expired), COUNT("undone", undone),
    MONEY("revenue", revenue), MONEY("margin", margin),     MONEY("cost", cost),       MONEY("leased", leased),
};

static const ss_report_column uplift[] = {
    COUNT("visitors", visitors),       COUNT("held out", visitors_held_out),
    AMOUNT("each", uplift.each),       AMOUNT("from", uplift.low),
    AMOUNT("to", uplift.high),         AMOUNT("in all", uplift.total),
    AMOUNT("from", uplift.total_low),  AMOUNT("to", uplift.total_high),
    {"finding", SS_COLUMN_FINDING, 0},
};

const ss_report_section ss_report_sections[SS_REPORT_SECTIONS] = {
    {"Offers",
     "Decisions: shown, held out (what would have been shown is known, nothing was) or not worth it. Of what was "
     "shown, "
     "every product is one offer: seen, accepted, dismissed as the shop told.",
     happened, COUNT_OF(happened)},
    {"Money",
     "Codes are offers with something to give. Revenue and margin: of what visitors bought within the windows of "
     "decisions "
     "that were shown. Cost: given away by codes redeemed; leased: held by codes that are still good.",
     money, COUNT_OF(money)},
    {"Uplift",
     "What visitors who were shown offers earned more than those held out: margin less what was given, within the "
     "window "
     "of their first decision, by intention to treat, with the interval that holds the truth in 95 of 100 cases.",
     uplift, COUNT_OF(uplift)},
};

/* ---- values ---- */

uint64_t ss_report_count(const ss_report_row *row, const ss_report_column *column)
{
    return *(const uint64_t *)(const void *)((const char *)row + column->offset);
}

int64_t ss_report_money(const ss_report_row *row, const ss_report_column *column)
{
    return *(const int64_t *)(const void *)((const char *)row + column->offset);
}

double ss_report_amount(const ss_report_row *row, const ss_report_column *column)
{
    return *(const double *)(const void *)((const char *)row + column->offset);
}

const char *ss_report_text(const ss_report_row *row, const ss_report_column *column)
{
    switch (column->kind) {
    case SS_COLUMN_LEVEL:
        return ss_report_level_name(row->level);
    case SS_COLUMN_CAMPAIGN:
        return row->campaign;
    case SS_COLUMN_INCENTIVE:
        return row->level == SS_REPORT_INCENTIVE ? row->name : "";
    case SS_COLUMN_SEGMENT:
        return row->level == SS_REPORT_SEGMENT ? row->name : "";
    case SS_COLUMN_FINDING:
        return ss_uplift_finding_name(row->uplift.finding);
    default:
        return "";
    }
}

void ss_report_cell(const ss_report_row *row, const ss_report_column *column, int decimals,
                    char text[SS_REPORT_CELL_TEXT])
{
    switch (column->kind) {
    case SS_COLUMN_COUNT:
        snprintf(text, SS_REPORT_CELL_TEXT, "%" PRIu64, ss_report_count(row, column));
        break;
    case SS_COLUMN_MONEY:
        ss_value_format_money(ss_report_money(row, column), decimals, text);
        break;
    case SS_COLUMN_AMOUNT:
        ss_report_amount_text(ss_report_amount(row, column), decimals, text);
        break;
    case SS_COLUMN_FINDING:
        snprintf(text, SS_REPORT_CELL_TEXT, "%s", ss_report_finding_text(row->uplift.finding));
        break;
    default:
        snprintf(text, SS_REPORT_CELL_TEXT, "%s", ss_report_text(row, column));
    }
}

void ss_report_amount_text(double minor, int decimals, char text[SS_REPORT_CELL_TEXT])
{
    if (isnan(minor))
        text[0] = '\0';
    else
        snprintf(text, SS_REPORT_CELL_TEXT, "%.*f", decimals, minor / pow(10, decimals));
}

void ss_report_label(const ss_report_row *row, char text[SS_REPORT_LABEL_TEXT])
{
    if (row->level <= SS_REPORT_CAMPAIGN)
        snprintf(text, SS_REPORT_LABEL_TEXT, "%s", row->level == SS_REPORT_ALL ? "all" : row->campaign);
    else
        snprintf(text, SS_REPORT_LABEL_TEXT, "  %s %s", ss_report_level_name(row->level), row->name);
}

void ss_report_day_text(int64_t day, char text[SS_REPORT_DAY_TEXT])
{
    char time[SS_TIMESTAMP_TEXT];
    ss_timestamp_format(day * SS_DAY, time);
    snprintf(text, SS_REPORT_DAY_TEXT, "%.10s", time);
}

const char *ss_report_finding_text(ss_uplift_finding finding)
{
    static const char *const texts[SS_UPLIFT_FINDINGS] = {"too few to tell", "no difference shown", "gain", "loss"};
    return (unsigned)finding < SS_UPLIFT_FINDINGS ? texts[finding] : "";
}

/* ---- what is to be heeded ---- */

static bool is_warned_of(const ss_report_row *row)
{
    return row->level <= SS_REPORT_CAMPAIGN && row->shown + row->held_out > 0 &&
           row->uplift.finding == SS_UPLIFT_TOO_FEW;
}

static ss_status warn_of_few(const ss_report_row *row, ss_status (*each)(void *context, const char *text),
                             void *context)
{
    char text[640];
    snprintf(text, sizeof text,
             "%s: %" PRIu64 " visitors shown offers and %" PRIu64
             " held out whose windows are closed: too few to tell what "
             "offers earn (%u of each are needed, and some of them must have bought).",
             row->level == SS_REPORT_ALL ? "All campaigns" : row->campaign, row->visitors, row->visitors_held_out,
             SS_UPLIFT_VISITORS_MIN);
    return each(context, text);
}

ss_status ss_report_warnings(const ss_offers_report *report, ss_status (*each)(void *context, const char *text),
                             void *context)
{
    char text[160];
    ss_status status = SS_OK;
    if (report->rows[0].decisions == 0)
        status = each(context, "No decisions were made within these limits.");
    for (size_t i = 0; i < report->row_count && status == SS_OK; i++)
        if (is_warned_of(&report->rows[i]))
            status = warn_of_few(&report->rows[i], each, context);
    if (report->forgotten > 0 && status == SS_OK) {
        snprintf(text, sizeof text,
                 "%" PRIu64 " decisions are about visitors who have been forgotten: no uplift has them.",
                 report->forgotten);
        status = each(context, text);
    }
    return status;
}
