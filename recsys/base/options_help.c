#include "base/options.h"

#include "base/options_each.h"
#include <stdio.h>

#define HELP_WIDTH      100
#define HELP_COLUMN_MAX 34
/* Bounds from here on are "no bound" to a reader of --help. */
#define BOUNDLESS 9e15

/* ---- what a value may be, in words ---- */

/* "1 to 512", "at least 0", "at most 1" or "". */
static void range_words(const ss_option *option, char *text, size_t size)
{
    bool low = ss_option_is_bounded(option) && option->min > -BOUNDLESS,
         high = ss_option_is_bounded(option) && option->max < BOUNDLESS;
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
static void help_head(ss_option_ref ref, char *text, size_t size)
{
    char name[SS_OPTION_NAME_MAX];
    ss_option_full_name(ref, name);
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
static void off_words(ss_option_ref ref, char *text, size_t size)
{
    char name[SS_OPTION_NAME_MAX];
    ss_option_full_name(ref, name);
    snprintf(text, size, "on; --%s=false turns it off", name);
}

/* The sentence, then what the value may be, then the default: `How many. [1 to 512; default 64]`. */
static ss_status help_body(ss_option_ref ref, ss_buffer *body)
{
    const ss_option *option = ref.option;
    char range[96] = "", choices[160] = "", off[2 * SS_OPTION_NAME_MAX] = "";
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
    const char *topic;
    ss_buffer *out, body;
    const ss_option_group *group; /* whose heading was written last */
    size_t column;                /* where the sentences begin */
} help_writer;

/* Is the topic its prefix, whole or to a dot, or in its title? */
static bool is_of(const ss_option_group *group, const char *topic)
{
    size_t length = strlen(topic);
    if (group->prefix && strncmp(group->prefix, topic, length) == 0 &&
        (group->prefix[length] == '\0' || group->prefix[length] == '.'))
        return true;
    return group->title && strcasestr(group->title, topic);
}

static bool is_shown(const help_writer *help, ss_option_ref ref)
{
    if (!ref.option->help)
        return false;
    if (!help->topic)
        return !ref.group->prefix;
    return strcmp(help->topic, SS_HELP_ALL) == 0 || is_of(ref.group, help->topic);
}

static ss_status widen_column(void *context, ss_option_ref ref)
{
    help_writer *help = context;
    char head[2 * SS_OPTION_NAME_MAX];
    help_head(ref, head, sizeof head);
    size_t width = width_of(head, strlen(head)) + 2;
    if (is_shown(help, ref) && width > help->column && width <= HELP_COLUMN_MAX)
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

static ss_status help_option(void *context, ss_option_ref ref)
{
    help_writer *help = context;
    char head[2 * SS_OPTION_NAME_MAX];
    ss_status status = SS_OK;
    if (!is_shown(help, ref))
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

static size_t count_told(const ss_option_group *group)
{
    size_t count = 0;
    for (const ss_option *option = group->options; option->name; option++)
        count += option->help != NULL;
    return group->prefix ? count : 0;
}

/* A line for each group that has a prefix: what it is called, what it is about, how much there is. */
static ss_status list_groups(const ss_option_group *groups, size_t group_count, ss_buffer *out)
{
    ss_status status = SS_OK;
    size_t column = 0;
    for (size_t g = 0; g < group_count; g++)
        if (count_told(&groups[g]) > 0 && strlen(groups[g].prefix) > column)
            column = strlen(groups[g].prefix);
    if (column > 0)
        SS_TRY(
            ss_buffer_append_text(out, "\nMore options by group (--help GROUP tells one, --help all everything):\n"));
    for (size_t g = 0; g < group_count; g++) {
        const ss_option_group *group = &groups[g];
        size_t count = count_told(group);
        if (count > 0)
            SS_TRY(ss_buffer_printf(out, "  %-*s  %s%s%zu option%s\n", (int)column, group->prefix,
                                    group->title ? group->title : "", group->title ? ": " : "", count,
                                    count > 1 ? "s" : ""));
    }
out:
    return status;
}

ss_status ss_options_help(const ss_option_group *groups, size_t group_count, const char *topic, ss_buffer *out)
{
    help_writer help = {.topic = topic, .out = out, .column = 16};
    ss_buffer_init(&help.body, 16 * 1024);
    size_t size_before = out->size;
    ss_options_each(groups, group_count, widen_column, &help);
    ss_status status = ss_options_each(groups, group_count, help_option, &help);
    ss_buffer_release(&help.body);
    if (status == SS_OK && !topic)
        status = list_groups(groups, group_count, out);
    if (status == SS_OK && topic && !help.group)
        status = SS_E_NOT_FOUND;
    if (status != SS_OK && out->size > size_before) {
        out->size = size_before;
        out->data[size_before] = '\0';
    }
    return status;
}
