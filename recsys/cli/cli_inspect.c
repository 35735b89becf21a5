#include "cli/command.h"

#include "shelf/snapshot.h"
#include "store/inspect.h"

typedef struct inspect_settings {
    bool verify;
} inspect_settings;

static const ss_option inspect_options[] = {
    {"verify", SS_OPTION_FLAG, offsetof(inspect_settings, verify), 0, 0, NULL, NULL, NULL,
     "Check every checksum, offset, index and score; fails when anything is wrong."},
    {0},
};

static size_t inspect_groups(void *settings, ss_option_group *groups)
{
    groups[0] = (ss_option_group){NULL, NULL, inspect_options, settings};
    return 1;
}

static ss_status run_inspect(void *memory, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    const inspect_settings *settings = memory;
    ss_buffer text;
    ss_status status = ss_command_operands(operands, 1, 1, error);
    if (status != SS_OK)
        return status;
    ss_buffer_init(&text, (size_t)64 << 20);
    status = ss_inspect(operands->text[0], ss_snapshot_schemas,
                        &(ss_inspect_options){.verify = settings->verify, .json = cli->json}, &text, error);
    fwrite(text.data, 1, text.size, stdout);
    ss_buffer_release(&text);
    return status;
}

const ss_command ss_command_inspect = {
    .name = "inspect",
    .operands = "STORE|GENERATION|FILE",
    .summary = "Show what a generation or model file holds, and check it.",
    .description = "STORE shows its current generation. The files are safetensors: any toolbox opens them too.\n\n"
                   "  smartshelf inspect --verify /srv/shelf",
    .settings_size = sizeof(inspect_settings),
    .groups = inspect_groups,
    .run = run_inspect,
};
