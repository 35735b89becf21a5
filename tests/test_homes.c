/* homes.h: which way each method goes, whose home is where, and what is never to be repeated. */
#include "check.h"
#include "client/wire.h"
#include "http/homes.h"
#include "json_wire.h"

static const char *const endpoints[] = {"tcp://a:1", "tcp://b:1", "tcp://c:1", "tcp://d:1"};

/* ---- params ---- */

typedef struct params {
    uint8_t bytes[2048], *at;
} params;

static ss_slice params_slice(const params *of)
{
    return (ss_slice){(const char *)of->bytes, (size_t)(of->at - of->bytes)};
}

static void put_map(params *to, uint32_t entries)
{
    to->at = ss_wire_put_map(to->at, entries);
}

static void put_text(params *to, const char *name, const char *value)
{
    to->at = ss_wire_put_text(ss_wire_put_text(to->at, name, strlen(name)), value, strlen(value));
}

static ss_way way_of(const ss_homes *homes, ss_backend_request request)
{
    ss_way way = {0};
    ss_fault fault;
    assert_true(ss_homes_way(homes, &request, &way, &fault));
    return way;
}

static ss_way keeper_way(ss_method method, const char *visitor, const char *request_id)
{
    ss_homes homes;
    params empty = {.at = empty.bytes};
    put_map(&empty, 0);
    ss_homes_init(&homes, endpoints, 4, false);
    return way_of(&homes, (ss_backend_request){.method = method,
                                               .params = params_slice(&empty),
                                               .visitor = ss_slice_of(visitor),
                                               .request_id = ss_slice_of(request_id)});
}

static void expect_way(ss_way way, ss_way_kind kind, uint32_t home, bool again)
{
    assert_int_equal(way.kind, kind);
    assert_int_equal(way.home, home);
    assert_int_equal(way.again, again);
}

static void each_method_has_its_way(void **state)
{
    (void)state;
    for (unsigned shelf = 0; shelf < SS_SHELF_COUNT; shelf++) {
        expect_way(keeper_way((ss_method)shelf, NULL, "r"), SS_WAY_ANY, 0, false);
        expect_way(keeper_way((ss_method)shelf, "s-1", NULL), SS_WAY_PREFER, 0, false);
    }
    expect_way(keeper_way(SS_METHOD_PAGE, NULL, NULL), SS_WAY_ANY, 0, false);
    expect_way(keeper_way(SS_METHOD_PAGE, "s-1", "r"), SS_WAY_PREFER, 0, false);
    expect_way(keeper_way(SS_METHOD_OFFERS, "s-1", NULL), SS_WAY_HOME, 0, false);
    expect_way(keeper_way(SS_METHOD_OFFERS, "s-1", "r"), SS_WAY_HOME, 0, true);
    expect_way(keeper_way(SS_METHOD_PREVIEW, "s-1", NULL), SS_WAY_HOME, 0, true);
    expect_way(keeper_way(SS_METHOD_REDEEM, "s-1", NULL), SS_WAY_HOME, 0, true);
    expect_way(keeper_way(SS_METHOD_VISITOR, "s-1", NULL), SS_WAY_HOME, 0, true);
    expect_way(keeper_way(SS_METHOD_ITEMS, NULL, NULL), SS_WAY_ALL, 0, false);
    expect_way(keeper_way(SS_METHOD_FORGET, NULL, NULL), SS_WAY_ALL, 0, false);
    expect_way(keeper_way(SS_METHOD_RELOAD, NULL, NULL), SS_WAY_ALL, 0, false);
    expect_way(keeper_way(SS_METHOD_HEALTH, NULL, NULL), SS_WAY_OWN, 0, false);
    expect_way(keeper_way(SS_METHOD_STATS, NULL, NULL), SS_WAY_OWN, 0, false);
}

static void a_page_with_offers_changes_live_state(void **state)
{
    (void)state;
    ss_homes homes;
    ss_homes_init(&homes, endpoints, 4, false);
    for (unsigned kind = 0; kind < 4; kind++) {
        params page = {.at = page.bytes};
        put_map(&page, 2);
        put_text(&page, "session_id", "s-1");
        page.at = ss_wire_put_text(page.at, "offers", 6);
        page.at = kind == 2   ? ss_wire_put_map(page.at, 0)
                  : kind == 3 ? ss_wire_put_nil(page.at)
                              : ss_wire_put_bool(page.at, kind == 1);
        ss_backend_request request = {
            .method = SS_METHOD_PAGE, .params = params_slice(&page), .visitor = SS_SLICE_LITERAL("s-1")};
        bool offers = kind == 1 || kind == 2;
        expect_way(way_of(&homes, request), offers ? SS_WAY_HOME : SS_WAY_PREFER, 0, false);
        request.request_id = SS_SLICE_LITERAL("r");
        expect_way(way_of(&homes, request), offers ? SS_WAY_HOME : SS_WAY_PREFER, 0, offers);
    }
}

/* One event, or a list of `count`; the one at `without` has no event_id. */
static ss_way event_way(unsigned count, unsigned without)
{
    ss_homes homes;
    params event = {.at = event.bytes};
    ss_homes_init(&homes, endpoints, 4, false);
    if (count > 0) {
        put_map(&event, 2);
        put_text(&event, "consent", "granted");
        event.at = ss_wire_put_text(event.at, "events", 6);
        event.at = ss_wire_put_array(event.at, count);
    }
    for (unsigned i = 0; i < (count ? count : 1); i++) {
        put_map(&event, i == without ? 2 : 3);
        put_text(&event, "event", "view");
        put_text(&event, "session_id", "s-1");
        if (i != without)
            put_text(&event, "event_id", "e-1");
    }
    return way_of(&homes, (ss_backend_request){.method = SS_METHOD_EVENT, .params = params_slice(&event)});
}

static void events_may_be_repeated_when_each_has_an_id(void **state)
{
    (void)state;
    expect_way(event_way(0, 99), SS_WAY_HOME, 0, true);
    expect_way(event_way(0, 0), SS_WAY_HOME, 0, false);
    expect_way(event_way(5, 99), SS_WAY_HOME, 0, true);
    for (unsigned i = 0; i < 5; i++)
        expect_way(event_way(5, i), SS_WAY_HOME, 0, false);
}

static void an_empty_event_id_is_none(void **state)
{
    (void)state;
    ss_homes homes;
    params event = {.at = event.bytes};
    ss_homes_init(&homes, endpoints, 4, false);
    put_map(&event, 1);
    put_text(&event, "event_id", "");
    expect_way(way_of(&homes, (ss_backend_request){.method = SS_METHOD_EVENT, .params = params_slice(&event)}),
               SS_WAY_HOME, 0, false);
}

static uint32_t home_of(const ss_homes *homes, unsigned visitor)
{
    char text[32];
    snprintf(text, sizeof text, "visitor-%u", visitor);
    uint8_t empty = 0x80;
    return way_of(homes, (ss_backend_request){.method = SS_METHOD_OFFERS,
                                              .params = {(const char *)&empty, 1},
                                              .visitor = ss_slice_of(text)})
        .home;
}

static void visitors_spread_evenly_and_few_move(void **state)
{
    (void)state;
    static const char *const swapped[] = {"tcp://d:1", "tcp://b:1", "tcp://a:1"}; /* c is gone, others moved */
    static const unsigned now_at[] = {3, 1, 0};
    unsigned counts[4] = {0};
    ss_homes four, three;
    ss_homes_init(&four, endpoints, 4, true);
    ss_homes_init(&three, swapped, 3, true);
    for (unsigned visitor = 0; visitor < 8000; visitor++) {
        uint32_t home = home_of(&four, visitor);
        counts[home]++;
        if (home != 2)
            assert_int_equal(now_at[home_of(&three, visitor)], home);
    }
    for (unsigned i = 0; i < 4; i++)
        assert_true(counts[i] > 1800 && counts[i] < 2200);
}

static const char *text_of(json_t *map, const char *name)
{
    const char *text = json_string_value(json_object_get(map, name));
    return text ? text : "";
}

/* One case of the clients' golden homes, its servers named from the last to the first. */
static void expect_golden(json_t *golden)
{
    const char *named[SS_HOMES_MAX];
    json_t *order = json_object_get(golden, "order"), *asked = json_object_get(golden, "params");
    size_t count = json_array_size(order);
    uint8_t bytes[4096];
    ss_homes homes;
    for (size_t i = 0; i < count; i++)
        named[i] = json_string_value(json_array_get(order, count - 1 - i));
    ss_homes_init(&homes, named, count, true);
    const char *visitor = text_of(asked, *text_of(asked, "session_id") ? "session_id" : "customer_id");
    ss_backend_request request = {.method = ss_method_find(ss_slice_of(text_of(golden, "method"))),
                                  .params = {(char *)bytes, (size_t)(json_wire_put(bytes, asked) - bytes)},
                                  .visitor = ss_slice_of(visitor)};
    ss_way way;
    ss_fault fault;
    if (ss_homes_way(&homes, &request, &way, &fault)) /* or its events are of several homes */
        assert_int_equal(way.home, count - 1);
    else
        assert_string_equal(fault.field, "events");
}

static void homes_are_those_of_the_clients(void **state)
{
    (void)state;
    char path[4096];
    json_error_t error;
    size_t i, expected = 0;
    const char *source = getenv("SMARTSHELF_SOURCE"); /* as ctest sets it */
    if (!source)
        skip();
    snprintf(path, sizeof path, "%s/tests/clients/homes.json", source);
    json_t *all = json_load_file(path, 0, &error), *golden;
    assert_non_null(all);
    json_array_foreach(all, i, golden)
    {
        if (json_array_size(json_object_get(golden, "order")) == 0)
            continue;
        expect_golden(golden);
        expected++;
    }
    assert_true(expected > 50);
    json_decref(all);
}

/* A list with one event of each of two visitors. */
static void events_of_several_homes_have_no_way(void **state)
{
    (void)state;
    ss_homes homes;
    ss_homes_init(&homes, endpoints, 4, true);
    unsigned other = 1;
    while (home_of(&homes, other) == home_of(&homes, 0))
        other++;
    for (unsigned apart = 0; apart < 2; apart++) {
        params event = {.at = event.bytes};
        ss_way way;
        ss_fault fault;
        char name[32];
        put_map(&event, 1);
        event.at = ss_wire_put_array(ss_wire_put_text(event.at, "events", 6), 2);
        for (unsigned i = 0; i < 2; i++) {
            snprintf(name, sizeof name, "visitor-%u", i && apart ? other : 0);
            put_map(&event, 2);
            put_text(&event, "customer_id", "someone"); /* the session counts first */
            put_text(&event, "session_id", name);
        }
        ss_backend_request request = {.method = SS_METHOD_EVENT, .params = params_slice(&event)};
        assert_int_equal(ss_homes_way(&homes, &request, &way, &fault), !apart);
        if (apart)
            assert_string_equal(fault.field, "events");
        else
            assert_int_equal(way.home, home_of(&homes, 0));
    }
}

/* Bytes that are no params are the server's to refuse: they have some way, and are never repeated. */
static void whatever_comes_has_a_way(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_homes homes;
    params whole = {.at = whole.bytes};
    ss_homes_init(&homes, endpoints, 4, true);
    put_map(&whole, 2);
    whole.at = ss_wire_put_array(ss_wire_put_text(whole.at, "events", 6), 2);
    for (unsigned i = 0; i < 2; i++) {
        put_map(&whole, 2);
        put_text(&whole, "event_id", "e");
        put_text(&whole, "session_id", "s");
    }
    put_text(&whole, "offers", "x");
    size_t size = params_slice(&whole).size;
    for (unsigned round = 0; round < 20000; round++) {
        params bent = whole;
        size_t length = ss_random_below(&random, (uint32_t)size + 1);
        for (unsigned i = 0; i < 2; i++)
            bent.bytes[ss_random_below(&random, (uint32_t)size)] = (uint8_t)ss_random_u64(&random);
        char *bytes = malloc(length + 1); /* exactly as long: a sanitizer sees what is read behind it */
        memcpy(bytes, bent.bytes, length);
        ss_backend_request request = {.method = round % 2 ? SS_METHOD_EVENT : SS_METHOD_PAGE,
                                      .params = {bytes, length}};
        ss_way way;
        ss_fault fault;
        if (ss_homes_way(&homes, &request, &way, &fault) && round % 2 && length < size - 20)
            assert_false(way.again);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_method_has_its_way),
        cmocka_unit_test(a_page_with_offers_changes_live_state),
        cmocka_unit_test(events_may_be_repeated_when_each_has_an_id),
        cmocka_unit_test(an_empty_event_id_is_none),
        cmocka_unit_test(visitors_spread_evenly_and_few_move),
        cmocka_unit_test(homes_are_those_of_the_clients),
        cmocka_unit_test(events_of_several_homes_have_no_way),
        cmocka_unit_test(whatever_comes_has_a_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
