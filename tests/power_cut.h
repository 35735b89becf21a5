/*
 * power_cut.h: what a disk may hold after the power has failed, told from what power_cut_layer.c wrote down.
 *
 * What was synced is there. Of what was not, each sector of 512 bytes has any of the contents that it was given since
 * (a sector is written whole or not), and a new name is there from the sync of its folder on, or earlier; until then
 * a file that was renamed may have either name, or none. A name that was removed is taken to be gone at once.
 */
#ifndef SS_TESTS_POWER_CUT_H
#define SS_TESTS_POWER_CUT_H

#include "power_cut_journal.h"

#include "base/file.h"
#include "base/random.h"
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT_SECTOR     512u
#define CUT_FILES_MAX  16
#define CUT_NAME_MAX   64
#define CUT_FILE_LIMIT (256u << 20)

/* What becomes of writes that no sync followed. */
typedef enum cut_mode { CUT_LOSE_ALL, CUT_KEEP_ALL, CUT_KEEP_SOME, CUT_TEAR, CUT_MODES } cut_mode;

typedef struct cut_journal {
    ss_buffer bytes;
    size_t *records; /* where each begins; owned */
    size_t count;
} cut_journal;

/* Must not fail: aborts, as all of this does when it cannot do its work. */
static inline void cut_journal_read(const char *path, cut_journal *journal)
{
    size_t at = 0, capacity = 0;
    memset(journal, 0, sizeof *journal);
    ss_buffer_init(&journal->bytes, (size_t)1 << 32);
    if (ss_file_read(path, (size_t)1 << 32, &journal->bytes, NULL) != SS_OK)
        abort();
    while (journal->bytes.size - at >= sizeof(cut_record)) {
        cut_record record;
        memcpy(&record, journal->bytes.data + at, sizeof record);
        if (record.size > journal->bytes.size - at - sizeof record)
            return;
        if (journal->count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            journal->records = realloc(journal->records, capacity * sizeof *journal->records);
        }
        if (!journal->records)
            abort();
        journal->records[journal->count++] = at;
        at += sizeof record + record.size;
    }
}

static inline void cut_journal_release(cut_journal *journal)
{
    ss_buffer_release(&journal->bytes);
    free(journal->records);
    journal->records = NULL;
}

/* One record; `data` receives where its bytes are. */
static inline cut_record cut_journal_at(const cut_journal *journal, size_t index, const char **data)
{
    cut_record record;
    memcpy(&record, journal->bytes.data + journal->records[index], sizeof record);
    *data = journal->bytes.data + journal->records[index] + sizeof record;
    return record;
}

/* A write that no sync has followed. */
typedef struct cut_write {
    const char *data; /* NULL: the file grew to `at` bytes */
    uint64_t at, size;
    bool forced; /* is on the disk all the same */
} cut_write;

typedef struct cut_file {
    char name[CUT_NAME_MAX];
    char former[CUT_NAME_MAX]; /* its name before, or "" */
    bool gone, named;          /* its name was removed; is on the disk */
    char *bytes;               /* what is on the disk for sure; owned */
    size_t size, capacity;
    cut_write *writes; /* owned */
    size_t write_count, write_capacity;
} cut_file;

typedef struct cut_disk {
    cut_file files[CUT_FILES_MAX];
    size_t count;
    const char *unknown;       /* what the layer could not follow, or NULL */
    uint64_t notes[CUT_NOTES]; /* the largest of each */
} cut_disk;

static inline void cut_file_reserve(cut_file *file, size_t size)
{
    if (size > CUT_FILE_LIMIT)
        abort();
    if (size > file->capacity) {
        file->bytes = realloc(file->bytes, 2 * size);
        if (!file->bytes)
            abort();
        memset(file->bytes + file->capacity, 0, 2 * size - file->capacity);
        file->capacity = 2 * size;
    }
    if (size > file->size)
        file->size = size;
}

static inline cut_file *cut_find(cut_disk *disk, uint64_t name)
{
    for (size_t i = 0; i < disk->count; i++)
        if (!disk->files[i].gone && cut_hash(disk->files[i].name) == name)
            return &disk->files[i];
    return NULL;
}

static inline cut_file *cut_add(cut_disk *disk, const char *name, bool named)
{
    if (disk->count == CUT_FILES_MAX || strlen(name) >= CUT_NAME_MAX)
        abort();
    cut_file *file = &disk->files[disk->count++];
    strcpy(file->name, name);
    file->named = named;
    return file;
}

/* A file that was there before the journal began. */
static inline void cut_load(cut_disk *disk, const char *base, const char *name)
{
    char path[1024];
    ss_buffer bytes;
    cut_file *file = cut_add(disk, name, true);
    ss_buffer_init(&bytes, CUT_FILE_LIMIT);
    snprintf(path, sizeof path, "%s/%s", base, name);
    if (ss_file_read(path, CUT_FILE_LIMIT, &bytes, NULL) != SS_OK)
        abort();
    cut_file_reserve(file, bytes.size);
    memcpy(file->bytes, bytes.data, bytes.size);
    ss_buffer_release(&bytes);
}

/* All of them but the locks. */
static inline void cut_load_all(cut_disk *disk, const char *base)
{
    DIR *folder = opendir(base);
    if (!folder)
        abort();
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && !cut_is_lock(entry->d_name))
            cut_load(disk, base, entry->d_name);
    closedir(folder);
}

static inline void cut_push(cut_file *file, cut_write write)
{
    if (file->write_count == file->write_capacity) {
        file->write_capacity = file->write_capacity ? 2 * file->write_capacity : 64;
        file->writes = realloc(file->writes, file->write_capacity * sizeof *file->writes);
        if (!file->writes)
            abort();
    }
    file->writes[file->write_count++] = write;
}

static inline void cut_apply(cut_file *file, const cut_write *write, uint64_t from, uint64_t to)
{
    cut_file_reserve(file, (size_t)to);
    if (write->data)
        memcpy(file->bytes + from, write->data + (from - write->at), (size_t)(to - from));
}

static inline void cut_sync(cut_file *file)
{
    for (size_t i = 0; i < file->write_count; i++)
        cut_apply(file, &file->writes[i], file->writes[i].at, file->writes[i].at + file->writes[i].size);
    file->write_count = 0;
}

/* How many of the first `count` writes reached this sector, or (whole writes) whether write `index` was kept. */
static inline bool cut_keeps(cut_mode mode, uint64_t seed, const cut_file *file, size_t index, uint64_t sector)
{
    uint64_t name = cut_hash(file->name);
    switch (mode) {
    case CUT_KEEP_ALL:
        return true;
    case CUT_KEEP_SOME:
        return ss_random_mix(seed ^ name ^ ss_random_mix(index)) % 2;
    case CUT_TEAR:
        return index < ss_random_mix(seed ^ name ^ ss_random_mix(~sector)) % (file->write_count + 1);
    default:
        return false;
    }
}

/* The power fails: from here on `bytes` is all there is. */
static inline void cut_settle(cut_file *file, cut_mode mode, uint64_t seed)
{
    for (size_t i = 0; i < file->write_count; i++) {
        const cut_write *write = &file->writes[i];
        uint64_t end = write->at + write->size;
        if (!write->data && cut_keeps(mode, seed, file, i, write->at / CUT_SECTOR))
            cut_apply(file, write, write->at, write->at);
        for (uint64_t from = write->at, to; write->data && from < end; from = to) {
            to = (from / CUT_SECTOR + 1) * CUT_SECTOR;
            to = to < end ? to : end;
            if (write->forced || cut_keeps(mode, seed, file, i, from / CUT_SECTOR))
                cut_apply(file, write, from, to);
        }
    }
    file->write_count = 0;
}

static inline void cut_rename(cut_disk *disk, cut_file *file, const char *name)
{
    if (cut_find(disk, cut_hash(name)) || strlen(name) >= CUT_NAME_MAX) {
        disk->unknown = "a name over another";
        return;
    }
    memcpy(file->former, file->name, CUT_NAME_MAX);
    strcpy(file->name, name);
    file->named = false;
}

static inline void cut_take(cut_disk *disk, const cut_record *record, const char *data)
{
    cut_file *file = cut_find(disk, record->name);
    switch (record->kind) {
    case CUT_OPEN:
        break;
    case CUT_CREATE:
        cut_add(disk, data, false);
        break;
    case CUT_NOTE:
        if (record->at > disk->notes[record->name])
            disk->notes[record->name] = record->at;
        break;
    case CUT_SYNC_FOLDER:
        for (size_t i = 0; i < disk->count; i++)
            disk->files[i].named = true;
        break;
    case CUT_UNKNOWN:
        disk->unknown = data;
        break;
    case CUT_WRITE:
        cut_push(file, (cut_write){data, record->at, record->size, false});
        break;
    case CUT_GROW:
        cut_push(file, (cut_write){NULL, record->at, 0, false});
        break;
    case CUT_SYNC:
        cut_sync(file);
        break;
    case CUT_SYNC_LAST:
        file->writes[file->write_count - 1].forced = true;
        break;
    case CUT_RENAME:
        cut_rename(disk, file, data);
        break;
    case CUT_UNLINK:
        file->gone = true;
        break;
    default:
        abort();
    }
}

/* What is in the files of locks after a crash is nobody's business: noise. */
static inline void cut_write_noise(const char *image, uint64_t seed)
{
    char path[1024], noise[8192];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)ss_random_mix(seed + i);
    snprintf(path, sizeof path, "%s/lock.mdb", image);
    if (seed % 2 && ss_file_write_atomic(path, noise, sizeof noise, NULL) != SS_OK)
        abort();
}

static inline void cut_write_files(cut_disk *disk, const char *image, cut_mode mode, uint64_t seed)
{
    for (size_t i = 0; i < disk->count; i++) {
        char path[1024];
        cut_file *file = &disk->files[i];
        cut_settle(file, mode, seed);
        uint64_t luck = mode == CUT_LOSE_ALL ? 3 : mode == CUT_KEEP_ALL ? 0 : ss_random_mix(seed + i);
        bool renamed = file->named || luck % 2 == 0,
             there = !file->gone && (renamed || (*file->former && luck % 4 == 1));
        snprintf(path, sizeof path, "%s/%s", image, renamed ? file->name : file->former);
        if (there && ss_file_write_atomic(path, file->bytes, file->size, NULL) != SS_OK)
            abort();
        free(file->bytes);
        free(file->writes);
    }
    cut_write_noise(image, seed);
}

/*
 * The power failed before record `end` of the journal: writes what the folder then holds into the empty folder `image`.
 * `base`: what it held when the journal began. notes[] become the largest of each until then, where larger than they
 * were. Returns what the layer could not follow, or NULL.
 */
static inline const char *cut_power(const cut_journal *journal, size_t end, const char *base, const char *image,
                                    cut_mode mode, uint64_t seed, uint64_t notes[CUT_NOTES])
{
    cut_disk disk;
    memset(&disk, 0, sizeof disk);
    cut_load_all(&disk, base);
    for (size_t i = 0; i < end; i++) {
        const char *data;
        cut_record record = cut_journal_at(journal, i, &data);
        cut_take(&disk, &record, data);
    }
    cut_write_files(&disk, image, mode, seed);
    for (unsigned n = 0; n < CUT_NOTES; n++)
        notes[n] = disk.notes[n] > notes[n] ? disk.notes[n] : notes[n];
    return disk.unknown;
}

#endif
