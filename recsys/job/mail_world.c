#include "job/mail_world.h"

#include "state/event_reader.h"
#include "state/forgotten.h"
#include "state/item_store.h"
#include "state/live_items.h"

/* Events that go by between two reports of progress. */
#define STRIDE 4096u

/* ---- items ---- */

static ss_status take_item(void *context, const ss_item_record *record, ss_error *error)
{
    ss_live_items *items = context;
    ss_live_record *live = ss_live_record_new(record);
    if (!live)
        return ss_error_nomem(error);
    ss_status status = ss_live_items_prepare(items, live, error);
    if (status == SS_OK)
        ss_live_items_publish(items, &live, 1);
    else
        ss_live_record_release(&live);
    return status;
}

static ss_status read_items(ss_mail_world *world, ss_environment *environment, ss_error *error)
{
    ss_item_store *store = NULL;
    ss_status status = ss_item_store_open(environment, &store, error);
    if (status == SS_OK)
        status = ss_item_store_each(store, take_item, world->items, error);
    ss_item_store_close(&store);
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

/* ---- who is forgotten ---- */

static ss_status take_forgotten(void *context, const ss_forgotten_customer *customer, ss_error *error)
{
    ss_status status = ss_left_out_add(context, customer->customer_id, customer->time);
    return status == SS_OK ? SS_OK : ss_error_set(error, status, "no room for the customers to be forgotten");
}

static ss_status read_forgotten(ss_mail_world *world, ss_environment *environment, ss_error *error)
{
    ss_forgotten *forgotten = NULL;
    ss_status status = ss_forgotten_open(environment, &forgotten, error);
    if (status == SS_OK)
        status = ss_forgotten_each(forgotten, take_forgotten, world->forgotten, error);
    ss_forgotten_close(&forgotten);
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

/* ---- what customers did ---- */

static bool is_known(const ss_snapshot *snapshot, ss_slice customer_id)
{
    return (snapshot->has_customers && ss_strings_find(&snapshot->customers.ids, customer_id) != SS_NONE) ||
           (snapshot->has_segments && ss_strings_find(&snapshot->segments.others, customer_id) != SS_NONE);
}

/* The session is of no account: nobody is written to without a customer_id. */
static ss_status take_event(ss_mail_world *world, ss_live_event *event)
{
    uint32_t number;
    ss_slice customer_id = event->texts[SS_TEXT_CUSTOMER_ID];
    if (customer_id.size == 0)
        return SS_OK;
    event->texts[SS_TEXT_SESSION_ID] = (ss_slice){"", 0};
    world->events++;
    ss_status status = ss_visitors_apply(world->visitors, event);
    if (status == SS_OK && !is_known(world->snapshot, customer_id))
        status = ss_dictionary_intern(world->strangers, customer_id, &number);
    return status;
}

static ss_status read_all(ss_mail_world *world, ss_event_reader *reader, ss_progress_sink *sink, ss_error *error)
{
    ss_progress progress = {.phase = "read events", .total = ss_event_reader_last(reader), .unit = "events"};
    ss_live_event event;
    for (bool found = true; found;) {
        ss_status status = ss_event_reader_next(reader, &event, &found, error);
        if (status == SS_OK && found && event.time <= world->now)
            status = take_event(world, &event);
        if (status != SS_OK)
            return status;
        progress.done = found ? event.sequence : progress.total;
        progress.finished = !found;
        if ((progress.done % STRIDE == 0 || !found) && !ss_progress_tell(sink, &progress))
            return ss_error_set(error, SS_E_CANCELLED, "stopped while reading events");
    }
    return SS_OK;
}

static ss_status read_events(ss_mail_world *world, ss_environment *environment, ss_progress_sink *progress,
                             ss_error *error)
{
    ss_event_store *events = NULL;
    ss_event_reader *reader = NULL;
    ss_status status = ss_event_store_open_reader(environment, &events, error);
    if (status == SS_OK)
        status = ss_event_reader_new(events, 1, SS_EVENTS_ALL, &reader, error);
    if (status == SS_OK)
        status = read_all(world, reader, progress, error);
    ss_event_reader_free(&reader);
    ss_event_store_close(&events);
    return status == SS_E_NOT_FOUND ? SS_OK : status;
}

static ss_status read_state(ss_mail_world *world, const char *store, ss_progress_sink *progress, ss_error *error)
{
    ss_environment *environment = NULL;
    ss_status status = ss_environment_open(store, 0, &environment, error);
    if (status == SS_E_NOT_FOUND)
        return SS_OK;
    world->has_state = status == SS_OK;
    if (status == SS_OK)
        status = read_items(world, environment, error);
    if (status == SS_OK)
        status = read_forgotten(world, environment, error);
    if (status == SS_OK)
        status = read_events(world, environment, progress, error);
    ss_environment_close(&environment);
    return status;
}

/* ---- opening ---- */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* As long as any list looks back; sessions need no memory. */
static ss_visitors_options visitors_for(const ss_mail_options *options)
{
    ss_visitors_options of = ss_visitors_defaults();
    of.memory_megabytes = options->memory_megabytes;
    of.hours = 0.0001;
    of.customer_days = larger(larger(options->cart_days, options->viewed_days), larger(options->after_days_max, 1));
    return of;
}

static ss_status make_room(ss_mail_world *world, const ss_mail_options *options, ss_error *error)
{
    ss_live_items_options items = {0};
    ss_option_group group = {.options = ss_live_items_option_table, .target = &items};
    ss_options_defaults(&group, 1);
    const ss_visitors_options visitors = visitors_for(options);
    world->items = ss_live_items_new(&items);
    world->forgotten = ss_left_out_new();
    world->strangers = ss_dictionary_new();
    if (!world->items || !world->forgotten || !world->strangers)
        return ss_error_nomem(error);
    return ss_visitors_new(&visitors, &world->visitors, error);
}

static uint64_t count_known(const ss_snapshot *snapshot)
{
    return (snapshot->has_customers ? snapshot->customers.count : 0) +
           (uint64_t)(snapshot->has_segments ? snapshot->segments.others.count : 0);
}

ss_status ss_mail_world_open(const char *store, ss_shelf_settings *settings, const ss_mail_options *options,
                             int64_t now, ss_progress_sink *progress, ss_mail_world *world, ss_error *error)
{
    ss_status status;
    ss_mail_world opened = {.now = now};
    SS_TRY(ss_snapshot_open_configured(store, NULL, false, settings, &opened.snapshot, error));
    SS_TRY(make_room(&opened, options, error));
    SS_TRY(read_state(&opened, store, progress, error));
    opened.evicted = ss_visitors_count(opened.visitors).evicted;
    opened.customers = count_known(opened.snapshot) + ss_dictionary_count(opened.strangers);
    opened.live = (ss_live){opened.items, opened.visitors};
    opened.without_visitors = (ss_live){opened.items, NULL};
    *world = opened;
    opened = (ss_mail_world){0};
out:
    ss_mail_world_close(&opened);
    return status;
}

void ss_mail_world_close(ss_mail_world *world)
{
    ss_visitors_free(&world->visitors);
    ss_live_items_free(&world->items);
    ss_left_out_free(&world->forgotten);
    ss_dictionary_free(&world->strangers);
    ss_snapshot_release(&world->snapshot);
    *world = (ss_mail_world){0};
}

ss_slice ss_mail_world_customer(const ss_mail_world *world, uint64_t number)
{
    const ss_snapshot *snapshot = world->snapshot;
    uint64_t buyers = snapshot->has_customers ? snapshot->customers.count : 0, known = count_known(snapshot);
    if (number < buyers)
        return ss_strings_at(&snapshot->customers.ids, (uint32_t)number);
    if (number < known)
        return ss_strings_at(&snapshot->segments.others, (uint32_t)(number - buyers));
    return ss_dictionary_id(world->strangers, (uint32_t)(number - known));
}

bool ss_mail_world_forgot(const ss_mail_world *world, ss_slice customer_id)
{
    return ss_left_out_has(world->forgotten, customer_id, SS_NO_TIME);
}
