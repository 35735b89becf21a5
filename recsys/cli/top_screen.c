#include "cli/top_screen.h"

#include <curses.h>
#include <locale.h>
#include <stdlib.h>

struct ss_top_screen {
    SCREEN *terminal;
    int first;       /* line of the picture that is on top */
    int count, last; /* lines of this picture so far; of the one before */
};

ss_status ss_top_screen_open(ss_top_screen **screen, ss_error *error)
{
    ss_top_screen *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    setlocale(LC_CTYPE, ""); /* names of sockets may have any letters */
    new->terminal = newterm(NULL, stdout, stdin);
    if (!new->terminal) {
        free(new);
        return ss_error_set(error, SS_E_ARGUMENT, "the terminal '%s' is not known: --once prints a table",
                            getenv("TERM") ? getenv("TERM") : "");
    }
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    curs_set(0);
    *screen = new;
    return SS_OK;
}

void ss_top_screen_close(ss_top_screen **screen)
{
    ss_top_screen *old = *screen;
    *screen = NULL;
    if (!old)
        return;
    endwin();
    delscreen(old->terminal);
    free(old);
}

/* Keeps a part of the picture on the screen. */
static void scroll_to(ss_top_screen *screen, int first)
{
    int most = screen->last - (LINES - 1);
    screen->first = first > most ? most : first;
    screen->first = screen->first < 0 ? 0 : screen->first;
}

static ss_top_key scroll_by(ss_top_screen *screen, int lines)
{
    scroll_to(screen, screen->first + lines);
    return SS_TOP_KEY_REDRAW;
}

ss_top_key ss_top_screen_key(ss_top_screen *screen, int milliseconds)
{
    timeout(milliseconds);
    switch (getch()) {
    case 'q':
    case 'Q':
        return SS_TOP_KEY_QUIT;
    case 'p':
    case ' ':
        return SS_TOP_KEY_PAUSE;
    case 's':
        return SS_TOP_KEY_SORT;
    case KEY_UP:
        return scroll_by(screen, -1);
    case KEY_DOWN:
        return scroll_by(screen, 1);
    case KEY_PPAGE:
        return scroll_by(screen, -(LINES - 1));
    case KEY_NPAGE:
        return scroll_by(screen, LINES - 1);
    case KEY_RESIZE:
        return scroll_by(screen, 0);
    default:
        return SS_TOP_KEY_NONE;
    }
}

static void draw(int row, attr_t attributes, const char *text)
{
    if (row >= LINES)
        return;
    attrset((int)attributes);
    mvaddnstr(row, 0, text, -1); /* what is wider than the window is cut there: nothing scrolls */
    attrset(A_NORMAL);
}

void ss_top_screen_begin(ss_top_screen *screen, const char *head)
{
    screen->count = 0;
    erase();
    draw(0, A_REVERSE, head);
}

void ss_top_screen_line(void *screen, ss_line_style style, const char *text)
{
    static const attr_t attributes[] = {
        [SS_LINE_PLAIN] = A_NORMAL,
        [SS_LINE_TITLE] = A_BOLD,
        [SS_LINE_HEADING] = A_UNDERLINE,
        [SS_LINE_TROUBLE] = A_BOLD | A_STANDOUT,
    };
    ss_top_screen *to = screen;
    int row = 1 + to->count++ - to->first;
    if (row >= 1)
        draw(row, attributes[style], text);
}

void ss_top_screen_end(ss_top_screen *screen)
{
    screen->last = screen->count;
    refresh();
}
