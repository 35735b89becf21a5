#include "job/mail_out.h"

#include "base/file.h"
#include "base/memory.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_SIZE (256u << 10)
#define HOLDOUT    SS_MAIL_KINDS /* index of that file */
#define FILES      (SS_MAIL_KINDS + 1u)

typedef struct sink {
    ss_buffer text;
    ss_file_draft *draft; /* NULL: standard output */
} sink;

struct ss_mail_out {
    sink sinks[FILES];
    size_t count;
    size_t of_kind[FILES]; /* which sink; SIZE_MAX: none */
};

static bool is_folder(const char *path)
{
    struct stat about;
    size_t size = strlen(path);
    return (size > 0 && path[size - 1] == '/') || (stat(path, &about) == 0 && S_ISDIR(about.st_mode));
}

static const char *ending(ss_mail_format format)
{
    return format == SS_MAIL_CSV ? "csv" : "ndjson";
}

/* A sink for one of the lists (or those held out); path NULL: standard output. */
static ss_status add_sink(ss_mail_out *out, const char *path, size_t which, ss_error *error)
{
    sink *new = &out->sinks[out->count];
    ss_buffer_init(&new->text, SIZE_MAX / 2);
    if (path) {
        ss_status status = ss_file_draft_begin(path, &new->draft, error);
        if (status != SS_OK)
            return status;
    }
    out->of_kind[which] = out->count++;
    return SS_OK;
}

static ss_status open_folder(ss_mail_out *out, const char *folder, ss_mail_format format, const ss_mail_kind *kinds,
                             size_t kind_count, bool holdout, ss_error *error)
{
    char path[PATH_MAX], name[64];
    ss_status status = ss_file_make_folders(folder, error);
    for (size_t i = 0; i < kind_count + (holdout ? 1 : 0) && status == SS_OK; i++) {
        snprintf(name, sizeof name, "%s.%s", i < kind_count ? ss_mail_kind_name(kinds[i]) : "holdout", ending(format));
        status = ss_file_join(path, sizeof path, folder, name, error);
        if (status == SS_OK)
            status = add_sink(out, path, i < kind_count ? kinds[i] : HOLDOUT, error);
    }
    return status;
}

/* lists.csv → lists.holdout.csv */
static ss_status holdout_beside(const char *path, char *beside, size_t size, ss_error *error)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t stem = dot && dot > (slash ? slash + 1 : path) ? (size_t)(dot - path) : strlen(path);
    int used = snprintf(beside, size, "%.*s.holdout%s", (int)stem, path, path + stem);
    return used >= 0 && (size_t)used < size ? SS_OK : ss_error_set(error, SS_E_LIMIT, "%s: too long a name", path);
}

static ss_status open_file(ss_mail_out *out, const char *path, const ss_mail_kind *kinds, size_t kind_count,
                           bool holdout, ss_error *error)
{
    char beside[PATH_MAX];
    bool standard = strcmp(path, "-") == 0;
    ss_status status = add_sink(out, standard ? NULL : path, kinds[0], error);
    for (size_t i = 1; i < kind_count; i++)
        out->of_kind[kinds[i]] = 0;
    if (status != SS_OK || standard || !holdout)
        return status;
    status = holdout_beside(path, beside, sizeof beside, error);
    return status == SS_OK ? add_sink(out, beside, HOLDOUT, error) : status;
}

ss_status ss_mail_out_open(const char *path, ss_mail_format format, size_t products, const ss_mail_kind *kinds,
                           size_t kind_count, bool holdout, ss_mail_out **out, ss_error *error)
{
    ss_mail_out *new = ss_array_zeroed(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    for (size_t i = 0; i < FILES; i++)
        new->of_kind[i] = SIZE_MAX;
    ss_status status = is_folder(path) ? open_folder(new, path, format, kinds, kind_count, holdout, error)
                                       : open_file(new, path, kinds, kind_count, holdout, error);
    for (size_t i = 0; i < new->count &&status == SS_OK; i++)
        if (ss_mail_rows_header(format, products, &new->sinks[i].text) != SS_OK)
            status = ss_error_nomem(error);
    if (status == SS_OK)
        *out = new;
    else
        ss_mail_out_abandon(&new);
    return status;
}

void ss_mail_out_abandon(ss_mail_out **out)
{
    ss_mail_out *old = *out;
    *out = NULL;
    if (!old)
        return;
    for (size_t i = 0; i < FILES; i++) {
        ss_buffer_release(&old->sinks[i].text);
        ss_file_draft_abandon(&old->sinks[i].draft);
    }
    free(old);
}

static ss_status flush(sink *of, ss_error *error)
{
    ss_status status = of->draft
                           ? ss_file_draft_write(of->draft, of->text.data, of->text.size, error)
                           : ss_file_write_all(STDOUT_FILENO, "standard output", of->text.data, of->text.size, error);
    ss_buffer_clear(&of->text);
    return status;
}

ss_status ss_mail_out_write(ss_mail_out *out, ss_mail_kind kind, bool held_out, ss_slice rows, ss_error *error)
{
    size_t which = out->of_kind[held_out ? HOLDOUT : kind];
    if (which == SIZE_MAX)
        return SS_OK;
    sink *to = &out->sinks[which];
    if (ss_buffer_append(&to->text, rows.data, rows.size) != SS_OK)
        return ss_error_nomem(error);
    return to->text.size >= FLUSH_SIZE ? flush(to, error) : SS_OK;
}

ss_status ss_mail_out_flush(ss_mail_out *out, ss_error *error)
{
    ss_status status = SS_OK;
    for (size_t i = 0; i < out->count && status == SS_OK; i++)
        status = flush(&out->sinks[i], error);
    return status;
}

ss_status ss_mail_out_publish(ss_mail_out **out, ss_error *error)
{
    ss_mail_out *old = *out;
    ss_status status = SS_OK;
    for (size_t i = 0; i < old->count && status == SS_OK; i++)
        if (old->sinks[i].draft)
            status = ss_file_draft_publish(&old->sinks[i].draft, error);
    ss_mail_out_abandon(out);
    return status;
}
