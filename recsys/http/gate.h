/*
 * gate.h: the one place through which every request comes in and every reply goes out: who asks, may they, how often, what
 * may they send and see, and what a page of another origin is told (CORS).
 *
 * The port calls, in this order: ss_gate_admit as soon as the headers are there, before the body is read; ss_gate_params with
 * what is to be asked; ss_gate_result with what was answered (not for errors); ss_gate_headers for every reply, whatever
 * its status. Sites (site.h) see only ss_gate_admit and ss_gate_headers.
 *
 * One gate for a port; every function is safe from any thread.
 */
#ifndef SS_HTTP_GATE_H
#define SS_HTTP_GATE_H

#include "http/key_ring.h"
#include "http/options.h"
#include "http/site.h"
#include <sys/socket.h>

typedef struct ss_gate ss_gate;

/* `options` and `keys` (NULL: none are needed) are borrowed for the gate's life. SS_E_ACCESS: a public address without keys; SS_E_ARGUMENT: what
 * is no proxy's address; SS_E_NOMEM; SS_E_UNSUPPORTED: libsodium cannot start. */
ss_status ss_gate_new(const ss_http_options *options, ss_key_ring *keys, bool public_address, ss_gate **gate,
                      ss_error *error);
void ss_gate_free(ss_gate **gate);

/* SS_E_ACCESS: a public address without keys, and nobody said that it may be. */
ss_status ss_gate_check(const ss_http_options *options, bool keys, bool public_address, ss_error *error);

/* Why somebody is not let in, or what they asked may not be asked. */
typedef struct ss_refusal {
    unsigned status;  /* 401, 403, 429, … */
    unsigned retry_s; /* seconds, for Retry-After; 0: none */
    ss_fault fault;
} ss_refusal;

#define SS_GATE_ORIGIN_MAX 255u

/* One request's caller. Filled by ss_gate_admit; kept by the port until the reply is gone. */
typedef struct ss_guest {
    uint64_t key;                        /* ss_api_key_number; 0: none was given, or none is needed */
    ss_api_kind kind;                    /* without keys everybody is SS_API_SECRET */
    char origin[SS_GATE_ORIGIN_MAX + 1]; /* of the page that asks, where it may read the reply, be it a refusal: where a
                                            public key, any of them, lists it; empty: tell nobody */
} ss_guest;

/*
 * May this caller ask that at all? `request` has verb, path, query, header and cookie; its body is not there yet. `wanted` is the
 * method, SS_METHOD_COUNT where the path is a site's. `secret_site`: the site wants a secret key. `address` is the caller's, `now`
 * ss_clock_monotonic(). False: `refusal` is filled.
 */
bool ss_gate_admit(ss_gate *gate, const ss_http_request *request, ss_method wanted, bool secret_site,
                   const struct sockaddr *address, int64_t now, ss_guest *guest, ss_refusal *refusal);

/*
 * The params as they are to be asked: *asked is `params` itself, or in `out` (emptied first). False: `refusal` is filled.
 */
bool ss_gate_params(ss_gate *gate, const ss_guest *guest, ss_method method, ss_slice params, ss_buffer *out,
                    ss_slice *asked, ss_refusal *refusal);

/* The result as this caller may see it: *shown is `result` itself, or in `out` (emptied first). SS_E_NOMEM, SS_E_FORMAT. */
ss_status ss_gate_result(ss_gate *gate, const ss_guest *guest, ss_method method, ss_slice result, ss_buffer *out,
                         ss_slice *shown, ss_error *error);

typedef struct ss_gate_header {
    const char *name, *value; /* static, or borrowed from the guest */
} ss_gate_header;
#define SS_GATE_HEADERS 8u

/* Does one reply differ from another by who asked, by Origin and Authorization? A cache must not give the one for the other. */
bool ss_gate_varies(const ss_http_request *request);

/* What every reply to this caller carries besides. `preflight`: the request is OPTIONS, which asks what a page may. Fills
 * `headers` (room for SS_GATE_HEADERS) and returns how many. */
size_t ss_gate_headers(const ss_gate *gate, const ss_guest *guest, const ss_http_request *request, bool preflight,
                       ss_gate_header *headers);

/* What the gate answers itself (/v1/token), as sites: fills `sites` (room for SS_GATE_SITES) and returns how many. */
#define SS_GATE_SITES 3u
size_t ss_gate_sites(ss_gate *gate, ss_http_site *sites);

#endif
