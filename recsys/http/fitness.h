/*
 * fitness.h: is a server fit to be asked? It is judged by what it does: answers, silence, failures; one that is not is
 * ejected, probed at growing intervals, and taken back little by little.
 *
 * | state | asked | leaves it |
 * |---|---|---|
 * | up | as any | silence or failures: ejected |
 * | returning | at most `room` questions at once, as long as another is fit; it doubles with as many good answers | at 64, or after five seconds: up; silence or one failure: ejected |
 * | ejected | by probes alone (`health`) | two good probes in a row: returning |
 *
 * Silence: nothing has come since `eject_after` questions were sent, the first of them `silent` ago; or a probe was not
 * answered in time. One unanswered question is reason enough for a probe; there is one every second in any case. A failure is a reply that
 * is none, or that says that the server cannot (internal). Who is suspected of silence, because nothing has come for longer than
 * its answers take, is passed over as long as another is fit, and probed at once; any good answer clears it. Probes of an ejected server come after `probe`, then twice as
 * long each time, at most `probe_most`, a quarter more or less at random, so that many gateways do not ask in step. Who was up for
 * less than ten seconds goes on where the intervals had been.
 *
 * It neither sends nor waits: the caller tells what happened and does what ss_fitness_next says. Times are nanoseconds of
 * ss_clock_monotonic(). A plain value; one thread.
 */
#ifndef SS_HTTP_FITNESS_H
#define SS_HTTP_FITNESS_H

#include "base/random.h"
#include <stdbool.h>
#include <stdint.h>

typedef enum ss_fitness_state {
    SS_FITNESS_UP,
    SS_FITNESS_RETURNING,
    SS_FITNESS_EJECTED,
    SS_FITNESS_STATES
} ss_fitness_state;
const char *ss_fitness_state_name(ss_fitness_state state); /* "up"; NULL outside */

typedef struct ss_fitness_rules {
    int64_t silent;            /* without an answer so long */
    unsigned eject_after;      /* questions unanswered, or failures in a row, 1 and above */
    int64_t probe, probe_most; /* intervals of probing, the first and the longest */
    int64_t probe_patience;    /* for the answer to one */
} ss_fitness_rules;

typedef struct ss_fitness {
    ss_fitness_rules rules;
    ss_random random;
    ss_fitness_state state;
    unsigned unanswered;  /* questions since the last answer; */
    int64_t first_asked;  /* the first of them */
    int64_t heard;        /* the last answer */
    bool suspect;         /* of silence, since then */
    unsigned failures;    /* in a row */
    unsigned room, good;  /* returning: questions at once, good answers towards the double */
    unsigned good_probes; /* ejected: in a row */
    bool probing, probed; /* a probe is to be answered; and has been sent */
    int64_t probe_began;  /* then */
    int64_t probe_due;    /* ejected: the next one */
    int64_t interval;     /* until the next one after that */
    int64_t returned;     /* since when it is no longer ejected */
} ss_fitness;

/* It begins ejected, with a probe due at once. */
void ss_fitness_init(ss_fitness *fitness, const ss_fitness_rules *rules, uint64_t seed, int64_t now);

/* May it be asked, with so many questions outstanding? */
bool ss_fitness_allows(const ss_fitness *fitness, unsigned outstanding);

/* ---- what happened ---- */

void ss_fitness_asked(ss_fitness *fitness, int64_t now);    /* a question that is answered from memory was sent */
void ss_fitness_answered(ss_fitness *fitness, int64_t now); /* a good reply came */
bool ss_fitness_failed(ss_fitness *fitness, int64_t now);   /* a bad one; true: it is ejected for it now */
void ss_fitness_eject(ss_fitness *fitness, int64_t now);    /* it cannot be reached, or stops */

/* An answer to something that takes its time is overdue: is the server there? */
void ss_fitness_doubt(ss_fitness *fitness, int64_t now);

/* It owes an answer, and has said nothing for longer than its answers take. */
void ss_fitness_suspect(ss_fitness *fitness, int64_t now);

/* The probe went out. And: it was answered, well or not; true: the server returns now. */
void ss_fitness_probe_sent(ss_fitness *fitness, int64_t now);
bool ss_fitness_probe_answered(ss_fitness *fitness, bool good, int64_t now);

/* ---- what is to be done ---- */

typedef enum ss_fitness_step {
    SS_FITNESS_NOTHING,
    SS_FITNESS_PROBE, /* send a probe, and say so when it has gone out */
    SS_FITNESS_EJECT, /* it is ejected now, for silence: ask others; it may only be slow: its connection stays for the probe */
    SS_FITNESS_GONE /* a probe was not answered: it is ejected, and nothing is to be expected of the connection any more */
} ss_fitness_step;

/* To be called until it says nothing, whenever it is due. */
ss_fitness_step ss_fitness_next(ss_fitness *fitness, int64_t now);
int64_t ss_fitness_due(const ss_fitness *fitness);

#endif
