#include "log/profiles.h"

#include "base/memory.h"
#include "base/timestamp.h"
#include "log/table_reader.h"

#include <stdlib.h>

enum { ID, BIRTHDAY, REFERRAL, FIELD_COUNT };

static const ss_field fields[FIELD_COUNT] = {
    [ID] = {"customer_id", "|customer|customerid|customerno|user|userid|client|clientid|member|memberid|id|"},
    [BIRTHDAY] = {"birthday", "|birthdate|dateofbirth|dob|born|"},
    [REFERRAL] = {"referral", "|referred|isreferral|recommended|"},
};

struct ss_profiles {
    ss_dictionary *ids;
    ss_profile *list; /* as many as ids */
    size_t capacity;
};

/* ---- birthdays ---- */

uint16_t ss_year_day(unsigned month, unsigned day)
{
    static const uint16_t before[] = {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, SS_YEAR_DAYS};
    if (month < 1 || month > 12 || day < 1 || day > (unsigned)(before[month] - before[month - 1]))
        return 0;
    return (uint16_t)(before[month - 1] + day);
}

/* So many digits and nothing else. */
static bool read_digits(const char *text, size_t count, unsigned *number)
{
    *number = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        *number = *number * 10 + digit;
    }
    return true;
}

bool ss_birthday_parse(ss_slice text, uint16_t *day)
{
    unsigned month, of_month;
    int64_t time;
    bool has_year = text.size == 10, is_bare = text.size == 7;
    const char *rest = text.data + text.size - 5;
    if ((text.size != 5 && !is_bare && !has_year) || rest[2] != '-' || !read_digits(rest, 2, &month) ||
        !read_digits(rest + 3, 2, &of_month))
        return false;
    if (is_bare && (text.data[0] != '-' || text.data[1] != '-'))
        return false;
    if (has_year && !ss_timestamp_parse(text, &time))
        return false;
    *day = ss_year_day(month, of_month);
    return *day != 0;
}

/* ---- rows ---- */

typedef struct made {
    ss_profiles *profiles;
    const ss_profiles_options *options;
} made;

static bool parse_birthday(const ss_notation *notation, ss_slice text, uint16_t *day)
{
    int64_t time;
    char date[SS_TIMESTAMP_TEXT];
    if (notation->time_form == SS_TIME_ISO)
        return ss_birthday_parse(text, day);
    if (!ss_notation_time(notation, text, &time))
        return false;
    ss_timestamp_format(time, date);
    return ss_birthday_parse((ss_slice){date, strlen("YYYY-MM-DD")}, day);
}

static bool read_birthday(ss_table_reader *r, const ss_row *row, uint16_t *day)
{
    ss_slice text = ss_table_field(r, row, BIRTHDAY);
    const ss_notation *notation = &((const made *)r->context)->options->notation;
    *day = SS_NO_BIRTHDAY;
    return text.size == 0 || parse_birthday(notation, text, day) ||
           ss_table_refuse(r, row, BIRTHDAY, "not a birthday",
                           notation->time_form == SS_TIME_ISO
                               ? "YYYY-MM-DD, MM-DD or --MM-DD, a day that there is; --time-format reads others"
                               : ss_notation_instant(notation));
}

static ss_status keep_profile(ss_table_reader *r, ss_profiles *profiles, ss_slice id, ss_profile profile)
{
    uint32_t number, before = ss_dictionary_count(profiles->ids);
    if (!ss_array_grow(&profiles->list, &profiles->capacity, (size_t)before + 1, sizeof profile))
        return SS_E_NOMEM;
    ss_status status = ss_dictionary_intern(profiles->ids, id, &number);
    if (status != SS_OK)
        return status;
    r->report->duplicates += number < before;
    profiles->list[number] = profile;
    return SS_OK;
}

static ss_status take_row(ss_table_reader *r, const ss_row *row)
{
    ss_slice id;
    ss_profile profile = {0};
    const made *of = r->context;
    if (!ss_table_id(r, row, ID, "not a customer id", &id) || !read_birthday(r, row, &profile.birthday) ||
        !ss_table_flag(r, row, REFERRAL, &profile.referral) || ss_left_out_has(of->options->forgotten, id, SS_NO_TIME))
        return SS_OK;
    return keep_profile(r, of->profiles, id, profile);
}

static ss_profiles *new_profiles(void)
{
    ss_profiles *profiles = calloc(1, sizeof *profiles);
    if (profiles)
        profiles->ids = ss_dictionary_new();
    if (profiles && !profiles->ids)
        ss_profiles_free(&profiles);
    return profiles;
}

ss_status ss_profiles_read_rows(ss_row_source *source, const ss_profiles_options *options, ss_progress_sink *progress,
                                ss_profiles **profiles, ss_table_report *report, ss_error *error)
{
    made of = {new_profiles(), options};
    ss_table_reader reader = {.name = "customers file",
                              .phase = "read customers",
                              .fields = fields,
                              .field_count = FIELD_COUNT,
                              .columns = {"--customers-columns", options->columns},
                              .max_bad_rows = options->max_bad_rows,
                              .source = source,
                              .progress = progress,
                              .report = report,
                              .take = take_row,
                              .context = &of};
    memset(report, 0, sizeof *report);
    ss_status status = of.profiles ? ss_table_read(&reader, error) : ss_error_nomem(error);
    if (status == SS_OK) {
        *profiles = of.profiles;
        of.profiles = NULL;
    }
    ss_profiles_free(&of.profiles);
    return status;
}

ss_status ss_profiles_read(const char *const *paths, size_t path_count, const ss_profiles_options *options,
                           ss_progress_sink *progress, ss_profiles **profiles, ss_table_report *report, ss_error *error)
{
    ss_row_source *source = NULL;
    memset(report, 0, sizeof *report);
    ss_status status = ss_row_source_open_files(paths, path_count, &source, error);
    if (status == SS_OK)
        status = ss_profiles_read_rows(source, options, progress, profiles, report, error);
    ss_row_source_close(&source);
    return status;
}

void ss_profiles_free(ss_profiles **profiles)
{
    if (!profiles || !*profiles)
        return;
    ss_dictionary_free(&(*profiles)->ids);
    free((*profiles)->list);
    free(*profiles);
    *profiles = NULL;
}

/* ---- reading ---- */

uint32_t ss_profiles_count(const ss_profiles *profiles)
{
    return ss_dictionary_count(profiles->ids);
}

ss_slice ss_profiles_id(const ss_profiles *profiles, uint32_t number)
{
    return ss_dictionary_id(profiles->ids, number);
}

ss_profile ss_profiles_at(const ss_profiles *profiles, uint32_t number)
{
    return profiles->list[number];
}

uint32_t ss_profiles_find(const ss_profiles *profiles, ss_slice customer_id)
{
    return ss_dictionary_find(profiles->ids, customer_id);
}
