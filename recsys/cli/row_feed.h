/*
 * row_feed.h: rows of files told to a server in batches: events, items' changes. Reads any of the log's formats, maps
 * their columns, says on standard error which line is wrong and why, and goes on. One thread.
 */
#ifndef SS_CLI_ROW_FEED_H
#define SS_CLI_ROW_FEED_H

#include "cli/command.h"
#include "client/smartshelf.h"
#include "log/column_map.h"

#define SS_FEED_FIELDS_MAX 16u

typedef struct ss_row_feed ss_row_feed;

/* What a subcommand tells, as a table of its columns and functions. */
typedef struct ss_feed_kind {
    const char *phase;      /* of the progress: "send events" */
    const ss_field *fields; /* at most SS_FEED_FIELDS_MAX */
    size_t field_count;
    size_t required; /* the field that must have a column */
    /* Makes the row at hand (ss_row_feed_text, …) the row number `at` of the batch. False: see ss_row_feed_refuse. */
    bool (*take)(void *context, ss_row_feed *feed, size_t at);
    /* Sends the first `count` rows of the batch. */
    smartshelf_status (*send)(void *context, size_t count, smartshelf_answer *answer);
    void *context;
} ss_feed_kind;

typedef struct ss_feed_counts {
    uint64_t rows, bad;                 /* read; that could not be understood */
    uint64_t stored, repeated, refused; /* as the server says */
    uint64_t unknown;                   /* changes of items that its generation does not know */
} ss_feed_counts;

/* SS_E_NOMEM. `kind` is borrowed. */
ss_status ss_row_feed_new(const ss_feed_kind *kind, ss_row_feed **feed, ss_error *error);
void ss_row_feed_free(ss_row_feed **feed);

/*
 * All rows of the files, in batches of at most SMARTSHELF_CHANGES_MAX. Errors of reading, of the server, and
 * SS_E_CANCELLED: what was sent before stays. `columns`: as of ss_column_map_make. `place`: the server, for errors.
 */
ss_status ss_row_feed_files(ss_row_feed *feed, const ss_texts *files, const char *columns, const char *place,
                            const ss_cli *cli, ss_error *error);

/* One row whose fields come from options: texts[field], NULL: none. A mistake is an SS_E_ARGUMENT. */
ss_status ss_row_feed_one(ss_row_feed *feed, const char *const *texts, const char *place, ss_error *error);

const ss_feed_counts *ss_row_feed_counts(const ss_row_feed *feed);

/* SS_E_BAD_INPUT when rows were bad or refused, else SS_OK. */
ss_status ss_row_feed_verdict(const ss_row_feed *feed, ss_error *error);

/* ---- for `take`: the row at hand ---- */

ss_slice ss_row_feed_field(const ss_row_feed *feed, size_t field); /* without blanks around it; empty: none */

/* NULL where the field is empty; else a copy that stays until the batch is sent. */
const char *ss_row_feed_text(ss_row_feed *feed, size_t field);

/* Keeps `text` as long as that. NULL: out of memory. */
const char *ss_row_feed_keep(ss_row_feed *feed, ss_slice text);

/* Says that the row is wrong, and why. Returns false. */
bool ss_row_feed_refuse(ss_row_feed *feed, size_t field, const char *message, const char *expected);

/* A number for the row that depends on its file's name, its line and what it says. */
void ss_row_feed_identity(const ss_row_feed *feed, char text[33]);

#endif
