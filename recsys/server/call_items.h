/*
 * call_items.h: the params of `items` become changes. One pass over the bytes; nothing is copied or allocated. What the
 * values may be is for the rules of state/item_change.h, item by item; here the whole request is refused where a name
 * is unknown, missing or given twice, or a value is of another type.
 */
#ifndef SS_SERVER_CALL_ITEMS_H
#define SS_SERVER_CALL_ITEMS_H

#include "server/protocol.h"
#include "state/item_change.h"

#define SS_ITEMS_MAX 1000u /* most items of a request */

/*
 * Reads `params` (the last element of the request) into changes[0 .. *count); `changes` has room for SS_ITEMS_MAX. The
 * texts are borrowed from the bytes. False: `fault` says why, with a field such as "items[3].item_id". Safe from any
 * thread.
 */
bool ss_items_call_decode(ss_slice params, ss_item_change *changes, size_t *count, ss_fault *fault);

#endif
