#include "base/options.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define HELP_WIDTH      100
#define HELP_COLUMN_MAX 34
#define NAME_MAX_BYTES  96
/* Bounds from here on are "no bound" to a reader of --help. */
#define BOUNDLESS 9e15

/* An option with what surrounds it: where its value goes, and how the user wrote or would write its name. */
typedef struct option_ref {
    const ss_option_group *group;
    const ss_option *option;
    const char *dashes; /* "--" on a command line, "" in a configuration */
} option_ref;

/* What to do with each option of all groups, in order; ends early unless it returns SS_OK. */
typedef ss_status (*option_step)(void *context, option_ref ref);

static ss_status for_each(const ss_option_group *groups, size_t group_count, option_step step, void *context)
{
    for (size_t g = 0; g < group_count; g++)
        for (const ss_option *option = groups[g].options; option->name; option++) {
            ss_status status = step(context, (option_ref){&groups[g], option, "--"});
            if (status != SS_OK)
                return status;
        }
    return SS_OK;
}

static void full_name(option_ref ref, char name[NAME_MAX_BYTES])
{
    const char *prefix = ref.group->prefix;
    snprintf(name, NAME_MAX_BYTES, "%s%s%s", prefix ? prefix : "", prefix ? "." : "", ref.option->name);
}

static void *member(option_ref ref)
{
    return (char *)ref.group->target + ref.option->offset;
}

/* ---- what a value may be, in words ---- */

static bool is_bounded(const ss_option *option)
{
    return option->min < option->max;
}

/* "1 to 512", "at least 0", "at most 1" or "". */
static void range_words(const ss_option *option, char *text, size_t size)
{
    bool low = is_bounded(option) && option->min > -BOUNDLESS, high = is_bounded(option) && option->max < BOUNDLESS;
    if (low && high)
        snprintf(text, size, "%.15g to %.15g", option->min, option->max);
    else if (low)
        snprintf(text, size, "at least %.15g", option->min);
    else if (high)
        snprintf(text, size, "at most %.15g", option->max);
    else
        text[0] = '\0';
}

/* "count|cosine|llr" as "count, cosine or llr". */
static void choice_words(const char *choices, char *text, size_t size)
{
    size_t used = 0;
    const char *last = strrchr(choices, '|');
    for (const char *c = choices; *c && used + 5 < size; c++) {
        const char *piece = *c != '|' ? NULL : c == last ? " or " : ", ";
        size_t length = piece ? strlen(piece) : 1;
        memcpy(text + used, piece ? piece : c, length);
        used += length;
    }
    text[used] = '\0';
}

void ss_option_expected(const ss_option *option, char *text, size_t size)
{
    char range[96];
    range_words(option, range, sizeof range);
    const char *comma = range[0] ? ", " : "";
    switch (option->type) {
    case SS_OPTION_FLAG:
        snprintf(text, size, "true or false");
        break;
    case SS_OPTION_INT:
        snprintf(text, size, "a whole number%s%s", comma, range);
        break;
    case SS_OPTION_REAL:
        snprintf(text, size, "a number%s%s", comma, range);
        break;
    case SS_OPTION_CHOICE:
        choice_words(option->choices, text, size);
        break;
    case SS_OPTION_TEXT:
    case SS_OPTION_TEXTS:
        snprintf(text, size, "a text");
        break;
    }
}

static ss_status value_error(option_ref ref, ss_status code, const char *message, const char *value, ss_error *error)
{
    char name[NAME_MAX_BYTES], place[NAME_MAX_BYTES + 2], expected[160];
    full_name(ref, name);
    snprintf(place, sizeof place, "%s%s", ref.dashes, name);
    ss_option_expected(ref.option, expected, sizeof expected);
    ss_error_set(error, code, "%s", message);
    ss_error_place(error, place, 0);
    ss_error_found(error, value, value ? strlen(value) : 0, expected);
    return code;
}

/* ---- setting one value ---- */

static ss_status set_flag(option_ref ref, const char *value, ss_error *error)
{
    bool on = strcmp(value, "true") == 0;
    if (!on && strcmp(value, "false") != 0)
        return value_error(ref, SS_E_ARGUMENT, "neither true nor false", value, error);
    *(bool *)member(ref) = on;
    return SS_OK;
}

static bool in_range(const ss_option *option, double value)
{
    return !is_bounded(option) || (value >= option->min && value <= option->max);
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

static ss_status set_int(option_ref ref, const char *value, ss_error *error)
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

static ss_status set_real(option_ref ref, const char *value, ss_error *error)
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

static ss_status set_choice(option_ref ref, const char *value, ss_error *error)
{
    ss_slice choice;
    for (int64_t i = 0; choice_at(ref.option->choices, i, &choice); i++)
        if (ss_slice_equal(choice, ss_slice_of(value))) {
            *(int64_t *)member(ref) = i;
            return SS_OK;
        }
    return value_error(ref, SS_E_ARGUMENT, "no such choice", value, error);
}

static ss_status add_text(option_ref ref, const char *value, ss_error *error)
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

static ss_status set_value(option_ref ref, const char *value, ss_error *error)
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

static void clear_value(option_ref ref)
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

static ss_status set_default(void *context, option_ref ref)
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
    for_each(groups, group_count, set_default, NULL);
}

/* ---- finding an option by name ---- */

typedef struct name_search {
    ss_slice name;
    option_ref found; /* option NULL: none */
} name_search;

static ss_status match_name(void *context, option_ref ref)
{
    name_search *search = context;
    char name[NAME_MAX_BYTES];
    full_name(ref, name);
    if (!search->found.option && ss_slice_equal(search->name, ss_slice_of(name)))
        search->found = ref;
    return SS_OK;
}

static option_ref find_option(const ss_option_group *groups, size_t group_count, ss_slice name)
{
    name_search search = {name, {NULL, NULL, NULL}};
    for_each(groups, group_count, match_name, &search);
    return search.found;
}

typedef struct nearest_search {
    ss_slice name;
    size_t distance;
    char nearest[NAME_MAX_BYTES];
} nearest_search;

static ss_status match_nearest(void *context, option_ref ref)
{
    nearest_search *search = context;
    char name[NAME_MAX_BYTES];
    full_name(ref, name);
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
    nearest_search search = {.name = {name.data, name.size < NAME_MAX_BYTES ? name.size : NAME_MAX_BYTES - 1},
                             .distance = SIZE_MAX};
    for_each(groups, group_count, match_nearest, &search);
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
    option_ref ref = find_option(groups, group_count, ss_slice_of(name));
    if (!ref.option)
        return unknown_option(groups, group_count, "", ss_slice_of(name), error);
    ref.dashes = "";
    return set_value(ref, value, error);
}

ss_status ss_options_number(const ss_option_group *groups, size_t group_count, const char *name, double *value,
                            ss_error *error)
{
    option_ref ref = find_option(groups, group_count, ss_slice_of(name));
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
static ss_status take_value(command_line *line, option_ref ref, const char **value, ss_error *error)
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
    option_ref ref = find_option(line->groups, line->group_count, name);
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

/* ---- help ---- */

/* Characters, not bytes: help may say "≥". */
static size_t width_of(const char *text, size_t size)
{
    size_t width = 0;
    for (size_t i = 0; i < size; i++)
        width += ((unsigned char)text[i] & 0xC0) != 0x80;
    return width;
}

static const char *value_name(const ss_option *option)
{
    if (option->value)
        return option->value;
    switch (option->type) {
    case SS_OPTION_FLAG:
        return "";
    case SS_OPTION_INT:
        return "N";
    case SS_OPTION_REAL:
        return "X";
    case SS_OPTION_CHOICE:
        return "WHICH";
    case SS_OPTION_TEXT:
    case SS_OPTION_TEXTS:
        return "TEXT";
    }
    return "";
}

/* "  --als.factors N" */
static void help_head(option_ref ref, char *text, size_t size)
{
    char name[NAME_MAX_BYTES];
    full_name(ref, name);
    const char *value = value_name(ref.option);
    snprintf(text, size, "  --%s%s%s", name, value[0] ? " " : "", value);
}

/* A list of facts in brackets after the sentence; nothing when there are none. */
typedef struct fact_list {
    ss_buffer *out;
    bool begun;
} fact_list;

static ss_status add_fact(fact_list *facts, const char *label, const char *fact)
{
    if (!fact || !fact[0])
        return SS_OK;
    const char *separator = facts->begun ? "; " : " [";
    facts->begun = true;
    return ss_buffer_printf(facts->out, "%s%s%s", separator, label, fact);
}

/* Of a flag that is on by default. */
static void off_words(option_ref ref, char *text, size_t size)
{
    char name[NAME_MAX_BYTES];
    full_name(ref, name);
    snprintf(text, size, "on; --%s=false turns it off", name);
}

/* The sentence, then what the value may be, then the default: `How many. [1 to 512; default 64]`. */
static ss_status help_body(option_ref ref, ss_buffer *body)
{
    const ss_option *option = ref.option;
    char range[96] = "", choices[160] = "", off[2 * NAME_MAX_BYTES] = "";
    fact_list facts = {body, false};
    if (option->type == SS_OPTION_INT || option->type == SS_OPTION_REAL)
        range_words(option, range, sizeof range);
    if (option->type == SS_OPTION_CHOICE)
        choice_words(option->choices, choices, sizeof choices);
    bool is_flag = option->type == SS_OPTION_FLAG;
    if (is_flag && option->fallback && strcmp(option->fallback, "true") == 0)
        off_words(ref, off, sizeof off);
    ss_status status;
    SS_TRY(ss_buffer_append_text(body, option->help));
    SS_TRY(add_fact(&facts, "", range));
    SS_TRY(add_fact(&facts, "", choices));
    SS_TRY(add_fact(&facts, "", option->type == SS_OPTION_TEXTS ? "may be repeated" : NULL));
    SS_TRY(add_fact(&facts, "", off));
    SS_TRY(add_fact(&facts, "default ", is_flag ? NULL : option->fallback));
    if (facts.begun)
        SS_TRY(ss_buffer_append_text(body, "]"));
out:
    return status;
}

/* Words of `text` from `column` (where the line already stands) to HELP_WIDTH, later lines indented to `column`. */
static ss_status wrap(ss_buffer *out, const char *text, size_t column)
{
    size_t at = column;
    bool first = true;
    while (*text) {
        size_t length = strcspn(text, " "), width = width_of(text, length);
        ss_status status = SS_OK;
        if (!first && at + 1 + width > HELP_WIDTH) {
            status = ss_buffer_printf(out, "\n%*s", (int)column, "");
            at = column;
        } else if (!first) {
            status = ss_buffer_append_text(out, " ");
            at++;
        }
        if (status == SS_OK)
            status = ss_buffer_append(out, text, length);
        if (status != SS_OK)
            return status;
        at += width;
        first = false;
        text += length + strspn(text + length, " ");
    }
    return ss_buffer_append_text(out, "\n");
}

typedef struct help_writer {
    ss_buffer *out, body;
    const ss_option_group *group; /* whose heading was written last */
    size_t column;                /* where the sentences begin */
} help_writer;

static ss_status widen_column(void *context, option_ref ref)
{
    help_writer *help = context;
    char head[2 * NAME_MAX_BYTES];
    help_head(ref, head, sizeof head);
    size_t width = width_of(head, strlen(head)) + 2;
    if (ref.option->help && width > help->column && width <= HELP_COLUMN_MAX)
        help->column = width;
    return SS_OK;
}

static ss_status help_heading(help_writer *help, const ss_option_group *group)
{
    if (help->group == group)
        return SS_OK;
    const char *blank = help->group ? "\n" : "";
    help->group = group;
    return ss_buffer_printf(help->out, "%s%s:\n", blank, group->title ? group->title : "Options");
}

static ss_status help_option(void *context, option_ref ref)
{
    help_writer *help = context;
    char head[2 * NAME_MAX_BYTES];
    ss_status status = SS_OK;
    if (!ref.option->help)
        return SS_OK;
    help_head(ref, head, sizeof head);
    size_t width = width_of(head, strlen(head));
    bool fits = width + 2 <= help->column;
    ss_buffer_clear(&help->body);
    SS_TRY(help_heading(help, ref.group));
    SS_TRY(help_body(ref, &help->body));
    SS_TRY(ss_buffer_append_text(help->out, head));
    SS_TRY(ss_buffer_printf(help->out, "%s%*s", fits ? "" : "\n", (int)(help->column - (fits ? width : 0)), ""));
    SS_TRY(wrap(help->out, help->body.data, help->column));
out:
    return status;
}

ss_status ss_options_help(const ss_option_group *groups, size_t group_count, ss_buffer *out)
{
    help_writer help = {.out = out, .column = 16};
    ss_buffer_init(&help.body, 16 * 1024);
    size_t size_before = out->size;
    for_each(groups, group_count, widen_column, &help);
    ss_status status = for_each(groups, group_count, help_option, &help);
    ss_buffer_release(&help.body);
    if (status != SS_OK && out->size > size_before) {
        out->size = size_before;
        out->data[size_before] = '\0';
    }
    return status;
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

static void number_text(option_ref ref, char text[32])
{
    if (ref.option->type == SS_OPTION_REAL)
        real_text(*(double *)member(ref), text);
    else
        snprintf(text, 32, "%" PRId64, *(int64_t *)member(ref));
}

static ss_status dump_number(const dump_context *dump, const char *name, option_ref ref)
{
    char text[32];
    number_text(ref, text);
    return dump->visit(dump->context, name, ref.option, text);
}

static ss_status dump_choice(const dump_context *dump, const char *name, option_ref ref)
{
    ss_slice choice = {"", 0};
    char text[NAME_MAX_BYTES];
    choice_at(ref.option->choices, *(int64_t *)member(ref), &choice);
    snprintf(text, sizeof text, "%.*s", (int)choice.size, choice.data);
    return dump->visit(dump->context, name, ref.option, text);
}

static ss_status dump_texts(const dump_context *dump, const char *name, option_ref ref)
{
    const ss_texts *texts = member(ref);
    for (size_t i = 0; i < texts->count; i++) {
        ss_status status = dump->visit(dump->context, name, ref.option, texts->text[i]);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static ss_status dump_option(void *context, option_ref ref)
{
    const dump_context *dump = context;
    char name[NAME_MAX_BYTES];
    full_name(ref, name);
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
    return for_each(groups, group_count, dump_option, &dump);
}

/* ---- checking what did not come as text ---- */

static bool holds_its_range(option_ref ref)
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

static ss_status check_option(void *context, option_ref ref)
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
    return for_each(&group, 1, check_option, error);
}
