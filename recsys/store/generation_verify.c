#include "store/generation_verify.h"

#include "base/file.h"
#include "store/file_list.h"
#include "store/generation.h"
#include "store/items.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Dimensions that mean the same in every file of a generation. */
static const char *const shared_dimensions[] = {"items", "customers", "categories"};
#define SHARED_COUNT (sizeof shared_dimensions / sizeof *shared_dimensions)

typedef struct shared_size {
    uint64_t size;
    char file[64]; /* that gave it; empty: none yet */
} shared_size;

static ss_status compare_dimensions(const ss_model_file *file, const char *name, const char *path,
                                    shared_size sizes[SHARED_COUNT], ss_error *error)
{
    for (size_t i = 0; i < SHARED_COUNT; i++) {
        uint64_t size;
        if (!ss_model_file_dimension(file, shared_dimensions[i], &size))
            continue;
        if (sizes[i].file[0] && sizes[i].size != size) {
            ss_error_set(error, SS_E_CORRUPT, "%llu %s, but %llu in %s", (unsigned long long)size, shared_dimensions[i],
                         (unsigned long long)sizes[i].size, sizes[i].file);
            ss_error_place(error, path, 0);
            return SS_E_CORRUPT;
        }
        sizes[i].size = size;
        snprintf(sizes[i].file, sizeof sizes[i].file, "%s", name);
    }
    return SS_OK;
}

const ss_schema *ss_generation_schema(const ss_schema *const *schemas, const char *file_name)
{
    for (; *schemas; schemas++) {
        size_t size = strlen((*schemas)->kind);
        if (strncmp(file_name, (*schemas)->kind, size) == 0 && strcmp(file_name + size, SS_MODEL_FILE_SUFFIX) == 0)
            return *schemas;
    }
    return NULL;
}

typedef struct verification {
    const ss_schema *const *schemas;
    bool contents;         /* every byte, not only the headers */
    bool lists;            /* the manifest gets a list, and is not held against one */
    ss_manifest *manifest; /* owned; NULL: there is none */
    shared_size sizes[SHARED_COUNT];
} verification;

static ss_status list_or_compare(verification *run, const char *path, const char *name, const ss_model_file *file,
                                 ss_error *error)
{
    if (!run->manifest)
        return SS_OK;
    if (run->lists)
        return ss_file_list_add(run->manifest, name, file, error);
    ss_status status = ss_file_list_compare(run->manifest, name, file, error);
    if (status != SS_OK)
        ss_error_place(error, path, 0);
    return status;
}

static ss_status verify_file(void *context, const char *path, const char *name, ss_error *error)
{
    verification *run = context;
    ss_model_file *file = NULL;
    const ss_schema *schema = ss_generation_schema(run->schemas, name);
    ss_status status;
    if (!schema) {
        ss_error_set(error, SS_E_CORRUPT, "a model file of a kind that this program does not know");
        ss_error_place(error, path, 0);
        return SS_E_CORRUPT;
    }
    SS_TRY(ss_model_file_open(path, schema, &file, error));
    if (run->contents)
        SS_TRY(ss_model_file_verify(file, error));
    SS_TRY(compare_dimensions(file, name, path, run->sizes, error));
    status = list_or_compare(run, path, name, file, error);
out:
    ss_model_file_close(&file);
    return status;
}

static ss_status open_manifest(const char *folder, verification *run, ss_error *error)
{
    char path[SS_PATH_MAX];
    ss_status status = ss_manifest_read(folder, &run->manifest, error);
    if (status == SS_E_NOT_FOUND)
        return SS_OK;
    if (status != SS_OK)
        return status;
    if (run->lists)
        return ss_file_list_begin(run->manifest, error);
    status = ss_file_list_check(run->manifest, error);
    if (status != SS_OK && ss_file_join(path, sizeof path, folder, SS_MANIFEST_FILE, NULL) == SS_OK)
        ss_error_place(error, path, 0);
    return status;
}

static ss_status expect_items(const char *folder, const verification *run, ss_error *error)
{
    char items[SS_PATH_MAX];
    if (!ss_generation_schema(run->schemas, SS_ITEMS_FILE))
        return SS_OK;
    ss_status status = ss_file_join(items, sizeof items, folder, SS_ITEMS_FILE, error);
    if (status != SS_OK || access(items, F_OK) == 0)
        return status;
    ss_error_set(error, SS_E_NOT_FOUND, "the generation has no " SS_ITEMS_FILE);
    ss_error_place(error, folder, 0);
    return SS_E_NOT_FOUND;
}

static ss_status verify_folder(const char *path, verification *run, ss_error *error)
{
    ss_status status;
    SS_TRY(open_manifest(path, run, error));
    SS_TRY(ss_generation_each_file(path, verify_file, run, error));
    SS_TRY(expect_items(path, run, error));
    if (run->manifest && run->lists)
        status = ss_manifest_write(run->manifest, path, error);
    else if (run->manifest)
        status = ss_file_list_complete(run->manifest, path, error);
out:
    ss_manifest_free(&run->manifest);
    return status;
}

ss_status ss_generation_verify(const char *path, const ss_schema *const *schemas, ss_error *error)
{
    verification run = {.schemas = schemas, .contents = true};
    return verify_folder(path, &run, error);
}

ss_status ss_generation_check(const char *path, const ss_schema *const *schemas, ss_error *error)
{
    verification run = {.schemas = schemas};
    return verify_folder(path, &run, error);
}

ss_status ss_generation_verify_and_list(const char *path, const ss_schema *const *schemas, ss_error *error)
{
    verification run = {.schemas = schemas, .contents = true, .lists = true};
    return verify_folder(path, &run, error);
}
