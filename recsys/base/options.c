#include "base/options.h"

#include "base/options_each.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

ss_status ss_options_each(const ss_option_group *groups, size_t group_count, ss_option_step step, void *context)
{
    for (size_t g = 0; g < group_count; g++)
        for (const ss_option *option = groups[g].options; option->name; option++) {
            ss_status status = step(context, (ss_option_ref){&groups[g], option, "--"});
            if (status != SS_OK)
                return status;
        }
    return SS_OK;
}

void ss_option_full_name(ss_option_ref ref, char name[SS_OPTION_NAME_MAX])
{
    const char *prefix = ref.group->prefix;
    snprintf(name, SS_OPTION_NAME_MAX, "%s%s%s", prefix ? prefix : "", prefix ? "." : "", ref.option->name);
}

static void *member(ss_option_ref ref)
{
    return (char *)ref.group->target + ref.option->offset;
}

static ss_status value_error(ss_option_ref ref, ss_status code, const char *message, const char *value, ss_error *error)
{
    char name[SS_OPTION_NAME_MAX], place[SS_OPTION_NAME_MAX + 2], expected[160];
    ss_option_full_name(ref, name);
    snprintf(place, sizeof place, "%s%s", ref.dashes, name);
    ss_option_expected(ref.option, expected, sizeof expected);
    ss_error_set(error, code, "%s", message);
    ss_error_place(error, place, 0);
    ss_error_found(error, value, value ? strlen(value) : 0, expected);
    return code;
}

/* ---- setting one value ---- */

static ss_status set_flag(ss_option_ref ref, const char *value, ss_error *error)
{
    bool on = strcmp(value, "true") == 0;
    if (!on && strcmp(value, "false") != 0)
        return value_error(ref, SS_E_ARGUMENT, "neither true nor false", value, error);
    *(bool *)member(ref) = on;
    return SS_OK;
}

static bool in_range(const ss_option *option, double value)
{
    return !ss_option_is_bounded(option) || (value >= option->min && value <= option->max);
}

static bool is_whole_number(ss_slice text)
{
    if (text.size && (text.data[0] == '-' || text.data[0] == '+')) {
        text.data++;
        text.size--;
    }
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.size > 0;
}

static ss_status set_int(ss_option_ref ref, const char *value, ss_error *error)
{
    long long number;
    ss_slice text = ss_slice_of(value);
    if (!is_whole_number(text))
        return value_error(ref, SS_E_ARGUMENT, "not a whole number", value, error);
    if (!ss_slice_to_i64(text, &number) || !in_range(ref.option, (double)number))
        return value_error(ref, SS_E_RANGE, "out of range", value, error);
    *(int64_t *)member(ref) = number;
    return SS_OK;
}

static ss_status set_real(ss_option_ref ref, const char *value, ss_error *error)
{
    double number;
    if (!ss_slice_to_f64(ss_slice_of(value), &number))
        return value_error(ref, SS_E_ARGUMENT, "not a number", value, error);
    if (!in_range(ref.option, number))
        return value_error(ref, SS_E_RANGE, "out of range", value, error);
    *(double *)member(ref) = number;
    return SS_OK;
}

/* The choice number `index` of "a|b|c"; false behind the last. */
static bool choice_at(const char *choices, int64_t index, ss_slice *choice)
{
    for (; index > 0; index--) {
        choices = strchr(choices, '|');
        if (!choices)
            return false;
        choices++;
    }
    *choice = (ss_slice){choices, strcspn(choices, "|")};
    return index == 0;
}

static ss_status set_choice(ss_option_ref ref, const char *value, ss_error *error)
{
    ss_slice choice;
    for (int64_t i = 0; choice_at(ref.option->choices, i, &choice); i++)
        if (ss_slice_equal(choice, ss_slice_of(value))) {
            *(int64_t *)member(ref) = i;
            return SS_OK;
        }
    return value_error(ref, SS_E_ARGUMENT, "no such choice", value, error);
}

static ss_status add_text(ss_option_ref ref, const char *value, ss_error *error)
{
    ss_texts *texts = member(ref);
    bool only_fallback = texts->count == 1 && ref.option->fallback && texts->text[0] == ref.option->fallback;
    if (only_fallback)
        texts->count = 0;
    if (texts->count == SS_TEXTS_MAX)
        return value_error(ref, SS_E_LIMIT, "given too often", value, error);
    texts->text[texts->count++] = value;
    return SS_OK;
}

static ss_status set_value(ss_option_ref ref, const char *value, ss_error *error)
{
    switch (ref.option->type) {
    case SS_OPTION_FLAG:
        return set_flag(ref, value, error);
    case SS_OPTION_INT:
        return set_int(ref, value, error);
    case SS_OPTION_REAL:
        return set_real(ref, value, error);
    case SS_OPTION_CHOICE:
        return set_choice(ref, value, error);
    case SS_OPTION_TEXTS:
        return add_text(ref, value, error);
    case SS_OPTION_TEXT:
        *(const char **)member(ref) = value;
        return SS_OK;
    }
    return value_error(ref, SS_E_ARGUMENT, "an option of no known type", value, error);
}

static void clear_value(ss_option_ref ref)
{
    switch (ref.option->type) {
    case SS_OPTION_FLAG:
        *(bool *)member(ref) = false;
        break;
    case SS_OPTION_INT:
    case SS_OPTION_CHOICE:
        *(int64_t *)member(ref) = 0;
        break;
    case SS_OPTION_REAL:
        *(double *)member(ref) = 0;
        break;
    case SS_OPTION_TEXT:
        *(const char **)member(ref) = NULL;
        break;
    case SS_OPTION_TEXTS:
        ((ss_texts *)member(ref))->count = 0;
        break;
    }
}

static ss_status set_default(void *context, ss_option_ref ref)
{
    (void)context;
    clear_value(ref);
    if (ref.option->fallback) {
        ss_status status = set_value(ref, ref.option->fallback, NULL);
        assert(status == SS_OK && "a table must allow its own defaults");
        (void)status;
    }
    return SS_OK;
}

void ss_options_defaults(const ss_option_group *groups, size_t group_count)
{
    ss_options_each(groups, group_count, set_default, NULL);
}

/* ---- finding an option by name ---- */

typedef struct name_search {
    ss_slice name;
    ss_option_ref found; /* option NULL: none */
} name_search;

static ss_status match_name(void *context, ss_option_ref ref)
{
    name_search *search = context;
    char name[SS_OPTION_NAME_MAX];
    ss_option_full_name(ref, name);
    if (!search->found.option && ss_slice_equal(search->name, ss_slice_of(name)))
        search->found = ref;
    return SS_OK;
}

static ss_option_ref find_option(const ss_option_group *groups, size_t group_count, ss_slice name)
{
    name_search search = {name, {NULL, NULL, NULL}};
    ss_options_each(groups, group_count, match_name, &search);
    return search.found;
}

typedef struct nearest_search {
    ss_slice name;
    size_t distance;
    char nearest[SS_OPTION_NAME_MAX];
} nearest_search;

static ss_status match_nearest(void *context, ss_option_ref ref)
{
    nearest_search *search = context;
    char name[SS_OPTION_NAME_MAX];
    ss_option_full_name(ref, name);
    size_t distance = ss_slice_misspelt(search->name, ss_slice_of(name));
    if (ref.option->help && distance < search->distance) {
        search->distance = distance;
        memcpy(search->nearest, name, sizeof name);
    }
    return SS_OK;
}

static ss_status unknown_option(const ss_option_group *groups, size_t group_count, const char *dashes, ss_slice name,
                                ss_error *error)
{
    nearest_search search = {.name = {name.data, name.size < SS_OPTION_NAME_MAX ? name.size : SS_OPTION_NAME_MAX - 1},
                             .distance = SIZE_MAX};
    ss_options_each(groups, group_count, match_nearest, &search);
    char place[SS_ERROR_TEXT_MAX];
    snprintf(place, sizeof place, "%s%.*s", dashes, (int)search.name.size, name.data);
    if (search.nearest[0])
        ss_error_set(error, SS_E_ARGUMENT, "unknown option; did you mean %s%s?", dashes, search.nearest);
    else
        ss_error_set(error, SS_E_ARGUMENT, "unknown option");
    ss_error_place(error, place, 0);
    return SS_E_ARGUMENT;
}

ss_status ss_options_set(const ss_option_group *groups, size_t group_count, const char *name, const char *value,
                         ss_error *error)
{
    ss_option_ref ref = find_option(groups, group_count, ss_slice_of(name));
    if (!ref.option)
        return unknown_option(groups, group_count, "", ss_slice_of(name), error);
    ref.dashes = "";
    return set_value(ref, value, error);
}

ss_status ss_options_number(const ss_option_group *groups, size_t group_count, const char *name, double *value,
                            ss_error *error)
{
    ss_option_ref ref = find_option(groups, group_count, ss_slice_of(name));
    if (!ref.option)
        return unknown_option(groups, group_count, "", ss_slice_of(name), error);
    switch (ref.option->type) {
    case SS_OPTION_FLAG:
        *value = *(const bool *)member(ref);
        return SS_OK;
    case SS_OPTION_INT:
    case SS_OPTION_CHOICE:
        *value = (double)*(const int64_t *)member(ref);
        return SS_OK;
    case SS_OPTION_REAL:
        *value = *(const double *)member(ref);
        return SS_OK;
    case SS_OPTION_TEXT:
    case SS_OPTION_TEXTS:
        break;
    }
    return ss_error_set(error, SS_E_ARGUMENT, "option '%s' is no number", name);
}

/* ---- a command line ---- */

typedef struct command_line {
    const ss_option_group *groups;
    size_t group_count;
    int argc, at;
    char **argv;
    ss_texts *operands;
} command_line;

static ss_status take_operand(command_line *line, ss_error *error)
{
    const char *operand = line->argv[line->at++];
    if (line->operands && line->operands->count < SS_TEXTS_MAX) {
        line->operands->text[line->operands->count++] = operand;
        return SS_OK;
    }
    if (!line->operands)
        ss_error_set(error, SS_E_ARGUMENT, "an argument that nothing takes");
    else
        ss_error_set(error, SS_E_LIMIT, "more than %d arguments", SS_TEXTS_MAX);
    ss_error_place(error, operand, 0);
    return line->operands ? SS_E_LIMIT : SS_E_ARGUMENT;
}

/* The value of an option written without '=': the word that follows. */
static ss_status take_value(command_line *line, ss_option_ref ref, const char **value, ss_error *error)
{
    if (ref.option->type == SS_OPTION_FLAG) {
        *value = "true";
        return SS_OK;
    }
    const char *next = line->at < line->argc ? line->argv[line->at] : NULL;
    if (!next || strncmp(next, "--", 2) == 0)
        return value_error(ref, SS_E_ARGUMENT, "needs a value", NULL, error);
    line->at++;
    *value = next;
    return SS_OK;
}

/* Is the option in the word just taken named for the first time? */
static bool is_first_mention(const command_line *line, ss_slice name)
{
    for (int i = 1; i < line->at - 1; i++) {
        const char *word = line->argv[i];
        if (strncmp(word, "--", 2) == 0 && ss_slice_equal(name, (ss_slice){word + 2, strcspn(word + 2, "=")}))
            return false;
    }
    return true;
}

static ss_status take_option(command_line *line, ss_error *error)
{
    const char *word = line->argv[line->at++] + 2;
    const char *equals = strchr(word, '=');
    ss_slice name = {word, equals ? (size_t)(equals - word) : strlen(word)};
    ss_option_ref ref = find_option(line->groups, line->group_count, name);
    if (!ref.option)
        return unknown_option(line->groups, line->group_count, "--", name, error);
    if (ref.option->type == SS_OPTION_TEXTS && is_first_mention(line, name))
        ((ss_texts *)member(ref))->count = 0;
    const char *value = equals ? equals + 1 : NULL;
    if (!value) {
        ss_status status = take_value(line, ref, &value, error);
        if (status != SS_OK)
            return status;
    }
    return set_value(ref, value, error);
}

static ss_status single_dash(const char *word, ss_error *error)
{
    ss_error_set(error, SS_E_ARGUMENT, "unknown option; options begin with two dashes");
    ss_error_place(error, word, 0);
    return SS_E_ARGUMENT;
}

ss_status ss_options_parse(const ss_option_group *groups, size_t group_count, int argc, char **argv, ss_texts *operands,
                           ss_error *error)
{
    command_line line = {groups, group_count, argc, 1, argv, operands};
    bool options_ended = false;
    while (line.at < argc) {
        const char *word = argv[line.at];
        ss_status status;
        if (!options_ended && strcmp(word, "--") == 0) {
            options_ended = true;
            line.at++;
            continue;
        }
        if (options_ended || word[0] != '-' || word[1] == '\0')
            status = take_operand(&line, error);
        else
            status = word[1] == '-' ? take_option(&line, error) : single_dash(word, error);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

bool ss_options_given(int argc, char *const *argv, const char *name)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, length) == 0 &&
            (word[2 + length] == '\0' || word[2 + length] == '='))
            return true;
    }
    return false;
}

/* ---- the settings in force ---- */

typedef struct dump_context {
    ss_option_visit visit;
    void *context;
} dump_context;

/* The shortest text that reads back as the same number. */
static void real_text(double value, char text[32])
{
    double read;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        for (char *comma = strchr(text, ','); comma; comma = NULL)
            *comma = '.'; /* a program that embeds us may have set a locale */
        if (ss_slice_to_f64(ss_slice_of(text), &read) && read >= value && read <= value)
            return;
    }
}

static void number_text(ss_option_ref ref, char text[32])
{
    if (ref.option->type == SS_OPTION_REAL)
        real_text(*(double *)member(ref), text);
    else
        snprintf(text, 32, "%" PRId64, *(int64_t *)member(ref));
}

static ss_status dump_number(const dump_context *dump, const char *name, ss_option_ref ref)
{
    char text[32];
    number_text(ref, text);
    return dump->visit(dump->context, name, ref.option, text);
}

static ss_status dump_choice(const dump_context *dump, const char *name, ss_option_ref ref)
{
    ss_slice choice = {"", 0};
    char text[SS_OPTION_NAME_MAX];
    choice_at(ref.option->choices, *(int64_t *)member(ref), &choice);
    snprintf(text, sizeof text, "%.*s", (int)choice.size, choice.data);
    return dump->visit(dump->context, name, ref.option, text);
}

static ss_status dump_texts(const dump_context *dump, const char *name, ss_option_ref ref)
{
    const ss_texts *texts = member(ref);
    for (size_t i = 0; i < texts->count; i++) {
        ss_status status = dump->visit(dump->context, name, ref.option, texts->text[i]);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static ss_status dump_option(void *context, ss_option_ref ref)
{
    const dump_context *dump = context;
    char name[SS_OPTION_NAME_MAX];
    ss_option_full_name(ref, name);
    switch (ref.option->type) {
    case SS_OPTION_FLAG:
        return dump->visit(dump->context, name, ref.option, *(bool *)member(ref) ? "true" : "false");
    case SS_OPTION_INT:
    case SS_OPTION_REAL:
        return dump_number(dump, name, ref);
    case SS_OPTION_CHOICE:
        return dump_choice(dump, name, ref);
    case SS_OPTION_TEXTS:
        return dump_texts(dump, name, ref);
    case SS_OPTION_TEXT: {
        const char *text = *(const char **)member(ref);
        return text ? dump->visit(dump->context, name, ref.option, text) : SS_OK;
    }
    }
    return SS_OK;
}

ss_status ss_options_dump(const ss_option_group *groups, size_t group_count, ss_option_visit visit, void *context)
{
    dump_context dump = {visit, context};
    return ss_options_each(groups, group_count, dump_option, &dump);
}

/* ---- checking what did not come as text ---- */

static bool holds_its_range(ss_option_ref ref)
{
    ss_slice choice;
    int64_t number;
    switch (ref.option->type) {
    case SS_OPTION_INT:
        return in_range(ref.option, (double)*(int64_t *)member(ref));
    case SS_OPTION_REAL:
        return in_range(ref.option, *(double *)member(ref));
    case SS_OPTION_CHOICE:
        number = *(int64_t *)member(ref);
        return number >= 0 && choice_at(ref.option->choices, number, &choice);
    default:
        return true;
    }
}

static ss_status check_option(void *context, ss_option_ref ref)
{
    char text[32];
    if (holds_its_range(ref))
        return SS_OK;
    number_text(ref, text);
    return value_error(ref, SS_E_RANGE, "out of range", text, context);
}

ss_status ss_options_check(const ss_option *options, const void *target, ss_error *error)
{
    /* The steps take a target that can be written to; check_option does not. */
    ss_option_group group = {.options = options, .target = (void *)(uintptr_t)target};
    return ss_options_each(&group, 1, check_option, error);
}
