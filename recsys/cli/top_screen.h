/*
 * top_screen.h: the terminal of `smartshelf top`, by ncurses: lines that can be scrolled, keys, and the terminal as it was
 * when it is closed. One screen in a process, one thread.
 */
#ifndef SS_CLI_TOP_SCREEN_H
#define SS_CLI_TOP_SCREEN_H

#include "base/status.h"
#include "cli/top_page.h"

typedef struct ss_top_screen ss_top_screen;

typedef enum ss_top_key {
    SS_TOP_KEY_NONE,
    SS_TOP_KEY_QUIT,
    SS_TOP_KEY_PAUSE,
    SS_TOP_KEY_SORT,
    SS_TOP_KEY_REDRAW /* the window has another size, or shows another part */
} ss_top_key;

/* Takes over the terminal of standard input and output. SS_E_ARGUMENT: it is none that is known (TERM). SS_E_NOMEM. */
ss_status ss_top_screen_open(ss_top_screen **screen, ss_error *error);
void ss_top_screen_close(ss_top_screen **screen);

/* Waits at most so long for a key. Those that scroll are seen to here. */
ss_top_key ss_top_screen_key(ss_top_screen *screen, int milliseconds);

/* A picture: begin, with the line that always stays on top; lines (an ss_line_sink); end. */
void ss_top_screen_begin(ss_top_screen *screen, const char *head);
void ss_top_screen_line(void *screen, ss_line_style style, const char *text);
void ss_top_screen_end(ss_top_screen *screen);

#endif
