#include "server/protocol.h"

static const char *const role_names[SS_ROLE_COUNT] = {
    [SS_ROLE_NONE] = "none",
    [SS_ROLE_READ] = "read",
    [SS_ROLE_EVENT] = "event",
    [SS_ROLE_ADMIN] = "admin",
};

const char *ss_role_name(ss_role role)
{
    return (unsigned)role < SS_ROLE_COUNT ? role_names[role] : NULL;
}

ss_role ss_role_find(ss_slice name)
{
    for (unsigned role = SS_ROLE_READ; role < SS_ROLE_COUNT; role++)
        if (ss_slice_equal(name, ss_slice_of(role_names[role])))
            return (ss_role)role;
    return SS_ROLE_NONE;
}

/* Those that are no shelf. */
static const struct {
    ss_slice name;
    ss_role role;
    bool recorded;
} methods[SS_METHOD_COUNT - SS_SHELF_COUNT] = {
    [SS_METHOD_RELOAD - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("reload"), SS_ROLE_ADMIN, false},
    [SS_METHOD_STATS - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("stats"), SS_ROLE_ADMIN, false},
    [SS_METHOD_HEALTH - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("health"), SS_ROLE_READ, false},
    [SS_METHOD_PAGE - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("page"), SS_ROLE_READ, false},
    [SS_METHOD_EVENT - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("event"), SS_ROLE_EVENT, true},
    [SS_METHOD_FORGET - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("forget"), SS_ROLE_ADMIN, true},
    [SS_METHOD_ITEMS - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("items"), SS_ROLE_ADMIN, true},
    [SS_METHOD_OFFERS - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("offers"), SS_ROLE_EVENT, true},
    [SS_METHOD_PREVIEW - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("preview"), SS_ROLE_EVENT, true},
    [SS_METHOD_REDEEM - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("redeem"), SS_ROLE_EVENT, true},
    [SS_METHOD_VISITOR - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("visitor"), SS_ROLE_ADMIN, true},
    [SS_METHOD_FIND - SS_SHELF_COUNT] = {SS_SLICE_LITERAL("find"), SS_ROLE_READ, false},
};

const char *ss_method_name(ss_method method)
{
    unsigned number = (unsigned)method;
    if (number < SS_SHELF_COUNT)
        return ss_shelf_name((ss_shelf_kind)number);
    return number < SS_METHOD_COUNT ? methods[number - SS_SHELF_COUNT].name.data : NULL;
}

ss_method ss_method_find(ss_slice name)
{
    ss_shelf_kind shelf = ss_shelf_find(name);
    if (shelf != SS_SHELF_COUNT)
        return (ss_method)shelf;
    for (unsigned i = 0; i < SS_METHOD_COUNT - SS_SHELF_COUNT; i++)
        if (ss_slice_equal(name, methods[i].name))
            return (ss_method)(i + SS_SHELF_COUNT);
    return SS_METHOD_COUNT;
}

ss_role ss_method_role(ss_method method)
{
    return (unsigned)method < SS_SHELF_COUNT ? SS_ROLE_READ : methods[method - SS_SHELF_COUNT].role;
}

bool ss_method_is_recorded(ss_method method)
{
    unsigned number = (unsigned)method;
    return number >= SS_SHELF_COUNT && number < SS_METHOD_COUNT && methods[number - SS_SHELF_COUNT].recorded;
}

static const char *const fault_names[SS_FAULT_COUNT] = {
    [SS_FAULT_MALFORMED] = "malformed",
    [SS_FAULT_UNKNOWN_METHOD] = "unknown_method",
    [SS_FAULT_UNKNOWN_PARAM] = "unknown_param",
    [SS_FAULT_WRONG_TYPE] = "wrong_type",
    [SS_FAULT_OUT_OF_RANGE] = "out_of_range",
    [SS_FAULT_MISSING_PARAM] = "missing_param",
    [SS_FAULT_REPEATED_PARAM] = "repeated_param",
    [SS_FAULT_TOO_LARGE] = "too_large",
    [SS_FAULT_ACCESS_DENIED] = "access_denied",
    [SS_FAULT_BUSY] = "busy",
    [SS_FAULT_SHUTTING_DOWN] = "shutting_down",
    [SS_FAULT_REFUSED] = "refused",
    [SS_FAULT_INTERNAL] = "internal",
    [SS_FAULT_NOT_STORED] = "not_stored",
};

const char *ss_fault_name(ss_fault_code code)
{
    return (unsigned)code < SS_FAULT_COUNT ? fault_names[code] : NULL;
}

static const char *const field_names[SS_FIELD_COUNT] = {
    [SS_FIELD_NAME] = "name",
    [SS_FIELD_PRICE] = "price",
    [SS_FIELD_CATEGORY] = "category",
    [SS_FIELD_URL] = "url",
    [SS_FIELD_IMAGE] = "image",
    [SS_FIELD_STOCK] = "stock",
    [SS_FIELD_LOWEST_PRICE] = "lowest_price_30d",
};

const char *ss_field_name(ss_field field)
{
    return (unsigned)field < SS_FIELD_COUNT ? field_names[field] : NULL;
}

ss_field ss_field_find(ss_slice name)
{
    for (unsigned field = 0; field < SS_FIELD_COUNT; field++)
        if (ss_slice_equal(name, ss_slice_of(field_names[field])))
            return (ss_field)field;
    return SS_FIELD_COUNT;
}
