#include "base/logline.h"

#include "base/clock.h"
#include "base/timestamp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *level_name(ss_log_level level)
{
    static const char *const NAMES[] = {"error", "warn", "info", "debug"};
    unsigned index = (unsigned)level;
    return index < sizeof NAMES / sizeof *NAMES ? NAMES[index] : "log";
}

/* Time, level and area; the length. */
static size_t put_head(char *line, size_t size, const ss_logger *logger, ss_log_level level)
{
    char now[SS_TIMESTAMP_TEXT], area[64];
    ss_timestamp_format(ss_clock_now(), now);
    ss_slice_printable(ss_slice_of(logger->area), area, sizeof area);
    int length = snprintf(line, size, "%s %s %s: ", now, level_name(level), area[0] ? area : "smartshelf");
    return length < 0 ? 0 : (size_t)length;
}

/* The message made printable, without a newline of its own, and a mark where it was cut; the length. */
static size_t put_message(char *line, size_t size, ss_slice message, bool cut)
{
    static const char MARK[] = "...";
    message = ss_slice_trim(message);
    size_t length = ss_slice_printable(message, line, size);
    bool fits = !cut && length < size - 5; /* an escape is up to 4 bytes: with less room left, the end may be missing */
    if (fits)
        return length;
    length = ss_slice_printable(message, line, size - (sizeof MARK - 1));
    memcpy(line + length, MARK, sizeof MARK);
    return length + sizeof MARK - 1;
}

static void write_line(int fd, const char *line, size_t size)
{
    /* A log that cannot be written has nowhere to complain. */
    while (write(fd, line, size) < 0 && errno == EINTR)
        continue;
}

void ss_log(const ss_logger *logger, ss_log_level level, const char *format, ...)
{
    if (!logger || level > logger->level)
        return;
    int kept_errno = errno;
    char message[SS_LOG_LINE_MAX], line[SS_LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (length < 0)
        message[0] = '\0';
    size_t used = put_head(line, sizeof line, logger, level);
    used += put_message(line + used, sizeof line - used - 1, ss_slice_of(message), length >= (int)sizeof message);
    line[used++] = '\n';
    write_line(logger->fd, line, used);
    errno = kept_errno;
}

static bool is_plain(ss_slice value)
{
    for (size_t i = 0; i < value.size; i++)
        if (strchr(" =\"\\", value.data[i])) /* a zero byte, too, is found */
            return false;
    return value.size > 0;
}

const char *ss_log_quote(ss_slice value, char *text, size_t size)
{
    if (is_plain(value)) {
        ss_slice_printable(value, text, size);
        return text;
    }
    size_t used = 0;
    text[used++] = '"';
    for (size_t step; value.size; value.data += step, value.size -= step) {
        char piece[8];
        step = ss_slice_utf8_step(value);
        step = step ? step : 1;
        bool marked = value.data[0] == '"' || value.data[0] == '\\';
        piece[0] = '\\';
        size_t length =
            marked + ss_slice_printable((ss_slice){value.data, step}, piece + marked, sizeof piece - marked);
        if (used + length + 2 > size)
            break;
        memcpy(text + used, piece, length);
        used += length;
    }
    memcpy(text + used, "\"", 2);
    return text;
}
