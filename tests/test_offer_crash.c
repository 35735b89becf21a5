/*
 * test_offer_crash.c: a process that decides, leases, redeems and undoes is killed at a random moment, again and again over
 * one store: each redemption that was acknowledged is there exactly once, the accounts are to the cent the sum of what was
 * redeemed and leased, and the audit holds.
 *
 * 25 crashes; 300 with SMARTSHELF_LONG=1.
 */
#include "killed_child.h"
#include "offer_life.h"
#include "temporary_folder.h"

#define LIFETIME_MAX 100000u /* microseconds */

typedef struct begun {
    const char *folder;
    uint64_t sale;
} begun;

static int live(void *context, ss_random *random, int pipe_end)
{
    const begun *at = context;
    offer_store store;
    uint64_t sale = at->sale, synced = sale;
    if (offer_try_open(at->folder, OFFER_MAP, &store, NULL) != SS_OK)
        return 3;
    for (;;) {
        if (!killed_tell(pipe_end, synced, sale + LIFE_BATCH_MAX))
            return 4;
        if (life_step(&store, &sale, random) != SS_OK)
            return 5;
        if (ss_random_below(random, 3) == 0)
            continue;
        if (ss_environment_sync(store.environment, NULL) != SS_OK)
            return 6;
        synced = sale;
    }
}

static void what_is_acknowledged_survives(void **state)
{
    ss_random random = test_random();
    killed_report last = {0, LIFE_BATCH_MAX};
    begun at = {*state, 0};
    int crashes = getenv("SMARTSHELF_LONG") ? 300 : 25;
    uint64_t most = 0;
    for (int i = 0; i < crashes || (most == 0 && i < 100 * crashes); i++) {
        offer_store store = offer_open(*state);
        int verdict = life_check(&store, last.below, last.sent, &at.sale);
        if (verdict != LIFE_FINE)
            fail_msg("crash %d: verdict %d", i, verdict);
        offer_close(&store);
        last = (killed_report){at.sale, at.sale + LIFE_BATCH_MAX};
        most = at.sale;
        killed_run(live, &at, LIFETIME_MAX, &random, &last);
    }
    print_message("%llu sales\n", (unsigned long long)most);
    assert_true(most > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_acknowledged_survives, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
