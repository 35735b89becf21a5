#include "http/gate.h"

#include <stdlib.h>

struct ss_gate {
    const ss_http_options *options; /* borrowed */
};

ss_status ss_gate_new(const ss_http_options *options, bool public_address, ss_gate **gate, ss_error *error)
{
    if (public_address && !options->keys && !options->insecure_public_bind) {
        ss_error_set(error, SS_E_ACCESS,
                     "HTTP at a public address without keys: give --http-keys, or say --insecure-public-bind too");
        ss_error_place(error, options->http, 0);
        return SS_E_ACCESS;
    }
    ss_gate *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->options = options;
    *gate = new;
    return SS_OK;
}

void ss_gate_free(ss_gate **gate)
{
    free(*gate);
    *gate = NULL;
}

bool ss_gate_admit(ss_gate *gate, const ss_http_request *request, ss_method wanted, bool secret_site,
                   const struct sockaddr *address, int64_t now, ss_guest *guest, ss_refusal *refusal)
{
    (void)gate;
    (void)request;
    (void)wanted;
    (void)secret_site;
    (void)address;
    (void)now;
    (void)refusal;
    guest->key = NULL;
    guest->kind = SS_API_SECRET;
    guest->origin[0] = '\0';
    return true;
}

bool ss_gate_params(ss_gate *gate, const ss_guest *guest, ss_method method, ss_slice params, ss_buffer *out,
                    ss_slice *asked, ss_refusal *refusal)
{
    (void)gate;
    (void)guest;
    (void)method;
    (void)out;
    (void)refusal;
    *asked = params;
    return true;
}

ss_status ss_gate_result(ss_gate *gate, const ss_guest *guest, ss_method method, ss_slice result, ss_buffer *out,
                         ss_slice *shown, ss_error *error)
{
    (void)gate;
    (void)guest;
    (void)method;
    (void)out;
    (void)error;
    *shown = result;
    return SS_OK;
}

size_t ss_gate_headers(const ss_gate *gate, const ss_guest *guest, const ss_http_request *request, bool preflight,
                       ss_gate_header *headers)
{
    (void)gate;
    (void)guest;
    (void)request;
    (void)preflight;
    (void)headers;
    return 0;
}

size_t ss_gate_sites(ss_gate *gate, ss_http_site *sites)
{
    (void)gate;
    (void)sites;
    return 0;
}
