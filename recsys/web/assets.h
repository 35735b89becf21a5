/* assets.h: the files of this folder, as they were when the program was built, in the program itself. Read-only; safe from any thread. */
#ifndef SS_WEB_ASSETS_H
#define SS_WEB_ASSETS_H

#include "base/slice.h"
#include <stdint.h>

typedef struct ss_asset {
    const char *name; /* "smart-shelf.js", "shop/home.html" */
    const char *type; /* "text/javascript; charset=utf-8" */
    ss_slice body, gzip;
} ss_asset;

/* NULL: there is none of that name. */
const ss_asset *ss_asset_find(ss_slice name);
const ss_asset *ss_asset_at(unsigned index); /* NULL behind the last */

#endif
