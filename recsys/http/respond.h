/* respond.h: a reply is handed to libmicrohttpd with its headers, compressed or left out where the caller says so. */
#ifndef SS_HTTP_RESPOND_H
#define SS_HTTP_RESPOND_H

#include "http/gate.h"
#include <microhttpd.h>

#define SS_GZIP_LEAST 1024u /* smaller bodies are not worth it */

/* Compresses one body after the other; belongs to a thread. */
typedef struct ss_packer ss_packer;
ss_status ss_packer_new(ss_packer **packer, ss_error *error); /* SS_E_NOMEM */
void ss_packer_free(ss_packer **packer);

typedef struct ss_response {
    ss_http_reply reply; /* without `later` */
    unsigned retry_s;    /* Retry-After; 0: none */
    const char *allow;   /* of a 405; NULL: none */
    bool close;          /* the connection ends with it */
    bool tagged;         /* it may be kept and asked for again: an ETag, and 304 for who has it */
    bool by_caller;      /* ss_gate_varies: Vary says so */
    ss_gate_header headers[SS_GATE_HEADERS];
    size_t header_count;
} ss_response;

/* The bodies are borrowed until the request is complete. `packed` (emptied) takes a compressed body, for as long. `sent`: the status, which may
 * have become 304. */
enum MHD_Result ss_respond(struct MHD_Connection *connection, const ss_response *response, ss_packer *packer,
                           ss_buffer *packed, unsigned *sent);

#endif
