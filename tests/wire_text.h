/*
 * wire_text.h: MessagePack written by hand. Pieces separated by blanks: `94` a byte, in hexadecimal; `<related>` a
 * short text; `(300)` a text of so many x; `[257]` an array of so many texts "i"; `~9` the byte before it so many
 * more times.
 */
#ifndef SS_TESTS_WIRE_TEXT_H
#define SS_TESTS_WIRE_TEXT_H

#include "client/wire.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIRE_TEXT_MAX (1u << 19)

static inline uint8_t *wire_text_long(uint8_t *at, unsigned long length)
{
    at = ss_wire_put_text_head(at, length);
    memset(at, 'x', length);
    return at + length;
}

static inline uint8_t *wire_text_array(uint8_t *at, unsigned long count)
{
    at = ss_wire_put_array(at, (uint32_t)count);
    for (unsigned long i = 0; i < count; i++)
        at = ss_wire_put_text(at, "i", 1);
    return at;
}

static inline uint8_t *wire_text_again(uint8_t *at, unsigned long count)
{
    memset(at, at[-1], count);
    return at + count;
}

/* Into `bytes` (WIRE_TEXT_MAX); returns the size. Aborts on text that is none of the above. */
static inline size_t wire_text(const char *text, uint8_t *bytes)
{
    uint8_t *at = bytes;
    char *end;
    while (*text) {
        const char *close = *text == '<' ? strchr(text, '>') : NULL;
        if (isspace((unsigned char)*text))
            end = (char *)(uintptr_t)text + 1;
        else if (close) {
            at = ss_wire_put_text(at, text + 1, (size_t)(close - text - 1));
            end = (char *)(uintptr_t)close + 1;
        } else if (*text == '(') {
            at = wire_text_long(at, strtoul(text + 1, &end, 10));
            end++;
        } else if (*text == '[') {
            at = wire_text_array(at, strtoul(text + 1, &end, 10));
            end++;
        } else if (*text == '~')
            at = wire_text_again(at, strtoul(text + 1, &end, 10));
        else
            *at++ = (uint8_t)strtoul(text, &end, 16);
        if (end == text || at > bytes + WIRE_TEXT_MAX - 1024)
            abort();
        text = end;
    }
    return (size_t)(at - bytes);
}

#endif
