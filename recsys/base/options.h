/*
 * options.h: one table per subject {name, type, range, default, help}; parsing, range errors, --help, shell completion
 * and the dump of the settings in force all come from it. Pure but for the targets: safe from any thread.
 *
 * A table describes a plain struct: each row names a member by its offset. Several tables, each with its own target and
 * prefix, make up a command line: `--als.factors 64` is the row "factors" of the group with prefix "als".
 */
#ifndef SS_BASE_OPTIONS_H
#define SS_BASE_OPTIONS_H

#include "base/buffer.h"
#include "base/slice.h"
#include "base/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ss_option_type {
    SS_OPTION_FLAG,   /* bool;        --name, --name=true|false */
    SS_OPTION_INT,    /* int64_t;     min..max */
    SS_OPTION_REAL,   /* double;      min..max */
    SS_OPTION_TEXT,   /* const char * borrowed from argv (or the default) */
    SS_OPTION_CHOICE, /* int64_t;     index into `choices` */
    SS_OPTION_TEXTS   /* ss_texts;    may be given several times */
} ss_option_type;

#define SS_TEXTS_MAX 64
typedef struct ss_texts {
    const char *text[SS_TEXTS_MAX]; /* borrowed from argv */
    size_t count;
} ss_texts;

typedef struct ss_option {
    const char *name; /* "min-support" */
    ss_option_type type;
    size_t offset;        /* offsetof(target, member) */
    double min, max;      /* INT, REAL: allowed range, both ends included; min == max: any number */
    const char *fallback; /* default as text; NULL: 0, false, NULL, empty. The first value of a TEXTS replaces it */
    const char *choices;  /* CHOICE: "count|cosine|llr" */
    const char *value;    /* what --help calls the value: "FILE"; NULL: from the type */
    const char *help;     /* one sentence; NULL: works, but --help does not show it */
} ss_option;

typedef struct ss_option_group {
    const char *title;        /* heading in --help; NULL: "Options" */
    const char *prefix;       /* "als" for --als.NAME; NULL for none */
    const ss_option *options; /* ends with a row whose name is NULL */
    void *target;
} ss_option_group;

/* Sets every member to its default. */
void ss_options_defaults(const ss_option_group *groups, size_t group_count);

/*
 * Parses argv[1..argc). Values as `--name value` or `--name=value`; `--` ends the options; what is no option goes to
 * `operands` ("-" too). SS_E_ARGUMENT names the option and, for a misspelt one, the nearest known; SS_E_RANGE gives the
 * range; SS_E_LIMIT: more than SS_TEXTS_MAX texts. NULL operands: none are allowed. A value that begins with "--" must
 * be given as `--name=--value`. The first value of a TEXTS replaces what was there before: a default, or what a file
 * gave.
 */
ss_status ss_options_parse(const ss_option_group *groups, size_t group_count, int argc, char **argv, ss_texts *operands,
                           ss_error *error);

/* Does a command line that was parsed give the option `name` ("als.factors")? */
bool ss_options_given(int argc, char *const *argv, const char *name);

/*
 * Sets one option by name ("als.factors" or "factors" of a group without prefix) from text: configuration and
 * manifests. Errors as above; the option is untouched then. Texts are borrowed from `value`; each call adds one to a
 * TEXTS. An unknown name is SS_E_ARGUMENT.
 */
ss_status ss_options_set(const ss_option_group *groups, size_t group_count, const char *name, const char *value,
                         ss_error *error);

/*
 * For libraries whose options may not have come through a parser: is every number within its range, every choice a
 * choice? SS_E_RANGE names the option as a command line would. `target` is only read.
 */
ss_status ss_options_check(const ss_option *options, const void *target, ss_error *error);

/*
 * The value of one numeric option (a flag counts as 0 or 1). SS_E_ARGUMENT for a name that is unknown or not a number.
 */
ss_status ss_options_number(const ss_option_group *groups, size_t group_count, const char *name, double *value,
                            ss_error *error);

/* What a value of the option may be, in words: "a whole number, 1 to 512", "count, cosine or llr". */
void ss_option_expected(const ss_option *option, char *text, size_t size);

/*
 * The tables as lines of help, at most 100 columns wide. Without a topic: the options of groups that have no prefix, then a line for each
 * group that has one. SS_HELP_ALL: all. Else those of the groups whose prefix the topic is, whole or to a dot ("shelf" of "shelf.home"), or in
 * whose title it stands, in capitals or not. SS_E_NOT_FOUND: there is no such group; SS_E_NOMEM, SS_E_LIMIT; `out` is as before then.
 */
#define SS_HELP_ALL "all"
ss_status ss_options_help(const ss_option_group *groups, size_t group_count, const char *topic, ss_buffer *out);

/*
 * Every setting as the text that would set it: calls `visit` with full name and value, in table order. A TEXTS is
 * visited once for each of its texts, an unset text (NULL) not at all. What `visit` returns ends the walk unless it is
 * SS_OK, and is returned. The value is borrowed for the call.
 */
typedef ss_status (*ss_option_visit)(void *context, const char *name, const ss_option *option, const char *value);
ss_status ss_options_dump(const ss_option_group *groups, size_t group_count, ss_option_visit visit, void *context);

#endif
