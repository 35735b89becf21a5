#include "shelf/foresight.h"

#include "base/dictionary.h"
#include "state/visitors.h"

#define PER_LINE 16u /* numbers of a list in one cache line */

/* The one item that a question starts from: of several the newest, whose list weighs most. */
typedef struct start {
    uint64_t hash;
    uint32_t item; /* by its hash alone: which id it is will be seen when it is asked for */
    ss_relation relation;
    size_t limit;
    ss_neighbours list; /* cut at the limit */
} start;

static bool first_relation(const ss_shelf *shelf, ss_relation *relation)
{
    for (unsigned source = 0; source < SS_SOURCE_COUNT; source++)
        if (shelf->weights[source] > 0 && ss_source_relation((ss_source)source, relation))
            return true;
    return false;
}

static ss_slice newest_id(const ss_request *request)
{
    if (request->item_id.size > 0)
        return request->item_id;
    if (request->cart_count > 0)
        return request->cart[request->cart_count - 1];
    return request->item_count > 0 ? request->items[request->item_count - 1] : (ss_slice){NULL, 0};
}

static bool begin(const ss_snapshot *snapshot, const ss_question *question, start *from)
{
    ss_slice id = newest_id(question->request);
    if (id.size == 0 || !snapshot->has_cooccurrence || !first_relation(question->shelf, &from->relation))
        return false;
    from->limit = question->request->limit;
    from->hash = ss_strings_hash(id);
    ss_strings_fetch(&snapshot->items.ids, from->hash);
    return true;
}

static void fetch_item(const ss_snapshot *snapshot, const uint16_t *state, start *from)
{
    const ss_strings *ids = &snapshot->items.ids;
    from->item = ss_strings_guess(ids, from->hash);
    if (from->item >= snapshot->items.count || from->item >= snapshot->cooccurrence.item_count)
        return;
    __builtin_prefetch(&ids->offsets[from->item]);
    __builtin_prefetch(&snapshot->cooccurrence.relations[from->relation].offsets[from->item]);
    __builtin_prefetch(&state[from->item]);
}

static void fetch_list(const ss_snapshot *snapshot, start *from)
{
    from->list = ss_cooccurrence_neighbours(&snapshot->cooccurrence, from->relation, from->item);
    from->list.count = from->list.count < from->limit ? from->list.count : from->limit;
    __builtin_prefetch(ss_strings_at(&snapshot->items.ids, from->item).data);
    for (size_t i = 0; i < from->list.count; i += PER_LINE) {
        __builtin_prefetch(&from->list.items[i]);
        __builtin_prefetch(&from->list.scores[i]);
        __builtin_prefetch(&from->list.pairs[i]);
        __builtin_prefetch(&from->list.customers[i]);
    }
}

static void fetch_neighbours(const ss_snapshot *snapshot, const uint16_t *state, const start *from)
{
    for (size_t i = 0; i < from->list.count; i++) {
        uint32_t item = from->list.items[i];
        if (item >= snapshot->cooccurrence.item_count || item >= snapshot->items.count)
            continue;
        __builtin_prefetch(&state[item]);
        __builtin_prefetch(&snapshot->cooccurrence.relations[from->relation].degrees[item]);
        __builtin_prefetch(&snapshot->items.ids.offsets[item]);
    }
}

static void fetch_ids(const ss_snapshot *snapshot, const start *from)
{
    for (size_t i = 0; i < from->list.count; i++)
        __builtin_prefetch(ss_strings_at(&snapshot->items.ids, from->list.items[i]).data);
}

/* Whoever asks: session and customer. Returns how many are on their way. */
static size_t fetch_visitors(const ss_visitors *visitors, const ss_question *questions, size_t count, uint64_t *fetched)
{
    size_t used = 0;
    for (size_t i = 0; visitors && i < count && i < SS_FORESEEN_MAX; i++) {
        const ss_request *request = questions[i].request;
        if (request->session_id.size > 0 && !request->no_consent)
            fetched[used++] = ss_visitors_fetch(visitors, SS_VISITOR_SESSION, request->session_id);
        if (request->customer_id.size > 0 && !request->no_consent)
            fetched[used++] = ss_visitors_fetch(visitors, SS_VISITOR_CUSTOMER, request->customer_id);
    }
    return used;
}

void ss_foresee(const ss_snapshot *snapshot, const uint16_t *state, const struct ss_visitors *visitors,
                const ss_question *questions, size_t count)
{
    start starts[SS_FORESEEN_MAX];
    uint64_t fetched[SS_VISITOR_KINDS * SS_FORESEEN_MAX];
    size_t used = 0, asking = fetch_visitors(visitors, questions, count, fetched);
    for (size_t i = 0; i < count && i < SS_FORESEEN_MAX; i++)
        used += begin(snapshot, &questions[i], &starts[used]);
    for (size_t i = 0; i < used; i++)
        fetch_item(snapshot, state, &starts[i]);
    for (size_t i = 0; i < asking; i++)
        ss_visitors_fetch_items(visitors, fetched[i]);
    for (size_t i = 0; i < used; i++)
        fetch_list(snapshot, &starts[i]);
    for (size_t i = 0; i < used; i++)
        fetch_neighbours(snapshot, state, &starts[i]);
    for (size_t i = 0; i < used; i++)
        fetch_ids(snapshot, &starts[i]);
}
