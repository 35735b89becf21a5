#include "server/visitor_known.h"

#include "base/timestamp.h"

/* What was bought until they asked is told no more: when that was, or SS_NO_TIME: they did not ask. */
static ss_status find_silence(const ss_forgotten *forgotten, ss_slice customer_id, int64_t *silence, ss_error *error)
{
    ss_forgotten_customer customer;
    ss_status status = ss_forgotten_find(forgotten, customer_id, &customer, error);
    *silence = status == SS_OK ? customer.time : SS_NO_TIME;
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

/* In a log without times nobody knows what came later. */
static bool is_told(const ss_snapshot *snapshot, int64_t time, int64_t silence)
{
    return silence == SS_NO_TIME || (snapshot->has_times && time > silence);
}

/* Keeps the newest; of equal times the one that comes first. */
static void tell(ss_visitor_known *known, uint32_t place, size_t most)
{
    const int64_t *times = known->history.times;
    size_t at = known->told_count;
    while (at > 0 && times[known->told[at - 1]] < times[place])
        at--;
    if (at == most)
        return;
    size_t kept = known->told_count < most ? known->told_count : most - 1;
    memmove(&known->told[at + 1], &known->told[at], (kept - at) * sizeof *known->told);
    known->told[at] = place;
    known->told_count = kept + 1;
}

static void gather_history(const ss_snapshot *snapshot, uint32_t customer, size_t most, int64_t silence,
                           ss_visitor_known *known)
{
    known->history = ss_customers_history(&snapshot->customers, customer);
    for (size_t i = 0; i < known->history.count; i++) {
        if (!is_told(snapshot, known->history.times[i], silence))
            continue;
        known->history_count++;
        tell(known, (uint32_t)i, most);
    }
}

static uint32_t find_customer(const ss_snapshot *snapshot, ss_slice customer_id)
{
    if (!snapshot->has_customers || customer_id.size == 0)
        return SS_NONE;
    return ss_strings_find(&snapshot->customers.ids, customer_id);
}

static ss_status gather_customer(const ss_visitor_sources *from, const ss_visitor_call *call, int64_t now,
                                 ss_visitor_known *known, ss_error *error)
{
    int64_t silence;
    const ss_snapshot *snapshot = from->catalogue->snapshot;
    uint32_t customer = find_customer(snapshot, call->customer_id);
    ss_status status = find_silence(from->forgotten, call->customer_id, &silence, error);
    if (status != SS_OK)
        return status;
    if (customer != SS_NONE)
        gather_history(snapshot, customer, call->limit, silence, known);
    bool silent = silence != SS_NO_TIME && known->history_count == 0;
    const ss_audience audience = ss_audience_of(snapshot, silent ? (ss_slice){"", 0} : call->customer_id,
                                                &known->visit.session, &known->visit.customer, now);
    known->segments = audience.segments;
    known->affinity = audience.affinity;
    known->has_facts = snapshot->has_segments && customer < snapshot->segments.customer_count && !silent;
    if (known->has_facts)
        known->facts = ss_segments_facts(&snapshot->segments, customer);
    return SS_OK;
}

ss_status ss_visitor_known_gather(const ss_visitor_sources *from, const ss_visitor_call *call, int64_t now,
                                  ss_visitor_known *known, ss_error *error)
{
    ss_request request = ss_request_empty();
    request.session_id = call->session_id;
    request.customer_id = call->customer_id;
    request.now = now;
    known->history = (ss_history){0};
    known->told_count = known->history_count = 0;
    ss_visit_init(&known->visit, from->catalogue, from->visitors);
    ss_visit_look_up(&known->visit, &request);
    ss_status status = ss_parties_read(from->ledger, call->session_id, call->customer_id, &known->parties, error);
    return status == SS_OK ? gather_customer(from, call, now, known, error) : status;
}
