#include "http/respond.h"

#include "base/hash.h"
#include "http/accept.h"
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define LEVEL     5 /* of compression: little more is gained above */
#define GZIP_BITS (15 + 16)

struct ss_packer {
    z_stream stream;
};

ss_status ss_packer_new(ss_packer **packer, ss_error *error)
{
    ss_packer *new = calloc(1, sizeof *new);
    if (!new || deflateInit2(&new->stream, LEVEL, Z_DEFLATED, GZIP_BITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(new);
        return ss_error_nomem(error);
    }
    *packer = new;
    return SS_OK;
}

void ss_packer_free(ss_packer **packer)
{
    if (*packer)
        deflateEnd(&(*packer)->stream);
    free(*packer);
    *packer = NULL;
}

/* False: it stays as it is. */
static bool pack(ss_packer *packer, ss_slice body, ss_buffer *packed)
{
    z_stream *stream = &packer->stream;
    ss_buffer_clear(packed);
    deflateReset(stream);
    if (ss_buffer_reserve(packed, deflateBound(stream, body.size)) != SS_OK)
        return false;
    stream->next_in = (Bytef *)(uintptr_t)body.data;
    stream->avail_in = (uInt)body.size;
    stream->next_out = (Bytef *)packed->data;
    stream->avail_out = (uInt)deflateBound(stream, body.size);
    if (deflate(stream, Z_FINISH) != Z_STREAM_END)
        return false;
    packed->size = stream->total_out;
    return true;
}

/* ---- what the caller says ---- */

static ss_slice header_of(struct MHD_Connection *connection, const char *name)
{
    return ss_slice_of(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

#define TAG_MAX 24u

static void make_tag(ss_slice body, bool packed, char tag[TAG_MAX])
{
    static const char hex[] = "0123456789abcdef";
    uint64_t hash = ss_hash(body.data, body.size);
    char *at = tag;
    *at++ = '"';
    for (unsigned shift = 64; shift > 0; shift -= 4)
        *at++ = hex[hash >> (shift - 4) & 15];
    memcpy(at, packed ? "-gz\"" : "\"", packed ? 5 : 2);
}

/* ---- headers ---- */

static void add(struct MHD_Response *to, const char *name, const char *value)
{
    if (value)
        MHD_add_response_header(to, name, value);
}

static void __attribute__((format(printf, 3, 0)))
add_number(struct MHD_Response *to, const char *name, const char *format, unsigned number)
{
    char text[48];
    snprintf(text, sizeof text, format, number);
    add(to, name, text);
}

#define POLICY                                                                                                         \
    "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'self'; "        \
    "frame-ancestors 'none'"

static void add_security(struct MHD_Response *to, const ss_http_reply *reply)
{
    add(to, "X-Content-Type-Options", "nosniff");
    if (!reply->type || strncmp(reply->type, "text/html", 9) != 0)
        return;
    add(to, "Content-Security-Policy", reply->policy ? reply->policy : POLICY);
    add(to, "X-Frame-Options", reply->policy ? NULL : "DENY");
    add(to, "Referrer-Policy", "same-origin");
}

/* All in one: each header field costs three allocations. */
static const char *vary_of(bool by_encoding, bool by_caller)
{
    if (by_encoding)
        return by_caller ? "Accept-Encoding, Origin, Authorization" : "Accept-Encoding";
    return by_caller ? "Origin, Authorization" : NULL;
}

static void add_caching(struct MHD_Response *to, const ss_response *response, const char *tag)
{
    unsigned max_age = response->reply.max_age;
    if (!response->tagged) {
        add(to, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        return;
    }
    if (max_age)
        add_number(to, MHD_HTTP_HEADER_CACHE_CONTROL, "public, max-age=%u", max_age);
    else
        add(to, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
    add(to, MHD_HTTP_HEADER_ETAG, tag);
}

static void add_others(struct MHD_Response *to, const ss_response *response)
{
    const ss_http_reply *reply = &response->reply;
    if (response->retry_s)
        add_number(to, MHD_HTTP_HEADER_RETRY_AFTER, "%u", response->retry_s);
    add(to, MHD_HTTP_HEADER_ALLOW, response->allow ? response->allow : reply->allow);
    add(to, MHD_HTTP_HEADER_LOCATION, reply->location);
    add(to, MHD_HTTP_HEADER_SET_COOKIE, reply->set_cookie);
    add(to, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, reply->any_origin ? "*" : NULL);
    add(to, MHD_HTTP_HEADER_CONNECTION, response->close ? "close" : NULL);
    for (size_t i = 0; i < response->header_count; i++)
        add(to, response->headers[i].name, response->headers[i].value);
}

/* ---- the whole ---- */

enum MHD_Result ss_respond(struct MHD_Connection *connection, const ss_response *response, ss_packer *packer,
                           ss_buffer *packed, unsigned *sent)
{
    const ss_http_reply *reply = &response->reply;
    ss_slice body = reply->body;
    char tag[TAG_MAX] = "";
    bool could = reply->gzip.size > 0 || body.size >= SS_GZIP_LEAST,
         gzip = could && ss_accepts_gzip(header_of(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING));
    unsigned status = reply->status;
    if (response->tagged)
        make_tag(body, gzip, tag);
    if (response->tagged && status == MHD_HTTP_OK &&
        ss_names_tag(header_of(connection, MHD_HTTP_HEADER_IF_NONE_MATCH), ss_slice_of(tag)))
        status = MHD_HTTP_NOT_MODIFIED;
    if (status == MHD_HTTP_NOT_MODIFIED)
        body = (ss_slice){"", 0};
    else if (gzip && reply->gzip.size > 0)
        body = reply->gzip;
    else if (gzip && (gzip = pack(packer, body, packed)))
        body = (ss_slice){packed->data, packed->size};
    struct MHD_Response *made =
        MHD_create_response_from_buffer(body.size, (void *)(uintptr_t)body.data, MHD_RESPMEM_PERSISTENT);
    if (!made)
        return MHD_NO;
    add(made, MHD_HTTP_HEADER_CONTENT_TYPE, status == MHD_HTTP_NOT_MODIFIED ? NULL : reply->type);
    add(made, MHD_HTTP_HEADER_CONTENT_ENCODING, gzip && body.size > 0 ? "gzip" : NULL);
    add(made, MHD_HTTP_HEADER_VARY, vary_of(could, response->by_caller));
    add_caching(made, response, tag);
    add_security(made, reply);
    add_others(made, response);
    *sent = status;
    enum MHD_Result result = MHD_queue_response(connection, status, made);
    MHD_destroy_response(made);
    return result;
}
