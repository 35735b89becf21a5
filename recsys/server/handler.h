/*
 * handler.h: a request's bytes in, a reply's bytes out: decode, check the role, answer, encode. It knows no socket, so
 * that the server, `smartshelf query --store`, tests and the fuzzer use the same code.
 *
 * Requests that wait together are read together and then answered one by one: ss_handler_read for the places 0, 1, …,
 * ss_handler_foresee, ss_handler_answer for each place. ss_handler_handle does it for one.
 *
 * A handler belongs to one thread. After warm-up no call allocates.
 */
#ifndef SS_SERVER_HANDLER_H
#define SS_SERVER_HANDLER_H

#include "server/call.h"
#include "server/service.h"
#include "shelf/answer.h"

typedef struct ss_handler ss_handler;

/* Takes ownership of the answerer (also on failure). `service` and `stats` are borrowed and must outlive the handler.
 * SS_E_NOMEM. */
ss_status ss_handler_new(ss_answerer *answerer, const ss_service *service, ss_stats *stats, ss_handler **handler,
                         ss_error *error);
void ss_handler_free(ss_handler **handler);

/* Answers from another generation from now on. Takes ownership of `answerer`; the caller owns the result, the old one.
 */
ss_answerer *ss_handler_exchange(ss_handler *handler, ss_answerer *answerer);

/* To be called when requests are at hand after a pause, and every so many requests: reads the clock that availability
 * dates are held against, and has the next request timed. Between two calls every SS_TIMED_EVERY-th request is timed.
 */
#define SS_TIMED_EVERY 16u
void ss_handler_tick(ss_handler *handler);

typedef enum ss_handled {
    SS_HANDLED_REPLY,  /* *reply is to be sent */
    SS_HANDLED_RELOAD, /* a reload is to be done; its reply comes later, with *msgid */
    SS_HANDLED_RECORD, /* it changes live state (ss_handler_call): the recorder's */
    SS_HANDLED_DROPPED /* out of memory even for an error reply */
} ss_handled;

/* Who asks? Called only for methods that not every admitted caller may call. NULL in ss_handler_answer: an admin. */
typedef ss_role (*ss_role_of)(void *context);

#define SS_HANDLER_PLACES SS_FORESEEN_MAX

/* Decodes a request into a place, 0 to SS_HANDLER_PLACES - 1; its bytes must stay until it is answered. */
void ss_handler_read(ss_handler *handler, size_t number, ss_slice request);

/* Fetches from memory what the answers to the first `count` places will need (foresight.h). May be left out. */
void ss_handler_foresee(ss_handler *handler, size_t count);

/*
 * The reply to the request in a place. `reply` is borrowed until the next call. Whatever the bytes are, there is a
 * reply; a message that is no request is answered with the error `malformed`.
 */
ss_handled ss_handler_answer(ss_handler *handler, size_t number, ss_role_of role_of, void *context, ss_slice *reply,
                             uint32_t *msgid);

/* Read and answered, in place 0. */
ss_handled ss_handler_handle(ss_handler *handler, ss_slice request, ss_role_of role_of, void *context, ss_slice *reply,
                             uint32_t *msgid);

/* The request answered last. Borrowed: until the next one is read. */
const ss_call *ss_handler_call(const ss_handler *handler);

/* An error reply to the request answered last, whose reply was left to the caller. False: out of memory. `reply` as
 * there. */
bool ss_handler_refuse(ss_handler *handler, ss_fault_code code, const char *message, ss_slice *reply);

#endif
