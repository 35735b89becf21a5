/*
 * dump_decisions: writes decisions into a store, for tests in another language: `dump_decisions FOLDER NOW`. Each line of
 * stdin is a decision, fields separated by tabs: verdict (number), time, expires, closes, day, campaign, incentive,
 * segment, customer_id, session_id, orders, revenue, margin, given, and for each offer five: lease, told (number), cost
 * (what it was redeemed for; -1: it was not), undone (0 or 1), list price. In the end what is due at NOW expires or closes.
 */
#include "state/offer_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VERDICT,
    TIME,
    EXPIRES,
    CLOSES,
    DAY,
    CAMPAIGN,
    INCENTIVE,
    SEGMENT,
    CUSTOMER,
    SESSION,
    ORDERS,
    REVENUE,
    MARGIN,
    GIVEN,
    HEAD
};
enum { LEASE, TOLD, COST, UNDONE, LIST, OF_OFFER };
enum { FIELDS = HEAD + OF_OFFER * SS_OFFERS_MAX };

static size_t split(char *line, char *fields[FIELDS])
{
    size_t count = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *at = line; at && count < FIELDS;)
        fields[count++] = strsep(&at, "\t");
    return count;
}

static int64_t number(const char *text)
{
    return strtoll(text, NULL, 10);
}

static ss_decision decision_of(char *const *of, size_t offers)
{
    ss_slice none = {"", 0};
    ss_decision decision = {.time = number(of[TIME]),
                            .expires = number(of[EXPIRES]),
                            .closes = number(of[CLOSES]),
                            .day = (int32_t)number(of[DAY]),
                            .verdict = (ss_verdict)number(of[VERDICT]),
                            .stake = 1,
                            .campaign = ss_slice_of(of[CAMPAIGN]),
                            .incentive = ss_slice_of(of[INCENTIVE]),
                            .variant = none,
                            .segment = ss_slice_of(of[SEGMENT]),
                            .customer_id = ss_slice_of(of[CUSTOMER]),
                            .session_id = ss_slice_of(of[SESSION]),
                            .request_id = none,
                            .page_item = none,
                            .terms.gift_item = none,
                            .offer_count = offers};
    for (size_t i = 0; i < offers; i++) {
        char *const *offer = of + HEAD + i * OF_OFFER;
        decision.offers[i] = (ss_offer){.item_id = SS_SLICE_LITERAL("tea"),
                                        .with_item = none,
                                        .list = number(offer[LIST]),
                                        .offer = number(offer[LIST]),
                                        .lease = number(offer[LEASE]),
                                        .order_id = none,
                                        .reason.because = none};
    }
    return decision;
}

/* What became of it. */
static ss_status tell(ss_offer_ledger *ledger, ss_decision *decision, char *const *of, ss_error *error)
{
    ss_status status;
    decision->outcome =
        (ss_offer_outcome){(uint32_t)number(of[ORDERS]), number(of[REVENUE]), number(of[MARGIN]), number(of[GIVEN])};
    for (size_t i = 0; i < decision->offer_count; i++)
        decision->offers[i].told = (uint8_t)number(of[HEAD + i * OF_OFFER + TOLD]);
    SS_TRY(ss_offer_ledger_update(ledger, decision, error));
    for (size_t i = 0; i < decision->offer_count; i++) {
        char *const *offer = of + HEAD + i * OF_OFFER;
        ss_redemption redemption = {decision->time, number(offer[COST]), number(offer[LIST]), SS_SLICE_LITERAL("o-1")};
        if (redemption.cost < 0)
            continue;
        SS_TRY(ss_offer_ledger_redeem(ledger, decision->offers[i].number, &redemption, error));
        if (number(offer[UNDONE]))
            SS_TRY(ss_offer_ledger_undo(ledger, decision->offers[i].number, error));
    }
out:
    return status;
}

static ss_status write_all(ss_offer_ledger *ledger, int64_t now, ss_error *error)
{
    static char line[1 << 16];
    char *fields[FIELDS];
    size_t done = 1;
    ss_status status = SS_OK;
    while (fgets(line, sizeof line, stdin)) {
        size_t count = split(line, fields);
        if (count < HEAD || (count - HEAD) % OF_OFFER)
            return ss_error_set(error, SS_E_FORMAT, "%zu fields", count);
        ss_decision decision = decision_of(fields, (count - HEAD) / OF_OFFER);
        SS_TRY(ss_offer_ledger_add(ledger, &decision, error));
        SS_TRY(tell(ledger, &decision, fields, error));
    }
    while (done > 0)
        SS_TRY(ss_offer_ledger_settle(ledger, now, 1000, NULL, NULL, &done, error));
out:
    return status;
}

int main(int argc, char **argv)
{
    ss_environment *environment = NULL;
    ss_offer_ledger *ledger = NULL;
    ss_error error = {0};
    char text[1024];
    ss_status status;
    if (argc != 3)
        return 2;
    SS_TRY(ss_environment_open(argv[1], UINT64_C(1) << 32, &environment, &error));
    SS_TRY(ss_offer_ledger_open(environment, &ledger, &error));
    SS_TRY(ss_offer_ledger_begin(ledger, &error));
    status = write_all(ledger, number(argv[2]), &error);
    SS_TRY(status == SS_OK ? ss_offer_ledger_end(ledger, true, &error) : status);
    SS_TRY(ss_environment_sync(environment, &error));
out:
    if (status != SS_OK) {
        ss_error_format(&error, text, sizeof text);
        fprintf(stderr, "dump_decisions: %s\n", text);
    }
    ss_offer_ledger_close(&ledger);
    ss_environment_close(&environment);
    return status != SS_OK;
}
