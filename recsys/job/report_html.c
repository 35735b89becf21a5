#include "job/report_html.h"

#include <stdarg.h>
#include <stdio.h>

void ss_html_printf(ss_html *page, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    if (page->status != SS_OK)
        return;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    page->status =
        size >= 0 && (size_t)size < sizeof text ? ss_buffer_append(page->out, text, (size_t)size) : SS_E_LIMIT;
}

static void put(ss_html *page, const char *text)
{
    if (page->status == SS_OK)
        page->status = ss_buffer_append_text(page->out, text);
}

void ss_html_escaped(ss_html *page, const char *text)
{
    for (const char *at = text; *at; at++) {
        const char letter[2] = {*at, '\0'};
        put(page, *at == '&' ? "&amp;" : *at == '<' ? "&lt;" : *at == '>' ? "&gt;" : *at == '"' ? "&quot;" : letter);
    }
}

static const char style[] =
    ":root{--ink:#1b2430;--dim:#5c6773;--line:#d7dde3;--back:#fff;--soft:#f3f5f7;--main:#2563a8;--mid:#6297cf;"
    "--light:#b9d3ec;--gain:#1d7f4e;--loss:#b3382c;--heat:37 99 168;color-scheme:light dark}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaee;--dim:#a3adb8;--line:#3a444f;--back:#14191f;--soft:#1d242c;"
    "--main:#6aa7e8;--mid:#4479ae;--light:#2c4a69;--gain:#55c08a;--loss:#ef7d70;--heat:76 132 198}}\n"
    "body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--back);color:var(--ink);"
    "font:16px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.2rem;margin:1.6rem 0 .4rem}p{margin:.4rem 0}\n"
    ".dim{color:var(--dim)}.warn{border-left:4px solid var(--loss);background:var(--soft);padding:.5rem .8rem}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem;margin:1rem 0}"
    ".tiles.eight{grid-template-columns:repeat(4,1fr)}@media(max-width:48rem){.tiles.eight{grid-template-columns:1fr "
    "1fr}}\n"
    ".tile{background:var(--soft);border-radius:.5rem;padding:.6rem .8rem}.tile b{display:block;font-size:1.3rem}"
    ".tile .dim{font-size:.85rem;line-height:1.35;display:block}\n"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem 2rem}\n"
    ".plots>*{min-width:0}figure{margin:0}svg{width:100%;max-width:38rem;height:auto;display:block}\n"
    "figcaption{font-size:.9rem;line-height:1.4}details{margin:.4rem 0}summary{cursor:pointer;color:var(--main)}\n"
    "svg text{fill:var(--ink);font:11px system-ui,sans-serif}svg .dim{fill:var(--dim)}svg .name{font-weight:600}\n"
    ".axis{stroke:var(--line)}.zero{stroke:var(--ink);stroke-dasharray:3 3}"
    ".bar{fill:var(--main)}.mid{fill:var(--mid)}.soft{fill:var(--light)}.out{fill:var(--loss);opacity:.75}\n"
    ".gain{stroke:var(--gain);fill:var(--gain)}.loss{stroke:var(--loss);fill:var(--loss)}"
    ".unclear,.too_few{stroke:var(--dim);fill:var(--dim)}\n"
    ".curve{fill:none;stroke:var(--main);stroke-width:2}.curve.mid{fill:none;stroke:var(--mid)}"
    ".curve.dashed{stroke:var(--ink);stroke-dasharray:5 3}.band{fill:var(--light);opacity:.5}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.3rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}\n"
    "th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:var(--back)}th{color:var(--dim)}\n"
    "td.words{text-align:left;white-space:normal;min-width:16rem;color:var(--dim)}\n"
    "tr.campaign td,tr.all td{font-weight:600}tr.incentive td:first-child,tr.segment "
    "td:first-child{padding-left:1.6rem}\n"
    "table.heat td,table.heat th{padding:.25rem .45rem;border:1px solid var(--back)}table.heat td.own{color:var(--dim)}"
    "table.heat td.part{font-style:italic}.share{font-size:.8em}\n"
    "@media(max-width:40rem){table.heat{font-size:.8rem}table.heat td,table.heat th{padding:.2rem .32rem}}\n"
    "dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:0 2rem;margin:.4rem 0}\n"
    "dl div{display:grid;grid-template-columns:1fr auto;padding:.35rem 0;border-bottom:1px solid var(--line);"
    "align-content:start;font-size:.95rem}\n"
    "dt{font-weight:600}dd{margin:0;font-variant-numeric:tabular-nums}dd.dim{grid-column:1/-1;font-size:.85rem;"
    "line-height:1.35}\n"
    "@media print{body{max-width:none;padding:0;font-size:12px}.scroll{overflow:visible}figure,dl "
    "div,tr{break-inside:avoid}"
    "summary{display:none}details::details-content{content-visibility:visible;height:auto}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

void ss_html_begin(ss_html *page, const char *title)
{
    put(page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    ss_html_escaped(page, title);
    put(page, "</title>\n<style>\n");
    put(page, style);
    put(page, "</style>\n</head>\n<body>\n<h1>");
    ss_html_escaped(page, title);
    put(page, "</h1>\n");
}

void ss_html_end(ss_html *page)
{
    put(page, "</body>\n</html>\n");
}

void ss_html_tile(ss_html *page, const char *name, const char *value, const char *note)
{
    put(page, "<div class=\"tile\">");
    ss_html_escaped(page, name);
    put(page, "<b>");
    ss_html_escaped(page, value);
    put(page, "</b><span class=\"dim\">");
    ss_html_escaped(page, note);
    put(page, "</span></div>\n");
}

void ss_html_warning(ss_html *page, const char *text)
{
    put(page, "<p class=\"warn\">");
    ss_html_escaped(page, text);
    put(page, "</p>\n");
}

/* ---- plots ---- */

void ss_plot_begin(ss_html *page, const char *title, double height)
{
    ss_html_printf(page,
                   "<figure><h2>%s</h2>\n<svg viewBox=\"0 0 %g %g\" role=\"img\" aria-label=\"%s\"><title>%s</title>\n",
                   title, SS_PLOT_WIDTH, height, title, title);
}

void ss_plot_end(ss_html *page, const char *caption)
{
    ss_html_printf(page, "</svg>\n<figcaption class=\"dim\">%s</figcaption>", caption);
}

void ss_plot_close(ss_html *page)
{
    put(page, "</figure>\n");
}

void ss_plot_text(ss_html *page, double x, double y, const char *class, const char *anchor, const char *text)
{
    ss_html_printf(page, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\" text-anchor=\"%s\">", x, y, class, anchor);
    ss_html_escaped(page, text);
    put(page, "</text>\n");
}

void ss_plot_rect(ss_html *page, double x, double y, double width, double height, const char *class)
{
    ss_html_printf(page, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n", x, y, width,
                   height, class);
}

void ss_plot_line(ss_html *page, double x1, double y1, double x2, double y2, const char *class)
{
    ss_html_printf(page, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke-width=\"1.5\" class=\"%s\"/>\n",
                   x1, y1, x2, y2, class);
}

double ss_scale_place(const ss_scale *scale, double value)
{
    double share = scale->most > scale->least ? (value - scale->least) / (scale->most - scale->least) : 0;
    return scale->begin + share * (scale->end - scale->begin);
}
