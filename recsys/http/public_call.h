/*
 * public_call.h: what a public key may ask: a list of what is allowed, method by method and param by param; what is on no list is refused.
 *
 * What it keeps out: reading what another customer bought (`customer_id`; only a visitor token stands for one), finding another visitor's
 * session (ids that could be guessed), having sold or returned what was not (`purchase`, `order_id`, `unit_price`, `quantity` from
 * SS_PUBLIC_QUANTITY_MAX on), rewriting the past (`timestamp`), products that are not out yet (`timestamp`, `explain`), setting aside a
 * budget with carts that nobody fills (SS_PUBLIC_CART_MAX), filling the store by single requests (SS_PUBLIC_EVENTS_MAX), and taking the
 * `event_id` of what the shop is yet to tell, which would be taken for a repetition (SS_PUBLIC_EVENT_ID stands before a page's own).
 */
#ifndef SS_HTTP_PUBLIC_CALL_H
#define SS_HTTP_PUBLIC_CALL_H

#include "base/buffer.h"
#include "http/api_keys.h"
#include "server/protocol.h"

#define SS_PUBLIC_LIMIT_MAX    50u /* most products of a shelf */
#define SS_PUBLIC_EVENTS_MAX   50u /* most events of a request, all of one session */
#define SS_PUBLIC_CART_MAX     50u /* most lines of a cart that offers are asked for */
#define SS_PUBLIC_QUANTITY_MAX 99u /* most pieces in one event or line */

#define SS_PUBLIC_EVENT_ID "public:"

/* Shelves, page, event, offers. */
bool ss_public_method(ss_method method);

/*
 * Are the params (a whole MessagePack map, well formed) of a call such as a public key may send? If so they are appended to `out` as they are
 * to be asked: a `customer_token` has become its customer_id, in an `event` that of each of its events. False: `fault` says what is not
 * allowed, with its field: SS_FAULT_ACCESS_DENIED for what no public key may say, SS_FAULT_OUT_OF_RANGE for more than it may, and
 * SS_FAULT_UNKNOWN_PARAM for what nobody may. What is let through is the server's to judge. `now`: microseconds UTC. SS_FAULT_INTERNAL:
 * out of memory. Safe from any thread.
 */
bool ss_public_params(const ss_api_keys *keys, ss_method method, ss_slice params, int64_t now, ss_buffer *out,
                      ss_fault *fault);

#endif
