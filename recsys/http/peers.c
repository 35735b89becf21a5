#include "http/peers.h"

bool ss_peers_send(ss_peers *peers, uint32_t number, ss_errand *errand, int64_t now)
{
    ss_peer *to = &peers->all[number];
    if (!ss_peer_send(to, (ss_slice){errand->message.data, errand->message.size}))
        return false;
    if (errand->tried == 0) {
        errand->first = number;
        errand->sent = now;
    }
    if (!ss_errand_awaits(errand, number))
        ss_peer_set_outstanding(to, to->outstanding + 1);
    errand->awaited |= ss_errand_bit(number);
    errand->tried |= ss_errand_bit(number);
    if (ss_way_reads(&errand->way))
        ss_fitness_asked(&to->fitness, now);
    ss_count(&to->counts->asked);
    return true;
}

bool ss_peers_send_least_bad(ss_peers *peers, ss_errand *errand, int64_t now)
{
    uint32_t refused = errand->tried;
    for (;;) {
        uint32_t best = SS_PEERS_NOBODY;
        for (uint32_t i = 0; i < peers->count; i++)
            if (!(refused & ss_errand_bit(i)) &&
                (best == SS_PEERS_NOBODY || peers->all[i].fitness.heard > peers->all[best].fitness.heard))
                best = i;
        if (best == SS_PEERS_NOBODY)
            return false;
        if (ss_peers_send(peers, best, errand, now))
            return true;
        refused |= ss_errand_bit(best);
    }
}

void ss_peers_settle(ss_peers *peers, uint32_t number, ss_errand *errand)
{
    if (!ss_errand_awaits(errand, number))
        return;
    errand->awaited &= ~ss_errand_bit(number);
    ss_peer_set_outstanding(&peers->all[number], peers->all[number].outstanding - 1);
}

void ss_peers_settle_all(ss_peers *peers, ss_errand *errand)
{
    for (uint32_t i = 0; i < peers->count; i++)
        ss_peers_settle(peers, i, errand);
}

/* Is nobody who is fit going to answer it? Then who returns is asked more than they would be otherwise. */
static bool is_pressed(const ss_peers *peers, const ss_errand *errand)
{
    for (uint32_t i = 0; i < peers->count; i++)
        if (ss_errand_awaits(errand, i) && ss_peer_is_fit(&peers->all[i]))
            return false;
    return true;
}

/* The fit server with the fewest outstanding that the errand was not sent to; of several, another one each time. */
static uint32_t choose_of(ss_peers *peers, const ss_errand *errand, bool (*fits)(const ss_peer *peer))
{
    uint32_t best = SS_PEERS_NOBODY, home = errand->way.home;
    if (errand->way.kind == SS_WAY_PREFER && !(errand->tried & ss_errand_bit(home)) && fits(&peers->all[home]))
        return home;
    peers->turn++;
    for (uint32_t i = 0; i < peers->count; i++) {
        uint32_t number = (peers->turn + i) % peers->count;
        const ss_peer *to = &peers->all[number];
        if ((errand->tried & ss_errand_bit(number)) || !fits(to))
            continue;
        if (best == SS_PEERS_NOBODY || to->outstanding < peers->all[best].outstanding)
            best = number;
    }
    return best;
}

uint32_t ss_peers_choose(ss_peers *peers, const ss_errand *errand)
{
    uint32_t best = choose_of(peers, errand, ss_peer_may_be_asked);
    return best == SS_PEERS_NOBODY && is_pressed(peers, errand) ? choose_of(peers, errand, ss_peer_is_fit) : best;
}
