#include "cli/command.h"

#include "http/api_keys.h"
#include "server/keys.h"
#include <sodium.h>
#include <unistd.h>

typedef enum http_kind { HTTP_NONE, HTTP_PUBLIC, HTTP_SECRET, HTTP_TOKENS } http_kind;

typedef struct keygen_settings {
    const char *out;
    int64_t http; /* http_kind */
    const char *keys, *name;
    ss_texts origins;
} keygen_settings;

#define AT(MEMBER) offsetof(keygen_settings, MEMBER)

static const ss_option keygen_options[] = {
    {"out", SS_OPTION_TEXT, AT(out), 0, 0, "smartshelf", NULL, "NAME",
     "NAME.key becomes the secret file, NAME.pub the public one."},
    {"http", SS_OPTION_CHOICE, AT(http), 0, 0, "none", "none|public|secret|tokens", "KIND",
     "A key for HTTP instead: public, for browsers; secret, for back ends; or tokens: what tokens of visitors are made "
     "with."},
    {"keys", SS_OPTION_TEXT, AT(keys), 0, 0, "http-keys", NULL, "FILE",
     "With --http: the file of serve --http-keys, to which its line is added."},
    {"name", SS_OPTION_TEXT, AT(name), 0, 0, NULL, NULL, "NAME", "With --http: what the file calls it."},
    {"origin", SS_OPTION_TEXTS, AT(origins), 0, 0, NULL, NULL, "ORIGIN",
     "With --http public: pages that may use it, such as https://shop.example; pages of the port itself always may."},
    {0},
};

static size_t keygen_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, keygen_options, settings};
    return 1;
}

/* ---- of HTTP ---- */

static void print_key(const ss_cli *cli, const keygen_settings *settings, const char *key)
{
    const char *kind = settings->http == HTTP_PUBLIC ? "public" : "secret";
    if (cli->json)
        printf("{\"key\": \"%s\", \"kind\": \"%s\"}\n", key, kind); /* digits and letters */
    else
        printf("%s key  %s\nits line is in %s; the key itself is kept nowhere\n", kind, key, settings->keys);
}

static ss_status add_http_key(const keygen_settings *settings, const ss_cli *cli, ss_error *error)
{
    char key[SS_API_KEY_SIZE + 1];
    ss_api_kind kind = settings->http == HTTP_PUBLIC ? SS_API_PUBLIC : SS_API_SECRET;
    ss_status status = ss_api_key_add(settings->keys, kind, settings->name, &settings->origins, key, error);
    if (status == SS_OK)
        print_key(cli, settings, key);
    sodium_memzero(key, sizeof key);
    return status;
}

static ss_status add_http_tokens(const keygen_settings *settings, const ss_cli *cli, ss_error *error)
{
    if (settings->origins.count > 0)
        return ss_error_set(error, SS_E_ARGUMENT, "--origin is for --http public");
    ss_status status = ss_api_tokens_add(settings->keys, settings->name, error);
    if (status == SS_OK && !cli->json)
        printf("a new secret for tokens is in %s; those made with the ones before stay good while they stand there\n",
               settings->keys);
    return status;
}

static ss_status check_http_options(const keygen_settings *settings, ss_error *error)
{
    if (settings->http == HTTP_NONE && (settings->name || settings->origins.count > 0))
        return ss_error_set(error, SS_E_ARGUMENT, "--name and --origin are for --http");
    return SS_OK;
}

/* ---- of CURVE ---- */

static ss_status make_pair(const keygen_settings *settings, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    char secret[4096], public[4096];
    ss_keys keys = {0};
    if ((size_t)snprintf(secret, sizeof secret, "%s.key", settings->out) >= sizeof secret ||
        (size_t)snprintf(public, sizeof public, "%s.pub", settings->out) >= sizeof public)
        SS_TRY(ss_error_set(error, SS_E_ARGUMENT, "--out is too long"));
    SS_TRY(ss_keys_generate(&keys, error));
    SS_TRY(ss_keys_write(&keys, secret, true, error));
    status = ss_keys_write(&keys, public, false, error);
    if (status != SS_OK) {
        unlink(secret);
        goto out;
    }
    if (cli->json)
        printf("{\"public\": \"%s\"}\n", keys.public_key); /* Z85 has no quotes and no backslashes */
    else
        printf("secret key in  %s\npublic key in  %s\npublic key     %s\n", secret, public, keys.public_key);
out:
    ss_keys_wipe(&keys);
    return status;
}

static ss_status run_keygen(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const keygen_settings *settings = memory;
    ss_status status = ss_command_operands(operands, 0, 0, error);
    if (status == SS_OK)
        status = check_http_options(settings, error);
    if (status != SS_OK)
        return status;
    switch ((http_kind)settings->http) {
    case HTTP_NONE:
        return make_pair(settings, cli, error);
    case HTTP_TOKENS:
        return add_http_tokens(settings, cli, error);
    default:
        return add_http_key(settings, cli, error);
    }
}

const ss_command ss_command_keygen = {
    .name = "keygen",
    .operands = "",
    .summary = "Make keys for access control.",
    .description =
        "One pair for the server (serve --curve-key) and one for each client (query --curve-key), whose public key\n"
        "goes to the server's allow-list (serve --allow). Existing files are never overwritten.\n\n"
        "  smartshelf keygen --out server\n"
        "  smartshelf keygen --out shop && echo \"$(sed -n 's/^public //p' shop.pub) read shop\" >> clients.txt\n\n"
        "With --http a key for HTTP, which is printed once; the file holds only what it is recognised by.\n\n"
        "  smartshelf keygen --http public --keys http-keys --name shop --origin https://shop.example\n"
        "  smartshelf keygen --http secret --keys http-keys --name backend",
    .settings_size = sizeof(keygen_settings),
    .groups = keygen_groups,
    .run = run_keygen,
};
