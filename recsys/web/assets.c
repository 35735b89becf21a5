#include "web/assets.h"

#include "web/assets_data.h"
#include <stdlib.h>

static int compare(const void *name, const void *row)
{
    const ss_asset *asset = row;
    return ss_slice_compare(*(const ss_slice *)name, ss_slice_of(asset->name));
}

const ss_asset *ss_asset_find(ss_slice name)
{
    return bsearch(&name, ss_asset_table, ss_asset_count, sizeof *ss_asset_table, compare);
}

const ss_asset *ss_asset_at(unsigned index)
{
    return index < ss_asset_count ? &ss_asset_table[index] : NULL;
}
