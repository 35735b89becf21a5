/*
 * demo_picture.h: a picture of a product of the demo shop, drawn from what the catalogue says: the kind of thing from words of its name ("mug",
 * "candle"), its colours from a colour that the name holds, or else from the category, and a little of its own from its id. So a shop without
 * photographs looks like one. The same words give the same bytes. Pure: safe from any thread.
 */
#ifndef SS_HTTP_DEMO_PICTURE_H
#define SS_HTTP_DEMO_PICTURE_H

#include "base/buffer.h"
#include "base/slice.h"

/*
 * Appends an SVG 1.1 document of 400 by 400 to `out`, a few kilobytes at most. Each text may be empty, and hold anything: what XML has
 * no place for becomes U+FFFD. The name is its <title>, cut to 200 bytes. SS_E_NOMEM, SS_E_LIMIT.
 */
ss_status ss_demo_picture(ss_slice item_id, ss_slice category, ss_slice name, ss_buffer *out);

#endif
