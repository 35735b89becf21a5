#include "cli/command.h"
#include "cli/config_file.h"

#define TEXT_MAX (1u << 20)

static size_t defaults_groups(void *settings, ss_option_group *groups)
{
    (void)settings;
    (void)groups;
    return 0;
}

static ss_status run_defaults(void *settings, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    ss_buffer text;
    (void)settings;
    (void)cli;
    ss_status status = ss_command_operands(operands, 0, 0, error);
    if (status != SS_OK)
        return status;
    ss_buffer_init(&text, TEXT_MAX);
    status = ss_config_file_write_defaults(&text);
    if (status == SS_OK)
        fputs(text.data, stdout);
    ss_buffer_release(&text);
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}

const ss_command ss_command_defaults = {
    .name = "defaults",
    .operands = "",
    .summary = "Print a configuration file with every setting at its default.",
    .description = "Each with what it means, what it may be, and its default:\n\n"
                   "  smartshelf defaults >smartshelf.yaml\n\n"
                   "Take away what may stay as it is: defaults of later versions may be better.",
    .groups = defaults_groups,
    .run = run_defaults,
};
