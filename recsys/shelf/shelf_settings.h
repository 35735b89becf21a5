/*
 * shelf_settings.h: what a configuration file says of the shelves (its map `shelves`, and its list `access` of who may
 * see what), as it is written: before any generation is known. A snapshot is opened with it; what it sets outranks the generation's manifest, which outranks
 * the defaults of shelf.h. What it does not mention stays.
 *
 * Counted; whoever holds a reference may read it from any thread. Nothing changes it but ss_shelf_settings_override.
 */
#ifndef SS_SHELF_SHELF_SETTINGS_H
#define SS_SHELF_SHELF_SETTINGS_H

#include "base/settings.h"
#include "shelf/reserved.h"

typedef struct ss_shelf_settings ss_shelf_settings;

/*
 * Reads the map `shelves` (NULL: an empty one). Mistakes go to the list; with any, the settings are good for nothing
 * but being released. SS_E_NOMEM. Caller owns a reference.
 */
ss_status ss_shelf_settings_read(const ss_yaml_node *shelves, ss_mistakes *mistakes, ss_shelf_settings **settings,
                                 ss_error *error);

/* Reads the list `access` too (NULL: none), right afterwards and on the same terms. */
ss_status ss_shelf_settings_read_access(ss_shelf_settings *settings, const ss_yaml_node *access, ss_mistakes *mistakes,
                                        ss_error *error);
ss_shelf_settings *ss_shelf_settings_retain(ss_shelf_settings *settings); /* NULL stays NULL */
void ss_shelf_settings_release(ss_shelf_settings **settings);

/*
 * Sets one option above what the file gives: what a command line says. `name` as there ("shelf.related.min-items"),
 * with a value that it has checked. To be called before anybody else has a reference. SS_E_ARGUMENT: no shelf's option.
 */
ss_status ss_shelf_settings_override(ss_shelf_settings *settings, const char *name, const ss_option *option,
                                     const char *value);

/* A number that differs when what the files say of the shelves or of access differs. */
uint64_t ss_shelf_settings_digest(const ss_shelf_settings *settings);

/* Sets what the file gives; the rest of `shelves` is left as it is. */
void ss_shelf_settings_apply(const ss_shelf_settings *settings, ss_shelf shelves[SS_SHELF_COUNT]);

/* The options alone (not the lists) in those groups that are shelves' ("shelf.NAME"): for a training's manifest. */
void ss_shelf_settings_apply_options(const ss_shelf_settings *settings, const ss_option_group *groups,
                                     size_t group_count);

/* The options that the file gives of a shelf; borrowed. */
const ss_settings *ss_shelf_settings_options(const ss_shelf_settings *settings, ss_shelf_kind kind);

/* The lists that the file gives of a shelf, or NULL; borrowed. */
const ss_listed *ss_shelf_settings_listed(const ss_shelf_settings *settings, ss_shelf_kind kind);

/* Who may see what, or NULL where the file has no such rules; borrowed. */
const ss_reserved *ss_shelf_settings_reserved(const ss_shelf_settings *settings);

/* Warns of every id and category in the lists and rules that a generation does not have. */
void ss_shelf_settings_check_items(const ss_shelf_settings *settings, const ss_items *items, ss_mistakes *mistakes);

/* The map `shelves` with all defaults, indented by two; the first shelf with comments. */
ss_status ss_shelf_settings_write_defaults(ss_buffer *out);

#endif
