#include "offers/parties.h"

#include "base/timestamp.h"

ss_status ss_parties_read(ss_offer_ledger *ledger, ss_slice session_id, ss_slice customer_id, ss_parties *parties,
                          ss_error *error)
{
    ss_status status = SS_OK;
    memset(parties->known, 0, sizeof parties->known);
    parties->ids[SS_PARTY_SESSION] = session_id;
    parties->ids[SS_PARTY_CUSTOMER] = customer_id;
    for (unsigned kind = 0; kind < SS_PARTIES; kind++)
        if (parties->ids[kind].size > 0)
            SS_TRY(
                ss_offer_ledger_party(ledger, (ss_offer_party)kind, parties->ids[kind], &parties->known[kind], error));
out:
    return status;
}

/* ---- what may be done ---- */

static bool within(int64_t time, int64_t span, int64_t now)
{
    return time > 0 && span > 0 && now - time < span;
}

/* A customer without session is one as long as they come again within a day. */
static uint32_t shows_of(const ss_parties *parties, int64_t now)
{
    if (parties->ids[SS_PARTY_SESSION].size > 0)
        return parties->known[SS_PARTY_SESSION].shows;
    const ss_party *customer = &parties->known[SS_PARTY_CUSTOMER];
    return within(customer->latest, SS_DAY, now) ? customer->shows : 0;
}

ss_verdict ss_parties_ask(const ss_parties *parties, const ss_guards *guards, int64_t now)
{
    if (guards->shows_max > 0 && shows_of(parties, now) >= guards->shows_max)
        return SS_VERDICT_SHOWS;
    for (unsigned kind = 0; kind < SS_PARTIES; kind++)
        if (within(parties->known[kind].dismissed, guards->cool_dismissed, now) ||
            within(parties->known[kind].bought, guards->cool_bought, now))
            return SS_VERDICT_COOLING;
    return SS_VERDICT_SHOWN;
}

bool ss_parties_used_up(const ss_parties *parties, const ss_guards *guards, int64_t now)
{
    for (unsigned kind = 0; kind < SS_PARTIES && guards->uses_max > 0; kind++) {
        int64_t uses = 0;
        for (uint32_t i = 0; i < parties->known[kind].use_count; i++)
            uses += within(parties->known[kind].uses[i], guards->uses_period, now);
        if (uses >= guards->uses_max)
            return true;
    }
    return false;
}

/* ---- open decisions ---- */

static uint32_t place_of(const uint64_t *numbers, size_t count, uint64_t number)
{
    uint32_t place = 0;
    while (place < count && numbers[place] != number)
        place++;
    return place;
}

size_t ss_parties_open(const ss_parties *parties, uint64_t numbers[SS_PARTIES_OPEN_MAX])
{
    size_t count = 0;
    for (unsigned kind = 0; kind < SS_PARTIES; kind++)
        for (uint32_t i = 0; i < parties->known[kind].open_count; i++)
            if (place_of(numbers, count, parties->known[kind].open[i]) == count)
                numbers[count++] = parties->known[kind].open[i];
    return count;
}

void ss_parties_close(ss_parties *parties, uint64_t number)
{
    for (unsigned kind = 0; kind < SS_PARTIES; kind++) {
        ss_party *party = &parties->known[kind];
        uint32_t place = place_of(party->open, party->open_count, number);
        if (place == party->open_count)
            continue;
        memmove(&party->open[place], &party->open[place + 1], (--party->open_count - place) * sizeof *party->open);
    }
}

bool ss_parties_full(const ss_parties *parties)
{
    for (unsigned kind = 0; kind < SS_PARTIES; kind++)
        if (parties->known[kind].open_count >= SS_PARTY_OPEN_MAX)
            return true;
    return false;
}

/* ---- changing ---- */

void ss_parties_decided(ss_parties *parties, uint64_t number, bool showed, int64_t now)
{
    for (unsigned kind = 0; kind < SS_PARTIES; kind++) {
        ss_party *party = &parties->known[kind];
        if (kind == SS_PARTY_CUSTOMER && !within(party->latest, SS_DAY, now))
            party->shows = 0;
        party->shows += showed;
        party->open[party->open_count++] = number;
    }
}

ss_status ss_parties_keep(ss_offer_ledger *ledger, ss_parties *parties, int64_t now, ss_error *error)
{
    ss_status status = SS_OK;
    for (unsigned kind = 0; kind < SS_PARTIES; kind++) {
        if (parties->ids[kind].size == 0)
            continue;
        parties->known[kind].latest = now;
        SS_TRY(
            ss_offer_ledger_keep_party(ledger, (ss_offer_party)kind, parties->ids[kind], &parties->known[kind], error));
    }
out:
    return status;
}
