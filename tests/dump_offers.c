/*
 * dump_offers: the accounts and offers of a store that no server has open: `dump_offers STORE`. Holds the one against the
 * other first (exit 1: they differ), then writes lines of columns separated by tabs to stdout: "account", leased and
 * redeemed, over all and in all; then for each offer that has a code: "offer", its public name, state, lease, cost and
 * order.
 */
#include "offers/code.h"
#include "state/offer_ledger.h"
#include "state/offer_reader.h"

#include <stdio.h>

static void write_offers(const ss_decision *decision, const ss_code_keys *keys)
{
    for (size_t i = 0; i < decision->offer_count; i++) {
        const ss_offer *offer = &decision->offers[i];
        char id[SS_OFFER_ID_TEXT];
        if (decision->verdict != SS_VERDICT_SHOWN || offer->lease == 0)
            continue;
        ss_offer_id_write(keys, offer->number, id);
        printf("offer\t%s\t%s\t%lld\t%lld\t%.*s\n", id, ss_offer_state_name(offer->state), (long long)offer->lease,
               (long long)offer->redeemed_cost, (int)offer->order_id.size, offer->order_id.data);
    }
}

static ss_status write_decisions(ss_environment *environment, const ss_code_keys *keys, ss_error *error)
{
    ss_offer_reader *reader = NULL;
    const ss_decision *decision = NULL;
    ss_status status = ss_offer_reader_open(environment, &reader, error);
    do {
        if (status == SS_OK)
            status = ss_offer_reader_next(reader, &decision, error);
        if (status == SS_OK && decision)
            write_offers(decision, keys);
    } while (status == SS_OK && decision);
    ss_offer_reader_close(&reader);
    return status;
}

static ss_status dump(const char *store, ss_error *error)
{
    ss_environment *environment = NULL;
    ss_offer_ledger *ledger = NULL;
    ss_code_keys keys;
    ss_status status;
    SS_TRY(ss_environment_open(store, UINT64_C(1) << 30, &environment, error));
    SS_TRY(ss_offer_ledger_open(environment, &ledger, error));
    SS_TRY(ss_offer_ledger_audit(ledger, error));
    ss_account account = ss_offer_ledger_account(ledger, (ss_slice){"", 0}, SS_DAY_ALL);
    printf("account\t%lld\t%lld\n", (long long)account.leased, (long long)account.redeemed);
    ss_code_keys_derive(ss_offer_ledger_secret(ledger), &keys);
    SS_TRY(write_decisions(environment, &keys, error));
out:
    ss_offer_ledger_close(&ledger);
    ss_environment_close(&environment);
    return status;
}

int main(int argc, char **argv)
{
    ss_error error = {0};
    char text[1024];
    if (argc != 2)
        return 2;
    if (dump(argv[1], &error) == SS_OK)
        return 0;
    ss_error_format(&error, text, sizeof text);
    fprintf(stderr, "dump_offers: %s\n", text);
    return 1;
}
