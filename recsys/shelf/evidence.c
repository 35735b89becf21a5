#include "shelf/evidence.h"

ss_reason ss_evidence_pair(const ss_snapshot *snapshot, const ss_shelf *shelf, ss_source source, uint32_t because,
                           const ss_neighbours *list, size_t entry)
{
    ss_relation relation = SS_RELATED;
    ss_reason reason = {.model = source, .because = because};
    if (list->customers[entry] < shelf->evidence_customers || !ss_source_relation(source, &relation))
        return reason;
    reason.pairs = list->pairs[entry];
    reason.customers = list->customers[entry];
    reason.lift =
        ss_cooccurrence_lift(&snapshot->cooccurrence, relation, because, list->items[entry], list->pairs[entry]);
    return reason;
}

ss_reason ss_evidence_of_pair(const ss_snapshot *snapshot, const ss_shelf *shelf, ss_source source, uint32_t because,
                              uint32_t item)
{
    ss_relation relation;
    if (because == SS_NONE || !ss_source_relation(source, &relation))
        return (ss_reason){.model = source, .because = SS_NONE};
    ss_neighbours list = ss_cooccurrence_neighbours(&snapshot->cooccurrence, relation, because);
    for (size_t entry = 0; entry < list.count; entry++)
        if (list.items[entry] == item)
            return ss_evidence_pair(snapshot, shelf, source, because, &list, entry);
    return (ss_reason){.model = source, .because = SS_NONE};
}

ss_reason ss_evidence_alternative(const ss_shelf *shelf, uint32_t because, const ss_alternatives_list *list,
                                  size_t entry)
{
    bool enough = list->customers[entry] >= shelf->evidence_customers;
    return (ss_reason){.model = SS_SOURCE_ALTERNATIVES,
                       .because = because,
                       .sessions = enough ? list->sessions[entry] : 0,
                       .similarity = list->similarity[entry]};
}

ss_reason ss_evidence_of_alternative(const ss_snapshot *snapshot, const ss_shelf *shelf, uint32_t because,
                                     uint32_t item)
{
    ss_alternatives_list list = ss_alternatives_neighbours(&snapshot->alternatives, because);
    for (size_t entry = 0; entry < list.count; entry++)
        if (list.items[entry] == item)
            return ss_evidence_alternative(shelf, because, &list, entry);
    return (ss_reason){.model = SS_SOURCE_ALTERNATIVES, .because = SS_NONE};
}

ss_reason ss_evidence_sessions(const ss_shelf *shelf, size_t sessions)
{
    bool enough = (int64_t)sessions >= shelf->evidence_customers;
    return (ss_reason){.model = SS_SOURCE_SESSION_KNN, .because = SS_NONE, .sessions = enough ? (uint32_t)sessions : 0};
}

ss_reason ss_evidence_history(const ss_snapshot *snapshot, ss_source source, const ss_history *history, uint32_t item)
{
    ss_reason reason = {.model = source, .because = SS_NONE};
    size_t place = ss_history_find(history, item);
    if (place == history->count)
        return reason;
    reason.bought = history->purchases[place];
    reason.last_bought = snapshot->has_times ? history->times[place] : 0;
    return reason;
}

ss_reason ss_evidence_rank(ss_source source, ss_order_walk walk, uint32_t item)
{
    uint32_t next = SS_NONE;
    while (next != item && ss_order_next(&walk, &next))
        continue;
    return (ss_reason){
        .model = source, .because = SS_NONE, .rank = next == item ? (uint32_t)(walk.at + walk.moved_at) : 0};
}
