#include "server/configuration.h"

ss_status ss_configuration_read(const ss_configuration *configuration, const ss_logger *logger,
                                ss_shelf_settings **shelves, ss_policy **policy, ss_error *error)
{
    ss_mistakes *mistakes = ss_mistakes_new(configuration->path);
    if (!mistakes)
        return ss_error_nomem(error);
    ss_status status = configuration->read(configuration->path, mistakes, shelves, policy, error);
    ss_mistakes_log(mistakes, logger);
    ss_mistakes_free(&mistakes);
    return status;
}
