/*
 * protocol.h: the names, numbers and maxima of the protocol (PROTOCOL.md is the page for people; a test holds the two
 * together). Values are never renumbered: they stand in clients and logs.
 */
#ifndef SS_SERVER_PROTOCOL_H
#define SS_SERVER_PROTOCOL_H

#include "base/slice.h"
#include "shelf/page.h"
#include <stdint.h>

#define SS_PROTOCOL_REQUEST 0u /* first element of a request */
#define SS_PROTOCOL_REPLY   1u /* and of a reply */

#define SS_MESSAGE_MAX  (1u << 19) /* most bytes of a request; the server's socket refuses longer ones */
#define SS_REPLY_MAX    (4u << 20) /* most bytes of a reply */
#define SS_PARAMS_MAX   32u        /* most params of a request */
#define SS_CATEGORY_MAX 255u       /* longest category in bytes */

/* Who may call: each role may do what those before it may. Without access control everybody is admin. */
typedef enum ss_role { SS_ROLE_NONE, SS_ROLE_READ, SS_ROLE_EVENT, SS_ROLE_ADMIN, SS_ROLE_COUNT } ss_role;
const char *ss_role_name(ss_role role); /* NULL outside */
ss_role ss_role_find(ss_slice name);    /* SS_ROLE_NONE for an unknown name */

/* The methods: first the shelves, with the numbers of ss_shelf_kind, then the others. */
typedef enum ss_method {
    SS_METHOD_RELOAD = SS_SHELF_COUNT,
    SS_METHOD_STATS,
    SS_METHOD_HEALTH,
    SS_METHOD_PAGE, /* several shelves; with `offers` it is recorded, and takes the role of that */
    SS_METHOD_EVENT,
    SS_METHOD_FORGET,
    SS_METHOD_ITEMS,
    SS_METHOD_OFFERS,  /* a visitor moves to leave: what do we offer? */
    SS_METHOD_PREVIEW, /* the same without consequences */
    SS_METHOD_REDEEM,
    SS_METHOD_VISITOR, /* what is known of a session or a customer; the recorder answers, who has the books of offers */
    SS_METHOD_FIND, /* products by name, category or id; with `all` it takes the role admin */
    SS_METHOD_COUNT
} ss_method;
const char *ss_method_name(ss_method method); /* NULL outside */
ss_method ss_method_find(ss_slice name);      /* SS_METHOD_COUNT for an unknown name */
ss_role ss_method_role(ss_method method);     /* what it takes to call it */
bool ss_method_is_recorded(
    ss_method method); /* is it for the recorder: does it change live state, or read its books? */

/* Error codes. */
typedef enum ss_fault_code {
    SS_FAULT_MALFORMED = 1, /* no MessagePack, or no request */
    SS_FAULT_UNKNOWN_METHOD = 2,
    SS_FAULT_UNKNOWN_PARAM = 3,
    SS_FAULT_WRONG_TYPE = 4,   /* a param of another type than the page says */
    SS_FAULT_OUT_OF_RANGE = 5, /* a param outside its range, or longer than its maximum */
    SS_FAULT_MISSING_PARAM = 6,
    SS_FAULT_REPEATED_PARAM = 7,
    SS_FAULT_TOO_LARGE = 8,     /* the reply would be longer than SS_REPLY_MAX */
    SS_FAULT_ACCESS_DENIED = 9, /* the caller's role does not allow the method */
    SS_FAULT_BUSY = 10,         /* too many callers wait for the same thing */
    SS_FAULT_SHUTTING_DOWN = 11,
    SS_FAULT_REFUSED = 12, /* reload: the new generation is broken or missing; the old one stays */
    SS_FAULT_INTERNAL = 13,
    SS_FAULT_NOT_STORED = 14, /* the change could not be kept, or the server keeps no live state */
    SS_FAULT_COUNT
} ss_fault_code;
const char *ss_fault_name(ss_fault_code code); /* NULL outside 1..SS_FAULT_COUNT - 1 */

/* What went wrong with a request: the content of an error reply. */
typedef struct ss_fault {
    ss_fault_code code;
    char field[64]; /* the param, "filter.price_min"; empty where it does not apply */
    char message[256];
} ss_fault;

/* Columns of the catalogue that `fields` may ask for. */
typedef enum ss_field {
    SS_FIELD_NAME,
    SS_FIELD_PRICE, /* minor units */
    SS_FIELD_CATEGORY,
    SS_FIELD_URL,
    SS_FIELD_IMAGE,
    SS_FIELD_STOCK,
    SS_FIELD_LOWEST_PRICE, /* of the last 30 days, minor units (state/price_history.h) */
    SS_FIELD_COUNT
} ss_field;
const char *ss_field_name(ss_field field); /* NULL outside */
ss_field ss_field_find(ss_slice name);     /* SS_FIELD_COUNT for an unknown name */

#endif
