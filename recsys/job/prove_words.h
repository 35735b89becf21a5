/*
 * prove_words.h: the verdicts of a proof (prove.h), in words for a person who reads them at night. Stateless.
 */
#ifndef SS_JOB_PROVE_WORDS_H
#define SS_JOB_PROVE_WORDS_H

#include "job/prove.h"

typedef struct ss_prove_findings {
    const ss_proof *proof;
    const ss_prove_options *options;
    const ss_model_options *served, *candidate; /* served: NULL where nothing is */
    double quality[SS_TASK_COUNT];              /* mean score on the first cut of what is served, or of the candidate */
    double quality_high[SS_TASK_COUNT];         /* upper end of its interval */
} ss_prove_findings;

/* Adds "prove.options", and of each task "prove.TASK" and "quality.TASK". SS_E_NOMEM. */
ss_status ss_prove_tell(const ss_prove_findings *findings, ss_checks *checks, ss_error *error);

#endif
