/*
 * bench_offers: what a decision about a leaving visitor costs, in-process and on one thread: on each page, for visitors
 * of whom a session of ten events is known, and on the home page for customers of the generation, with the default campaigns and budgets that never end:
 *   preview    decides, and keeps nothing
 *   decide     keeps the decision in the ledger, 64 in a step, without a sync
 *   synced     the same with a sync after each step, of which the disk's time is not counted
 * Processor time, medians over turns that take their turns. Usage: bench_offers STORE [TURNS]: a store with prices and costs; the state
 * is made in a temporary folder. Prints "name value unit" lines.
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/random.h"
#include "log/catalog.h"
#include "measure.h"
#include "offers/offers.h"
#include "state/visitors.h"
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS     20000u
#define SESSION_SEEN 10u
#define STEP         64u
#define DECISIONS    6400u
#define TURNS        7u
#define NOW          INT64_C(1767225600000000)
#define SECOND       INT64_C(1000000)

enum place { HOME, PRODUCT, CART, CUSTOMER, PLACES };
static const char *const place_names[PLACES] = {"home", "product", "cart", "customer"};
static const ss_offer_page pages[PLACES] = {SS_PAGE_HOME, SS_PAGE_PRODUCT, SS_PAGE_CART, SS_PAGE_HOME};

enum kind { PREVIEW, DECIDE, SYNCED, KINDS };
static const char *const kind_names[KINDS] = {"preview", "decide", "synced"};

typedef struct bench {
    char folder[64];
    ss_snapshot *snapshot;
    ss_visitors *visitors;
    ss_live live;
    ss_environment *environment;
    ss_offer_ledger *ledger;
    ss_offers *offers;
    int64_t now;
    uint32_t asked; /* so many so far: each session is asked about anew after all the others */
    double micros[KINDS][PLACES][64];
    size_t turns;
} bench;

static const char policy_text[] =
    "offers:\n  guards: {tax: 19, budget: unlimited, budget-per-day: unlimited, shows-max: 0, stacking: true}\n";

/* ---- the shop ---- */

static ss_status read_policy(ss_policy **policy, ss_error *error)
{
    ss_status status = SS_E_NOMEM;
    ss_yaml_node *root = NULL;
    ss_arena *arena = ss_arena_new(1u << 16, SS_YAML_ARENA_MAX);
    ss_mistakes *mistakes = ss_mistakes_new("policy");
    if (!arena || !mistakes)
        goto out;
    SS_TRY(ss_yaml_read(ss_slice_of(policy_text), arena, mistakes, &root, error));
    SS_TRY(ss_policy_read(ss_yaml_entry(root, "offers"), mistakes, policy, error));
    SS_TRY(ss_mistakes_status(mistakes, error));
out:
    ss_mistakes_free(&mistakes);
    ss_arena_free(&arena);
    return status;
}

static ss_slice session_named(char text[32], uint32_t session)
{
    return (ss_slice){text, (size_t)snprintf(text, 32, "session-%016x", session * 2654435761u)};
}

/* Sessions look at items as they sell: mostly at the popular ones. The eighth is put into the cart. */
static ss_status fill_sessions(bench *all)
{
    ss_random random;
    char text[32];
    ss_random_seed(&random, 7);
    for (uint32_t session = 0; session < SESSIONS; session++)
        for (unsigned i = 0; i < SESSION_SEEN; i++) {
            uint32_t item = ss_random_below(&random, 1 + ss_random_below(&random, all->snapshot->items.count));
            ss_live_event event = {.received = NOW, .time = NOW, .quantity = 1, .unit_price = SS_NO_MONEY};
            event.event = i == 7 ? SS_EVENT_CART_ADD : SS_EVENT_VIEW;
            event.texts[SS_TEXT_ITEM_ID] = ss_strings_at(&all->snapshot->items.ids, item);
            event.texts[SS_TEXT_SESSION_ID] = session_named(text, session);
            ss_status status = ss_visitors_apply(all->visitors, &event);
            if (status != SS_OK)
                return status;
        }
    return SS_OK;
}

static ss_status open_all(bench *all, const char *store, ss_error *error)
{
    ss_visitors_options options = ss_visitors_defaults();
    options.hours = 24 * 365; /* they outlive the benchmark */
    ss_answerer *answerer = NULL;
    ss_policy *policy = NULL;
    ss_status status = SS_OK;
    SS_TRY(ss_snapshot_open(store, NULL, false, &all->snapshot, error));
    SS_TRY(ss_visitors_new(&options, &all->visitors, error));
    SS_TRY(fill_sessions(all));
    all->live = (ss_live){.visitors = all->visitors};
    SS_TRY(ss_environment_open(all->folder, UINT64_C(4) << 30, &all->environment, error));
    SS_TRY(ss_offer_ledger_open(all->environment, &all->ledger, error));
    SS_TRY(ss_answerer_new(all->snapshot, &all->live, &answerer, error));
    SS_TRY(read_policy(&policy, error));
    SS_TRY(ss_offers_new(all->ledger, policy, answerer, &all->offers, error));
out:
    return status;
}

static void close_all(bench *all)
{
    ss_offers_free(&all->offers);
    ss_offer_ledger_close(&all->ledger);
    ss_environment_close(&all->environment);
    ss_visitors_free(&all->visitors);
    ss_snapshot_release(&all->snapshot);
    ss_file_remove_tree(all->folder, NULL);
}

/* ---- decisions ---- */

static ss_status decide_one(bench *all, enum place place, bool preview, ss_error *error)
{
    char text[32];
    ss_offer_answer answer;
    uint32_t number = all->asked++;
    ss_offer_request request = {
        .page = pages[place], .session_id = session_named(text, number % SESSIONS), .preview = preview};
    if (place == CUSTOMER && all->snapshot->has_customers)
        request.customer_id = ss_strings_at(&all->snapshot->customers.ids, number % all->snapshot->customers.ids.count);
    if (place == PRODUCT)
        request.item_id = ss_strings_at(&all->snapshot->items.ids, number * 7919u % all->snapshot->items.count);
    return ss_offers_decide(all->offers, &request, &answer, error);
}

static ss_status step(bench *all, enum place place, enum kind kind, ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(ss_offers_begin(all->offers, all->now, error));
    for (unsigned i = 0; i < STEP; i++)
        SS_TRY(decide_one(all, place, kind == PREVIEW, error));
    SS_TRY(ss_offers_end(all->offers, true, error));
    if (kind == SYNCED)
        SS_TRY(ss_environment_sync(all->environment, error));
out:
    return status;
}

/* Which other work on the machine shifts less than the time that passes. */
static double processor_micros(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

static ss_status measure(bench *all, enum place place, enum kind kind, double *micros, ss_error *error)
{
    ss_status status = SS_OK;
    SS_TRY(ss_environment_sync(all->environment, error));
    all->now += 86400 * SECOND; /* what was decided before is over */
    double begun = processor_micros();
    for (unsigned i = 0; i < DECISIONS / STEP; i++)
        SS_TRY(step(all, place, kind, error));
    *micros = (processor_micros() - begun) / DECISIONS;
out:
    return status;
}

static ss_status measure_all(bench *all, ss_error *error)
{
    ss_status status = SS_OK;
    for (size_t turn = 0; turn < all->turns; turn++)
        for (unsigned kind = 0; kind < KINDS; kind++)
            for (unsigned place = 0; place < PLACES; place++)
                SS_TRY(measure(all, (enum place)place, (enum kind)kind, &all->micros[kind][place][turn], error));
out:
    return status;
}

static void print_all(bench *all)
{
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (unsigned place = 0; place < PLACES; place++) {
            double micros = bench_median(all->micros[kind][place], all->turns);
            printf("offers_%s_%s %.2f us\n", kind_names[kind], place_names[place], micros);
            printf("offers_%s_%s_rate %.0f 1/s\n", kind_names[kind], place_names[place], 1e6 / micros);
        }
}

int main(int argc, char **argv)
{
    static bench all = {.folder = "/tmp/bench-offers-XXXXXX", .now = NOW};
    ss_error error = {0};
    all.turns = argc > 2 ? (size_t)atoi(argv[2]) : TURNS;
    if (argc < 2 || all.turns < 1 || all.turns > 64 || !mkdtemp(all.folder)) {
        fprintf(stderr, "usage: bench_offers STORE [TURNS]\n");
        return 2;
    }
    ss_status status = open_all(&all, argv[1], &error);
    if (status == SS_OK)
        status = measure_all(&all, &error);
    if (status == SS_OK)
        print_all(&all);
    close_all(&all);
    return status == SS_OK ? 0 : bench_fail("bench_offers", &error);
}
