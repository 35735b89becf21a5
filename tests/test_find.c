/* test_find.c: products by a part of their names: folding, words, what is withheld, going on, bounds. test_find.py holds a
 * whole server against a second reading of the catalogue. */
#include "check.h"
#include "failing_malloc.h"
#include "fixed_handler.h"
#include "live_shop.h"
#include "server/find_reply.h"
#include "shop.h"
#include "wire_text.h"

/* ---- names ---- */

static void assert_folded(const char *text, const char *expected)
{
    char folded[256];
    size_t size = ss_name_fold(ss_slice_of(text), folded, sizeof folded - 1);
    folded[size] = '\0';
    assert_string_equal(folded, expected);
}

static void letters_are_folded(void **state)
{
    (void)state;
    assert_folded("", "");
    assert_folded("@AZ[`az{09", "@az[`az{09");
    assert_folded("A LONGER Name than eight Bytes", "a longer name than eight bytes");
    assert_folded("Grüner ÄRGER, Straße, STRASSE, ẞ", "gruner arger, strasse, strasse, ss");
    assert_folded("Čaj Łódź Ørsted Þór Œuvre Ægir ĳs naïve Ș Ț Đorđe",
                  "caj lodz orsted thor oeuvre aegir ijs naive s t dorde");
    assert_folded("Việt NGƯỜI Ơ", "viet nguoi o");
    assert_folded("ΆΝΘΗ Ελένης ΐ", "ανθη ελενησ ι");
    assert_folded("ЁЛКА Йод", "елка йод");
    assert_folded("cafe\xcc\x81", "cafe");
    assert_folded("茶壶 ﷲ 😀", "茶壶 ﷲ 😀");
    assert_folded("a\xff\xc3", "a  ");
}

static void what_has_no_room_is_cut_between_letters(void **state)
{
    (void)state;
    char folded[8];
    assert_int_equal(ss_name_fold(SS_SLICE_LITERAL("aaß"), folded, 3), 2);
    assert_int_equal(ss_name_fold(SS_SLICE_LITERAL("aaß"), folded, 4), 4);
    assert_int_equal(ss_name_fold(SS_SLICE_LITERAL("aaaaaaaaaaaa"), folded, 5), 5);
}

static bool matches(const char *text, const char *name)
{
    ss_name_words words;
    uint64_t cost = 0;
    ss_name_words_read(ss_slice_of(text), &words);
    return ss_name_words_match(&words, ss_slice_of(name), &cost);
}

static void each_word_must_be_somewhere(void **state)
{
    (void)state;
    assert_true(matches("lant gla", "Glass lantern"));
    assert_true(matches("  LANTERN\t", "Glass lantern"));
    assert_true(matches("krug gruner", "Grüner Krug"));
    assert_true(matches("gr\xc3\xbc", "GRUNER"));
    assert_true(matches("ss la", "Glass lantern"));
    assert_true(matches("n", "Glass lantern"));
    assert_true(matches(" ", "Glass lantern") && matches(" ", ""));
    assert_false(matches("slan", "Glass lantern"));
    assert_false(matches("lantern red", "Glass lantern"));
    assert_false(matches("lanternx", "Glass lantern"));
    assert_false(matches("a", ""));
    assert_true(
        matches("a b c d e f g h i j k l m n o p q", "abcdefghijklmnop")); /* the seventeenth word is passed over */
}

static void long_names_and_texts_are_cut(void **state)
{
    (void)state;
    char name[2000], text[300];
    memset(name, 'x', sizeof name);
    memset(text, 'y', sizeof text);
    name[SS_NAME_READ_MAX - 1] = 'y';
    name[SS_NAME_READ_MAX] = 'z';
    ss_name_words words;
    uint64_t cost = 0;
    ss_name_words_read((ss_slice){text, sizeof text}, &words);
    assert_true(words.count == 1 && words.words[0].size == SS_NAME_TEXT_MAX);
    ss_name_words_read(SS_SLICE_LITERAL("xy"), &words);
    assert_true(ss_name_words_match(&words, (ss_slice){name, sizeof name}, &cost));
    assert_int_equal(cost, SS_NAME_READ_MAX);
    ss_name_words_read(SS_SLICE_LITERAL("z"), &words);
    assert_false(ss_name_words_match(&words, (ss_slice){name, sizeof name}, &cost));
}

/* ---- a catalogue ---- */

typedef struct looked {
    shop of;
    ss_live_items *items;
    ss_catalogue catalogue;
    ss_finder *finder;
    ss_found found;
} looked;

static const char shop_log[] =
    "order_id,customer_id,item_id\n1,a,tea\n1,a,pot\n2,b,tea\n2,b,pot\n3,c,odd\n3,c,tea\n4,d,tea\n";
static const char shop_catalog[] = "item_id,name,category,price,stock,available_from\n"
                                   "tea,Green tea,drinks,3.00,5,\npot,Tea pot,pots,9.00,,\ncup,Cup,pots,2.00,1,\n"
                                   "late,Tea of tomorrow,drinks,4.00,,2030-01-01\n";

static void look_open(looked *at)
{
    ss_error error;
    shop_open(&at->of, shop_log, shop_catalog);
    at->items = ss_live_items_new(&(ss_live_items_options){8});
    expect_ok(ss_catalogue_init(&at->catalogue, at->of.snapshot, at->items, &error), &error);
    at->finder = ss_finder_new();
    assert_non_null(at->finder);
}

static void look_close(looked *at)
{
    ss_finder_free(&at->finder);
    ss_catalogue_release(&at->catalogue);
    ss_live_items_free(&at->items);
    shop_close(&at->of);
}

static void ignore_change(void *context, uint32_t item, uint8_t show)
{
    (void)context;
    (void)item;
    (void)show;
}

static void change(looked *at, ss_item_change made)
{
    ss_error error;
    live_change(at->items, at->of.snapshot, made, ITEM_NOW);
    expect_ok(ss_catalogue_catch_up(&at->catalogue, ignore_change, NULL, &error), &error);
}

static ss_find_request asked(const char *text)
{
    const ss_request empty = ss_request_empty();
    return (ss_find_request){
        .text = ss_slice_of(text), .after = empty.item_id, .filter = empty.filter, .limit = 10, .now = ITEM_NOW};
}

/* What is found, as ids with a blank behind each. */
static const char *found(looked *at, const ss_find_request *request)
{
    static char ids[512];
    size_t used = 0;
    ids[0] = '\0';
    assert_true(ss_find(at->finder, &at->catalogue, request, &at->found));
    for (size_t i = 0; i < at->found.count; i++) {
        ss_slice id = ss_catalogue_id(&at->catalogue, at->found.items[i].item);
        used += (size_t)snprintf(ids + used, sizeof ids - used, "%.*s ", (int)id.size, id.data);
    }
    return ids;
}

static void what_the_shop_says_now_is_found(void **state)
{
    (void)state;
    looked at;
    look_open(&at);
    ss_find_request tea = asked("tea"), any = asked("");
    assert_string_equal(found(&at, &tea), "tea pot ");
    assert_string_equal(found(&at, &any), "tea pot cup ");
    change(&at, item_text("tea", SS_LIVE_NAME, "Gr\xc3\xbcner Krug"));
    assert_string_equal(found(&at, &tea), "pot ");
    change(&at, item_text("new", SS_LIVE_NAME, "TEA for two"));
    change(&at, item_text("odd", SS_LIVE_NAME, "Odd tea"));
    assert_string_equal(found(&at, &tea), "pot odd new ");
    change(&at, item_number("pot", SS_LIVE_HIDDEN, 1));
    change(&at, item_number("new", SS_LIVE_STOCK, 0));
    assert_string_equal(found(&at, &tea), "odd ");
    tea.all = true;
    assert_string_equal(found(&at, &tea), "pot odd late new ");
    assert_int_equal(at.found.items[0].withheld, 1u << SS_REMOVED_HIDDEN);
    assert_int_equal(at.found.items[1].withheld, 0);
    assert_int_equal(at.found.items[2].withheld, 1u << SS_REMOVED_DATES);
    assert_int_equal(at.found.items[3].withheld, 1u << SS_REMOVED_STOCK);
    change(&at, item_clear("odd", SS_LIVE_ALL));
    any.all = true;
    assert_string_equal(found(&at, &any), "tea pot odd cup late new ");
    assert_int_equal(at.found.items[2].withheld, 1u << SS_REMOVED_CATALOGUE);
    look_close(&at);
}

static void filters_hold(void **state)
{
    (void)state;
    looked at;
    look_open(&at);
    ss_find_request request = asked("");
    request.filter.category = SS_SLICE_LITERAL("pots");
    assert_string_equal(found(&at, &request), "pot cup ");
    change(&at, item_text("tea", SS_LIVE_CATEGORY, "pots"));
    change(&at, item_number("pot", SS_LIVE_PRICE, 200));
    assert_string_equal(found(&at, &request), "tea pot cup ");
    request.filter.price_max = 200;
    assert_string_equal(found(&at, &request), "pot cup ");
    request.filter.price_min = 201;
    request.filter.price_max = 300;
    assert_string_equal(found(&at, &request), "tea ");
    request = asked("");
    request.filter.category = SS_SLICE_LITERAL("hats");
    assert_string_equal(found(&at, &request), "");
    assert_int_equal(at.found.stopped_at, SS_NONE);
    look_close(&at);
}

static void items_come_as_they_are_asked_for(void **state)
{
    (void)state;
    looked at;
    const ss_slice ids[] = {SS_SLICE_LITERAL("cup"), SS_SLICE_LITERAL("nothing"), SS_SLICE_LITERAL("odd"),
                            SS_SLICE_LITERAL("tea"), SS_SLICE_LITERAL("cup")};
    look_open(&at);
    ss_find_request request = asked("");
    request.items = ids, request.item_count = 5, request.limit = 1;
    change(&at, item_number("cup", SS_LIVE_STOCK, 0));
    assert_string_equal(found(&at, &request), "cup tea cup ");
    assert_int_equal(at.found.items[0].withheld, 1u << SS_REMOVED_STOCK);
    assert_int_equal(at.found.stopped_at, SS_NONE);
    request.all = true;
    assert_string_equal(found(&at, &request), "cup odd tea cup ");
    request.item_count = 0;
    assert_string_equal(found(&at, &request), "");
    look_close(&at);
}

static void it_goes_on_where_it_stopped(void **state)
{
    (void)state;
    looked at;
    look_open(&at);
    change(&at, item_text("n1", SS_LIVE_NAME, "New"));
    change(&at, item_text("n2", SS_LIVE_NAME, "New"));
    change(&at, item_clear("n1", SS_LIVE_ALL));
    ss_find_request request = asked("");
    request.limit = 1;
    char all[256] = "", last[64];
    for (int pages = 0; pages < 8; pages++) {
        strcat(all, found(&at, &request));
        if (at.found.stopped_at == SS_NONE)
            break;
        ss_slice id = ss_catalogue_id(&at.catalogue, at.found.stopped_at);
        snprintf(last, sizeof last, "%.*s", (int)id.size, id.data);
        request.after = ss_slice_of(last);
    }
    assert_string_equal(all, "tea pot cup n2 ");
    request.after = SS_SLICE_LITERAL("n2");
    assert_string_equal(found(&at, &request), "");
    request.after = SS_SLICE_LITERAL("n1");
    assert_false(ss_find(at.finder, &at.catalogue, &request, &at.found));
    look_close(&at);
}

static uint32_t items_in(looked *at, const char *category)
{
    const ss_found_category *categories;
    size_t count;
    assert_status(ss_find_categories(at->finder, &at->catalogue, &categories, &count), SS_OK);
    for (size_t i = 0; i < count; i++)
        if (ss_slice_equal(ss_catalogue_category_name(&at->catalogue, categories[i].category), ss_slice_of(category)))
            return categories[i].items;
    return 0;
}

static void categories_are_counted_as_they_are_now(void **state)
{
    (void)state;
    looked at;
    look_open(&at);
    assert_int_equal(items_in(&at, "pots"), 2);
    assert_int_equal(items_in(&at, "drinks"), 2);
    change(&at, item_number("cup", SS_LIVE_STOCK, 0));
    assert_int_equal(items_in(&at, "pots"), 1);
    change(&at, item_text("tea", SS_LIVE_CATEGORY, "hats"));
    assert_int_equal(items_in(&at, "hats"), 1);
    assert_int_equal(items_in(&at, "drinks"), 1);
    change(&at, item_text("late", SS_LIVE_CATEGORY, ""));
    assert_int_equal(items_in(&at, "drinks"), 0);
    assert_int_equal(items_in(&at, ""), 0);
    ss_finder_forget(at.finder);
    assert_int_equal(items_in(&at, "hats"), 1);
    look_close(&at);
}

/* ---- bounds ---- */

#define MANY 60000u

/* A store with many items, and nothing but items. */
static void publish_many(const char *store)
{
    static char texts[MANY][32];
    static ss_slice ids[MANY], names[MANY];
    static uint32_t none[MANY], flags[MANY];
    static int64_t absent[MANY];
    ss_generation_draft *draft = NULL;
    ss_error error = {0};
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof texts[i], "Product number %06u", i);
        names[i] = ss_slice_of(texts[i]);
        ids[i] = (ss_slice){texts[i] + 15, 6};
        none[i] = SS_NONE, flags[i] = SS_ITEM_IN_CATALOG, absent[i] = INT64_MIN;
    }
    const ss_items_content content = {.count = MANY,
                                      .ids = ids,
                                      .names = names,
                                      .category = none,
                                      .group = none,
                                      .flags = flags,
                                      .price = absent,
                                      .cost = absent,
                                      .stock = absent,
                                      .available_from = absent,
                                      .available_until = absent,
                                      .purchases = flags,
                                      .customers = flags,
                                      .decimals = 2};
    expect_ok(ss_generation_begin(store, FIXED_TIME, &draft, &error), &error);
    expect_ok(ss_items_write(ss_generation_draft_path(draft), &content, &error), &error);
    expect_ok(fixed_manifest(ss_generation_draft_path(draft), &error), &error);
    expect_ok(ss_generation_publish(&draft, ss_snapshot_schemas, true, &error), &error);
}

static void one_request_looks_at_so_many_names_and_no_more(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX], store[TEMPORARY_PATH_MAX];
    ss_snapshot *snapshot = NULL;
    ss_catalogue catalogue;
    ss_error error = {0};
    ss_found found;
    ss_finder *finder = ss_finder_new();
    temporary_folder_make(folder);
    publish_many(temporary_path(store, folder, "store"));
    expect_ok(ss_snapshot_open(store, NULL, false, &snapshot, &error), &error);
    expect_ok(ss_catalogue_init(&catalogue, snapshot, NULL, &error), &error);
    ss_find_request request = asked("059999");
    uint32_t last = 0;
    size_t asked_times = 1;
    for (; ss_find(finder, &catalogue, &request, &found) && found.stopped_at != SS_NONE; asked_times++) {
        assert_true(found.count == 0 && found.stopped_at - last < SS_FIND_COST / (SS_FIND_NAME + 21) + 1);
        last = found.stopped_at;
        request.after = ss_catalogue_id(&catalogue, last);
    }
    assert_true(found.count == 1 && asked_times == 3);
    request = asked("");
    request.filter.category = SS_SLICE_LITERAL("none");
    assert_true(ss_find(finder, &catalogue, &request, &found) && found.stopped_at == SS_NONE);
    ss_finder_free(&finder);
    ss_catalogue_release(&catalogue);
    ss_snapshot_release(&snapshot);
    temporary_folder_remove(folder);
}

/* ---- who may ask for what ---- */

static ss_role reader(void *context)
{
    (void)context;
    return SS_ROLE_READ;
}

static void all_is_for_admins(void **state)
{
    (void)state;
    static fixed_handler fixed;
    static uint8_t bytes[WIRE_TEXT_MAX];
    ss_slice reply;
    uint32_t msgid;
    fixed_handler_open(&fixed);
    for (unsigned all = 0; all < 2; all++) {
        size_t size = wire_text(all ? "94 00 07 <find> 81 <all> c3" : "94 00 07 <find> 81 <all> c2", bytes);
        ss_handled handled =
            ss_handler_handle(fixed.handler, (ss_slice){(char *)bytes, size}, reader, NULL, &reply, &msgid);
        assert_int_equal(handled, SS_HANDLED_REPLY);
        bool denied = memmem(reply.data, reply.size, "find with all takes the role admin", 34) != NULL;
        assert_int_equal(denied, all);
    }
    fixed_handler_close(&fixed);
}

static bool tell_categories(void *context)
{
    looked *at = context;
    const ss_found_category *categories;
    size_t count;
    ss_finder *finder = ss_finder_new();
    bool told = finder && ss_find_categories(finder, &at->catalogue, &categories, &count) == SS_OK;
    ss_finder_free(&finder);
    return told;
}

static void no_memory_is_told(void **state)
{
    (void)state;
    looked at;
    look_open(&at);
    assert_int_equal(failing_malloc_torture(tell_categories, &at), 2);
    look_close(&at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_folded),
        cmocka_unit_test(what_has_no_room_is_cut_between_letters),
        cmocka_unit_test(each_word_must_be_somewhere),
        cmocka_unit_test(long_names_and_texts_are_cut),
        cmocka_unit_test(what_the_shop_says_now_is_found),
        cmocka_unit_test(filters_hold),
        cmocka_unit_test(items_come_as_they_are_asked_for),
        cmocka_unit_test(it_goes_on_where_it_stopped),
        cmocka_unit_test(categories_are_counted_as_they_are_now),
        cmocka_unit_test(one_request_looks_at_so_many_names_and_no_more),
        cmocka_unit_test(all_is_for_admins),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
