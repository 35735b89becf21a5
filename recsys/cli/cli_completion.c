#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

static size_t completion_groups(void *settings, ss_option_group *groups)
{
    (void)settings;
    (void)groups;
    return 0;
}

static void print_options(const ss_command *command)
{
    ss_option_group groups[SS_COMMAND_GROUPS_MAX];
    void *settings = calloc(1, command->settings_size + 1);
    size_t count = settings ? command->groups(settings, groups) : 0;
    for (size_t g = 0; g < count; g++)
        for (const ss_option *option = groups[g].options; option->name; option++)
            printf(" --%s%s%s", groups[g].prefix ? groups[g].prefix : "", groups[g].prefix ? "." : "", option->name);
    free(settings);
}

static ss_status run_completion(void *settings, const ss_texts *operands, const ss_cli *cli, ss_error *error)
{
    (void)settings;
    (void)cli;
    if (operands->count != 1 || strcmp(operands->text[0], "bash") != 0)
        return ss_error_set(error, SS_E_ARGUMENT, "which shell? known: bash (zsh reads it through bashcompinit)");
    fputs("_smartshelf() {\n  local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\"\n  case \"${COMP_WORDS[1]}\" in\n",
          stdout);
    for (size_t i = 0; ss_commands[i]; i++) {
        printf("  %s) words=\"--help --quiet --json%s", ss_commands[i]->name,
               ss_commands[i]->takes_config ? " --config" : "");
        print_options(ss_commands[i]);
        fputs("\" ;;\n", stdout);
    }
    fputs("  esac\n  [ \"$COMP_CWORD\" -eq 1 ] && words=\"--help --version", stdout);
    for (size_t i = 0; ss_commands[i]; i++)
        printf(" %s", ss_commands[i]->name);
    fputs("\"\n  case \"$word\" in\n  -*) ;;\n  *) [ \"$COMP_CWORD\" -gt 1 ] && words=\"\" ;;\n  esac\n"
          "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\n"
          "complete -o default -F _smartshelf smartshelf\n",
          stdout);
    return SS_OK;
}

const ss_command ss_command_completion = {
    .name = "completion",
    .operands = "SHELL",
    .summary = "Print a completion script for the shell.",
    .description = "Add to ~/.bashrc:\n\n  source <(smartshelf completion bash)",
    .groups = completion_groups,
    .run = run_completion,
};
