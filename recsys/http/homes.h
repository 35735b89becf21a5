/*
 * homes.h: which of the gateway's servers a request is for. What visitors do is kept in the store of one server, their home:
 * the first server is everybody's (the keeper), or each visitor has one of their own (spread), as the client libraries have
 * it (client/home.h), by session_id, or else customer_id, of an event or else order_id.
 *
 * | way | which |
 * |---|---|
 * | any | shelves, `page`, `find` and the like without a visitor: wherever there is least to do |
 * | prefer | the same of a visitor: at home, or else elsewhere, where what the visitor did is not known |
 * | home | `event`, `offers`, `preview`, `redeem`, `visitor`, `page` with `offers`: at home and nowhere else |
 * | all | `items`, `forget`, `reload`: at every server |
 * | own | `health`, `stats`: the gateway's own |
 *
 * Pure, but for ss_homes_init: safe from any thread.
 */
#ifndef SS_HTTP_HOMES_H
#define SS_HTTP_HOMES_H

#include "client/home.h"
#include "http/backend.h"

#define SS_HOMES_MAX 32u /* most servers */

typedef struct ss_homes {
    ss_home_server servers[SS_HOMES_MAX];
    uint32_t count;
    bool spread;
} ss_homes;

/* `endpoints`: 1 to SS_HOMES_MAX, borrowed for the life of `homes`. */
void ss_homes_init(ss_homes *homes, const char *const *endpoints, size_t count, bool spread);

typedef enum ss_way_kind { SS_WAY_ANY, SS_WAY_PREFER, SS_WAY_HOME, SS_WAY_ALL, SS_WAY_OWN } ss_way_kind;

typedef struct ss_way {
    ss_way_kind kind;
    uint32_t home; /* prefer, home: number of the server */
    /* home: it may be asked once more there, for the answer or the effect is the same: an `event` whose every event has an
     * event_id, `offers` and `page` with `offers` that have a request_id, `preview`, `redeem`, `visitor` */
    bool again;
} ss_way;

/* Is it a way of what only reads: any, prefer? */
bool ss_way_reads(const ss_way *way);

/*
 * False: `fault` says why it has no way: an `event` with events of visitors who have not the same home. What is wrong with
 * params otherwise is for the server to say.
 */
bool ss_homes_way(const ss_homes *homes, const ss_backend_request *request, ss_way *way, ss_fault *fault);

#endif
