/* test_openapi.c: the description in the program names what the program has: methods and their verbs, shelves, fields and errors, no more and no
 * less. test_openapi.py tries out what it says of them. */
#include "check.h"

#include "http/fault_status.h"
#include "http/public_call.h"
#include "http/routes.h"
#include "web/assets.h"
#include <jansson.h>

static int set_up(void **state)
{
    json_error_t error;
    const ss_asset *asset = ss_asset_find(SS_SLICE_LITERAL("openapi.json"));
    assert_non_null(asset);
    json_t *document = json_loadb(asset->body.data, asset->body.size, JSON_REJECT_DUPLICATES, &error);
    if (!document)
        fail_msg("line %d: %s", error.line, error.text);
    *state = document;
    return 0;
}

static int tear_down(void **state)
{
    json_decref(*state);
    return 0;
}

static json_t *schema_of(json_t *document, const char *name)
{
    return json_object_get(json_object_get(json_object_get(document, "components"), "schemas"), name);
}

/* The texts of an enum are the names, each once. */
static void expect_names(json_t *schema, const char *(*name_of)(unsigned), unsigned first, unsigned end)
{
    json_t *texts = json_object_get(schema, "enum");
    assert_int_equal(json_array_size(texts), end - first);
    for (unsigned i = first; i < end; i++) {
        size_t index, found = 0;
        json_t *text;
        json_array_foreach(texts, index, text) found += strcmp(json_string_value(text), name_of(i)) == 0;
        if (found != 1)
            fail_msg("%s: %zu times", name_of(i), found);
    }
}

static const char *shelf_name(unsigned i)
{
    return ss_shelf_name((ss_shelf_kind)i);
}

static const char *field_name(unsigned i)
{
    return ss_field_name((ss_field)i);
}

static const char *fault_name(unsigned i)
{
    return ss_fault_name((ss_fault_code)i);
}

static void names_are_those_of_the_protocol(void **state)
{
    json_t *error = json_object_get(json_object_get(schema_of(*state, "Error"), "properties"), "error");
    expect_names(schema_of(*state, "ShelfName"), shelf_name, 0, SS_SHELF_COUNT);
    expect_names(schema_of(*state, "Field"), field_name, 0, SS_FIELD_COUNT);
    expect_names(json_object_get(json_object_get(error, "properties"), "code"), fault_name, 1, SS_FAULT_COUNT);
}

static bool takes_key(const json_t *operation)
{
    size_t index;
    json_t *row;
    json_array_foreach(json_object_get(operation, "security"), index, row) if (json_object_get(row, "key")) return true;
    return false;
}

static void every_method_is_there_with_its_verbs(void **state)
{
    json_t *paths = json_object_get(*state, "paths"), *verbs, *operation;
    const char *path, *verb;
    size_t methods = 0;
    for (unsigned i = 0; i < SS_METHOD_COUNT; i++) {
        char name[64];
        ss_method method = (ss_method)i;
        snprintf(name, sizeof name, "/v1/%s", ss_method_name(method));
        verbs = json_object_get(paths, name);
        if (!json_object_get(verbs, "post") || (json_object_get(verbs, "get") != NULL) != ss_method_is_safe(method))
            fail_msg("%s", name);
        json_object_foreach(verbs, verb, operation) if (takes_key(operation) != ss_public_method(method))
            fail_msg("%s %s: for whom?", verb, name);
    }
    json_object_foreach(paths, path, verbs) methods += strncmp(path, "/v1/", 4) == 0;
    assert_int_equal(methods, SS_METHOD_COUNT + 1); /* and token */
}

/* Each error's status stands with every method that can give it. */
static void statuses_of_errors_are_described(void **state)
{
    json_t *paths = json_object_get(*state, "paths"), *verbs, *operation;
    const char *path, *verb;
    json_object_foreach(paths, path, verbs) json_object_foreach(
        verbs, verb, operation) for (unsigned code = 1; strncmp(path, "/v1/", 4) == 0 && code < SS_FAULT_COUNT; code++)
    {
        char status[8];
        json_t *responses = json_object_get(operation, "responses");
        snprintf(status, sizeof status, "%u", ss_fault_status((ss_fault_code)code));
        if (!json_object_get(responses, status) && !json_object_get(responses, "default"))
            fail_msg("%s %s: %s", verb, path, status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_the_protocol),
        cmocka_unit_test(every_method_is_there_with_its_verbs),
        cmocka_unit_test(statuses_of_errors_are_described),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
