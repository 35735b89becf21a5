/* options.h: what is set about HTTP, of `serve` and of `gateway` alike: the option group "HTTP". */
#ifndef SS_HTTP_OPTIONS_H
#define SS_HTTP_OPTIONS_H

#include "base/options.h"

#define SS_HTTP_THREADS_MAX 16u

typedef struct ss_http_options {
    const char *http;          /* ADDRESS:PORT; NULL: no HTTP */
    const char *keys;          /* file of api_keys.h; NULL: everybody who reaches the port may do all */
    int64_t threads;           /* that answer */
    int64_t connections;       /* most that are open at once, of all threads together */
    int64_t rate;              /* requests a second of one address with a public key; 0: any number */
    int64_t offers_rate;       /* offers a second of one public key, all addresses together; 0: any number */
    ss_texts proxies;          /* addresses, and networks such as 10.0.0.0/8, whose X-Forwarded-For is believed */
    int64_t timeout_s;         /* a connection that completes no request for so long is cut */
    int64_t max_age_s;         /* how long shelves may be kept by browsers and proxies; 0: they ask again each time */
    bool insecure_public_bind; /* no option of this group: as the caller's own says */
} ss_http_options;

extern const ss_option ss_http_option_table[]; /* target: ss_http_options */

#endif
