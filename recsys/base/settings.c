#include "base/settings.h"

#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>

#define NAMES_MAX 512u /* names among which the nearest is looked for */

typedef struct reader {
    const ss_settings_schema *schema;
    ss_arena *arena;
    ss_mistakes *mistakes;
    ss_settings *settings;
    bool no_memory;
} reader;

/* A key of the file: where it stands for the schema ("als.factors") and for people ("train.als.factors"). */
typedef struct place {
    char local[SS_YAML_PATH_MAX], full[SS_YAML_PATH_MAX];
} place;

void ss_settings_release(ss_settings *settings)
{
    free(settings->list);
    *settings = (ss_settings){0};
}

/* ---- names ---- */

static char folded(char letter)
{
    return letter == '_' ? '-' : letter;
}

bool ss_settings_same_name(ss_slice a, ss_slice b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (folded(a.data[i]) != folded(b.data[i]))
            return false;
    return true;
}

static ss_slice fold(const char *name, char out[SS_YAML_PATH_MAX])
{
    size_t size = 0;
    for (; name[size] && size + 1 < SS_YAML_PATH_MAX; size++)
        out[size] = folded(name[size]);
    return (ss_slice){out, size};
}

const char *ss_settings_nearest(const char *typed, const char *const *names, size_t count)
{
    char typed_folded[SS_YAML_PATH_MAX], name_folded[SS_YAML_PATH_MAX];
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t wrong = ss_slice_misspelt(fold(typed, typed_folded), fold(names[i], name_folded));
        nearest = wrong < least ? names[i] : nearest;
        least = wrong < least ? wrong : least;
    }
    return nearest;
}

static void option_path(const ss_settings_part *part, const ss_option *option, char out[SS_YAML_PATH_MAX])
{
    ss_yaml_path(out, part->under, ss_slice_of(option->name));
}

typedef struct found_option {
    const ss_settings_part *part;
    const ss_option *option; /* NULL: none */
} found_option;

static found_option find(const ss_settings_schema *schema, const char *local)
{
    char path[SS_YAML_PATH_MAX];
    for (size_t p = 0; p < schema->part_count; p++)
        for (const ss_option *option = schema->parts[p].group.options; option->name; option++) {
            option_path(&schema->parts[p], option, path);
            if (ss_settings_same_name(ss_slice_of(path), ss_slice_of(local)))
                return (found_option){&schema->parts[p], option};
        }
    return (found_option){0};
}

static const ss_settings_extra *find_extra(const ss_settings_schema *schema, const char *local)
{
    for (const ss_settings_extra *extra = schema->extras; extra && extra->name; extra++)
        if (ss_settings_same_name(ss_slice_of(extra->name), ss_slice_of(local)))
            return extra;
    return NULL;
}

/* What of `path` stands behind `local` and a dot, up to the next dot (or all of it); empty: it is not behind it. */
static ss_slice behind(const char *path, const char *local)
{
    size_t size = strlen(local);
    if (size > 0 && (strlen(path) <= size || path[size] != '.' ||
                     !ss_settings_same_name((ss_slice){path, size}, (ss_slice){local, size})))
        return (ss_slice){0};
    const char *rest = path + (size > 0 ? size + 1 : 0);
    return (ss_slice){rest, strcspn(rest, ".")};
}

static bool leads_on(const ss_settings_schema *schema, const char *local)
{
    char path[SS_YAML_PATH_MAX];
    for (size_t p = 0; p < schema->part_count; p++)
        for (const ss_option *option = schema->parts[p].group.options; option->name; option++) {
            option_path(&schema->parts[p], option, path);
            if (behind(path, local).size > 0)
                return true;
        }
    return false;
}

/* All that may stand where `key` stands: the nearest, in the arena, or NULL. */
static const char *nearest_key(const reader *at, const char *under, const char *key)
{
    const char *names[NAMES_MAX];
    char path[SS_YAML_PATH_MAX];
    size_t count = 0;
    for (size_t p = 0; p < at->schema->part_count; p++)
        for (const ss_option *option = at->schema->parts[p].group.options; option->name; option++) {
            option_path(&at->schema->parts[p], option, path);
            ss_slice name = strchr(key, '.') && !*under ? ss_slice_of(path) : behind(path, under);
            if (option->help && name.size > 0 && count < NAMES_MAX && (names[count] = ss_arena_copy(at->arena, name)))
                count++;
        }
    for (const ss_settings_extra *extra = at->schema->extras; extra && extra->name && !*under; extra++)
        if (count < NAMES_MAX)
            names[count++] = extra->name;
    return ss_settings_nearest(key, names, count);
}

static void unknown(const reader *at, const ss_yaml_node *node, const char *under, const char *full)
{
    const char *nearest = nearest_key(at, under, node->key.data);
    ss_mistakes_add(at->mistakes, node->key_at, full, "there is no such setting%s%s%s",
                    nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

/* ---- values ---- */

static void wrong_kind(const reader *at, const ss_yaml_node *node, const ss_option *option, const char *full)
{
    char found[96], expected[160];
    ss_yaml_describe(node, found, sizeof found);
    ss_option_expected(option, expected, sizeof expected);
    ss_mistakes_add(at->mistakes, node->at, full, "found %s, expected %s%s", found, expected,
                    option->type == SS_OPTION_TEXTS ? " or a list of texts" : "");
}

/* A number in quotes is a text. */
static bool has_kind(const ss_yaml_node *node, const ss_option *option)
{
    bool text = option->type == SS_OPTION_TEXT || option->type == SS_OPTION_TEXTS || option->type == SS_OPTION_CHOICE;
    return node->kind == SS_YAML_TEXT && !ss_yaml_is_nothing(node) && (text || node->plain);
}

ss_status ss_settings_add(ss_settings *settings, const ss_setting *setting, ss_arena *arena)
{
    ss_setting new = *setting;
    new.path = ss_arena_copy(arena, ss_slice_of(setting->path));
    new.value = setting->value ? ss_arena_copy(arena, ss_slice_of(setting->value)) : NULL;
    if (!new.path || !new.value != !setting->value ||
        !ss_array_grow(&settings->list, &settings->capacity, settings->count + 1, sizeof *settings->list))
        return SS_E_NOMEM;
    settings->list[settings->count++] = new;
    return SS_OK;
}

static void keep(reader *at, found_option found, const char *value, ss_mark mark, const char *full)
{
    const ss_option_group *group = &found.part->group;
    const ss_setting setting = {group->options, group->prefix, found.option, value, full, mark};
    if (ss_settings_add(at->settings, &setting, at->arena) != SS_OK)
        at->no_memory = true;
}

static void read_one(reader *at, found_option found, const ss_yaml_node *node, const char *full)
{
    char expected[160];
    ss_error error;
    ss_option_group group = found.part->group;
    group.prefix = NULL;
    if (!has_kind(node, found.option)) {
        wrong_kind(at, node, found.option, full);
        return;
    }
    if (ss_options_set(&group, 1, found.option->name, node->text.data, &error) == SS_OK) {
        keep(at, found, node->text.data, node->at, full);
        return;
    }
    ss_option_expected(found.option, expected, sizeof expected);
    ss_mistakes_add(at->mistakes, node->at, full, "%s: found '%.64s', expected %s", error.message, node->text.data,
                    expected);
}

static void read_texts(reader *at, found_option found, const ss_yaml_node *node, const char *full)
{
    if (node->kind != SS_YAML_LIST) {
        read_one(at, found, node, full);
        return;
    }
    if (node->count == 0)
        keep(at, found, NULL, node->at, full);
    for (const ss_yaml_node *each = node->first; each; each = each->next)
        read_one(at, found, each, full);
}

static const ss_setting *given_before(const reader *at, found_option found)
{
    for (size_t i = 0; i < at->settings->count; i++) {
        const ss_setting *setting = &at->settings->list[i];
        if (setting->option == found.option && setting->prefix == found.part->group.prefix)
            return setting;
    }
    return NULL;
}

static void read_option(reader *at, found_option found, const ss_yaml_node *node, const char *full)
{
    const ss_setting *before = given_before(at, found);
    if (before) /* spelt otherwise: a key that stands twice was told of when the file was read */
        ss_mistakes_add(at->mistakes, node->key_at, full, "given twice, first on line %u as %s", before->at.line,
                        before->path);
    else if (found.option->type == SS_OPTION_TEXTS)
        read_texts(at, found, node, full);
    else
        read_one(at, found, node, full);
}

static void read_map(reader *at, const ss_yaml_node *map, const place *under);

static void read_entry(reader *at, const ss_yaml_node *node, const place *under)
{
    place here;
    ss_yaml_path(here.local, under->local, node->key);
    ss_yaml_path(here.full, under->full, node->key);
    const ss_settings_extra *extra = find_extra(at->schema, here.local);
    found_option found = find(at->schema, here.local);
    if (extra)
        extra->read(at->schema->context, node, here.full);
    else if (found.option)
        read_option(at, found, node, here.full);
    else if (!leads_on(at->schema, here.local))
        unknown(at, node, under->local, here.full);
    else
        read_map(at, node, &here);
}

static bool is_repeated(const ss_yaml_node *map, const ss_yaml_node *node)
{
    for (const ss_yaml_node *before = map->first; before != node; before = before->next)
        if (ss_slice_equal(before->key, node->key))
            return true;
    return false;
}

/* Depth is bounded by the tree's. */
static void read_map(reader *at, const ss_yaml_node *map, const place *under)
{
    char found[96];
    if (map->kind != SS_YAML_MAP && !ss_yaml_is_nothing(map)) {
        ss_yaml_describe(map, found, sizeof found);
        ss_mistakes_add(at->mistakes, map->at, under->full, "found %s, expected a map of settings", found);
        return;
    }
    for (const ss_yaml_node *node = map->first; node; node = node->next)
        if (!is_repeated(map, node))
            read_entry(at, node, under);
}

ss_status ss_settings_read(const ss_yaml_node *map, const char *path, const ss_settings_schema *schema, ss_arena *arena,
                           ss_mistakes *mistakes, ss_settings *settings, ss_error *error)
{
    reader at = {schema, arena, mistakes, settings, false};
    place under = {.local = ""};
    snprintf(under.full, sizeof under.full, "%s", path);
    read_map(&at, map, &under);
    return at.no_memory ? ss_error_nomem(error) : SS_OK;
}

/* ---- applying ---- */

static bool is_of_group(const ss_setting *setting, const ss_option_group *group)
{
    return group->options == setting->table &&
           (group->prefix == setting->prefix ||
            (group->prefix && setting->prefix && strcmp(group->prefix, setting->prefix) == 0));
}

static bool is_first(const ss_settings *settings, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (settings->list[i].option == settings->list[index].option &&
            settings->list[i].prefix == settings->list[index].prefix)
            return false;
    return true;
}

static void apply_one(const ss_settings *settings, size_t index, const ss_option_group *group)
{
    const ss_setting *setting = &settings->list[index];
    ss_option_group bare = *group;
    bare.prefix = NULL;
    if (setting->option->type == SS_OPTION_TEXTS && is_first(settings, index))
        ((ss_texts *)(void *)((char *)group->target + setting->option->offset))->count = 0;
    if (setting->value)
        ss_options_set(&bare, 1, setting->option->name, setting->value, NULL);
}

void ss_settings_apply(const ss_settings *settings, const ss_option_group *groups, size_t group_count)
{
    for (size_t i = 0; i < settings->count; i++)
        for (size_t g = 0; g < group_count; g++)
            if (is_of_group(&settings->list[i], &groups[g]))
                apply_one(settings, i, &groups[g]);
}

/* ---- writing ---- */

#define COMMENT_WIDTH 120u

/* Texts that YAML reads as they are, wherever they stand: a letter or digit, then nothing that it has a use for. */
static bool is_plain(ss_slice text)
{
    static const char free_of_meaning[] = "._/+-@%$=";
    for (size_t i = 0; i < text.size; i++) {
        char letter = text.data[i];
        bool word =
            (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
        if (!word && (i == 0 || !strchr(free_of_meaning, letter)))
            return false;
    }
    ss_yaml_node node = {.kind = SS_YAML_TEXT, .plain = true, .text = text};
    return !ss_yaml_is_nothing(&node);
}

static ss_status write_quoted(ss_slice text, ss_buffer *out)
{
    ss_status status;
    SS_TRY(ss_buffer_append_text(out, "\""));
    for (size_t i = 0; i < text.size; i++) {
        unsigned char letter = (unsigned char)text.data[i];
        if (letter == '"' || letter == '\\')
            SS_TRY(ss_buffer_printf(out, "\\%c", letter));
        else if (letter < 0x20 || letter == 0x7f)
            SS_TRY(ss_buffer_printf(out, "\\x%02x", letter));
        else
            SS_TRY(ss_buffer_append(out, &text.data[i], 1));
    }
    SS_TRY(ss_buffer_append_text(out, "\""));
out:
    return status;
}

ss_status ss_settings_write_text(ss_slice text, ss_buffer *out)
{
    return is_plain(text) ? ss_buffer_append(out, text.data, text.size) : write_quoted(text, out);
}

ss_status ss_settings_write_comment(const char *sentence, unsigned indent, ss_buffer *out)
{
    ss_status status = ss_buffer_printf(out, "%*s#", (int)indent, "");
    size_t column = indent + 1;
    while (status == SS_OK && *sentence) {
        size_t length = strcspn(sentence, " ");
        if (column + 1 + length > COMMENT_WIDTH && column > indent + 1) {
            status = ss_buffer_printf(out, "\n%*s#", (int)indent, "");
            column = indent + 1;
        }
        if (status == SS_OK)
            status = ss_buffer_printf(out, " %.*s", (int)length, sentence);
        column += 1 + length;
        sentence += length + strspn(sentence + length, " ");
    }
    return status == SS_OK ? ss_buffer_append_text(out, "\n") : status;
}

typedef struct writer {
    ss_buffer *out;
    unsigned indent;
    bool comments;
    const ss_option *pending; /* a TEXTS whose list is open */
    bool written;             /* of the option at hand: a value */
} writer;

static ss_status write_help(writer *at, const ss_option *option)
{
    char expected[160], comment[1024];
    if (!at->comments)
        return SS_OK;
    ss_option_expected(option, expected, sizeof expected);
    snprintf(comment, sizeof comment, "%s [%s%s%s%s]", option->help, expected,
             option->type == SS_OPTION_TEXTS ? " or a list of them" : "", option->fallback ? "; default " : "",
             option->fallback ? option->fallback : "");
    return ss_settings_write_comment(comment, at->indent, at->out);
}

static ss_status write_value(void *context, const char *name, const ss_option *option, const char *value)
{
    writer *at = context;
    ss_status status;
    if (option->type == SS_OPTION_TEXTS)
        SS_TRY(ss_buffer_printf(at->out, at->written ? ", " : "%*s%s: [", (int)at->indent, "", name));
    else
        SS_TRY(ss_buffer_printf(at->out, "%*s%s: ", (int)at->indent, "", name));
    at->written = true;
    if (option->type == SS_OPTION_FLAG || option->type == SS_OPTION_INT || option->type == SS_OPTION_REAL)
        SS_TRY(ss_buffer_append_text(at->out, value));
    else
        SS_TRY(ss_settings_write_text(ss_slice_of(value), at->out));
    if (option->type != SS_OPTION_TEXTS)
        SS_TRY(ss_buffer_append_text(at->out, "\n"));
out:
    return status;
}

/* One option: a table of its own for the walk. */
static ss_status write_option(writer *at, const ss_option_group *group, const ss_option *option)
{
    const ss_option alone[2] = {*option, {0}};
    const ss_option_group one = {NULL, NULL, alone, group->target};
    ss_status status;
    at->written = false;
    SS_TRY(write_help(at, option));
    SS_TRY(ss_options_dump(&one, 1, write_value, at));
    if (at->written && option->type == SS_OPTION_TEXTS)
        SS_TRY(ss_buffer_append_text(at->out, "]\n"));
    if (!at->written && option->type == SS_OPTION_TEXTS)
        SS_TRY(ss_buffer_printf(at->out, "%*s%s: []\n", (int)at->indent, "", option->name));
    else if (!at->written)
        SS_TRY(ss_buffer_printf(at->out, "%*s# %s:\n", (int)at->indent, "", option->name));
out:
    return status;
}

static ss_status write_part(const ss_settings_part *part, writer *at)
{
    ss_status status = SS_OK;
    if (*part->under) {
        SS_TRY(ss_buffer_printf(at->out, "%*s%s:\n", (int)at->indent, "", part->under));
        at->indent += 2;
    }
    for (const ss_option *option = part->group.options; option->name; option++)
        if (option->help)
            SS_TRY(write_option(at, &part->group, option));
out:
    return status;
}

ss_status ss_settings_write(const ss_settings_part *parts, size_t part_count, unsigned indent, bool comments,
                            ss_buffer *out)
{
    ss_status status = SS_OK;
    for (size_t i = 0; i < part_count && status == SS_OK; i++) {
        writer at = {.out = out, .indent = indent, .comments = comments};
        if (comments && parts[i].group.title)
            status = ss_buffer_printf(out, "%s%*s# %s\n", i ? "\n" : "", (int)indent, "", parts[i].group.title);
        if (status == SS_OK)
            status = write_part(&parts[i], &at);
    }
    return status;
}
