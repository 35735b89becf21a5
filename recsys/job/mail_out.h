/*
 * mail_out.h: where lists go: one file for all, a file for each list in a folder, or standard output; and those held out
 * apart, so that nobody writes to them by mistake: in FOLDER/holdout.csv or beside the file, as NAME.holdout.csv; on
 * standard output they are left out. Files are made aside and appear together, each whole. One thread.
 */
#ifndef SS_JOB_MAIL_OUT_H
#define SS_JOB_MAIL_OUT_H

#include "job/mail_rows.h"

typedef struct ss_mail_out ss_mail_out;

/* With the columns' names in each file. `holdout`: some are held out. SS_E_IO, SS_E_NOMEM. Caller owns the result. */
ss_status ss_mail_out_open(const char *path, ss_mail_format format, size_t products, const ss_mail_kind *kinds,
                           size_t kind_count, bool holdout, ss_mail_out **out, ss_error *error);
void ss_mail_out_abandon(ss_mail_out **out); /* nothing is left; accepts NULL */

ss_status ss_mail_out_write(ss_mail_out *out, ss_mail_kind kind, bool held_out, ss_slice rows, ss_error *error);

/* Everything that was written leaves memory. */
ss_status ss_mail_out_flush(ss_mail_out *out, ss_error *error);

/* All files, flushed, take their places; frees `out` in any case. */
ss_status ss_mail_out_publish(ss_mail_out **out, ss_error *error);

#endif
