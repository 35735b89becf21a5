#include "http/reads.h"

#define UNPAID     2 /* a second try that the purse has nothing for comes after the request's time / this */
#define MS         INT64_C(1000000)
#define SHORTEST   (1 * MS) /* wait before another server is asked too; */
#define HOME_LEAST (5 * MS) /* of who is known at home and not elsewhere */

/* A visitor's, that was asked at their home. */
static bool is_at_home(const ss_errand *errand)
{
    return errand->way.kind == SS_WAY_PREFER && errand->tried != 0 && errand->first == errand->way.home;
}

static ss_patience *patience_with(ss_reads *reads, const ss_errand *errand)
{
    return is_at_home(errand) ? &reads->home_patience : &reads->patience;
}

void ss_reads_init(ss_reads *reads, ss_peers *peers, ss_errands *errands, ss_gateway_counts *counts, int64_t second_try)
{
    *reads = (ss_reads){.peers = peers, .errands = errands, .counts = counts, .second_try = second_try};
    ss_patience_init(&reads->patience, SHORTEST, second_try);
    ss_patience_init(&reads->home_patience, HOME_LEAST, second_try);
}

void ss_reads_begin(ss_reads *reads, ss_errand *errand, int64_t now)
{
    ss_reads_ask(reads, errand, now);
    ss_patience_earn(patience_with(reads, errand));
}

void ss_reads_ask(ss_reads *reads, ss_errand *errand, int64_t now)
{
    int64_t due = errand->deadline;
    uint32_t number;
    bool sent = false;
    while (!sent && (number = ss_peers_choose(reads->peers, errand)) != SS_PEERS_NOBODY)
        sent = ss_peers_send(reads->peers, number, errand, now);
    if (!sent && errand->awaited == 0)
        sent = ss_peers_send_least_bad(reads->peers, errand, now);
    int64_t wait = ss_patience_wait(patience_with(reads, errand));
    if (sent && now + wait < due)
        due = now + wait;
    if (errand->awaited == 0)
        ss_count(&reads->counts->waited);
    ss_errands_wake(reads->errands, errand, due);
}

/*
 * Until when a visitor's home is waited for: until it has said nothing for longer than its answers take, at most `second_try`.
 * While it answers others it is worth the wait: elsewhere nothing is known of the visitor.
 */
static int64_t home_due(const ss_reads *reads, const ss_errand *errand, int64_t latest)
{
    int64_t heard = reads->peers->all[errand->first].fitness.heard;
    int64_t due = (heard > errand->sent ? heard : errand->sent) + ss_patience_wait(&reads->home_patience);
    return due < latest ? due : latest;
}

/* False: another server is to be asked. */
static bool waits_for_home(ss_reads *reads, const ss_errand *errand, int64_t now)
{
    ss_peer *home = &reads->peers->all[errand->first];
    if (!is_at_home(errand) || errand->awaited != ss_errand_bit(errand->first) || !ss_peer_is_fit(home))
        return false;
    int64_t latest = errand->sent + reads->second_try, due = home_due(reads, errand, latest);
    if (now < due)
        ss_errands_wake(reads->errands, errand, due);
    else if (due < latest)
        ss_fitness_suspect(&home->fitness, now);
    return now < due;
}

void ss_reads_look_after(ss_reads *reads, ss_errand *errand, int64_t now)
{
    int64_t patient = errand->began + (errand->deadline - errand->began) / UNPAID;
    if (waits_for_home(reads, errand, now))
        return;
    if (!errand->slow && errand->way.kind == SS_WAY_ANY)
        ss_patience_exceeded(&reads->patience);
    errand->slow = true;
    if (now < patient && !ss_patience_spend(patience_with(reads, errand))) {
        ss_errands_wake(reads->errands, errand, patient);
        return;
    }
    uint32_t tried = errand->tried;
    ss_reads_ask(reads, errand, now);
    if (errand->tried != tried)
        ss_count(&reads->counts->second_tries);
}

/* Late ones too: what never comes is no measure of what does. */
void ss_reads_heard(ss_reads *reads, const ss_errand *errand, uint32_t number, int64_t now)
{
    if (is_at_home(errand) && number == errand->first)
        ss_patience_answered(&reads->home_patience, now - errand->sent);
}

void ss_reads_answered(ss_reads *reads, const ss_errand *errand, uint32_t number, int64_t now)
{
    if (errand->way.kind == SS_WAY_ANY && number == errand->first && !errand->slow)
        ss_patience_answered(&reads->patience, now - errand->sent);
}
