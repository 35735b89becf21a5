#include "http/changes.h"

#define REPEAT_FIRST 8 /* a change is repeated after its time / this, then twice as long */

void ss_changes_ask(ss_changes *changes, ss_errand *errand, int64_t now)
{
    int64_t due = errand->deadline;
    if (!ss_peer_is_fit(&changes->peers->all[errand->way.home]) ||
        !ss_peers_send(changes->peers, errand->way.home, errand, now)) {
        ss_changes_wait(changes, errand);
        return;
    }
    int64_t wait = (changes->time / REPEAT_FIRST) << errand->repeats;
    if (errand->way.again && now + wait < due)
        due = now + wait;
    ss_errands_wake(changes->errands, errand, due);
}

void ss_changes_wait(ss_changes *changes, ss_errand *errand)
{
    ss_count(&changes->counts->waited);
    ss_errands_wake(changes->errands, errand, errand->deadline);
}

void ss_changes_look_after(ss_changes *changes, ss_errand *errand, int64_t now)
{
    ss_peer *home = &changes->peers->all[errand->way.home];
    ss_fitness_doubt(&home->fitness, now);
    if (home->fitness.state == SS_FITNESS_EJECTED) {
        ss_errands_wake(changes->errands, errand, errand->deadline);
        return;
    }
    errand->repeats++;
    ss_count(&changes->counts->repeats);
    ss_changes_ask(changes, errand, now);
}
