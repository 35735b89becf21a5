#include "job/simulate_write.h"

#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)1 << 20)

/* ---- files ---- */

static void write_out(ss_sim_file *file)
{
    const char *data = file->buffer;
    while (data < file->at && !file->os_errno) {
        ssize_t wrote = write(file->fd, data, (size_t)(file->at - data));
        if (wrote >= 0) {
            data += wrote;
            file->bytes += (uint64_t)wrote;
        } else if (errno != EINTR) {
            file->os_errno = errno;
        }
    }
    file->at = file->buffer;
}

void ss_sim_file_make_room(ss_sim_file *file)
{
    write_out(file);
}

static ss_status check(const ss_sim_file *file, ss_error *error)
{
    if (!file->os_errno)
        return SS_OK;
    errno = file->os_errno;
    return ss_error_io(error, file->aside, "cannot write");
}

ss_status ss_sim_file_flush(ss_sim_file *file, ss_error *error)
{
    write_out(file);
    return check(file, error);
}

static ss_status open_file(ss_sim_file *file, const char *folder, const char *name, bool overwrite, ss_error *error)
{
    ss_status status = ss_file_join(file->path, sizeof file->path, folder, name, error);
    if (status != SS_OK)
        return status;
    if ((size_t)snprintf(file->aside, sizeof file->aside, "%s.partial", file->path) >= sizeof file->aside)
        return ss_error_set(error, SS_E_LIMIT, "path too long");
    if (!overwrite && access(file->path, F_OK) == 0) {
        status = ss_error_set(error, SS_E_ARGUMENT, "is there already: choose another folder, or overwrite");
        ss_error_place(error, file->path, 0);
        return status;
    }
    file->buffer = malloc(BUFFER_SIZE);
    if (!file->buffer)
        return ss_error_nomem(error);
    file->at = file->buffer;
    file->limit = file->buffer + BUFFER_SIZE - SS_SIM_ROW_MAX;
    file->fd = open(file->aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return file->fd < 0 ? ss_error_io(error, file->aside, "cannot create") : SS_OK;
}

static ss_status finish_file(ss_sim_file *file, ss_error *error)
{
    ss_status status = ss_sim_file_flush(file, error);
    if (status != SS_OK)
        return status;
    if (fsync(file->fd) != 0)
        return ss_error_io(error, file->aside, "cannot flush to disk");
    int fd = file->fd;
    file->fd = -1;
    return close(fd) != 0 ? ss_error_io(error, file->aside, "cannot close") : SS_OK;
}

static void release_file(ss_sim_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->buffer);
    *file = (ss_sim_file){.fd = -1};
}

/* ---- the folder ---- */

static ss_status make_folder(ss_sim_folder *folder, ss_error *error)
{
    struct stat info;
    folder->created = mkdir(folder->path, 0755) == 0;
    if (!folder->created && errno != EEXIST)
        return ss_error_io(error, folder->path, "cannot create the folder");
    if (stat(folder->path, &info) != 0)
        return ss_error_io(error, folder->path, "cannot open the folder");
    if (!S_ISDIR(info.st_mode)) {
        errno = ENOTDIR;
        return ss_error_io(error, folder->path, "cannot write into it");
    }
    return SS_OK;
}

ss_status ss_sim_folder_open(ss_sim_folder *folder, const char *path, const char *const *names, size_t count,
                             bool overwrite, ss_error *error)
{
    ss_status status = SS_OK;
    *folder = (ss_sim_folder){.path = path};
    SS_TRY(make_folder(folder, error));
    for (size_t i = 0; i < count; i++) {
        folder->files[i] = (ss_sim_file){.fd = -1};
        folder->count = i + 1;
        SS_TRY(open_file(&folder->files[i], path, names[i], overwrite, error));
    }
out:
    if (status != SS_OK)
        ss_sim_folder_abandon(folder);
    return status;
}

ss_status ss_sim_folder_publish(ss_sim_folder *folder, ss_error *error)
{
    ss_status status = SS_OK;
    for (size_t i = 0; i < folder->count; i++)
        SS_TRY(finish_file(&folder->files[i], error));
    for (size_t i = 0; i < folder->count; i++)
        if (rename(folder->files[i].aside, folder->files[i].path) != 0)
            return ss_error_io(error, folder->files[i].path, "cannot give the file its name");
    SS_TRY(ss_file_sync_folder(folder->path, error));
    for (size_t i = 0; i < folder->count; i++)
        release_file(&folder->files[i]);
    *folder = (ss_sim_folder){0};
out:
    return status;
}

void ss_sim_folder_abandon(ss_sim_folder *folder)
{
    int saved = errno;
    for (size_t i = 0; i < folder->count; i++) {
        if (folder->files[i].buffer)
            unlink(folder->files[i].aside);
        release_file(&folder->files[i]);
    }
    if (folder->created)
        rmdir(folder->path);
    *folder = (ss_sim_folder){0};
    errno = saved;
}

/* ---- fields ---- */

void ss_sim_put_number(ss_sim_file *file, uint64_t number)
{
    char digits[20];
    size_t begin = sizeof digits;
    do {
        digits[--begin] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    ss_sim_put(file, digits + begin, sizeof digits - begin);
}

void ss_sim_put_money(ss_sim_file *file, uint32_t cents)
{
    ss_sim_put_number(file, cents / 100);
    ss_sim_put_char(file, '.');
    ss_sim_put_char(file, (char)('0' + cents / 10 % 10));
    ss_sim_put_char(file, (char)('0' + cents % 10));
}

void ss_sim_put_real(ss_sim_file *file, double value)
{
    uint64_t scaled = (uint64_t)(value * 10000 + .5);
    ss_sim_put_number(file, scaled / 10000);
    ss_sim_put_char(file, '.');
    for (uint64_t unit = 1000; unit; unit /= 10)
        ss_sim_put_char(file, (char)('0' + scaled / unit % 10));
}

void ss_sim_put_quoted(ss_sim_file *file, ss_slice text)
{
    if (!ss_slice_needs_quotes(text)) {
        ss_sim_put(file, text.data, text.size);
        return;
    }
    ss_sim_put_char(file, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            ss_sim_put_char(file, '"');
        ss_sim_put_char(file, text.data[i]);
    }
    ss_sim_put_char(file, '"');
}
