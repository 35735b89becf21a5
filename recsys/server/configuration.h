/*
 * configuration.h: the configuration file of a running server, read again at each reload. What its sections are is the
 * program's affair: it hands the server a reader. Safe from any thread.
 */
#ifndef SS_SERVER_CONFIGURATION_H
#define SS_SERVER_CONFIGURATION_H

#include "base/logline.h"
#include "offers/policy.h"
#include "shelf/shelf_settings.h"

/* Reads a file: all of its mistakes into the list; the caller owns the shelves' settings and the policy of offers, set
 * only on success. */
typedef ss_status (*ss_configuration_reader)(const char *path, ss_mistakes *mistakes, ss_shelf_settings **shelves,
                                             ss_policy **policy, ss_error *error);

typedef struct ss_configuration {
    const char *path; /* NULL: the server has no file, and the next three members are not looked at */
    ss_configuration_reader read;
    ss_shelf_settings *shelves; /* of the file as it was read at the start; borrowed */
    ss_policy *policy;          /* likewise */
    /* What else is read anew with each reload, whether there is a file or not: called first, by the loader's thread. NULL: nothing. */
    void (*also)(void *context);
    void *context;
} ss_configuration;

/* Reads the file anew, with a log line for each mistake and warning. Errors are the reader's. */
ss_status ss_configuration_read(const ss_configuration *configuration, const ss_logger *logger,
                                ss_shelf_settings **shelves, ss_policy **policy, ss_error *error);

#endif
