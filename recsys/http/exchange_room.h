/*
 * exchange_room.h: what the rooms behind exchange.h share. A request goes through them in this order:
 *
 * exchange.c         libmicrohttpd's callbacks: a request begins, its body comes, it ends
 * exchange_pool.c    the requests in hand, kept for the next ones, and found by the ticket of what they asked
 * exchange_view.c    what the gate and sites may look at
 * exchange_head.c    its line and headers: may it be asked at all?
 * exchange_method.c  a method of the protocol: params in, result out, as JSON
 * exchange_site.c    a site's page, with whatever that asks beforehand
 * exchange_ask.c     the backend: asking, waiting, the answer, giving up
 * exchange_reply.c   the reply, on its way out
 *
 * So each can be read, and the pool tested, without libmicrohttpd's order of calls in mind. All belongs to the thread of the exchanges.
 */
#ifndef SS_HTTP_EXCHANGE_ROOM_H
#define SS_HTTP_EXCHANGE_ROOM_H

#include "http/exchange.h"
#include "http/head.h"
#include "http/respond.h"
#include "http/routes.h"

#define SS_UPLOAD_MAX (4 * SS_MESSAGE_MAX) /* of a body that is dropped: who sends more is cut off */

typedef enum ss_verb { SS_VERB_GET, SS_VERB_HEAD, SS_VERB_POST, SS_VERB_OPTIONS, SS_VERB_OTHER } ss_verb;

typedef enum ss_stage { SS_STAGE_HEAD, SS_STAGE_BODY, SS_STAGE_WAITING, SS_STAGE_ANSWERED, SS_STAGE_SENT } ss_stage;

/* What a request's buffers are for. */
typedef enum ss_use {
    SS_USE_URI,
    SS_USE_BODY,
    SS_USE_PARAMS,
    SS_USE_ASKED,
    SS_USE_RESULT,
    SS_USE_REPLY,
    SS_USE_PACKED,
    SS_USES
} ss_use;

typedef struct ss_exchange {
    ss_http_request request; /* first: sites have nothing else in hand */
    ss_exchanges *all;
    struct ss_exchange *before, *after; /* in hand, or free */
    size_t number;                      /* its place in `places` */
    ss_stage stage;
    ss_verb verb;
    const char *line; /* the target as libmicrohttpd has it: only compared */
    ss_head head;
    ss_target target;
    ss_route route;
    ss_guest guest;
    ss_response response;
    ss_buffer buffers[SS_USES];
    bool refused; /* the response is made already */
    bool too_large, no_room;
    size_t uploaded, held; /* bytes */
    uint64_t ticket;       /* of what was asked */
    int64_t deadline;
} ss_exchange;

struct ss_exchanges {
    ss_exchange_setting setting;
    ss_packer *packer;
    ss_buffer json;       /* where replies are made, with more room than they take in the end */
    ss_exchange in_hand;  /* a ring */
    ss_exchange *free;    /* chained by `after` */
    ss_exchange **places; /* all that were made, by number */
    size_t made, room, count, held;
    uint64_t tickets;
    bool closing; /* nobody waits for a backend any more */
};

/* ---- the pool ---- */

ss_exchange *ss_exchange_take(ss_exchanges *all); /* NULL: out of memory */
void ss_exchange_give_back(ss_exchange *one);
void ss_exchange_hold(ss_exchange *one, size_t more); /* so many bytes more until it is given back */

/* A ticket that was never given, kept in the request; and the request that waits with one, NULL where none does any more. */
uint64_t ss_exchange_ticket(ss_exchange *one);
ss_exchange *ss_exchange_of(const ss_exchanges *all, uint64_t ticket);

/* ---- what the gate and sites may look at ---- */

ss_http_request ss_exchange_view(ss_exchange *one, struct MHD_Connection *connection);

/* ---- the head: refused, or to be answered at its end ---- */

enum MHD_Result ss_exchange_head(ss_exchange *one, const char *verb, const char *version);

/* ---- methods and sites ---- */

enum MHD_Result ss_exchange_method(ss_exchange *one);
void ss_exchange_result(ss_exchange *one, ss_slice result); /* the reply is the result, as its caller may see it */
enum MHD_Result ss_exchange_site(ss_exchange *one);
enum MHD_Result ss_exchange_site_goes_on(ss_exchange *one); /* what it has asked is answered */

/* ---- the backend ---- */

bool ss_exchange_question(ss_exchange *one, ss_backend_request *question); /* asks it; true: it is answered */
enum MHD_Result ss_exchange_wait(ss_exchange *one, ss_method asked);
enum MHD_Result ss_exchange_ask(ss_exchange *one,
                                ss_backend_request *question); /* asks it, and sends the reply or waits */
ss_connection *ss_exchange_connection(struct MHD_Connection *connection);

/* ---- the reply ---- */

void ss_exchange_json(ss_exchange *one, unsigned status); /* what stands in SS_USE_REPLY */
void ss_exchange_fault(ss_exchange *one, unsigned status, const ss_fault *fault);
void ss_exchange_refuse(ss_exchange *one, unsigned status, ss_fault_code code, const char *message);
void ss_exchange_refuse_by(ss_exchange *one, const ss_refusal *refusal);
enum MHD_Result ss_exchange_send(ss_exchange *one);

#endif
