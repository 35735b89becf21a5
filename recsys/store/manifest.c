/* manifest.c: a tree of JSON behind dotted paths. */
#include "store/manifest.h"
#include "base/file.h"
#include "base/memory.h"
#include "store/generation.h"
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PATH_PART_MAX 256
#define DUMP_FLAGS    (JSON_INDENT(2) | JSON_REAL_PRECISION(17))

struct ss_manifest {
    json_t *root; /* owned */
};

ss_manifest *ss_manifest_new(void)
{
    ss_manifest *manifest = ss_array_zeroed(1, sizeof *manifest);
    if (manifest && !(manifest->root = json_object()))
        ss_manifest_free(&manifest);
    return manifest;
}

void ss_manifest_free(ss_manifest **manifest)
{
    if (!*manifest)
        return;
    json_decref((*manifest)->root);
    free(*manifest);
    *manifest = NULL;
}

/* ---- paths ---- */

/* Takes the first part of a path, "\." read as a dot; returns what follows it, NULL at the end. False: too long or
 * empty. */
static bool next_part(const char **path, char part[PATH_PART_MAX])
{
    const char *at = *path;
    size_t size = 0;
    for (; *at && *at != '.'; at++) {
        at += at[0] == '\\' && at[1] == '.';
        if (size == PATH_PART_MAX - 1)
            return false;
        part[size++] = *at;
    }
    part[size] = 0;
    *path = *at ? at + 1 : NULL;
    return size > 0;
}

static const json_t *find(const ss_manifest *manifest, const char *path)
{
    char part[PATH_PART_MAX];
    const json_t *at = manifest->root;
    while (at && path && *path)
        at = next_part(&path, part) ? json_object_get(at, part) : NULL;
    return at;
}

/* The object called `part` inside `object`, made when there is none. */
static ss_status enter(json_t **object, const char *part)
{
    json_t *inner = json_object_get(*object, part);
    if (!inner) {
        inner = json_object();
        if (json_object_set_new(*object, part, inner) != 0)
            return SS_E_NOMEM;
    }
    *object = inner;
    return json_is_object(inner) ? SS_OK : SS_E_ARGUMENT;
}

/* ---- setting: takes ownership of `value` ---- */

static ss_status set(ss_manifest *manifest, const char *path, json_t *value)
{
    char part[PATH_PART_MAX];
    json_t *object = manifest->root;
    ss_status status = value ? SS_OK : SS_E_NOMEM;
    while (status == SS_OK && path) {
        if (!next_part(&path, part) || !ss_slice_is_utf8(ss_slice_of(part)))
            status = SS_E_ARGUMENT;
        else if (path)
            status = enter(&object, part);
    }
    if (status == SS_OK)
        return json_object_set_new(object, part, value) == 0 ? SS_OK : SS_E_NOMEM;
    json_decref(value);
    return status;
}

ss_status ss_manifest_set_text(ss_manifest *manifest, const char *path, const char *value)
{
    if (!ss_slice_is_utf8(ss_slice_of(value)))
        return SS_E_ARGUMENT;
    return set(manifest, path, json_string(value));
}

ss_status ss_manifest_set_int(ss_manifest *manifest, const char *path, int64_t value)
{
    return set(manifest, path, json_integer(value));
}

ss_status ss_manifest_set_real(ss_manifest *manifest, const char *path, double value)
{
    return isfinite(value) ? set(manifest, path, json_real(value)) : SS_E_ARGUMENT;
}

ss_status ss_manifest_set_flag(ss_manifest *manifest, const char *path, bool value)
{
    return set(manifest, path, json_boolean(value));
}

ss_status ss_manifest_set_empty(ss_manifest *manifest, const char *path)
{
    return set(manifest, path, json_object());
}

/* ---- getting ---- */

bool ss_manifest_text(const ss_manifest *manifest, const char *path, const char **value)
{
    const json_t *found = find(manifest, path);
    if (!json_is_string(found))
        return false;
    *value = json_string_value(found);
    return true;
}

bool ss_manifest_int(const ss_manifest *manifest, const char *path, int64_t *value)
{
    const json_t *found = find(manifest, path);
    if (!json_is_integer(found))
        return false;
    *value = json_integer_value(found);
    return true;
}

bool ss_manifest_real(const ss_manifest *manifest, const char *path, double *value)
{
    const json_t *found = find(manifest, path);
    if (!json_is_number(found))
        return false;
    *value = json_number_value(found);
    return true;
}

bool ss_manifest_flag(const ss_manifest *manifest, const char *path, bool *value)
{
    const json_t *found = find(manifest, path);
    if (!json_is_boolean(found))
        return false;
    *value = json_is_true(found);
    return true;
}

bool ss_manifest_has_object(const ss_manifest *manifest, const char *path)
{
    return json_is_object(find(manifest, path));
}

ss_status ss_manifest_each_text(const ss_manifest *manifest, const char *path, ss_manifest_visit visit, void *context)
{
    const char *key;
    json_t *value;
    ss_status status = SS_OK;
    json_object_foreach((json_t *)(uintptr_t)find(manifest, path), key, value)
    {
        if (json_is_string(value))
            SS_TRY(visit(context, key, json_string_value(value)));
    }
out:
    return status;
}

ss_status ss_manifest_each_object(const ss_manifest *manifest, const char *path, ss_manifest_visit_object visit,
                                  void *context)
{
    const char *key;
    json_t *value;
    ss_status status = SS_OK;
    json_object_foreach((json_t *)(uintptr_t)find(manifest, path), key, value)
    {
        if (json_is_object(value))
            SS_TRY(visit(context, key));
    }
out:
    return status;
}

/* ---- the file ---- */

ss_status ss_manifest_render(const ss_manifest *manifest, ss_buffer *out)
{
    size_t size = json_dumpb(manifest->root, NULL, 0, DUMP_FLAGS);
    ss_status status = size > 0 ? ss_buffer_reserve(out, size + 1) : SS_E_NOMEM;
    if (status != SS_OK)
        return status;
    if (json_dumpb(manifest->root, out->data + out->size, size, DUMP_FLAGS) != size)
        return SS_E_NOMEM;
    out->size += size;
    return ss_buffer_append(out, "\n", 1);
}

ss_status ss_manifest_write(const ss_manifest *manifest, const char *generation_path, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_buffer text;
    ss_status status;
    ss_buffer_init(&text, SS_MANIFEST_MAX);
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_MANIFEST_FILE, error));
    status = ss_manifest_render(manifest, &text);
    if (status != SS_OK)
        ss_error_set(error, status, "cannot render the manifest");
    else
        status = ss_file_write_atomic(path, text.data, text.size, error);
out:
    ss_buffer_release(&text);
    return status;
}

static ss_status parse(const char *path, const ss_buffer *text, json_t **root, ss_error *error)
{
    json_error_t reason;
    *root = json_loadb(text->data, text->size, JSON_REJECT_DUPLICATES, &reason);
    if (json_is_object(*root))
        return SS_OK;
    if (!*root && (reason.text[0] == 0 || json_error_code(&reason) == json_error_out_of_memory))
        return ss_error_nomem(error);
    ss_error_set(error, SS_E_CORRUPT, "%s", *root ? "the manifest is not a JSON object" : reason.text);
    ss_error_place(error, path, *root || reason.line < 0 ? 0 : (uint64_t)reason.line);
    json_decref(*root);
    *root = NULL;
    return SS_E_CORRUPT;
}

ss_status ss_manifest_read(const char *generation_path, ss_manifest **manifest, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_buffer text;
    json_t *root = NULL;
    ss_status status;
    ss_buffer_init(&text, SS_MANIFEST_MAX);
    SS_TRY(ss_file_join(path, sizeof path, generation_path, SS_MANIFEST_FILE, error));
    SS_TRY(ss_file_read(path, SS_MANIFEST_MAX, &text, error));
    SS_TRY(parse(path, &text, &root, error));
    ss_manifest *read = ss_array_zeroed(1, sizeof *read);
    if (!read) {
        status = ss_error_nomem(error);
        goto out;
    }
    read->root = root;
    root = NULL;
    *manifest = read;
out:
    json_decref(root);
    ss_buffer_release(&text);
    return status;
}
