/* test_public_reply.c: what a public key is shown is on a list; nothing else of a result gets out, whatever it is called. */
#include "check.h"

#include "http/public_reply.h"
#include "json_wire.h"

#include <stdlib.h>
#include <string.h>

static ss_status show(const char *method, const char *result, char **shown)
{
    ss_error error;
    ss_buffer out;
    ss_slice wire = json_wire(result);
    ss_buffer_init(&out, JSON_WIRE_MAX);
    ss_status status = ss_public_result(ss_method_find(ss_slice_of(method)), wire, &out, &error);
    *shown = status == SS_OK ? json_wire_text((ss_slice){out.data, out.size}) : NULL;
    if (status != SS_OK)
        assert_int_equal(out.size, 0);
    ss_buffer_release(&out);
    free((char *)(uintptr_t)wire.data);
    return status;
}

static void what_is_on_the_list_is_shown(void **state)
{
    static const struct {
        const char *method, *result, *shown;
    } rows[] = {
        {"related",
         "{'generation': 'g', 'items': [{'item_id': 'a', 'score': 0.5, 'reason': {'model': 'related', 'stage': 0, "
         "'because': 'b', "
         "'because_name': 'B', 'pairs': 7, 'customers': 5, 'lift': 2.5, 'supported_by': 1, 'of': 2, 'sessions': 3, "
         "'similarity': 0.5, 'rank': "
         "4, 'bought': 2, 'last_bought': 9}, 'name': 'N', 'price': 100, 'cost': 60, 'category': 'C', 'url': 'U', "
         "'image': 'I', 'stock': 3, "
         "'lowest_price_30d': 90, 'margin': 40}], 'short': null, 'decimals': 2, 'removed': {'hidden': 3}, 'unknown': "
         "['session_id'], "
         "'secret': {'a': [1, {'b': 2}]}}",
         "{'decimals': 2, 'generation': 'g', 'items': [{'category': 'C', 'image': 'I', 'item_id': 'a', "
         "'lowest_price_30d': 90, 'name': 'N', "
         "'price': 100, 'reason': {'because': 'b', 'because_name': 'B', 'model': 'related'}, 'stock': true, 'url': "
         "'U'}], 'short': null}"},
        {"popular",
         "{'items': [{'item_id': 'a', 'stock': 0}, {'item_id': 'b', 'stock': -1}], 'short': {'code': 'no_evidence', "
         "'missing': 3, 'why': 1}}",
         "{'items': [{'item_id': 'a', 'stock': false}, {'item_id': 'b', 'stock': false}], 'short': {'code': "
         "'no_evidence', 'missing': 3}}"},
        {"page",
         "{'generation': 'g', 'shelves': [{'shelf': 'popular', 'items': [], 'short': null, 'removed': {}}, {'shelf': "
         "'related', 'items': "
         "[{'item_id': 'a', 'score': 1, 'reason': {'model': 'popular', 'rank': 1}}]}], 'unknown': [], 'offers': "
         "{'show': true, 'decision': 9}}",
         "{'generation': 'g', 'offers': {'show': true}, 'shelves': [{'items': [], 'shelf': 'popular', 'short': null}, "
         "{'items': [{'item_id': "
         "'a', 'reason': {'model': 'popular'}}], 'shelf': 'related'}]}"},
        {"offers",
         "{'show': true, 'reason': 'offer', 'campaign': 'dump-the-rest', 'message_key': 'lightning', 'variant': null, "
         "'expires_at': 17, "
         "'triggers': {'mouse_out': true, 'idle_seconds': 0, 'back_button': false, 'cost': 1}, 'decimals': 2, "
         "'decision': 9, 'repeated': true, "
         "'offers': [{'offer_id': 'E6KA9DRS', 'item_id': 'a', 'with_item': 'b', 'with_name': 'B', 'list_price': 1275, "
         "'offer_price': 1147, "
         "'floor': 900, 'incentive': {'name': 'percent-10', 'kind': 'percent', 'percent': 10.0, 'points': 1, 'amount': "
         "2, 'gift_item': 'x', "
         "'cost': 5}, 'code': 'E6KA-9DRS-R6WG-92S1', 'reason': {'model': 'related', 'because': '22423', 'pairs': 214, "
         "'customers': 214}, "
         "'name': 'Cake stand', 'stock': 1}, {'offer_id': null, 'item_id': null, 'incentive': null, 'code': null}]}",
         "{'decimals': 2, 'expires_at': 17, 'message_key': 'lightning', 'offers': [{'code': 'E6KA-9DRS-R6WG-92S1', "
         "'incentive': {'amount': 2, "
         "'gift_item': 'x', 'kind': 'percent', 'percent': 10.0, 'points': 1}, 'item_id': 'a', 'list_price': 1275, "
         "'name': 'Cake stand', "
         "'offer_id': 'E6KA9DRS', 'offer_price': 1147, 'reason': {'because': '22423', 'model': 'related'}, 'stock': "
         "true, 'with_item': 'b', "
         "'with_name': 'B'}, {'code': null, 'incentive': null, 'item_id': null, 'offer_id': null}], 'reason': 'offer', "
         "'repeated': true, "
         "'show': true, 'triggers': {'back_button': false, 'idle_seconds': 0, 'mouse_out': true}, 'variant': null}"},
        {"offers", "{'show': false, 'reason': 'no_campaign', 'campaign': null, 'triggers': null, 'offers': []}",
         "{'offers': [], 'reason': 'no_campaign', 'show': false, 'triggers': null}"},
        {"event",
         "{'stored': 1, 'repeated': 1, 'refused': 1, 'durability': 'relaxed', 'results': [{'sequence': 1, 'repeated': "
         "true}, {'sequence': 2, "
         "'mended': ['quantity_too_large']}, {'refused': 'no_group'}]}",
         "{'durability': 'relaxed', 'refused': 1, 'repeated': 1, 'results': [{'repeated': true}, {'mended': "
         "['quantity_too_large']}, "
         "{'refused': 'no_group'}], 'stored': 1}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *shown;
        assert_status(show(rows[i].method, rows[i].result, &shown), SS_OK);
        assert_string_equal(shown, rows[i].shown);
        free(shown);
    }
}

static void what_is_no_result_is_not_shown(void **state)
{
    static const struct {
        const char *method, *result;
    } rows[] = {
        {"related", "[]"},
        {"related", "7"},
        {"related", "{'generation': {'cost': 1}}"},
        {"related", "{'items': {'a': 1}}"},
        {"related", "{'items': [7]}"},
        {"related", "{'items': [{'name': ['cost']}]}"},
        {"related", "{'items': [{'stock': {}}]}"},
        {"event", "{'results': [{'mended': [[1]]}]}"},
        {"event", "{'results': [{'mended': 'x'}]}"},
        {"offers", "{'triggers': []}"},
        {"stats", "{}"},
        {"items", "{}"},
        {"preview", "{}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *shown;
        if (show(rows[i].method, rows[i].result, &shown) != SS_E_FORMAT)
            fail_msg("shown: %s", rows[i].result);
    }
}

static void what_is_cut_off_or_too_long_leaves_nothing(void **state)
{
    ss_slice wire = json_wire("{'generation': 'g', 'items': [{'item_id': 'a', 'score': 1.5, 'reason': {'model': 'm', "
                              "'pairs': 3}}], 'short': null}");
    (void)state;
    for (size_t size = 0; size <= wire.size + 1; size++) {
        ss_buffer out;
        ss_buffer_init(&out, JSON_WIRE_MAX);
        ss_status status =
            ss_public_result(SS_METHOD_PAGE - 1, (ss_slice){wire.data, size}, &out, NULL); /* no public method */
        assert_status(status, SS_E_FORMAT);
        status = ss_public_result(0, (ss_slice){wire.data, size}, &out, NULL);
        assert_true((status == SS_OK) == (size == wire.size));
        assert_true((out.size > 0) == (size == wire.size));
        ss_buffer_release(&out);
        ss_buffer_init(&out, size);
        status = ss_public_result(0, wire, &out, NULL);
        assert_true(status == SS_OK || (status == SS_E_LIMIT && out.size == 0));
        ss_buffer_release(&out);
    }
    free((char *)(uintptr_t)wire.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_on_the_list_is_shown),
        cmocka_unit_test(what_is_no_result_is_not_shown),
        cmocka_unit_test(what_is_cut_off_or_too_long_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
