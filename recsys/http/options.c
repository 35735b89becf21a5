#include "http/options.h"

#define AT(MEMBER) offsetof(ss_http_options, MEMBER)

const ss_option ss_http_option_table[] = {
    {"http", SS_OPTION_TEXT, AT(http), 0, 0, NULL, NULL, "ADDRESS:PORT",
     "Answer over HTTP and JSON too, such as at 127.0.0.1:8080. Port 0 takes a free one."},
    {"http-keys", SS_OPTION_TEXT, AT(keys), 0, 0, NULL, NULL, "FILE",
     "Keys of those who may call over HTTP, made by `smartshelf keygen --http`; without, whoever reaches the port may "
     "do all."},
    {"http-threads", SS_OPTION_INT, AT(threads), 1, SS_HTTP_THREADS_MAX, "1", NULL, NULL,
     "Threads that answer over HTTP."},
    {"http-connections", SS_OPTION_INT, AT(connections), 16, 100000, "2048", NULL, NULL,
     "Most connections at once: beyond, the one that has been silent for longest gives way."},
    {"http-rate", SS_OPTION_INT, AT(rate), 0, 1000000, "50", NULL, "REQUESTS",
     "Most requests a second of one address with a public key; 0: any number."},
    {"http-offers-rate", SS_OPTION_INT, AT(offers_rate), 0, 1000000, "50", NULL, "REQUESTS",
     "Most offers a second that are asked for with one public key, from all addresses together; 0: any number."},
    {"http-proxy", SS_OPTION_TEXTS, AT(proxies), 0, 0, NULL, NULL, "ADDRESS",
     "A proxy before this port, or a network of them such as 10.0.0.0/8: whom its X-Forwarded-For names is the "
     "caller."},
    {"http-timeout", SS_OPTION_INT, AT(timeout_s), 1, 3600, "30", NULL, "SECONDS",
     "A connection that completes no request for so long is cut."},
    {"http-max-age", SS_OPTION_INT, AT(max_age_s), 0, 86400, "0", NULL, "SECONDS",
     "How long browsers and proxies may keep shelves that are about no visitor; 0: they ask each time whether one has "
     "changed."},
    {0},
};
