#include "base/yaml.h"

#include <stdio.h>
#include <yaml.h>

/* A list or map that has begun and not ended. */
typedef struct level {
    ss_yaml_node *node, *last;
    ss_slice key; /* of a map: read, and its value not yet */
    ss_mark key_at;
    bool has_key;
} level;

typedef struct builder {
    ss_slice text;
    ss_arena *arena;
    ss_mistakes *mistakes;
    yaml_parser_t parser;
    level levels[SS_YAML_DEPTH_MAX];
    size_t depth, nodes, documents;
    ss_yaml_node *root;
    bool ended, no_memory;
} builder;

static ss_mark mark_of(yaml_mark_t mark)
{
    return (ss_mark){(uint32_t)mark.line + 1, (uint32_t)mark.column + 1};
}

/* ---- what is no text at all ---- */

static ss_mark mark_at_byte(ss_slice text, size_t offset)
{
    ss_mark mark = {1, 1};
    for (size_t i = 0; i < offset && i < text.size; i++) {
        if (text.data[i] == '\n')
            mark = (ss_mark){mark.line + 1, 1};
        else
            mark.column += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    }
    return mark;
}

static bool is_readable(builder *at)
{
    if (at->text.size > SS_YAML_BYTES_MAX) {
        ss_mistakes_add(at->mistakes, (ss_mark){0}, "", "found %zu bytes, expected at most %u", at->text.size,
                        SS_YAML_BYTES_MAX);
        return false;
    }
    for (size_t i = 0, step; i < at->text.size; i += step) {
        step = ss_slice_utf8_step((ss_slice){at->text.data + i, at->text.size - i});
        if (step == 0) {
            ss_mistakes_add(at->mistakes, mark_at_byte(at->text, i), "", "found the byte 0x%02x, expected UTF-8",
                            (unsigned char)at->text.data[i]);
            return false;
        }
    }
    return true;
}

/* ---- paths ---- */

void ss_yaml_path(char *out, const char *path, ss_slice key)
{
    snprintf(out, SS_YAML_PATH_MAX, "%s%s%.*s", path, *path ? "." : "", (int)(key.size < 256 ? key.size : 256),
             key.data ? key.data : "");
}

/* Where the builder stands: the keys of all open maps. */
static void current_path(const builder *at, char path[SS_YAML_PATH_MAX])
{
    char longer[SS_YAML_PATH_MAX];
    path[0] = '\0';
    for (size_t i = 0; i < at->depth; i++)
        if (at->levels[i].has_key) {
            ss_yaml_path(longer, path, at->levels[i].key);
            memcpy(path, longer, sizeof longer);
        }
}

static void mistake_here(builder *at, ss_mark mark, const char *text)
{
    char path[SS_YAML_PATH_MAX];
    current_path(at, path);
    ss_mistakes_add(at->mistakes, mark, path, "%s", text);
}

static void limit_here(builder *at, ss_mark mark, const char *what, unsigned most)
{
    char text[128];
    snprintf(text, sizeof text, "%s: at most %u are allowed", what, most);
    mistake_here(at, mark, text);
    at->ended = true;
}

/* ---- nodes ---- */

static ss_yaml_node *new_node(builder *at, ss_yaml_kind kind, ss_mark mark)
{
    if (++at->nodes > SS_YAML_NODES_MAX) {
        limit_here(at, mark, "too many texts, lists and maps", SS_YAML_NODES_MAX);
        return NULL;
    }
    ss_yaml_node *node = ss_arena_alloc(at->arena, 1, sizeof *node);
    at->no_memory = !node;
    if (node)
        *node = (ss_yaml_node){.kind = kind, .at = mark};
    return node;
}

static void attach(builder *at, ss_yaml_node *node)
{
    if (at->depth == 0) {
        at->root = node;
        return;
    }
    level *open = &at->levels[at->depth - 1];
    node->key = open->key;
    node->key_at = open->key_at;
    if (open->last)
        open->last->next = node;
    else
        open->node->first = node;
    open->last = node;
    open->node->count++;
    open->has_key = false;
    open->key = (ss_slice){0};
}

/* Of the node whose map waits for a key: is it one? Keys are texts. */
static bool wants_key(const builder *at)
{
    return at->depth > 0 && at->levels[at->depth - 1].node->kind == SS_YAML_MAP && !at->levels[at->depth - 1].has_key;
}

static void no_anchor(builder *at, ss_mark mark, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor)
        mistake_here(at, mark, "found an anchor (&); anchors and aliases are not allowed: repeat the value");
    if (tag)
        mistake_here(at, mark, "found a tag (!); tags are not allowed: the setting says what its value is");
}

static ss_slice copy_text(builder *at, const yaml_event_t *event, ss_mark mark)
{
    size_t size = event->data.scalar.length;
    ss_slice text = {(const char *)event->data.scalar.value, size};
    if (size > SS_YAML_TEXT_MAX || memchr(text.data, 0, size)) {
        mistake_here(at, mark, size > SS_YAML_TEXT_MAX ? "a text of more than 4096 bytes" : "a text with a zero byte");
        text.size = 0;
    }
    text.data = ss_arena_copy(at->arena, text);
    at->no_memory = !text.data;
    return text;
}

static void take_key(builder *at, const yaml_event_t *event, ss_mark mark)
{
    level *open = &at->levels[at->depth - 1];
    ss_slice key = copy_text(at, event, mark);
    if (open->node->count >= SS_YAML_KEYS_MAX)
        limit_here(at, mark, "too many keys in one map", SS_YAML_KEYS_MAX);
    open->key = key;
    open->key_at = mark;
    open->has_key = true;
}

static void take_text(builder *at, const yaml_event_t *event)
{
    ss_mark mark = mark_of(event->start_mark);
    bool tagged = event->data.scalar.tag != NULL;
    no_anchor(at, mark, event->data.scalar.anchor, tagged ? event->data.scalar.tag : NULL);
    if (wants_key(at)) {
        take_key(at, event, mark);
        return;
    }
    ss_yaml_node *node = new_node(at, SS_YAML_TEXT, mark);
    if (!node)
        return;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = copy_text(at, event, mark);
    attach(at, node);
}

static void begin(builder *at, ss_yaml_kind kind, const yaml_event_t *event)
{
    ss_mark mark = mark_of(event->start_mark);
    if (wants_key(at)) {
        mistake_here(at, mark,
                     kind == SS_YAML_LIST ? "found a list as a key, expected a name"
                                          : "found a map as a key, expected a name");
        at->ended = true;
        return;
    }
    if (at->depth == SS_YAML_DEPTH_MAX) {
        limit_here(at, mark, "too many maps and lists within each other", SS_YAML_DEPTH_MAX);
        return;
    }
    ss_yaml_node *node = new_node(at, kind, mark);
    if (!node)
        return;
    level opened = {.node = node};
    ss_slice key = at->depth > 0 ? at->levels[at->depth - 1].key : (ss_slice){0};
    attach(at, node);
    if (at->depth > 0) { /* for the path, until it ends */
        at->levels[at->depth - 1].key = key;
        at->levels[at->depth - 1].has_key = key.size > 0;
    }
    at->levels[at->depth++] = opened;
}

static void end(builder *at)
{
    if (at->depth > 0)
        at->depth--;
    if (at->depth > 0)
        at->levels[at->depth - 1].has_key = false;
}

static void take_document(builder *at, const yaml_event_t *event)
{
    if (at->documents++ == 0)
        return;
    mistake_here(at, mark_of(event->start_mark), "found a second document (---), expected one");
    at->ended = true;
}

static void take_alias(builder *at, const yaml_event_t *event)
{
    ss_mark mark = mark_of(event->start_mark);
    mistake_here(at, mark, "found an alias (*); anchors and aliases are not allowed: repeat the value");
    at->ended = true; /* what it stands for is not known: nothing sensible can be said of what follows */
}

static void take_event(builder *at, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        take_document(at, event);
        break;
    case YAML_ALIAS_EVENT:
        take_alias(at, event);
        break;
    case YAML_SCALAR_EVENT:
        take_text(at, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        no_anchor(at, mark_of(event->start_mark), event->data.sequence_start.anchor, event->data.sequence_start.tag);
        begin(at, SS_YAML_LIST, event);
        break;
    case YAML_MAPPING_START_EVENT:
        no_anchor(at, mark_of(event->start_mark), event->data.mapping_start.anchor, event->data.mapping_start.tag);
        begin(at, SS_YAML_MAP, event);
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        end(at);
        break;
    case YAML_STREAM_END_EVENT:
        at->ended = true;
        break;
    default:
        break;
    }
}

/* ---- what libyaml cannot read ---- */

/* Is there a tab where the mark is, or in the blanks before it? */
static bool is_at_tab(ss_slice text, yaml_mark_t mark)
{
    size_t line = 0, i = 0;
    while (line < mark.line && i < text.size)
        line += text.data[i++] == '\n';
    for (size_t column = 0; i < text.size && column <= mark.column; i++, column++) {
        if (text.data[i] == '\t')
            return true;
        if (text.data[i] != ' ')
            return false;
    }
    return false;
}

static void take_problem(builder *at)
{
    const yaml_parser_t *parser = &at->parser;
    const char *problem = parser->problem ? parser->problem : "cannot be read";
    if (parser->error == YAML_MEMORY_ERROR) {
        at->no_memory = true;
        return;
    }
    if (parser->error == YAML_READER_ERROR) {
        ss_mistakes_add(at->mistakes, mark_at_byte(at->text, parser->problem_offset), "", "no YAML: %s", problem);
        return;
    }
    bool tab = is_at_tab(at->text, parser->problem_mark);
    ss_mistakes_add(at->mistakes, mark_of(parser->problem_mark), "", "no YAML: %s%s%s%s", problem,
                    parser->context ? ", " : "", parser->context ? parser->context : "",
                    tab ? ": found a tab, expected blanks before a key" : "");
}

static void build(builder *at)
{
    yaml_event_t event;
    yaml_parser_set_encoding(&at->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&at->parser, (const unsigned char *)at->text.data, at->text.size);
    while (!at->ended && !at->no_memory) {
        if (!yaml_parser_parse(&at->parser, &event)) {
            take_problem(at);
            return;
        }
        take_event(at, &event);
        yaml_event_delete(&event);
    }
}

/* ---- keys twice ---- */

static void find_repeated(ss_mistakes *mistakes, const ss_yaml_node *map, const char *path)
{
    char where[SS_YAML_PATH_MAX];
    for (const ss_yaml_node *node = map->first; node; node = node->next)
        for (const ss_yaml_node *before = map->first; before != node; before = before->next) {
            if (!ss_slice_equal(node->key, before->key))
                continue;
            ss_yaml_path(where, path, node->key);
            ss_mistakes_add(mistakes, node->key_at, where, "given twice, first on line %u", before->key_at.line);
            break;
        }
}

/* No deeper than SS_YAML_DEPTH_MAX. */
static void find_all_repeated(ss_mistakes *mistakes, const ss_yaml_node *node, const char *path)
{
    char where[SS_YAML_PATH_MAX];
    if (node->kind == SS_YAML_MAP)
        find_repeated(mistakes, node, path);
    for (const ss_yaml_node *each = node->first; each; each = each->next)
        if (each->kind != SS_YAML_TEXT) {
            ss_yaml_path(where, path, each->key);
            find_all_repeated(mistakes, each, each->key.size > 0 ? where : path);
        }
}

ss_status ss_yaml_read(ss_slice text, ss_arena *arena, ss_mistakes *mistakes, ss_yaml_node **root, ss_error *error)
{
    builder at = {.text = text, .arena = arena, .mistakes = mistakes};
    *root = NULL;
    if (!is_readable(&at))
        return SS_OK;
    if (!yaml_parser_initialize(&at.parser))
        return ss_error_nomem(error);
    build(&at);
    yaml_parser_delete(&at.parser);
    if (at.no_memory)
        return ss_error_nomem(error);
    if (at.root)
        find_all_repeated(mistakes, at.root, "");
    *root = at.root;
    return SS_OK;
}

/* ---- looking at a tree ---- */

bool ss_yaml_is_nothing(const ss_yaml_node *node)
{
    static const char *const nothings[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; node->kind == SS_YAML_TEXT && node->plain && i < sizeof nothings / sizeof *nothings; i++)
        if (ss_slice_equal(node->text, ss_slice_of(nothings[i])))
            return true;
    return false;
}

const ss_yaml_node *ss_yaml_entry(const ss_yaml_node *map, const char *key)
{
    for (const ss_yaml_node *node = map->first; node; node = node->next)
        if (ss_slice_equal(node->key, ss_slice_of(key)))
            return node;
    return NULL;
}

void ss_yaml_describe(const ss_yaml_node *node, char *text, size_t size)
{
    char printable[64];
    if (node->kind != SS_YAML_TEXT)
        snprintf(text, size, "%s", node->kind == SS_YAML_LIST ? "a list" : "a map");
    else if (ss_yaml_is_nothing(node))
        snprintf(text, size, "nothing");
    else {
        ss_slice_printable(node->text, printable, sizeof printable);
        snprintf(text, size, "%s'%s'", node->plain ? "" : "the quoted text ", printable);
    }
}
