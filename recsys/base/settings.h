/*
 * settings.h: option tables (options.h) read from maps of a configuration file, and written as one.
 *
 * A part is an option group and where it stands in a map: under "" the option "workers" is the key `workers`, under
 * "als" the option "factors" is `als: {factors: …}` or `als.factors: …`. In keys `_` and `-` are the same. Every value is
 * checked against its table, every mistake goes to the list; what is right is kept and can be applied to other targets
 * of the same tables. Not thread-safe; one owner.
 */
#ifndef SS_BASE_SETTINGS_H
#define SS_BASE_SETTINGS_H

#include "base/options.h"
#include "base/yaml.h"

typedef struct ss_settings_part {
    const char *under;
    ss_option_group
        group; /* its target is written to when values are checked; title: a heading for ss_settings_write */
} ss_settings_part;

/* A key that no option table describes, such as a list of ids. */
typedef struct ss_settings_extra {
    const char *name;
    void (*read)(void *context, const ss_yaml_node *node, const char *path); /* tells its mistakes itself */
    const char *help;
} ss_settings_extra;

typedef struct ss_settings_schema {
    const ss_settings_part *parts;
    size_t part_count;
    const ss_settings_extra *extras; /* ends with a row whose name is NULL; NULL: none */
    void *context;                   /* of the extras */
} ss_settings_schema;

/* One value that a file gives. */
typedef struct ss_setting {
    const ss_option *table; /* the group's rows, */
    const char *prefix;     /* its prefix, borrowed from the schema, */
    const ss_option *option;
    const char *value; /* NULL: a TEXTS that is given as an empty list. A TEXTS has one setting for each of its texts */
    const char *path;  /* "server.workers" */
    ss_mark at;
} ss_setting;

typedef struct ss_settings {
    ss_setting *list; /* texts in the arena it was read with */
    size_t count, capacity;
} ss_settings;

void ss_settings_release(ss_settings *settings);

/*
 * Reads a map's settings; `path` ("server") stands before the names in mistakes. Texts are copied into `arena`.
 * SS_E_NOMEM.
 */
ss_status ss_settings_read(const ss_yaml_node *map, const char *path, const ss_settings_schema *schema, ss_arena *arena,
                           ss_mistakes *mistakes, ss_settings *settings, ss_error *error);

/* One more, above those before: what a command line gives. `value` and `path` are copied. SS_E_NOMEM. */
ss_status ss_settings_add(ss_settings *settings, const ss_setting *setting, ss_arena *arena);

/*
 * Sets what the file gives in those of `groups` that have the same table and prefix; others are left alone. Values were
 * checked when they were read. Texts are borrowed from the arena.
 */
void ss_settings_apply(const ss_settings *settings, const ss_option_group *groups, size_t group_count);

/* Which of `names` was `typed` meant to be? NULL: none. */
const char *ss_settings_nearest(const char *typed, const char *const *names, size_t count);

/* Are two keys the same, `_` and `-` being one? */
bool ss_settings_same_name(ss_slice a, ss_slice b);

/*
 * The values that the parts' targets hold, as lines of a file, indented by `indent` blanks. comments: with the help,
 * range and default of each before it. Options without help are left out; texts that are not set stand as comments.
 */
ss_status ss_settings_write(const ss_settings_part *parts, size_t part_count, unsigned indent, bool comments,
                            ss_buffer *out);

/* A text as a scalar of YAML, in double quotes unless it can do without. */
ss_status ss_settings_write_text(ss_slice text, ss_buffer *out);

/* A sentence as a comment of lines of at most 120 columns, each indented. */
ss_status ss_settings_write_comment(const char *sentence, unsigned indent, ss_buffer *out);

#endif
