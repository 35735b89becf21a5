/*
 * server_figures.h: what two readings of a server's `stats` (with `buckets`; recsys/server/PROTOCOL.md) say of the time
 * between them: what `smartshelf top` shows. Pure: safe from any thread. A reading that lacks an entry, or has another
 * type there, counts as 0 there.
 */
#ifndef SS_JOB_SERVER_FIGURES_H
#define SS_JOB_SERVER_FIGURES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define SS_FIGURES_METHODS  64u
#define SS_FIGURES_QUEUES   16u
#define SS_FIGURES_NAME_MAX 40u

/* Latencies that so many of the timed requests did not exceed, in microseconds; 0: none was timed. */
typedef struct ss_latency_figures {
    double p50, p99, p999;
} ss_latency_figures;

typedef struct ss_method_figures {
    char name[SS_FIGURES_NAME_MAX];
    double rate;  /* requests a second */
    double total; /* since the server's start */
    ss_latency_figures latency;
} ss_method_figures;

typedef struct ss_queue_figures {
    char name[SS_FIGURES_NAME_MAX];
    double depth;
} ss_queue_figures;

typedef struct ss_server_figures {
    char generation[SS_FIGURES_NAME_MAX];
    double age, uptime; /* seconds: since the generation was made, since the server's start */
    double seconds;     /* between the readings; since the server's start when there is no earlier one of this life */
    bool has_products;  /* any list was asked for in that time; else the next three mean nothing */
    double fill, fallback, short_share; /* of products asked for; of products shown; of lists */
    double requests, faults, dropped, events, decisions, offers, codes; /* a second; the last two: shown; redeemed */
    double swaps, refused;          /* since the start: reloads that worked; that did not */
    double cores, resident, mapped; /* busy in that time; bytes */
    bool has_state;                 /* live state is kept; else the next two are 0 */
    double state_bytes, state_most;
    bool failing;               /* changes failed to be kept in that time */
    ss_latency_figures latency; /* over all methods */
    ss_queue_figures queues[SS_FIGURES_QUEUES];
    size_t queue_count;
    ss_method_figures methods[SS_FIGURES_METHODS]; /* those ever asked for, in the server's order */
    size_t method_count;
} ss_server_figures;

/* `before`: an earlier reading, or NULL. When the server has started anew since, it is as if there were none. */
void ss_server_figures_take(const json_t *before, const json_t *now, ss_server_figures *figures);

/* The figures for machines. Caller owns the result; NULL: out of memory. */
json_t *ss_server_figures_json(const ss_server_figures *figures);

#endif
