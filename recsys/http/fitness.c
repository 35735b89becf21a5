#include "http/fitness.h"

#include <stddef.h>

#define MS          INT64_C(1000000)
#define ROOM_MAX    64u
#define RETURN_TIME (5000 * MS)  /* then it is up, however little it was asked */
#define UP_FOR_GOOD (10000 * MS) /* then the intervals of probing begin anew */
#define GOOD_PROBES 2u
#define RESEND      (10 * MS)   /* between attempts to send a probe */
#define LOOK_EVERY  (1000 * MS) /* a server that is not ejected is probed so often all the same */

const char *ss_fitness_state_name(ss_fitness_state state)
{
    static const char *const names[SS_FITNESS_STATES] = {"up", "returning", "ejected"};
    return (unsigned)state < SS_FITNESS_STATES ? names[state] : NULL;
}

static int64_t with_jitter(ss_fitness *fitness, int64_t interval)
{
    return (int64_t)((double)interval * (0.75 + ss_random_unit(&fitness->random) / 2));
}

static void begin_probe(ss_fitness *fitness, int64_t now)
{
    fitness->probing = true;
    fitness->probed = false;
    fitness->probe_began = fitness->probe_due = now;
}

void ss_fitness_init(ss_fitness *fitness, const ss_fitness_rules *rules, uint64_t seed, int64_t now)
{
    *fitness =
        (ss_fitness){.rules = *rules, .state = SS_FITNESS_EJECTED, .heard = now, .interval = rules->probe, .room = 1};
    ss_random_seed(&fitness->random, seed);
    begin_probe(fitness, now);
}

bool ss_fitness_allows(const ss_fitness *fitness, unsigned outstanding)
{
    if (fitness->suspect)
        return false;
    return fitness->state == SS_FITNESS_UP || (fitness->state == SS_FITNESS_RETURNING && outstanding < fitness->room);
}

/* ---- what happened ---- */

void ss_fitness_asked(ss_fitness *fitness, int64_t now)
{
    if (fitness->unanswered++ == 0)
        fitness->first_asked = now;
}

static void rise(ss_fitness *fitness, int64_t now)
{
    if (++fitness->good >= fitness->room) {
        fitness->room *= 2;
        fitness->good = 0;
    }
    if (fitness->room > ROOM_MAX || now - fitness->returned >= RETURN_TIME)
        fitness->state = SS_FITNESS_UP;
}

static void hear(ss_fitness *fitness, int64_t now)
{
    fitness->unanswered = 0;
    fitness->suspect = false;
    fitness->heard = now;
}

void ss_fitness_answered(ss_fitness *fitness, int64_t now)
{
    hear(fitness, now);
    fitness->failures = 0;
    if (fitness->state == SS_FITNESS_RETURNING)
        rise(fitness, now);
}

void ss_fitness_eject(ss_fitness *fitness, int64_t now)
{
    if (fitness->state == SS_FITNESS_EJECTED)
        return;
    if (now - fitness->returned >= UP_FOR_GOOD)
        fitness->interval = fitness->rules.probe;
    fitness->state = SS_FITNESS_EJECTED;
    fitness->failures = fitness->unanswered = fitness->good_probes = 0;
    fitness->probing = false;
    fitness->probe_due = now + with_jitter(fitness, fitness->interval);
}

bool ss_fitness_failed(ss_fitness *fitness, int64_t now)
{
    fitness->unanswered = 0;
    fitness->failures++;
    bool enough = fitness->failures >= fitness->rules.eject_after || fitness->state == SS_FITNESS_RETURNING;
    if (!enough || fitness->state == SS_FITNESS_EJECTED)
        return false;
    ss_fitness_eject(fitness, now);
    return true;
}

void ss_fitness_doubt(ss_fitness *fitness, int64_t now)
{
    if (fitness->state != SS_FITNESS_EJECTED && !fitness->probing)
        begin_probe(fitness, now);
}

void ss_fitness_suspect(ss_fitness *fitness, int64_t now)
{
    fitness->suspect = true;
    ss_fitness_doubt(fitness, now);
}

void ss_fitness_probe_sent(ss_fitness *fitness, int64_t now)
{
    fitness->probed = true;
    fitness->probe_due = now;
}

/* The next one is due after the interval, which grows. */
static void probe_failed(ss_fitness *fitness, int64_t now)
{
    int64_t longest = fitness->rules.probe_most;
    ss_fitness_eject(fitness, now);
    fitness->probing = false;
    fitness->good_probes = 0;
    fitness->probe_due = now + with_jitter(fitness, fitness->interval);
    fitness->interval = fitness->interval < longest / 2 ? fitness->interval * 2 : longest;
}

bool ss_fitness_probe_answered(ss_fitness *fitness, bool good, int64_t now)
{
    hear(fitness, now);
    if (!fitness->probing)
        return false;
    if (!good) {
        probe_failed(fitness, now);
        return false;
    }
    fitness->probing = false;
    if (fitness->state != SS_FITNESS_EJECTED)
        return false;
    fitness->probe_due = now + with_jitter(fitness, fitness->rules.probe / 4);
    if (++fitness->good_probes < GOOD_PROBES)
        return false;
    fitness->state = SS_FITNESS_RETURNING;
    fitness->room = 1;
    fitness->good = fitness->failures = fitness->unanswered = 0;
    fitness->returned = now;
    return true;
}

/* ---- what is to be done ---- */

static bool is_silent(const ss_fitness *fitness, int64_t now)
{
    return fitness->unanswered > 0 && now - fitness->first_asked >= fitness->rules.silent;
}

static ss_fitness_step go_on_probing(ss_fitness *fitness, int64_t now)
{
    if (now - fitness->probe_began >= fitness->rules.probe_patience) {
        fitness->probing = false;
        if (fitness->state != SS_FITNESS_EJECTED && fitness->probed && fitness->heard > fitness->probe_began)
            return SS_FITNESS_NOTHING; /* it answers, only not to this */
        probe_failed(fitness, now);
        return SS_FITNESS_GONE;
    }
    if (fitness->probed || now < fitness->probe_due)
        return SS_FITNESS_NOTHING;
    fitness->probe_due = now + RESEND;
    return SS_FITNESS_PROBE;
}

ss_fitness_step ss_fitness_next(ss_fitness *fitness, int64_t now)
{
    bool ejected = fitness->state == SS_FITNESS_EJECTED;
    bool strict = fitness->state == SS_FITNESS_RETURNING;
    if (!ejected && is_silent(fitness, now) && (strict || fitness->unanswered >= fitness->rules.eject_after)) {
        ss_fitness_eject(fitness, now);
        begin_probe(fitness, now);
        return SS_FITNESS_EJECT;
    }
    bool wanted =
        ejected ? now >= fitness->probe_due : is_silent(fitness, now) || now - fitness->probe_began >= LOOK_EVERY;
    if (!fitness->probing && wanted)
        begin_probe(fitness, now);
    return fitness->probing ? go_on_probing(fitness, now) : SS_FITNESS_NOTHING;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t ss_fitness_due(const ss_fitness *fitness)
{
    if (fitness->state == SS_FITNESS_EJECTED && !fitness->probing)
        return fitness->probe_due;
    int64_t due = INT64_MAX;
    if (fitness->probing) {
        due = fitness->probe_began + fitness->rules.probe_patience;
        if (!fitness->probed)
            due = earlier(due, fitness->probe_due);
    }
    if (fitness->state == SS_FITNESS_EJECTED)
        return due;
    /* While a probe is under way, silence ends in it or by further questions, which make a round of their own. */
    bool ripe = fitness->unanswered >= fitness->rules.eject_after || fitness->state == SS_FITNESS_RETURNING;
    if (fitness->unanswered > 0 && (!fitness->probing || ripe))
        due = earlier(due, fitness->first_asked + fitness->rules.silent);
    return fitness->probing ? due : earlier(due, fitness->probe_began + LOOK_EVERY);
}
