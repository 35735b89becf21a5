/* top_page.h: what `smartshelf top` shows, as lines of text: the same for a screen, for a file and for machines. */
#ifndef SS_CLI_TOP_PAGE_H
#define SS_CLI_TOP_PAGE_H

#include "base/buffer.h"
#include "cli/top_watch.h"

typedef enum ss_top_order { SS_TOP_BY_REQUESTS, SS_TOP_BY_LATENCY, SS_TOP_BY_NAME, SS_TOP_ORDERS } ss_top_order;
const char *ss_top_order_name(ss_top_order order); /* NULL outside */

typedef enum ss_line_style { SS_LINE_PLAIN, SS_LINE_TITLE, SS_LINE_HEADING, SS_LINE_TROUBLE } ss_line_style;

/* Takes one line, without its end. */
typedef void (*ss_line_sink)(void *context, ss_line_style style, const char *text);

/* All servers, one after the other, methods in that order. */
void ss_top_page(const ss_watch *watch, ss_top_order order, ss_line_sink sink, void *context);

/* {"time", "servers": [{"server", "here", …}]}. Caller owns it; NULL: out of memory. */
json_t *ss_top_json(const ss_watch *watch);

#endif
