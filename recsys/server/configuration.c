#include "server/configuration.h"

ss_status ss_configuration_read(const ss_configuration *configuration, const ss_logger *logger,
                                ss_shelf_settings **shelves, ss_policy **policy, ss_error *error)
{
    char line[SS_MISTAKE_LINE_MAX], quoted[2 * SS_MISTAKE_LINE_MAX];
    ss_mistakes *mistakes = ss_mistakes_new(configuration->path);
    if (!mistakes)
        return ss_error_nomem(error);
    ss_status status = configuration->read(configuration->path, mistakes, shelves, policy, error);
    for (size_t i = 0; i < ss_mistakes_kept(mistakes); i++) {
        ss_mistakes_format(mistakes, i, line, sizeof line);
        ss_log(logger, ss_mistakes_at(mistakes, i)->warning ? SS_LOG_WARN : SS_LOG_ERROR, "configuration mistake=%s",
               ss_log_quote(ss_slice_of(line), quoted, sizeof quoted));
    }
    ss_mistakes_free(&mistakes);
    return status;
}
