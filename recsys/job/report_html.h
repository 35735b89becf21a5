/*
 * report_html.h: what every report's page is made of: one page that needs nothing beside itself (no script, no network,
 * plots as inline SVG), legible on a phone and on a desk, by day, by night and on paper. A policy in the page itself
 * forbids all but its own style. The same calls give the same bytes. One owner at a time.
 */
#ifndef SS_JOB_REPORT_HTML_H
#define SS_JOB_REPORT_HTML_H

#include "base/buffer.h"

typedef struct ss_html {
    ss_buffer *out;
    ss_status status; /* of the first that failed: nothing is written after it */
} ss_html;

/* Appends text as it is; what comes from outside goes through ss_html_escaped. */
void ss_html_printf(ss_html *page, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ss_html_escaped(ss_html *page, const char *text);

/* From the document's beginning to the heading, which is the title; and its end. */
void ss_html_begin(ss_html *page, const char *title);
void ss_html_end(ss_html *page);

/* A figure to be seen first; the note says what it is. Between ss_html_printf of <div class="tiles"> and </div>. */
void ss_html_tile(ss_html *page, const char *name, const char *value, const char *note);

/* A sentence to be heeded. */
void ss_html_warning(ss_html *page, const char *text);

/* ---- plots: SS_PLOT_WIDTH units wide, of which one is about a pixel on a phone ---- */

#define SS_PLOT_WIDTH  380.0
#define SS_PLOT_MARGIN 8.0

/* Classes: of text "dim" and "name"; of areas "bar", "soft", "mid" and "out"; of lines "axis" and "zero"; of both "gain",
 * "loss" and "unclear". */
void ss_plot_begin(ss_html *page, const char *title, double height);
void ss_plot_end(ss_html *page, const char *caption); /* the figure is left open for what stands behind the plot: */
void ss_plot_close(ss_html *page);
void ss_plot_text(ss_html *page, double x, double y, const char *class, const char *anchor, const char *text);
void ss_plot_rect(ss_html *page, double x, double y, double width, double height, const char *class);
void ss_plot_line(ss_html *page, double x1, double y1, double x2, double y2, const char *class);

/* From a value to a place between two others. Pure. */
typedef struct ss_scale {
    double least, most, begin, end;
} ss_scale;
double ss_scale_place(const ss_scale *scale, double value);

/* From margin to margin. */
static inline ss_scale ss_scale_across(double least, double most)
{
    return (ss_scale){least, most, SS_PLOT_MARGIN, SS_PLOT_WIDTH - SS_PLOT_MARGIN};
}

#endif
