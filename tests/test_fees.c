/* Fees: by name, by the look of the id among the others, and logs that must lose nothing. */
#include "testing.h"

#include "failing_malloc.h"
#include "memory_rows.h"

#include "base/memory.h"
#include "log/fees.h"

static void names(void **state)
{
    (void)state;
    static const char *const fees[] = {"POSTAGE",
                                       "DOTCOM POSTAGE",
                                       "Manual",
                                       "Discount",
                                       "SAMPLES",
                                       "Bank Charges",
                                       "CARRIAGE",
                                       "Next Day Carriage",
                                       "PACKING CHARGE",
                                       "AMAZON FEE",
                                       "CRUK Commission",
                                       "Adjust bad debt",
                                       "Adjustment by Peter on Jun 25 2010",
                                       "Dotcomgiftshop Gift Voucher £20.00",
                                       "Gift Voucher",
                                       "This is a test product.",
                                       "Gift card",
                                       "Delivery",
                                       "Standard Shipping (UK)",
                                       "P&P charge",
                                       "Refund",
                                       "Handling fee 2",
                                       "Express delivery charge",
                                       "Gift Card £50",
                                       "Versandkosten",
                                       "Postage & packing",
                                       "voucher"};
    static const char *const products[] = {"VINTAGE POST OFFICE CABINET",
                                           "WHITE BAROQUE CARRIAGE CLOCK",
                                           "FRENCH CARRIAGE LANTERN",
                                           "PIGGY BANK RETROSPOT",
                                           "BANK ACCOUNT  GREETING  CARD",
                                           "OCCASIONS GIFT CARD ASSORTMENT",
                                           "SET 10 CARDS PERFECT POST 17090",
                                           "YELLOW EASTER EGG HUNT START POST",
                                           "RETRO COFFEE MUGS ASSORTED",
                                           "ZINC HEART LATTICE CHARGER LARGE",
                                           "SET OF THREE 50'S GIFT WRAPS",
                                           "POSTE FRANCE CUSHION COVER",
                                           "GIFT BAG BIRTHDAY",
                                           "PADS TO MATCH ALL CUSHIONS",
                                           "whole milk",
                                           "shopping bags",
                                           "",
                                           "12345",
                                           "£££",
                                           "Card",
                                           "Home",
                                           "The Manual of Horsemanship",
                                           "PORTO CERVO TOWEL",
                                           "baby carriage",
                                           "PHONE CHARGE CABLE"};
    char why[SS_FEE_WHY_MAX];
    for (size_t i = 0; i < sizeof fees / sizeof *fees; i++)
        if (!ss_fee_name(ss_slice_of(fees[i]), why) || strncmp(why, "name: ", 6) != 0)
            fail_msg("'%s' is a fee", fees[i]);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (ss_fee_name(ss_slice_of(products[i]), why))
            fail_msg("'%s' is a product, not a fee by %s", products[i], why);
}

static void a_long_name_is_no_fee(void **state)
{
    (void)state;
    char name[5000], why[SS_FEE_WHY_MAX];
    for (size_t i = 0; i + 8 < sizeof name; i += 8)
        memcpy(name + i, "postage ", 8);
    assert_false(ss_fee_name((ss_slice){name, sizeof name - 8}, why));
    assert_true(ss_fee_name((ss_slice){name, 80}, why));
}

/* A log in small: ids with their rows, and the one to be judged. */
typedef struct look_case {
    const char *name;
    int numbered;           /* as many ids 10000, 10001, …, of 1000 rows each */
    const char *others[12]; /* further ids, of 100 rows each */
    const char *id;
    const char *why; /* NULL: no fee */
} look_case;

static const look_case looks[] = {
    {"letters among numbers", 200, {"POST"}, "POST", "id without digits"},
    {"one letter", 200, {"M", "D"}, "M", "id without digits"},
    {"two words", 200, {"BANK CHARGES"}, "BANK CHARGES", "id without digits"},
    {"letter and digit, short", 200, {"C2"}, "C2", "id much shorter than the others"},
    {"a fee's word", 200, {"gift_0001_20"}, "gift_0001_20", "id with the word gift"},
    {"a test", 200, {"TEST001"}, "TEST001", "id with the word test"},
    {"few ids", 6, {"POSTAGE"}, "POSTAGE", "id with the word postage"},
    {"few ids, one letter", 20, {"M"}, "M", "id much shorter than the others"},
    {"few ids, a word", 6, {"LAMP"}, "LAMP", NULL},
    {"letters with digits", 200, {"SP1002", "DCGS0003"}, "SP1002", NULL},
    {"a family", 200, {"DCGS0003", "DCGS0004", "dcgs0058", "DCGSSBOY"}, "DCGSSBOY", NULL},
    {"no family", 200, {"DCGS0003", "DCGS0004", "DCGSSBOY"}, "DCGSSBOY", "id without digits"},
    {"a number", 200, {"7"}, "7", NULL},
    {"no row of the log", 200, {"10"}, "POST", "id without digits"},
    {"words", 0, {"whole milk", "soda", "rolls/buns"}, "soda", NULL},
    {"words, one a fee's", 0, {"whole milk", "soda", "postage"}, "postage", NULL},
    {"words, one letter", 0, {"whole milk", "soda", "M"}, "M", NULL},
    {"other scripts", 200, {"\xd7\xa9\xd7\x9c"}, "\xd7\xa9\xd7\x9c", NULL},
    {"empty log", 0, {NULL}, "POST", NULL},
};

static void the_look_of_ids(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof looks / sizeof *looks; c++) {
        ss_dictionary *ids = ss_dictionary_new();
        uint32_t rows[400], number;
        char text[16], why[SS_FEE_WHY_MAX] = "";
        for (int i = 0; i < looks[c].numbered; i++) {
            snprintf(text, sizeof text, "%d", 10000 + i);
            assert_int_equal(ss_dictionary_intern(ids, ss_slice_of(text), &number), SS_OK);
            rows[number] = 1000;
        }
        for (int i = 0; looks[c].others[i]; i++) {
            assert_int_equal(ss_dictionary_intern(ids, ss_slice_of(looks[c].others[i]), &number), SS_OK);
            rows[number] = 100;
        }
        ss_fee_judge *judge = ss_fee_judge_new(ids, rows, NULL);
        bool fee = ss_fee_judge_ask(judge, ss_slice_of(looks[c].id), why);
        if (fee != (looks[c].why != NULL) || strcmp(why, fee ? looks[c].why : "") != 0)
            fail_msg("%s: %s '%s'", looks[c].name, fee ? "a fee by" : "no fee", why);
        ss_fee_judge_free(&judge);
        ss_dictionary_free(&ids);
    }
}

static void no_style_no_judgement(void **state)
{
    (void)state;
    static const char *const styles[][6] = {{"A1", "B2", "C3", "D4", "E5", "F6"},
                                            {"ab", "cd", "ef", "gh", "ij", "kl"},
                                            {"1", "2", "3", "4", "5", "6"},
                                            {"a1", "b2", "c", "d", "e", "f"}};
    for (size_t s = 0; s < sizeof styles / sizeof *styles; s++) {
        ss_dictionary *ids = ss_dictionary_new();
        uint32_t rows[6] = {1, 10, 100, 1000, 10, 1}, number;
        char why[SS_FEE_WHY_MAX];
        for (int i = 0; i < 6; i++)
            assert_int_equal(ss_dictionary_intern(ids, ss_slice_of(styles[s][i]), &number), SS_OK);
        ss_fee_judge *judge = ss_fee_judge_new(ids, rows, NULL);
        for (int i = 0; i < 6; i++)
            assert_false(ss_fee_judge_ask(judge, ss_slice_of(styles[s][i]), why));
        ss_fee_judge_free(&judge);
        ss_dictionary_free(&ids);
    }
}

static void the_catalogue_speaks_first(void **state)
{
    (void)state;
    ss_row_source *source = memory_rows_open("item_id,name\nC2,CARRIAGE\nX9,Rubber duck\nTEST1,Rubber test duck\n"
                                             "23444,Next Day Carriage\nPADS,PADS TO MATCH ALL CUSHIONS\n");
    ss_catalog_options options = ss_catalog_defaults();
    ss_catalog *catalog;
    ss_catalog_report report;
    assert_int_equal(ss_catalog_read_rows(source, &options, NULL, &catalog, &report, NULL), SS_OK);
    ss_dictionary *ids = ss_dictionary_new();
    uint32_t rows[200], number;
    char why[SS_FEE_WHY_MAX];
    for (int i = 0; i < 200; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", 23400 + i);
        assert_int_equal(ss_dictionary_intern(ids, ss_slice_of(text), &number), SS_OK);
        rows[number] = 10;
    }
    ss_fee_judge *judge = ss_fee_judge_new(ids, rows, catalog);
    assert_true(ss_fee_judge_ask(judge, SS_SLICE_LITERAL("C2"), why));
    assert_string_equal(why, "name: carriage");
    assert_true(ss_fee_judge_ask(judge, SS_SLICE_LITERAL("23444"), why));
    assert_false(ss_fee_judge_ask(judge, SS_SLICE_LITERAL("X9"), why)); /* short, but the catalogue knows better */
    assert_false(ss_fee_judge_ask(judge, SS_SLICE_LITERAL("TEST1"), why));
    assert_true(ss_fee_judge_ask(judge, SS_SLICE_LITERAL("PADS"), why));
    assert_true(ss_fee_judge_ask(judge, SS_SLICE_LITERAL("Y9"), why));
    ss_fee_judge_free(&judge);
    ss_dictionary_free(&ids);
    ss_catalog_free(&catalog);
    ss_row_source_close(&source);
}

static bool make_judge(void *context)
{
    (void)context;
    ss_dictionary *ids = ss_dictionary_new();
    uint32_t rows[300], number = 0;
    bool good = ids != NULL;
    for (int i = 0; good && i < 300; i++) {
        char text[16];
        snprintf(text, sizeof text, "ab%c%c%d", 'a' + i % 26, 'a' + i / 26, i);
        rows[i] = 1;
        good = ss_dictionary_intern(ids, ss_slice_of(text), &number) == SS_OK;
    }
    ss_fee_judge *judge = good ? ss_fee_judge_new(ids, rows, NULL) : NULL;
    good = judge != NULL;
    ss_fee_judge_free(&judge);
    ss_dictionary_free(&ids);
    return good;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(failing_malloc_torture(make_judge, NULL) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(a_long_name_is_no_fee),
        cmocka_unit_test(the_look_of_ids),
        cmocka_unit_test(no_style_no_judgement),
        cmocka_unit_test(the_catalogue_speaks_first),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
