#include "server/server_options.h"

#include "server/address.h"
#include "server/endpoint.h"
#include "server/service.h"

#define AT(MEMBER) offsetof(ss_server_options, MEMBER)

const ss_option ss_server_option_table[] = {
    {"store", SS_OPTION_TEXT, AT(store), 0, 0, NULL, NULL, "STORE", "Where `smartshelf train` publishes generations."},
    {"bind", SS_OPTION_TEXTS, AT(binds), 0, 0, SS_ENDPOINT_DEFAULT, NULL, "ENDPOINT",
     "tcp://ADDRESS:PORT or ipc://PATH; may be given several times. Port * takes a free one."},
    {"workers", SS_OPTION_INT, AT(workers), 1, SS_WORKERS_MAX, "1", NULL, NULL,
     "Threads that answer; with 1 the thread that owns the socket answers itself."},
    {"io-threads", SS_OPTION_INT, AT(io_threads), 1, 16, "1", NULL, NULL, "Threads that move bytes."},
    {"scheduling", SS_OPTION_CHOICE, AT(scheduling), 0, 0, "normal", "normal|batch", NULL,
     "batch: the server's threads do not interrupt each other, which gives more answers a second on cores of its own; "
     "on cores that it shares, others delay it."},
    {"queue", SS_OPTION_INT, AT(queue), 1, 1000000, "1000", NULL, "MESSAGES",
     "Most messages waiting for one connection, each way; replies beyond are dropped."},
    {"drain-ms", SS_OPTION_INT, AT(drain_ms), 0, 600000, "2000", NULL, "MS", "Most time that stopping takes."},
    {"curve-key", SS_OPTION_TEXT, AT(curve_key), 0, 0, NULL, NULL, "FILE",
     "The server's secret key, made by `smartshelf keygen`: callers need a key that --allow lists."},
    {"allow", SS_OPTION_TEXT, AT(allow), 0, 0, NULL, NULL, "FILE",
     "Public keys of those who may call: lines of KEY ROLE [NAME]; roles: read, event, admin."},
    {"metrics", SS_OPTION_TEXT, AT(metrics), 0, 0, NULL, NULL, "ADDRESS:PORT",
     "Counters for Prometheus over HTTP, /metrics and /healthz, such as 127.0.0.1:9464. Port 0 takes a free one."},
    {"insecure-public-bind", SS_OPTION_FLAG, AT(insecure_public_bind), 0, 0, NULL, NULL, NULL,
     "Let anybody who can reach a public address call every method, for want of --curve-key, or read --metrics."},
    {0},
};

ss_status ss_server_check_metrics(const ss_server_options *options, ss_error *error)
{
    ss_address address;
    if (!options->metrics)
        return SS_OK;
    ss_status status = ss_address_read(options->metrics, "metrics", &address, error);
    if (status != SS_OK || !address.public || options->insecure_public_bind)
        return status;
    ss_error_set(error, SS_E_ACCESS, "metrics at a public address: say --insecure-public-bind too");
    ss_error_place(error, options->metrics, 0);
    return SS_E_ACCESS;
}

ss_status ss_server_check_access(const ss_server_options *options, ss_error *error)
{
    if (!options->curve_key != !options->allow)
        return ss_error_set(error, SS_E_ARGUMENT, "--curve-key and --allow go together: one is missing");
    return SS_OK;
}

ss_status ss_server_check_bind(const ss_server_options *options, const char *endpoint, ss_error *error)
{
    ss_status status = ss_endpoint_check(endpoint, error);
    if (status != SS_OK || !ss_endpoint_is_public(endpoint) || options->curve_key || options->insecure_public_bind)
        return status;
    ss_error_set(error, SS_E_ACCESS,
                 "a public address without access control: give --curve-key and --allow, or say "
                 "--insecure-public-bind too");
    ss_error_place(error, endpoint, 0);
    return SS_E_ACCESS;
}

ss_status ss_server_check_options(const ss_server_options *options, ss_error *error)
{
    ss_status status;
    if (!options->store)
        return ss_error_set(error, SS_E_ARGUMENT, "--store is missing");
    SS_TRY(ss_server_check_access(options, error));
    for (size_t i = 0; i < options->binds.count; i++)
        SS_TRY(ss_server_check_bind(options, options->binds.text[i], error));
    SS_TRY(ss_server_check_metrics(options, error));
out:
    return status;
}
