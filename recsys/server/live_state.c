#include "server/live_state.h"

#include "base/clock.h"
#include "base/memory.h"
#include "state/visitors_replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEGABYTE UINT64_C(1048576)

#define AT(MEMBER) offsetof(ss_live_options, MEMBER)
static const ss_option live_options[] = {
    {"state", SS_OPTION_FLAG, AT(state), 0, 0, "true", NULL, NULL,
     "Keep live state in STORE/state: events, and what follows from them. One server of a store can."},
    {"state-size", SS_OPTION_INT, AT(map_megabytes), 1, 16777216, "65536", NULL, "MEGABYTES",
     "The most that live state may grow to on disk."},
    {0},
};

size_t ss_live_groups(ss_live_options *options, ss_option_group *groups)
{
    groups[0] = (ss_option_group){"Live state", NULL, live_options, options};
    groups[1] = (ss_option_group){"Events", "events", ss_event_store_option_table, &options->events};
    groups[2] = (ss_option_group){"How long events are kept", "events", ss_recorder_option_table, &options->recorder};
    groups[3] = (ss_option_group){"Live items", "items", ss_live_items_option_table, &options->items};
    groups[4] = (ss_option_group){"Sessions and customers", "sessions", ss_visitors_option_table, &options->visitors};
    return SS_LIVE_GROUPS;
}

static void add_writer(ss_live_state *state, ss_writer writer)
{
    state->writers[state->writer_count++] = writer;
}

static ss_status open_items(ss_live_state *opened, const ss_live_options *options, ss_error *error)
{
    ss_status status;
    opened->known = ss_known_items_new();
    opened->items = ss_live_items_new(&options->items);
    if (!opened->known || !opened->items)
        return ss_error_nomem(error);
    ss_item_bases bases = ss_known_items_bases(opened->known);
    SS_TRY(ss_item_ledger_open(opened->environment, opened->items, &bases, ss_clock_now(), &opened->ledger, error));
    SS_TRY(ss_item_writer_new(opened->ledger, &opened->item_writer, error));
    add_writer(opened, ss_item_writer_row(opened->item_writer));
    opened->live.items = opened->items;
out:
    return status;
}

static ss_status open_visitors(ss_live_state *opened, const ss_live_options *options, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_visitors_new(&options->visitors, &opened->visitors, error));
    SS_TRY(ss_visitors_replay(opened->visitors, opened->events, ss_clock_now(), NULL, error));
    opened->live.visitors = opened->visitors;
out:
    return status;
}

static ss_status open_parts(ss_live_state *opened, const char *store, const ss_live_options *options, ss_error *error)
{
    ss_status status;
    SS_TRY(ss_environment_open(store, (uint64_t)options->map_megabytes * MEGABYTE, &opened->environment, error));
    SS_TRY(ss_event_store_open(opened->environment, &options->events, &opened->events, error));
    SS_TRY(ss_forgotten_open(opened->environment, &opened->forgotten, error));
    SS_TRY(ss_offer_ledger_open(opened->environment, &opened->offer_ledger, error));
    SS_TRY(ss_eraser_new(opened->events, opened->forgotten, &opened->eraser, error));
    ss_eraser_take_offers(opened->eraser, opened->offer_ledger);
    SS_TRY(open_visitors(opened, options, error));
    SS_TRY(ss_event_writer_new(opened->events, opened->visitors, &opened->event_writer, error));
    SS_TRY(ss_forget_writer_new(opened->events, opened->forgotten, opened->eraser, opened->visitors,
                                &opened->forget_writer, error));
    add_writer(opened, ss_event_writer_row(opened->event_writer));
    add_writer(opened, ss_forget_writer_row(opened->forget_writer));
    SS_TRY(open_items(opened, options, error));
out:
    return status;
}

/* Says what to do where it is not the state's own fault. */
static void advise(ss_status status, ss_error *error)
{
    if (!error || (status != SS_E_BUSY && status != SS_E_IO))
        return;
    size_t size = strnlen(error->message, sizeof error->message);
    snprintf(error->message + size, sizeof error->message - size, "; --state=false serves without live state");
}

ss_status ss_live_state_open(const char *store, const ss_live_options *options, ss_live_state **state, ss_error *error)
{
    ss_status status = ss_options_check(live_options, options, error);
    if (status == SS_OK)
        status = ss_options_check(ss_live_items_option_table, &options->items, error);
    if (status != SS_OK)
        return status;
    ss_live_state *opened = ss_array_zeroed(1, sizeof *opened);
    if (!opened)
        return ss_error_nomem(error);
    ss_offer_counts_init(&opened->offer_counts);
    ss_offers_swap_init(&opened->offers_swap);
    status = open_parts(opened, store, options, error);
    if (status == SS_OK) {
        *state = opened;
        return SS_OK;
    }
    advise(status, error);
    ss_live_state_close(&opened);
    return status;
}

static ss_status make_writers(ss_live_state *state, ss_policy *policy, const ss_recorder_options *options,
                              ss_stats *stats, ss_error *error)
{
    const ss_offers_writing writing = {.offers = state->offers,
                                       .ledger = state->offer_ledger,
                                       .swap = &state->offers_swap,
                                       .counts = &state->offer_counts,
                                       .stats = stats,
                                       .retention_days = options->retention_days};
    ss_status status;
    SS_TRY(ss_offers_writer_new(&writing, policy, &state->offers_writer, error));
    SS_TRY(ss_redeem_writer_new(state->offers, &state->offer_counts, stats, &state->redeem_writer, error));
    SS_TRY(ss_page_writer_new(state->offers, &state->offer_counts, stats, &state->page_writer, error));
    const ss_visitor_reading reading = {state->offers, state->offer_ledger, state->visitors, state->forgotten, stats};
    SS_TRY(ss_visitor_writer_new(&reading, &state->visitor_writer, error));
    add_writer(state, ss_offers_writer_row(state->offers_writer));
    add_writer(state, ss_offers_writer_preview_row(state->offers_writer));
    add_writer(state, ss_redeem_writer_row(state->redeem_writer));
    add_writer(state, ss_page_writer_row(state->page_writer));
    add_writer(state, ss_visitor_writer_row(state->visitor_writer));
    ss_event_writer_tell(state->event_writer, state->offers, &state->offer_counts);
out:
    return status;
}

ss_status ss_live_state_start_offers(ss_live_state *state, ss_snapshot *snapshot, ss_policy *policy,
                                     const ss_recorder_options *options, ss_stats *stats, ss_error *error)
{
    ss_answerer *answerer = NULL;
    ss_policy *reference = ss_policy_retain(policy);
    ss_status status = ss_answerer_new(snapshot, &state->live, &answerer, error);
    if (status == SS_OK)
        status = ss_offers_new(state->offer_ledger, reference, answerer, &state->offers, error);
    if (status == SS_OK)
        return make_writers(state, policy, options, stats, error);
    ss_answerer_free(&answerer);
    ss_policy_release(&reference);
    return status;
}

void ss_live_state_close(ss_live_state **state)
{
    ss_live_state *old = *state;
    *state = NULL;
    if (!old)
        return;
    ss_visitor_writer_free(&old->visitor_writer);
    ss_page_writer_free(&old->page_writer);
    ss_redeem_writer_free(&old->redeem_writer);
    ss_offers_writer_free(&old->offers_writer);
    ss_offers_swap_release(&old->offers_swap);
    ss_offers_free(&old->offers);
    ss_offer_counts_release(&old->offer_counts);
    ss_item_writer_free(&old->item_writer);
    ss_item_ledger_close(&old->ledger);
    ss_live_items_free(&old->items);
    ss_known_items_free(&old->known);
    ss_event_writer_free(&old->event_writer);
    ss_forget_writer_free(&old->forget_writer);
    ss_eraser_free(&old->eraser);
    ss_offer_ledger_close(&old->offer_ledger);
    ss_visitors_free(&old->visitors);
    ss_forgotten_close(&old->forgotten);
    ss_event_store_close(&old->events);
    ss_environment_close(&old->environment);
    free(old);
}
