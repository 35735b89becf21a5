#include "store/file_list.h"

#include "base/file.h"
#include "store/generation.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FORMAT      "format"
#define FILES       "files"
#define DIGEST_TEXT 17u /* 16 hexadecimal digits + zero */
#define ENTRY_ROOM  300u

/* Path of what the list says of a file; dots in its name are no steps of the path. */
static void entry_path(const char *name, const char *member, char path[ENTRY_ROOM])
{
    size_t size = (size_t)snprintf(path, ENTRY_ROOM, FILES ".");
    for (; *name && size + 2 + strlen(member) + 2 < ENTRY_ROOM; name++) {
        if (*name == '.')
            path[size++] = '\\';
        path[size++] = *name;
    }
    snprintf(path + size, ENTRY_ROOM - size, ".%s", member);
}

static void digest_text(const ss_model_file *file, char text[DIGEST_TEXT])
{
    snprintf(text, DIGEST_TEXT, "%016" PRIx64, ss_model_file_digest(file));
}

static int64_t format_of(const ss_manifest *manifest)
{
    int64_t format = 1;
    ss_manifest_int(manifest, FORMAT, &format);
    return format;
}

ss_status ss_file_list_begin(ss_manifest *manifest, ss_error *error)
{
    ss_status status = ss_manifest_set_int(manifest, FORMAT, SS_MANIFEST_FORMAT);
    if (status == SS_OK)
        status = ss_manifest_set_empty(manifest, FILES);
    return status == SS_OK ? SS_OK : ss_error_set(error, status, "cannot begin the list of files");
}

ss_status ss_file_list_add(ss_manifest *manifest, const char *name, const ss_model_file *file, ss_error *error)
{
    char path[ENTRY_ROOM], digest[DIGEST_TEXT];
    entry_path(name, "bytes", path);
    ss_status status = ss_manifest_set_int(manifest, path, (int64_t)ss_model_file_size(file));
    digest_text(file, digest);
    entry_path(name, "xxh3", path);
    if (status == SS_OK)
        status = ss_manifest_set_text(manifest, path, digest);
    return status == SS_OK ? SS_OK : ss_error_set(error, status, "cannot list %s", name);
}

ss_status ss_file_list_check(const ss_manifest *manifest, ss_error *error)
{
    int64_t format = format_of(manifest);
    ss_status status = SS_OK;
    if (format < 1 || format > SS_MANIFEST_FORMAT)
        status = ss_error_set(error, SS_E_UNSUPPORTED, "format %" PRId64 " of a manifest; this program knows 1 to %d",
                              format, SS_MANIFEST_FORMAT);
    else if (format > 1 && !ss_manifest_has_object(manifest, FILES))
        status = ss_error_set(error, SS_E_CORRUPT, "the manifest has no list of files");
    return status;
}

static ss_status differs(ss_error *error, const char *what, const char *found, const char *listed)
{
    ss_error_set(error, SS_E_CORRUPT, "its %s is not the one that the manifest lists", what);
    ss_error_found(error, found, strlen(found), listed);
    return SS_E_CORRUPT;
}

ss_status ss_file_list_compare(const ss_manifest *manifest, const char *name, const ss_model_file *file,
                               ss_error *error)
{
    char path[ENTRY_ROOM], digest[DIGEST_TEXT], size[24], listed_size[24];
    const char *listed;
    int64_t bytes;
    if (format_of(manifest) < 2)
        return SS_OK;
    entry_path(name, "bytes", path);
    bool is_listed = ss_manifest_int(manifest, path, &bytes);
    entry_path(name, "xxh3", path);
    if (!is_listed || !ss_manifest_text(manifest, path, &listed))
        return ss_error_set(error, SS_E_CORRUPT, "the manifest does not list this file");
    snprintf(size, sizeof size, "%" PRIu64, ss_model_file_size(file));
    snprintf(listed_size, sizeof listed_size, "%" PRId64, bytes);
    digest_text(file, digest);
    if (strcmp(size, listed_size) != 0)
        return differs(error, "size in bytes", size, listed_size);
    return strcmp(digest, listed) == 0 ? SS_OK : differs(error, "header's checksum", digest, listed);
}

typedef struct search {
    const char *folder;
    ss_error *error;
} search;

static ss_status expect_file(void *context, const char *name)
{
    char path[SS_PATH_MAX];
    const search *of = context;
    ss_status status = ss_file_join(path, sizeof path, of->folder, name, of->error);
    if (status != SS_OK || access(path, F_OK) == 0)
        return status;
    ss_error_set(of->error, SS_E_CORRUPT, "the manifest lists this file, but it is not there");
    ss_error_place(of->error, path, 0);
    return SS_E_CORRUPT;
}

ss_status ss_file_list_complete(const ss_manifest *manifest, const char *folder, ss_error *error)
{
    search of = {folder, error};
    return format_of(manifest) < 2 ? SS_OK : ss_manifest_each_object(manifest, FILES, expect_file, &of);
}
