#include "cli/config_file.h"

#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/nightly_settings.h"
#include "cli/server_check.h"
#include "job/mail_options.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTIONS_MAX 24u
#define ARENA_BLOCK  (64u << 10)

struct ss_config_file {
    ss_arena *arena; /* of the settings' texts */
    ss_settings settings;
    ss_settings gateway; /* of its section, whose tables are in part those of `server`; `settings` are of all others */
    ss_shelf_settings *shelves;
    ss_policy *policy;
};

#define GATEWAY "gateway"

/* A map at the top of the file. */
typedef struct section {
    const char *name;
    ss_settings_part parts[SS_COMMAND_GROUPS_MAX];
    size_t part_count;
} section;

typedef struct section_list {
    section sections[SECTIONS_MAX];
    size_t count;
    void *serve, *gateway, *train; /* settings of the commands, at their defaults: values are checked against them */
    ss_nightly_settings nightly;   /* likewise */
    ss_mail_options lists;         /* likewise */
} section_list;

/* ---- the sections ---- */

static section *section_of(section_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->sections[i].name, name) == 0)
            return &list->sections[i];
    section *new = &list->sections[list->count++];
    new->name = name;
    return new;
}

static void add_group(section_list *list, const char *name, const char *under, const ss_option_group *group)
{
    section *to = section_of(list, name);
    to->parts[to->part_count++] = (ss_settings_part){under, *group};
}

/* The command's groups over settings of their own, at their defaults; NULL when out of memory. */
static void *command_settings(const ss_command *command, ss_option_group *groups, size_t *count)
{
    void *settings = ss_array_zeroed(1, command->settings_size + 1);
    if (!settings)
        return NULL;
    *count = command->groups(settings, groups);
    ss_options_defaults(groups, *count);
    if (command->defaults)
        command->defaults(settings);
    return settings;
}

static void free_sections(section_list **list)
{
    section_list *old = *list;
    *list = NULL;
    if (!old)
        return;
    free(old->serve);
    free(old->gateway);
    free(old->train);
    free(old);
}

static section_list *new_sections(void)
{
    ss_option_group groups[SS_COMMAND_GROUPS_MAX];
    size_t count = 0;
    section_list *list = calloc(1, sizeof *list);
    if (!list)
        return NULL;
    list->serve = command_settings(&ss_command_serve, groups, &count);
    for (size_t i = 0; list->serve && i < count; i++)
        add_group(list, groups[i].prefix ? groups[i].prefix : "server", "", &groups[i]);
    list->gateway = command_settings(&ss_command_gateway, groups, &count);
    for (size_t i = 0; list->gateway && i < count; i++)
        add_group(list, GATEWAY, "", &groups[i]);
    list->train = command_settings(&ss_command_train, groups, &count);
    for (size_t i = 0; list->train && i < count; i++)
        if (!groups[i].prefix || strncmp(groups[i].prefix, SS_SHELF_PREFIX, sizeof SS_SHELF_PREFIX - 1) != 0)
            add_group(list, "train", groups[i].prefix ? groups[i].prefix : "", &groups[i]);
    count = ss_nightly_settings_groups(&list->nightly, groups);
    ss_options_defaults(groups, count);
    for (size_t i = 0; i < count; i++)
        add_group(list, "nightly", groups[i].prefix ? groups[i].prefix : "", &groups[i]);
    const ss_option_group lists = {NULL, NULL, ss_mail_option_table, &list->lists};
    ss_options_defaults(&lists, 1);
    add_group(list, "lists", "", &lists);
    if (!list->serve || !list->gateway || !list->train)
        free_sections(&list);
    return list;
}

/* ---- reading ---- */

/* Sections that are no option tables of a command. */
static const char *const own_sections[] = {"shelves", "access", "offers", "servers"};
#define OWN_SECTIONS (sizeof own_sections / sizeof *own_sections)

static void unknown_section(const section_list *list, const ss_yaml_node *node, ss_mistakes *mistakes)
{
    const char *names[SECTIONS_MAX + OWN_SECTIONS];
    memcpy(names, own_sections, sizeof own_sections);
    for (size_t i = 0; i < list->count; i++)
        names[i + OWN_SECTIONS] = list->sections[i].name;
    const char *nearest = ss_settings_nearest(node->key.data, names, list->count + OWN_SECTIONS);
    ss_mistakes_add(mistakes, node->key_at, node->key.data, "there is no such section%s%s%s",
                    nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

static ss_status read_section(ss_config_file *file, const section_list *list, const ss_yaml_node *node,
                              ss_mistakes *mistakes, ss_error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const section *each = &list->sections[i];
        if (!ss_settings_same_name(node->key, ss_slice_of(each->name)))
            continue;
        const ss_settings_schema schema = {.parts = each->parts, .part_count = each->part_count};
        ss_settings *settings = strcmp(each->name, GATEWAY) == 0 ? &file->gateway : &file->settings;
        return ss_settings_read(node, each->name, &schema, file->arena, mistakes, settings, error);
    }
    for (size_t i = 0; i < OWN_SECTIONS; i++)
        if (ss_slice_equal(node->key, ss_slice_of(own_sections[i])))
            return SS_OK;
    unknown_section(list, node, mistakes);
    return SS_OK;
}

static ss_status read_sections(ss_config_file *file, const section_list *list, const ss_yaml_node *root,
                               ss_mistakes *mistakes, ss_error *error)
{
    char found[96];
    ss_status status = SS_OK;
    const ss_yaml_node *shelves = NULL, *access = NULL, *offers = NULL, *servers = NULL;
    if (root && root->kind != SS_YAML_MAP) {
        ss_yaml_describe(root, found, sizeof found);
        ss_mistakes_add(mistakes, root->at, "", "found %s, expected a map of sections", found);
    } else if (root) {
        for (const ss_yaml_node *node = root->first; node; node = node->next)
            SS_TRY(read_section(file, list, node, mistakes, error));
        shelves = ss_yaml_entry(root, "shelves");
        access = ss_yaml_entry(root, "access");
        offers = ss_yaml_entry(root, "offers");
        servers = ss_yaml_entry(root, "servers");
    }
    SS_TRY(ss_shelf_settings_read(shelves, mistakes, &file->shelves, error));
    SS_TRY(ss_shelf_settings_read_access(file->shelves, access, mistakes, error));
    SS_TRY(ss_policy_read(offers, mistakes, &file->policy, error));
    SS_TRY(ss_server_settings_read(servers, file->arena, mistakes, &file->settings, error));
out:
    return status;
}

/* `here`: with what only shows on this machine. */
static ss_status read_tree(ss_config_file *file, ss_slice text, bool here, ss_mistakes *mistakes, ss_error *error)
{
    ss_status status = SS_OK;
    ss_yaml_node *root;
    section_list *list = new_sections();
    ss_arena *tree = ss_arena_new(ARENA_BLOCK, SS_YAML_ARENA_MAX);
    if (!list || !tree)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(ss_yaml_read(text, tree, mistakes, &root, error));
    SS_TRY(read_sections(file, list, root, mistakes, error));
    if (here) {
        ss_server_check(&file->settings, mistakes);
        ss_server_check(&file->gateway, mistakes);
    }
    SS_TRY(ss_mistakes_status(mistakes, error));
out:
    ss_arena_free(&tree);
    free_sections(&list);
    return status;
}

static ss_status read_file(const char *path, bool here, ss_mistakes *mistakes, ss_config_file **file, ss_error *error)
{
    ss_status status = SS_OK;
    ss_buffer text;
    ss_buffer_init(&text, SS_YAML_BYTES_MAX + 1);
    ss_config_file *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->arena = ss_arena_new(ARENA_BLOCK, SS_YAML_ARENA_MAX);
    if (!new->arena)
        SS_TRY(ss_error_nomem(error));
    SS_TRY(ss_file_read(path, SS_YAML_BYTES_MAX, &text, error));
    SS_TRY(read_tree(new, (ss_slice){text.data, text.size}, here, mistakes, error));
    *file = new;
    new = NULL;
out:
    ss_buffer_release(&text);
    ss_config_file_free(&new);
    return status;
}

ss_status ss_config_file_read(const char *path, ss_mistakes *mistakes, ss_config_file **file, ss_error *error)
{
    return read_file(path, false, mistakes, file, error);
}

void ss_config_file_print(ss_mistakes *mistakes)
{
    char line[SS_MISTAKE_LINE_MAX];
    ss_logger logger = ss_logger_of(STDERR_FILENO, SS_LOG_INFO, "configuration");
    ss_mistakes_sort(mistakes);
    if (logger.journal) {
        ss_mistakes_log(mistakes, &logger);
        return;
    }
    for (size_t i = 0; i < ss_mistakes_kept(mistakes); i++) {
        ss_mistakes_format(mistakes, i, line, sizeof line);
        fprintf(stderr, "%s\n", line);
    }
}

static ss_status read_and_print(const char *path, bool here, ss_config_file **file, ss_error *error)
{
    ss_mistakes *mistakes = ss_mistakes_new(path);
    if (!mistakes)
        return ss_error_nomem(error);
    ss_status status = read_file(path, here, mistakes, file, error);
    ss_config_file_print(mistakes);
    if (ss_mistakes_errors(mistakes) > 0)
        ss_error_set(error, SS_E_FORMAT, "%s: %zu mistake%s", path, ss_mistakes_errors(mistakes),
                     ss_mistakes_errors(mistakes) > 1 ? "s" : "");
    ss_mistakes_free(&mistakes);
    return status;
}

ss_status ss_config_file_load(const char *path, ss_config_file **file, ss_error *error)
{
    return read_and_print(path, false, file, error);
}

ss_status ss_config_file_check(const char *path, ss_config_file **file, ss_error *error)
{
    return read_and_print(path, true, file, error);
}

void ss_config_file_free(ss_config_file **file)
{
    ss_config_file *old = *file;
    *file = NULL;
    if (!old)
        return;
    ss_policy_release(&old->policy);
    ss_shelf_settings_release(&old->shelves);
    ss_settings_release(&old->settings);
    ss_settings_release(&old->gateway);
    ss_arena_free(&old->arena);
    free(old);
}

/* ---- using ---- */

void ss_config_file_apply(const ss_config_file *file, const char *name, const ss_option_group *groups,
                          size_t group_count)
{
    ss_settings_apply(name ? &file->gateway : &file->settings, groups, group_count);
    if (!name)
        ss_shelf_settings_apply_options(file->shelves, groups, group_count);
}

typedef struct override {
    ss_shelf_settings *shelves;
    int argc;
    char **argv;
} override;

static ss_status override_option(void *context, const char *name, const ss_option *option, const char *value)
{
    const override *over = context;
    if (strncmp(name, SS_SHELF_PREFIX, sizeof SS_SHELF_PREFIX - 1) != 0 ||
        !ss_options_given(over->argc, over->argv, name))
        return SS_OK;
    return ss_shelf_settings_override(over->shelves, name, option, value);
}

ss_status ss_config_file_override(ss_config_file *file, const ss_option_group *groups, size_t group_count, int argc,
                                  char **argv)
{
    override over = {file->shelves, argc, argv};
    return ss_options_dump(groups, group_count, override_option, &over);
}

ss_shelf_settings *ss_config_file_shelves(const ss_config_file *file)
{
    return file->shelves;
}

ss_policy *ss_config_file_policy(const ss_config_file *file)
{
    return file->policy;
}

const ss_settings *ss_config_file_settings(const ss_config_file *file)
{
    return &file->settings;
}

const ss_settings *ss_config_file_gateway(const ss_config_file *file)
{
    return &file->gateway;
}

const char *ss_config_file_value(const ss_config_file *file, const char *path)
{
    const char *value = NULL;
    for (size_t i = 0; i < file->settings.count; i++)
        if (strcmp(file->settings.list[i].path, path) == 0)
            value = file->settings.list[i].value;
    return value;
}

/* ---- the defaults ---- */

ss_status ss_config_file_write_defaults(ss_buffer *out)
{
    ss_status status = SS_OK;
    section_list *list = new_sections();
    if (!list)
        return SS_E_NOMEM;
    SS_TRY(ss_buffer_append_text(out, "# smartshelf.yaml: every setting at its default. What a file leaves out keeps "
                                      "its default;\n# an option on the command line outranks the file.\n"));
    for (size_t i = 0; i < list->count; i++) {
        SS_TRY(ss_buffer_printf(out, "\n%s:\n", list->sections[i].name));
        SS_TRY(ss_settings_write(list->sections[i].parts, list->sections[i].part_count, 2, true, out));
    }
    SS_TRY(ss_buffer_append_text(out,
                                 "\n# The servers of the store, such as tcp://127.0.0.1:5555: each night tells them.\n"
                                 "servers: []\n"));
    SS_TRY(ss_buffer_append_text(out, "\n# What a generation's training has tuned stands in its manifest; a value here "
                                      "outranks that too.\n# Settings are explained at the first shelf.\n"));
    SS_TRY(ss_shelf_settings_write_defaults(out));
    SS_TRY(ss_buffer_append_text(out, "\n"));
    SS_TRY(ss_reserved_write_defaults(out));
    SS_TRY(ss_buffer_append_text(
        out, "\n# What visitors who are leaving may be offered; with these budgets, products at their "
             "prices.\n"));
    SS_TRY(ss_policy_write_defaults(out));
out:
    free_sections(&list);
    return status;
}
