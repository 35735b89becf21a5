#include "cli/command.h"

#include "server/keys.h"
#include <unistd.h>

typedef struct keygen_settings {
    const char *out;
} keygen_settings;

static const ss_option keygen_options[] = {
    {"out", SS_OPTION_TEXT, offsetof(keygen_settings, out), 0, 0, "smartshelf", NULL, "NAME",
     "NAME.key becomes the secret file, NAME.pub the public one."},
    {0},
};

static size_t keygen_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, keygen_options, settings};
    return 1;
}

static ss_status run_keygen(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_status status;
    const keygen_settings *settings = memory;
    char secret[4096], public[4096];
    ss_keys keys = {0};
    SS_TRY(ss_command_operands(operands, 0, 0, error));
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

const ss_command ss_command_keygen = {
    .name = "keygen",
    .operands = "",
    .summary = "Make a key pair for access control.",
    .description =
        "One pair for the server (serve --curve-key) and one for each client (query --curve-key), whose public key\n"
        "goes to the server's allow-list (serve --allow). Existing files are never overwritten.\n\n"
        "  smartshelf keygen --out server\n"
        "  smartshelf keygen --out shop && echo \"$(sed -n 's/^public //p' shop.pub) read shop\" >> clients.txt",
    .settings_size = sizeof(keygen_settings),
    .groups = keygen_groups,
    .run = run_keygen,
};
