/* assets_data.h: the table that CMake has made of this folder's files (CMakeLists.txt, assets_data.c.in), by name. */
#ifndef SS_WEB_ASSETS_DATA_H
#define SS_WEB_ASSETS_DATA_H

#include "web/assets.h"

extern const ss_asset ss_asset_table[];
extern const uint64_t ss_asset_count;

#endif
