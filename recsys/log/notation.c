#include "log/notation.h"

#include "log/values.h"

const ss_option ss_notation_option_table[] = {
    {"decimal-comma", SS_OPTION_FLAG, offsetof(ss_notation, decimal_comma), 0, 0, NULL, NULL, NULL,
     "numbers have a decimal comma, as 12,50 or 1.249,50; those with a point are not read then"},
    {"time-format", SS_OPTION_CHOICE, offsetof(ss_notation, time_form), 0, 0, "iso",
     "iso|dd.mm.yyyy|dd/mm/yyyy|mm/dd/yyyy", "FORM",
     "how times are written, with or without the time of day: 31.12.2025 or 31.12.2025 9:05, 12/31/2025 9:05 PM; iso: "
     "YYYY-MM-DD HH:MM:SS, ISO 8601 or Unix seconds"},
    {0},
};

static bool is_digit(ss_slice text, size_t at)
{
    return at < text.size && text.data[at] >= '0' && text.data[at] <= '9';
}

/* Does what stands at `at` part thousands: one to three digits before it, and three behind it? */
static bool parts_thousands(ss_slice text, size_t at)
{
    bool before = at > 0 && is_digit(text, at - 1) && !(at > 3 && is_digit(text, at - 4));
    return before && is_digit(text, at + 1) && is_digit(text, at + 2) && is_digit(text, at + 3) &&
           !is_digit(text, at + 4);
}

bool ss_notation_comma_number(ss_slice *text, char room[SS_NOTATION_TEXT])
{
    size_t used = 0, comma = 0;
    if (text->size > SS_NOTATION_TEXT)
        return false;
    while (comma < text->size && text->data[comma] != ',')
        comma++;
    for (size_t i = 0; i < text->size; i++) {
        bool point = text->data[i] == '.';
        if (point && (comma == text->size || i > comma || !parts_thousands(*text, i)))
            return false;
        if (!point)
            room[used++] = i == comma ? '.' : text->data[i];
    }
    if (comma < text->size)
        *text = (ss_slice){room, used};
    return true;
}

bool ss_notation_f64(const ss_notation *notation, ss_slice text, double *value)
{
    char room[SS_NOTATION_TEXT];
    return ss_notation_number(notation, &text, room) && ss_slice_to_f64(text, value);
}

bool ss_notation_money(const ss_notation *notation, ss_slice text, int64_t decimals, int64_t *minor)
{
    char room[SS_NOTATION_TEXT];
    return ss_notation_number(notation, &text, room) && ss_value_money(text, decimals, minor);
}

bool ss_notation_time(const ss_notation *notation, ss_slice text, int64_t *time)
{
    if (notation->time_form == SS_TIME_ISO)
        return ss_value_time(text, time);
    return ss_timestamp_parse_as((ss_time_form)notation->time_form, ss_slice_trim(text), time);
}

const char *ss_notation_price(const ss_notation *notation)
{
    return notation->decimal_comma ? "9,99 or 1.249,99, without a currency"
                                   : "a decimal number with a point, without a currency; --decimal-comma reads 9,99";
}

const char *ss_notation_instant(const ss_notation *notation)
{
    static const char *const forms[SS_TIME_FORMS] = {
        [SS_TIME_ISO] = "YYYY-MM-DD HH:MM:SS, ISO 8601 or Unix seconds, years 1900 to 2199; --time-format reads others",
        [SS_TIME_DAY_POINTS] = "31.12.2025 or 31.12.2025 21:05, as --time-format says",
        [SS_TIME_DAY_SLASHES] = "31/12/2025 or 31/12/2025 21:05, as --time-format says",
        [SS_TIME_MONTH_SLASHES] = "12/31/2025 or 12/31/2025 9:05 PM, as --time-format says",
    };
    return forms[notation->time_form];
}
