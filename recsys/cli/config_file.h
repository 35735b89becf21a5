/*
 * config_file.h: smartshelf.yaml: the options of `serve`, `gateway`, `train` and `nightly`, the shelves and the policy of offers in one file.
 *
 * Sections come from the commands' own option groups: a group of `serve` without prefix is part of `server`, one with a
 * prefix is the section of that name; the groups of `gateway` are `gateway`, those of `train` are `train`, those of cli/nightly_settings.h `nightly`, job/mail_options.h is `lists`, and `servers` is
 * cli/server_settings.h; `shelves` and `access` are shelf/shelf_settings.h, `offers` is offers/policy.h. All sections are read and checked whichever command asks.
 */
#ifndef SS_CLI_CONFIG_FILE_H
#define SS_CLI_CONFIG_FILE_H

#include "offers/policy.h"
#include "shelf/shelf_settings.h"

typedef struct ss_config_file ss_config_file;

/*
 * Reads the file. SS_E_NOT_FOUND, SS_E_IO, SS_E_LIMIT, SS_E_NOMEM; SS_E_FORMAT with the first mistake when there are
 * any: all are in `mistakes` then, in their order. Safe from any thread.
 */
ss_status ss_config_file_read(const char *path, ss_mistakes *mistakes, ss_config_file **file, ss_error *error);

/* Every mistake and warning on standard error, in their order. */
void ss_config_file_print(ss_mistakes *mistakes);

/* As ss_config_file_read, with every mistake and warning on standard error. */
ss_status ss_config_file_load(const char *path, ss_config_file **file, ss_error *error);

/* As ss_config_file_load, also with what would only show where and when the server is started (cli/server_check.h). */
ss_status ss_config_file_check(const char *path, ss_config_file **file, ss_error *error);
void ss_config_file_free(ss_config_file **file);

/* Sets what the file gives in those of a command's groups that it is about: the shelves' options too. `name`: the section of the command alone
 * ("gateway", whose options over HTTP are those of `server` too), or NULL: all others. */
void ss_config_file_apply(const ss_config_file *file, const char *name, const ss_option_group *groups,
                          size_t group_count);

/* What a command line gave of the shelves' options, already in `groups`, outranks the file too. SS_E_NOMEM. */
ss_status ss_config_file_override(ss_config_file *file, const ss_option_group *groups, size_t group_count, int argc,
                                  char **argv);

ss_shelf_settings *ss_config_file_shelves(const ss_config_file *file); /* borrowed */
ss_policy *ss_config_file_policy(const ss_config_file *file); /* borrowed; where the file has none, the default */
const ss_settings *ss_config_file_gateway(const ss_config_file *file);  /* of its section; borrowed */
const ss_settings *ss_config_file_settings(const ss_config_file *file); /* of all other sections; borrowed */

/* What the file gives for one option ("train.store"); borrowed; NULL: nothing. */
const char *ss_config_file_value(const ss_config_file *file, const char *path);

/* A complete file with every option at its default, and what it means. SS_E_NOMEM. */
ss_status ss_config_file_write_defaults(ss_buffer *out);

#endif
