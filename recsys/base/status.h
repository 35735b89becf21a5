/*
 * status.h: what a function that can fail returns, and the details of what went wrong.
 *
 * Every function that can fail returns an ss_status (0 is success) and takes an optional, caller-owned ss_error which
 * it fills only on failure. There is no global and no thread-local error state: two threads with two ss_error
 * never meet. Passing NULL for the error is always allowed.
 */
#ifndef SS_BASE_STATUS_H
#define SS_BASE_STATUS_H

#include <stddef.h>
#include <stdint.h>

/* The values are part of the interface (exit codes, protocol, logs) and are never renumbered. */
typedef enum ss_status {
    SS_OK = 0,
    SS_E_NOMEM = 1,       /* an allocation failed */
    SS_E_IO = 2,          /* the system refused: see os_errno */
    SS_E_FORMAT = 3,      /* input that cannot be parsed */
    SS_E_RANGE = 4,       /* a value outside its allowed range */
    SS_E_ARGUMENT = 5,    /* a wrong option or parameter */
    SS_E_NOT_FOUND = 6,   /* a file, item, customer, generation that is not there */
    SS_E_CORRUPT = 7,     /* a model file that breaks its own rules */
    SS_E_LIMIT = 8,       /* a named maximum was exceeded */
    SS_E_UNSUPPORTED = 9, /* well-formed, but not something this program does */
    SS_E_BUSY = 10,       /* somebody else holds it */
    SS_E_NETWORK = 11,    /* a socket could not be bound, reached or answered in time */
    SS_E_ACCESS = 12,     /* not allowed */
    SS_E_CANCELLED = 13,  /* stopped on request */
    SS_E_BAD_INPUT = 14,  /* more bad rows than allowed */
    SS_E_SHUTTING_DOWN = 15,
    SS_STATUS_COUNT
} ss_status;

/* The name of a status ("not_found"): total, never NULL, also for values outside the enumeration ("unknown"). */
const char *ss_status_name(ss_status status);

#define SS_ERROR_TEXT_MAX 256

/*
 * Where and what. A text member is empty, and a number 0, where it does not apply. Texts that come from outside are
 * cut to fit and made printable.
 */
typedef struct ss_error {
    ss_status status;
    int os_errno;    /* errno of the failed system call, or 0 */
    uint64_t line;   /* 1-based line (or row) in `where`, or 0 */
    uint64_t offset; /* byte offset in `where`; only meaningful with has_offset */
    int has_offset;
    char where[SS_ERROR_TEXT_MAX]; /* file, endpoint, option: the place */
    char field[64];                /* column, tensor, parameter */
    char found[96];
    char expected[160];
    char message[SS_ERROR_TEXT_MAX];
} ss_error;

/* Clears `error` and sets status and message. Returns `status`, so that `return ss_error_set(...)` reads well. */
ss_status ss_error_set(ss_error *error, ss_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As ss_error_set with SS_E_IO, and keeps the value of errno at the call. */
ss_status ss_error_io(ss_error *error, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* SS_E_NOMEM with a fixed message. */
ss_status ss_error_nomem(ss_error *error);

/* Add detail to an error that ss_error_set has filled; each accepts a NULL error and NULL texts. */
void ss_error_place(ss_error *error, const char *where, uint64_t line);
void ss_error_offset(ss_error *error, uint64_t offset);
void ss_error_field(ss_error *error, const char *field);
void ss_error_found(ss_error *error, const char *found, size_t found_size, const char *expected);

/*
 * One line for people: `PLACE:LINE: MESSAGE (FIELD: found 'X', expected Y): REASON OF THE SYSTEM`, without a newline;
 * an offset stands as `PLACE, byte N: `. Always terminates `text` when size > 0.
 */
void ss_error_format(const ss_error *error, char *text, size_t size);

/* Runs EXPR; on failure keeps it in the local `status` and jumps to the local label `out`. */
#define SS_TRY(EXPR)                                                                                                   \
    do {                                                                                                               \
        status = (EXPR);                                                                                               \
        if (status != SS_OK)                                                                                           \
            goto out;                                                                                                  \
    } while (0)

#endif
