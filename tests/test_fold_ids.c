/* Folding: which ids are one, which spelling stands for them, and when the catalogue is evidence enough. */
#include "testing.h"

#include "failing_malloc.h"
#include "memory_rows.h"

#include "base/memory.h"
#include "log/fold_ids.h"

static void common_forms(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"85123A", "85123a"},
                                           {" 85123A ", "85123a"},
                                           {"BANK  \t CHARGES", "bank charges"},
                                           {"Größe", "größe"},
                                           {"", ""},
                                           {" ", ""},
                                           {"a b", "a b"},
                                           {"ab", "ab"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[SS_ID_MAX];
        size_t size = ss_fold_id(ss_slice_of(cases[i][0]), out);
        assert_true(ss_slice_equal((ss_slice){out, size}, ss_slice_of(cases[i][1])));
    }
}

typedef struct fold_case {
    const char *name;
    ss_fold_ids mode;
    const char *catalog; /* rows of item_id,name; NULL: none */
    const char *ids[6];  /* of the log, with 60, 50, 40, … rows, and of the catalogue, without, after "|" */
    const char *to[6];
    bool folded;
    uint64_t joined;
} fold_case;

static const fold_case cases[] = {
    {"not asked", SS_FOLD_NO, "a,x\nA,x\n", {"a", "A"}, {"a", "A"}, false, 0},
    {"asked", SS_FOLD_YES, NULL, {"a", "A", "b"}, {"a", "a", "b"}, true, 1},
    {"asked, nothing to do", SS_FOLD_YES, NULL, {"a", "b"}, {"a", "b"}, true, 0},
    {"no catalogue", SS_FOLD_AUTO, NULL, {"a", "A"}, {"a", "A"}, false, 0},
    {"becomes known", SS_FOLD_AUTO, "A,x\nb,y\n", {"a", "b", "|", "A"}, {"A", "b", "A"}, true, 1},
    {"two spellings, one name", SS_FOLD_AUTO, "a,Duck\nA,DUCK\n", {"a", "A"}, {"a", "a"}, true, 1},
    {"two spellings, two names", SS_FOLD_AUTO, "a,Duck\nA,Goose\n", {"a", "A"}, {"a", "A"}, false, 0},
    {"two spellings, no names", SS_FOLD_AUTO, "a,\nA,\n", {"a", "A"}, {"a", "A"}, false, 0},
    {"all known as they are", SS_FOLD_AUTO, "a,x\nb,y\n", {"a", "b"}, {"a", "b"}, false, 0},
    {"unknown either way", SS_FOLD_AUTO, "x,x\n", {"a", "A"}, {"a", "A"}, false, 0},
    {"the known one stands", SS_FOLD_YES, "A,x\n", {"a", "A"}, {"A", "A"}, true, 1},
    {"blanks inside", SS_FOLD_YES, NULL, {"a  b", "A b", "ab"}, {"a  b", "a  b", "ab"}, true, 1},
    {"only the catalogue's", SS_FOLD_AUTO, "a,x\nA,x\n", {"b", "|", "a", "A"}, {"b", "A", "A"}, true, 0},
};

static ss_catalog *catalog_of(const char *rows)
{
    char text[1024];
    if (!rows)
        return NULL;
    snprintf(text, sizeof text, "item_id,name\n%s", rows);
    ss_row_source *source = memory_rows_open(text);
    ss_catalog_options options = ss_catalog_defaults();
    ss_catalog *catalog;
    ss_catalog_report report;
    assert_int_equal(ss_catalog_read_rows(source, &options, NULL, &catalog, &report, NULL), SS_OK);
    ss_row_source_close(&source);
    return catalog;
}

static uint32_t intern_all(const fold_case *c, ss_dictionary *ids, uint32_t *rows)
{
    uint32_t number, left = 60;
    for (size_t i = 0; i < 6 && c->ids[i]; i++) {
        if (strcmp(c->ids[i], "|") == 0) {
            left = 0;
            continue;
        }
        assert_int_equal(ss_dictionary_intern(ids, ss_slice_of(c->ids[i]), &number), SS_OK);
        rows[number] = left;
        left -= left ? 10 : 0;
    }
    return ss_dictionary_count(ids);
}

static void evidence_and_spellings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const fold_case *c = &cases[i];
        ss_catalog *catalog = catalog_of(c->catalog);
        ss_dictionary *ids = ss_dictionary_new();
        uint32_t rows[6], count = intern_all(c, ids, rows);
        ss_folding folding;
        assert_int_equal(ss_fold_ids_find(ids, rows, catalog, c->mode, &folding, NULL), SS_OK);
        if (folding.folded != c->folded || folding.joined != c->joined)
            fail_msg("%s: folded %d, joined %d", c->name, folding.folded, (int)folding.joined);
        for (uint32_t id = 0; id < count; id++)
            if (!ss_slice_equal(ss_dictionary_id(ids, folding.to[id]), ss_slice_of(c->to[id])))
                fail_msg("%s: id %u", c->name, id);
        ss_folding_free(&folding);
        ss_dictionary_free(&ids);
        ss_catalog_free(&catalog);
    }
}

static void the_more_frequent_then_the_lesser_bytes(void **state)
{
    (void)state;
    ss_dictionary *ids = ss_dictionary_new();
    static const char *const spellings[] = {"ab", "Ab", "aB", "AB"};
    uint32_t number, few[] = {3, 9, 9, 1};
    ss_folding folding;
    for (int i = 0; i < 4; i++)
        assert_int_equal(ss_dictionary_intern(ids, ss_slice_of(spellings[i]), &number), SS_OK);
    assert_int_equal(ss_fold_ids_find(ids, few, NULL, SS_FOLD_YES, &folding, NULL), SS_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(folding.to[i], 1);
    assert_int_equal(folding.joined, 3);
    ss_folding_free(&folding);
    ss_dictionary_free(&ids);
}

/* A few products renamed between two spellings do not hide what a hundred others show; a case-sensitive shop does. */
static void one_in_five_may_differ(void **state)
{
    (void)state;
    for (int different = 0; different < 10; different++) {
        char rows[1024] = "";
        for (int i = 0; i < 20; i++)
            sprintf(rows + strlen(rows), "p%d,name %d\nP%d,name %d\n", i, i, i, i < different ? i + 100 : i);
        ss_catalog *catalog = catalog_of(rows);
        ss_folding folding;
        uint32_t counts[40] = {0};
        assert_int_equal(ss_fold_ids_find(ss_catalog_ids(catalog), counts, catalog, SS_FOLD_AUTO, &folding, NULL),
                         SS_OK);
        assert_int_equal(folding.folded, different <= 4);
        ss_folding_free(&folding);
        ss_catalog_free(&catalog);
    }
}

static bool fold_all(void *context)
{
    const ss_catalog *catalog = context;
    uint32_t rows[2] = {1, 1};
    ss_folding folding = {.joined = 99};
    if (ss_fold_ids_find(ss_catalog_ids(catalog), rows, catalog, SS_FOLD_AUTO, &folding, NULL) != SS_OK) {
        assert_int_equal(folding.joined, 99);
        return false;
    }
    ss_folding_free(&folding);
    ss_folding_free(NULL);
    return true;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    ss_catalog *catalog = catalog_of("a,x\nA,x\n");
    assert_true(failing_malloc_torture(fold_all, catalog) >= 5);
    ss_catalog_free(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(common_forms),
        cmocka_unit_test(evidence_and_spellings),
        cmocka_unit_test(the_more_frequent_then_the_lesser_bytes),
        cmocka_unit_test(one_in_five_may_differ),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
