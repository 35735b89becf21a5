/*
 * power_cut_journal.h: what power_cut_layer.c writes down and power_cut.h reads: records, each with `size` bytes behind
 * it; texts end in NUL. The last record may be cut short.
 */
#ifndef SS_TESTS_POWER_CUT_JOURNAL_H
#define SS_TESTS_POWER_CUT_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define CUT_PARTS_MAX 1024 /* of one write */

#define CUT_NOTES 2

enum {
    CUT_OPEN = 1,    /* a file that was there; its name follows */
    CUT_CREATE,      /* a new one; its name follows */
    CUT_WRITE,       /* the bytes, at `at` */
    CUT_GROW,        /* to `at` bytes */
    CUT_SYNC,        /* all writes to that file so far are on the disk */
    CUT_SYNC_LAST,   /* the last one is: O_DSYNC */
    CUT_SYNC_FOLDER, /* the names are */
    CUT_RENAME,      /* to the name that follows */
    CUT_UNLINK,
    CUT_NOTE,   /* `at` is a number of the program's own, `name` (0 to CUT_NOTES - 1) what it says */
    CUT_UNKNOWN /* something that this cannot follow; what it was follows */
};

typedef struct cut_record {
    uint32_t kind, unused;
    uint64_t name; /* cut_hash of the name of the file */
    uint64_t at, size;
} cut_record;

/* FNV-1a; never 0 for the few names of a folder. */
static inline uint64_t cut_hash(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return hash;
}

/* Files that hold nothing but locks: what a crash leaves in them is made anew. */
static inline bool cut_is_lock(const char *name)
{
    size_t size = strlen(name);
    return strcmp(name, "lock.mdb") == 0 || strcmp(name, "writer") == 0 ||
           (size > 5 && strcmp(name + size - 5, "-lock") == 0);
}

#endif
