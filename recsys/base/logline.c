#include "base/logline.h"

#include "base/clock.h"
#include "base/timestamp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CUT_MARK "\" cut=true\n" /* with the quote that a cut value may lack */

typedef struct level_facts {
    const char *name;
    int priority; /* syslog(3) */
} level_facts;

static level_facts facts_of(ss_log_level level)
{
    static const level_facts FACTS[] = {{"error", 3}, {"warn", 4}, {"info", 6}, {"debug", 7}};
    unsigned index = (unsigned)level;
    return FACTS[index < sizeof FACTS / sizeof *FACTS ? index : SS_LOG_INFO];
}

bool ss_log_is_journal(int fd)
{
    struct stat stream;
    unsigned long long device, inode;
    const char *journal = getenv("JOURNAL_STREAM");
    return journal && sscanf(journal, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &stream) == 0 &&
           stream.st_dev == device && stream.st_ino == inode;
}

ss_logger ss_logger_of(int fd, ss_log_level level, const char *area)
{
    return (ss_logger){fd, level, area, ss_log_is_journal(fd)};
}

/* Everything before the message; the length. */
static size_t put_head(char *line, size_t size, const ss_logger *logger, ss_log_level level)
{
    char now[SS_TIMESTAMP_TEXT], begin[SS_TIMESTAMP_TEXT + 8], area[64];
    if (logger->journal)
        snprintf(begin, sizeof begin, "<%d>", facts_of(level).priority);
    else {
        ss_timestamp_format(ss_clock_now(), now);
        snprintf(begin, sizeof begin, "time=%s ", now);
    }
    ss_log_quote(ss_slice_of(logger->area ? logger->area : "smartshelf"), area, sizeof area);
    int length = snprintf(line, size, "%slevel=%s area=%s msg=", begin, facts_of(level).name, area);
    return length < 0 ? 0 : (size_t)length;
}

/* Where the words of a format end: before the blank that leads to its first `key=value`. */
static size_t words_end(const char *format)
{
    size_t end = strcspn(format, "="), word = end;
    if (!format[end])
        return end;
    while (word > 0 && format[word - 1] != ' ')
        word--;
    return word > 0 ? word - 1 : 0;
}

/* Does `text` end inside of double quotes? A backslash at its end that would escape what follows is taken away. */
static bool ends_in_quotes(const char *text, size_t *length)
{
    bool inside = false;
    for (size_t i = 0; i < *length; i++) {
        if (text[i] == '"')
            inside = !inside;
        else if (inside && text[i] == '\\' && ++i == *length)
            --*length;
    }
    return inside;
}

/* Ends a line of `used` bytes, where there is room for CUT_MARK; its length. */
static size_t put_end(char *line, size_t used, bool cut)
{
    const char *end = &CUT_MARK[sizeof CUT_MARK - 2];
    if (cut)
        end = CUT_MARK + !ends_in_quotes(line, &used);
    memcpy(line + used, end, strlen(end));
    return used + strlen(end);
}

/* The message, in quotes where it takes them, and the fields behind it; `room` is without what put_end takes. */
static size_t put_text(char *line, size_t room, ss_slice message, ss_slice fields, bool *cut)
{
    static const size_t LEAST = 8; /* a quoted escape and a quote: with less room left, the end may be missing */
    fields = ss_slice_trim(fields);
    ss_log_quote(ss_slice_trim(message), line, room);
    size_t used = strlen(line);
    if (fields.size > 0 && room - used >= LEAST) {
        line[used++] = ' ';
        used += ss_slice_printable(fields, line + used, room - used);
    }
    *cut = *cut || room - used < LEAST;
    return used;
}

static void write_line(int fd, const char *line, size_t size)
{
    /* A log that cannot be written has nowhere to complain. */
    while (write(fd, line, size) < 0 && errno == EINTR)
        continue;
}

static void log_text(const ss_logger *logger, ss_log_level level, ss_slice message, ss_slice fields, bool cut)
{
    char line[SS_LOG_LINE_MAX];
    size_t used = put_head(line, sizeof line, logger, level);
    used += put_text(line + used, sizeof line - used - sizeof CUT_MARK, message, fields, &cut);
    used = put_end(line, used, cut);
    write_line(logger->fd, line, used);
}

void ss_log(const ss_logger *logger, ss_log_level level, const char *format, ...)
{
    if (!logger || level > logger->level)
        return;
    int kept_errno = errno;
    char text[SS_LOG_LINE_MAX], words[SS_LOG_LINE_MAX];
    va_list arguments, again;
    snprintf(words, sizeof words, "%.*s", (int)words_end(format), format);
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(text, sizeof text, format, arguments), spoken = vsnprintf(NULL, 0, words, again);
    va_end(again);
    va_end(arguments);
    size_t size = length < 0 ? 0 : strnlen(text, sizeof text), split = spoken < 0 ? 0 : (size_t)spoken;
    split = split < size ? split : size;
    log_text(logger, level, (ss_slice){text, split}, (ss_slice){text + split, size - split},
             length >= (int)sizeof text);
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
