/* inspect.c: one tree of JSON is collected; it is printed as it is, or as lines. */
#include "store/inspect.h"
#include "store/generation.h"
#include "store/manifest.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct inspection {
    const ss_schema *const *schemas;
    bool verify;
    json_t *report;   /* owned */
    json_t *files;    /* owned */
    ss_status status; /* of the first broken file */
    ss_error *error;  /* of the same */
} inspection;

/* ---- collecting ---- */

/* Takes ownership of `value`; NULL counts as out of memory. */
static ss_status put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0 ? SS_OK : SS_E_NOMEM;
}

/* Names of files need not be UTF-8, nor fit to be printed. */
static ss_status put_printable(json_t *object, const char *key, const char *text)
{
    char printable[SS_PATH_MAX];
    ss_slice_printable(ss_slice_of(text), printable, sizeof printable);
    return put(object, key, json_string(printable));
}

static json_t *describe_shape(const ss_tensor *tensor)
{
    const uint64_t *shape = tensor->shape;
    return tensor->rank == 0   ? json_array()
           : tensor->rank == 1 ? json_pack("[I]", (json_int_t)shape[0])
                               : json_pack("[I, I]", (json_int_t)shape[0], (json_int_t)shape[1]);
}

static ss_status describe_tensors(json_t *entry, const ss_model_file *file)
{
    json_t *tensors = json_array();
    ss_status status = put(entry, "tensors", tensors);
    for (size_t i = 0; status == SS_OK && i < ss_model_file_tensor_count(file); i++) {
        const ss_tensor *tensor = ss_model_file_tensor_at(file, i);
        json_t *described =
            json_pack("{s:s, s:s, s:o, s:I}", "name", tensor->name, "dtype", ss_dtype_name(tensor->dtype), "shape",
                      describe_shape(tensor), "bytes", (json_int_t)(tensor->count * ss_dtype_size(tensor->dtype)));
        status = json_array_append_new(tensors, described) == 0 ? SS_OK : SS_E_NOMEM;
    }
    return status;
}

static ss_status put_metadata(void *context, const char *key, const char *value)
{
    return put(context, key, json_string(value));
}

static ss_status describe_file(json_t *entry, const ss_model_file *file)
{
    json_t *metadata = json_object();
    ss_status status;
    SS_TRY(put(entry, "bytes", json_integer((json_int_t)ss_model_file_size(file))));
    SS_TRY(put(entry, "metadata", metadata));
    SS_TRY(ss_model_file_each_metadata(file, put_metadata, metadata));
    SS_TRY(describe_tensors(entry, file));
out:
    return status;
}

/* The report goes on; the first problem becomes that of the whole. */
static ss_status note_problem(inspection *run, json_t *entry, const ss_error *problem)
{
    char text[1024];
    ss_error_format(problem, text, sizeof text);
    if (run->status == SS_OK) {
        run->status = problem->status;
        if (run->error)
            *run->error = *problem;
    }
    return put(entry, "error", json_string(text));
}

/* Opens by the schema or, where the file does not keep to it, by the format alone, so that it can be shown. */
static ss_status open_somehow(inspection *run, const char *path, const char *name, ss_model_file **file,
                              ss_error *problem)
{
    const ss_schema *schema = ss_generation_schema(run->schemas, name);
    ss_status status = ss_model_file_open(path, schema, file, problem);
    if (status != SS_OK && schema)
        ss_model_file_open(path, NULL, file, NULL);
    if (status == SS_OK && !schema && run->verify) {
        status = ss_error_set(problem, SS_E_CORRUPT, "a model file of a kind that this program does not know");
        ss_error_place(problem, path, 0);
    }
    return status;
}

static ss_status inspect_file(void *context, const char *path, const char *name, ss_error *error)
{
    inspection *run = context;
    ss_error problem = {0};
    ss_model_file *file = NULL;
    json_t *entry = json_object();
    ss_status status;
    if (json_array_append_new(run->files, entry) != 0)
        return SS_E_NOMEM;
    SS_TRY(put_printable(entry, "file", name));
    ss_status state = open_somehow(run, path, name, &file, &problem);
    if (file)
        SS_TRY(describe_file(entry, file));
    if (state == SS_OK && run->verify)
        state = ss_model_file_verify(file, &problem);
    if (state == SS_E_NOMEM)
        status = ss_error_nomem(error);
    else if (state != SS_OK)
        status = note_problem(run, entry, &problem);
    else if (run->verify)
        status = put(entry, "verified", json_true());
out:
    ss_model_file_close(&file);
    return status;
}

static ss_status inspect_manifest(inspection *run, const char *folder)
{
    ss_error problem;
    ss_manifest *manifest = NULL;
    ss_buffer text;
    ss_buffer_init(&text, 2 * SS_MANIFEST_MAX);
    ss_status status = ss_manifest_read(folder, &manifest, &problem);
    if (status == SS_E_NOT_FOUND) {
        status = SS_OK;
    } else if (status != SS_OK && status != SS_E_NOMEM) {
        status = note_problem(run, run->report, &problem);
    } else if (status == SS_OK && (status = ss_manifest_render(manifest, &text)) == SS_OK) {
        status = put(run->report, "manifest", json_loadb(text.data, text.size, 0, NULL));
    }
    ss_manifest_free(&manifest);
    ss_buffer_release(&text);
    return status;
}

static ss_status inspect_generation(inspection *run, const char *folder, const char *name)
{
    ss_error problem;
    ss_status status;
    SS_TRY(put_printable(run->report, "generation", name));
    SS_TRY(put_printable(run->report, "path", folder));
    SS_TRY(inspect_manifest(run, folder));
    SS_TRY(put(run->report, "files", json_incref(run->files)));
    SS_TRY(ss_generation_each_file(folder, inspect_file, run, run->error));
    if (run->verify && run->status == SS_OK && ss_generation_check(folder, run->schemas, &problem) != SS_OK)
        SS_TRY(note_problem(run, run->report, &problem));
out:
    return status;
}

static ss_status collect(inspection *run, const char *path, const char *generation)
{
    char folder[SS_PATH_MAX], name[SS_GENERATION_NAME_MAX];
    struct stat info;
    if (!run->report || !run->files)
        return SS_E_NOMEM;
    if (stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
        const char *slash = strrchr(path, '/');
        ss_status status = put(run->report, "files", json_incref(run->files));
        return status == SS_OK ? inspect_file(run, path, slash ? slash + 1 : path, run->error) : status;
    }
    ss_status status = ss_generation_resolve(path, generation, folder, name, run->error);
    return status == SS_OK ? inspect_generation(run, folder, name) : status;
}

/* ---- as lines ---- */

static const char *text_of(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : otherwise;
}

static long long number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* "name.of.the.value" and its JSON, objects entered. */
static ss_status print_values(ss_buffer *out, const json_t *object, const char *prefix)
{
    const char *key;
    json_t *value;
    char name[256];
    ss_status status = SS_OK;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        snprintf(name, sizeof name, "%s%s%s", prefix, prefix[0] ? "." : "", key);
        if (json_is_object(value)) {
            SS_TRY(print_values(out, value, name));
            continue;
        }
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(6));
        if (!text)
            return SS_E_NOMEM;
        status = ss_buffer_printf(out, "  %-40s %s\n", name, text);
        free(text);
        SS_TRY(status);
    }
out:
    return status;
}

static ss_status print_tensors(ss_buffer *out, const json_t *tensors)
{
    size_t index;
    json_t *tensor;
    ss_status status = SS_OK;
    json_array_foreach((json_t *)(uintptr_t)tensors, index, tensor)
    {
        const json_t *shape = json_object_get(tensor, "shape");
        char text[64] = "";
        for (size_t i = 0, used = 0; i < json_array_size(shape) && used < sizeof text; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%lld", i ? " x " : "",
                                     (long long)json_integer_value(json_array_get(shape, i)));
        SS_TRY(ss_buffer_printf(out, "  %-40s %-4s %20s %16lld bytes\n", text_of(tensor, "name", ""),
                                text_of(tensor, "dtype", ""), text, number_of(tensor, "bytes")));
    }
out:
    return status;
}

static ss_status print_file(ss_buffer *out, const json_t *file)
{
    const json_t *metadata = json_object_get(file, "metadata");
    ss_status status;
    SS_TRY(ss_buffer_printf(out, "%s: %lld bytes, kind %s, version %s", text_of(file, "file", ""),
                            number_of(file, "bytes"), text_of(metadata, "kind", "unknown"),
                            text_of(metadata, "version", "unknown")));
    SS_TRY(ss_buffer_append_text(out, json_is_true(json_object_get(file, "verified")) ? ": ok\n" : "\n"));
    if (json_object_get(file, "error"))
        SS_TRY(ss_buffer_printf(out, "  error: %s\n", text_of(file, "error", "")));
    SS_TRY(print_values(out, metadata, ""));
    SS_TRY(print_tensors(out, json_object_get(file, "tensors")));
out:
    return status;
}

static ss_status print_report(ss_buffer *out, const json_t *report)
{
    size_t index;
    json_t *file;
    ss_status status = SS_OK;
    if (json_object_get(report, "generation"))
        SS_TRY(ss_buffer_printf(out, "generation %s\n%s\n", text_of(report, "generation", ""),
                                text_of(report, "path", "")));
    if (json_object_get(report, "manifest"))
        SS_TRY(ss_buffer_append_text(out, SS_MANIFEST_FILE "\n"));
    SS_TRY(print_values(out, json_object_get(report, "manifest"), ""));
    json_array_foreach(json_object_get(report, "files"), index, file) SS_TRY(print_file(out, file));
    if (json_object_get(report, "error"))
        SS_TRY(ss_buffer_printf(out, "error: %s\n", text_of(report, "error", "")));
out:
    return status;
}

/* ---- as JSON ---- */

static ss_status print_json(ss_buffer *out, const json_t *report)
{
    char *text = json_dumps(report, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
    if (!text)
        return SS_E_NOMEM;
    ss_status status = ss_buffer_append_text(out, text);
    free(text);
    return status == SS_OK ? ss_buffer_append(out, "\n", 1) : status;
}

ss_status ss_inspect(const char *path, const ss_schema *const *schemas, const ss_inspect_options *options,
                     ss_buffer *out, ss_error *error)
{
    inspection run = {.schemas = schemas, .verify = options->verify, .error = error};
    run.report = json_object();
    run.files = json_array();
    ss_status status = collect(&run, path, options->generation);
    if (status == SS_OK)
        status = options->json ? print_json(out, run.report) : print_report(out, run.report);
    if (status == SS_E_NOMEM)
        ss_error_nomem(error);
    else if (status == SS_E_LIMIT && run.status == SS_OK)
        ss_error_set(error, SS_E_LIMIT, "the report is longer than %zu bytes", out->ceiling);
    json_decref(run.report);
    json_decref(run.files);
    return status == SS_OK ? run.status : status;
}
