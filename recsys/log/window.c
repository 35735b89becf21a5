#include "log/window.h"

#include "base/memory.h"
#include "log/row_source.h"
#include <stdlib.h>
#include <string.h>

static const char BYTE_ORDER_MARK[3] = {'\xef', '\xbb', '\xbf'};

ss_status ss_window_start(ss_window *window, ss_input *input, size_t chunk, ss_error *error)
{
    window->chunk = chunk ? chunk : SS_WINDOW_CHUNK;
    window->input = input;
    window->at = window->end = 0;
    window->finished = false;
    while (window->end < sizeof BYTE_ORDER_MARK && !window->finished) {
        ss_status status = ss_window_more(window, error);
        if (status != SS_OK)
            return status;
    }
    if (window->end >= sizeof BYTE_ORDER_MARK && memcmp(window->data, BYTE_ORDER_MARK, sizeof BYTE_ORDER_MARK) == 0)
        window->at = sizeof BYTE_ORDER_MARK;
    return SS_OK;
}

void ss_window_release(ss_window *window)
{
    free(window->data);
    *window = (ss_window){0};
}

static void finish(ss_window *window)
{
    window->finished = true;
    if (window->end > window->at && window->data[window->end - 1] != '\n')
        window->data[window->end++] = '\n';
}

ss_status ss_window_more(ss_window *window, ss_error *error)
{
    if (window->finished)
        return SS_OK;
    size_t kept = window->end - window->at;
    if (kept > 0)
        memmove(window->data, window->data + window->at, kept);
    window->at = 0;
    window->end = kept;
    size_t limit = kept + (kept > window->chunk ? kept : window->chunk);
    if (!ss_array_grow(&window->data, &window->capacity, limit + 1 + SS_WINDOW_PADDING, 1))
        return ss_error_nomem(error);
    do {
        size_t got = 0;
        ss_status status = ss_input_read(window->input, window->data + window->end, limit - window->end, &got, error);
        if (status != SS_OK)
            return status;
        window->end += got;
        window->taken = ss_input_taken(window->input);
        if (got == 0)
            finish(window);
    } while (!window->finished && window->end < 2 * kept && window->end < limit);
    return SS_OK;
}

ss_status ss_window_skip_line(ss_window *window, ss_error *error)
{
    for (;;) {
        char *from = window->data + window->at;
        char *newline = memchr(from, '\n', window->end - window->at);
        window->at = newline ? (size_t)(newline - window->data) + 1 : window->end;
        if (newline || window->finished)
            return SS_OK;
        ss_status status = ss_window_more(window, error);
        if (status != SS_OK)
            return status;
    }
}
