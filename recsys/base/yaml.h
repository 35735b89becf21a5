/*
 * yaml.h: a YAML file as a tree of texts, lists and maps, each with its place: what configuration files are read from.
 *
 * Of YAML 1.1 (libyaml) it takes the plain part: one document, UTF-8, no anchors and aliases, no tags, keys that are
 * texts and stand in a map once. Whatever else is found is a mistake with its place; reading goes on after it where
 * that makes sense. Pure but for the arena: safe from any thread.
 */
#ifndef SS_BASE_YAML_H
#define SS_BASE_YAML_H

#include "base/arena.h"
#include "base/mistakes.h"

#define SS_YAML_BYTES_MAX (4u << 20) /* of a file */
#define SS_YAML_DEPTH_MAX 12u        /* maps and lists within each other */
#define SS_YAML_NODES_MAX 300000u    /* texts, lists and maps of a file */
#define SS_YAML_KEYS_MAX  1000u      /* keys of one map */
#define SS_YAML_TEXT_MAX  4096u      /* bytes of one text */
#define SS_YAML_ARENA_MAX ((size_t)64 << 20)
#define SS_YAML_PATH_MAX  200u /* longest "a.b.c" that mistakes name; longer ones are cut */

typedef enum ss_yaml_kind { SS_YAML_TEXT, SS_YAML_LIST, SS_YAML_MAP } ss_yaml_kind;

typedef struct ss_yaml_node ss_yaml_node;
struct ss_yaml_node {
    ss_yaml_kind kind;
    bool plain; /* a text without quotes */
    ss_mark at;
    ss_slice key; /* of an entry of a map; terminated */
    ss_mark key_at;
    ss_slice text;              /* of a text; terminated, of 0 to SS_YAML_TEXT_MAX bytes, none of them 0 */
    ss_yaml_node *first, *next; /* the first of a list's or map's own nodes; its neighbour, in the file's order */
    size_t count;               /* of its own nodes */
};

/*
 * Reads `text`. The tree lives in `arena` (SS_YAML_ARENA_MAX is enough); NULL for an empty file or when nothing could
 * be read. What is wrong goes to `mistakes`; the tree then holds what was read before it. SS_E_NOMEM.
 */
ss_status ss_yaml_read(ss_slice text, ss_arena *arena, ss_mistakes *mistakes, ss_yaml_node **root, ss_error *error);

/* Does a text without quotes say that there is no value: empty, ~ or null? */
bool ss_yaml_is_nothing(const ss_yaml_node *node);

/* The entry of a map, or NULL. */
const ss_yaml_node *ss_yaml_entry(const ss_yaml_node *map, const char *key);

/* What a node is, for "found …": "a list", "a map", "nothing", or the text in quotes, cut to fit and made printable. */
void ss_yaml_describe(const ss_yaml_node *node, char *text, size_t size);

/* "path.key", or "key" where the path is empty, into `out` of SS_YAML_PATH_MAX bytes (which may not be `path`). */
void ss_yaml_path(char *out, const char *path, ss_slice key);

#endif
