#include "shelf/name_match.h"

#include "models/name_grams.h"

#define OTHER_LETTER_COST 16u /* of a letter beyond ASCII, beside 1 of each other byte */
#define LETTER_MAX        4u  /* bytes that a letter may become */

/* ---- letters ---- */

/* Small letters `first` to `last`, and what they are without their marks; by rising code point. */
typedef struct marked_run {
    uint32_t first, last;
    const char *plain;
} marked_run;

static const marked_run marked_runs[] = {
    {0xdf, 0xdf, "ss"},    {0xe0, 0xe5, "a"},     {0xe6, 0xe6, "ae"},    {0xe7, 0xe7, "c"},      {0xe8, 0xeb, "e"},
    {0xec, 0xef, "i"},     {0xf0, 0xf0, "d"},     {0xf1, 0xf1, "n"},     {0xf2, 0xf6, "o"},      {0xf8, 0xf8, "o"},
    {0xf9, 0xfc, "u"},     {0xfd, 0xfd, "y"},     {0xfe, 0xfe, "th"},    {0xff, 0xff, "y"},      {0x100, 0x105, "a"},
    {0x106, 0x10d, "c"},   {0x10e, 0x111, "d"},   {0x112, 0x11b, "e"},   {0x11c, 0x123, "g"},    {0x124, 0x127, "h"},
    {0x128, 0x131, "i"},   {0x132, 0x133, "ij"},  {0x134, 0x135, "j"},   {0x136, 0x138, "k"},    {0x139, 0x142, "l"},
    {0x143, 0x14b, "n"},   {0x14c, 0x151, "o"},   {0x152, 0x153, "oe"},  {0x154, 0x159, "r"},    {0x15a, 0x161, "s"},
    {0x162, 0x167, "t"},   {0x168, 0x173, "u"},   {0x174, 0x175, "w"},   {0x176, 0x178, "y"},    {0x179, 0x17e, "z"},
    {0x17f, 0x17f, "s"},   {0x1a0, 0x1a1, "o"},   {0x1af, 0x1b0, "u"},   {0x218, 0x219, "s"},    {0x21a, 0x21b, "t"},
    {0x300, 0x36f, ""},    {0x390, 0x390, "ι"},   {0x3ac, 0x3ac, "α"},   {0x3ad, 0x3ad, "ε"},    {0x3ae, 0x3ae, "η"},
    {0x3af, 0x3af, "ι"},   {0x3b0, 0x3b0, "υ"},   {0x3ca, 0x3ca, "ι"},   {0x3cb, 0x3cb, "υ"},    {0x3cc, 0x3cc, "ο"},
    {0x3cd, 0x3cd, "υ"},   {0x3ce, 0x3ce, "ω"},   {0x451, 0x451, "е"},   {0x1e9e, 0x1e9e, "ss"}, {0x1ea0, 0x1eb7, "a"},
    {0x1eb8, 0x1ec7, "e"}, {0x1ec8, 0x1ecb, "i"}, {0x1ecc, 0x1ee3, "o"}, {0x1ee4, 0x1ef1, "u"},  {0x1ef2, 0x1ef9, "y"},
};

/* NULL: it has none. */
static const char *without_marks(uint32_t letter)
{
    size_t low = 0, high = sizeof marked_runs / sizeof *marked_runs;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (letter > marked_runs[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    bool in = low < sizeof marked_runs / sizeof *marked_runs && letter >= marked_runs[low].first;
    return in ? marked_runs[low].plain : NULL;
}

static size_t put_utf8(uint32_t letter, char out[LETTER_MAX])
{
    if (letter < 0x80)
        return out[0] = (char)letter, 1;
    size_t size = letter < 0x800 ? 2 : letter < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = size - 1; i > 0; i--, letter >>= 6)
        out[i] = (char)(0x80 | (letter & 0x3f));
    out[0] = (char)(leads[size] | letter);
    return size;
}

/* The letter that `text` begins with, of `step` bytes. */
static uint32_t letter_at(const char *text, size_t step)
{
    static const uint8_t lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t letter = (uint8_t)text[0] & lead_bits[step];
    for (size_t i = 1; i < step; i++)
        letter = letter << 6 | ((uint8_t)text[i] & 0x3fu);
    return letter;
}

/* Of a letter beyond ASCII, which `text` begins with. */
static size_t fold_letter(ss_slice text, size_t step, char out[LETTER_MAX])
{
    if (step == 0)
        return out[0] = ' ', 1;
    uint32_t letter = ss_letter_fold(letter_at(text.data, step));
    const char *plain = without_marks(letter);
    if (!plain)
        return put_utf8(letter, out);
    size_t size = strlen(plain);
    memcpy(out, plain, size);
    return size;
}

/* ---- texts ---- */

static char fold_ascii(char letter)
{
    return (char)((unsigned char)(letter - 'A') < 26 ? letter | 0x20 : letter);
}

/* So many bytes as are ASCII from the beginning on, folded. */
static size_t fold_ascii_run(const char *text, size_t size, char *out)
{
    size_t done = 0;
    for (; done + sizeof(uint64_t) <= size; done += sizeof(uint64_t)) {
        uint64_t eight, ones = UINT64_MAX / 0xff;
        memcpy(&eight, text + done, sizeof eight);
        if (eight & ones * 0x80)
            break;
        /* The high bit of each byte: at least 'A', and not more than 'Z'. */
        uint64_t capital = (eight + ones * (0x80 - 'A')) & ~(eight + ones * (0x80 - 'Z' - 1)) & ones * 0x80;
        eight |= capital >> 2;
        memcpy(out + done, &eight, sizeof eight);
    }
    for (; done < size && !(text[done] & 0x80); done++)
        out[done] = fold_ascii(text[done]);
    return done;
}

/* *letters: how many were not ASCII. */
static size_t fold(ss_slice text, char *out, size_t room, size_t *letters)
{
    size_t done = 0, used = 0;
    char folded[LETTER_MAX];
    while (done < text.size && used < room) {
        size_t left = text.size - done, run = left < room - used ? left : room - used;
        run = fold_ascii_run(text.data + done, run, out + used);
        done += run;
        used += run;
        if (done == text.size || used == room)
            break;
        ss_slice rest = {text.data + done, text.size - done};
        size_t step = ss_slice_utf8_step(rest), size = fold_letter(rest, step, folded);
        ++*letters;
        if (size > room - used)
            break;
        memcpy(out + used, folded, size);
        used += size;
        done += step ? step : 1;
    }
    return used;
}

size_t ss_name_fold(ss_slice text, char *out, size_t room)
{
    size_t letters = 0;
    return fold(text, out, room, &letters);
}

/* ---- words ---- */

static bool is_blank(char letter)
{
    return letter == ' ' || (letter >= '\t' && letter <= '\r');
}

void ss_name_words_read(ss_slice text, ss_name_words *words)
{
    if (text.size > SS_NAME_TEXT_MAX)
        text.size = SS_NAME_TEXT_MAX;
    size_t size = ss_name_fold(text, words->folded, sizeof words->folded), at = 0;
    words->count = 0;
    while (at < size && words->count < SS_NAME_WORDS_MAX) {
        size_t begin = at;
        while (at < size && !is_blank(words->folded[at]))
            at++;
        if (at > begin) {
            words->words[words->count].at = (uint16_t)begin;
            words->words[words->count++].size = (uint16_t)(at - begin);
        }
        at++;
    }
}

static bool holds(const char *text, size_t size, const char *word, size_t word_size)
{
    while (size >= word_size) {
        const char *first = memchr(text, word[0], size - word_size + 1);
        if (!first)
            return false;
        if (memcmp(first, word, word_size) == 0)
            return true;
        size -= (size_t)(first + 1 - text);
        text = first + 1;
    }
    return false;
}

bool ss_name_words_match(const ss_name_words *words, ss_slice name, uint64_t *cost)
{
    char folded[2 * SS_NAME_READ_MAX];
    size_t letters = 0;
    if (name.size > SS_NAME_READ_MAX)
        name.size = SS_NAME_READ_MAX;
    size_t size = fold(name, folded, sizeof folded, &letters);
    *cost += name.size + letters * OTHER_LETTER_COST;
    for (size_t i = 0; i < words->count; i++)
        if (!holds(folded, size, words->folded + words->words[i].at, words->words[i].size))
            return false;
    return true;
}
