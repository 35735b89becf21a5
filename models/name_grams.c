#include "models/name_grams.h"

#include "base/hash.h"

#define BORDER   ' '
#define SHORTEST 3u
#define LONGEST  4u

/* ---- letters ---- */

/* Capitals `first` to `last`, every `step`-th of them, stand `distance` before their small letters. */
typedef struct case_run {
    uint32_t first, last, step;
    int32_t distance;
} case_run;

static const case_run case_runs[] = {
    {0x41, 0x5a, 1, 32},    {0xc0, 0xd6, 1, 32},     {0xd8, 0xde, 1, 32},     {0x100, 0x136, 2, 1},
    {0x139, 0x147, 2, 1},   {0x14a, 0x176, 2, 1},    {0x178, 0x178, 1, -121}, {0x179, 0x17d, 2, 1},
    {0x386, 0x386, 1, 38},  {0x388, 0x38a, 1, 37},   {0x38c, 0x38c, 1, 64},   {0x38e, 0x38f, 1, 63},
    {0x391, 0x3a1, 1, 32},  {0x3a3, 0x3ab, 1, 32},   {0x3c2, 0x3c2, 1, 1},    {0x400, 0x40f, 1, 80},
    {0x410, 0x42f, 1, 32},  {0x460, 0x480, 2, 1},    {0x48a, 0x4be, 2, 1},    {0x4c0, 0x4c0, 1, 15},
    {0x4c1, 0x4cd, 2, 1},   {0x4d0, 0x52e, 2, 1},    {0x531, 0x556, 1, 48},   {0x1e00, 0x1e94, 2, 1},
    {0x1ea0, 0x1efe, 2, 1}, {0xff21, 0xff3a, 1, 32},
};

uint32_t ss_letter_fold(uint32_t letter)
{
    for (size_t i = 0; i < sizeof case_runs / sizeof *case_runs && letter >= case_runs[i].first; i++)
        if (letter <= case_runs[i].last && (letter - case_runs[i].first) % case_runs[i].step == 0)
            return (uint32_t)((int32_t)letter + case_runs[i].distance);
    return letter;
}

/* Punctuation, blanks and symbols beyond ASCII: the blocks that hold nothing else, by rising code point. */
static const struct {
    uint32_t first, last;
} partings[] = {
    {0x80, 0xa9},     {0xab, 0xb4},     {0xb6, 0xb9},     {0xbb, 0xbf},     {0xd7, 0xd7},       {0xf7, 0xf7},
    {0x37e, 0x37e},   {0x387, 0x387},   {0x55a, 0x55f},   {0x589, 0x58a},   {0x60c, 0x60d},     {0x61b, 0x61f},
    {0x66a, 0x66d},   {0x6d4, 0x6d4},   {0x964, 0x965},   {0xe3f, 0xe3f},   {0x2000, 0x200b},   {0x200e, 0x206f},
    {0x20a0, 0x20cf}, {0x2100, 0x2bff}, {0x2e00, 0x2e7f}, {0x3000, 0x3004}, {0x3008, 0x3020},   {0x3030, 0x3030},
    {0x303d, 0x303f}, {0x30fb, 0x30fb}, {0xe000, 0xf8ff}, {0xfe10, 0xfe1f}, {0xfe30, 0xfe6f},   {0xff01, 0xff0f},
    {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xffe0, 0xffff}, {0x1f000, 0x1faff},
};

static bool in_ascii_word(uint32_t letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

bool ss_letter_in_word(uint32_t letter)
{
    if (letter < 0x80)
        return in_ascii_word(letter);
    for (size_t i = 0; i < sizeof partings / sizeof *partings && letter >= partings[i].first; i++)
        if (letter <= partings[i].last)
            return false;
    return true;
}

/* The next code point of *text, which is not empty; a byte that begins none counts as a blank. */
static uint32_t take_letter(ss_slice *text)
{
    static const uint8_t lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t step = ss_slice_utf8_step(*text);
    uint32_t letter = BORDER;
    if (step > 0) {
        letter = (uint8_t)text->data[0] & lead_bits[step];
        for (size_t i = 1; i < step; i++)
            letter = letter << 6 | ((uint8_t)text->data[i] & 0x3fu);
    }
    step = step > 0 ? step : 1;
    *text = (ss_slice){text->data + step, text->size - step};
    return letter;
}

/* ---- grams ---- */

/* Grams as they come, one by one; the last letters of the word at hand. */
typedef struct gatherer {
    ss_name_gram *grams;
    size_t count;
    uint32_t recent[LONGEST]; /* newest last */
    size_t length;            /* of the word so far, its first border counted */
} gatherer;

static void add_gram(gatherer *into, size_t size)
{
    if (into->count < SS_NAME_GRAMS_MAX)
        into->grams[into->count++] =
            (ss_name_gram){ss_hash(into->recent + LONGEST - size, size * sizeof *into->recent), 1};
}

static void take(gatherer *into, uint32_t letter)
{
    for (size_t i = 1; i < LONGEST; i++)
        into->recent[i - 1] = into->recent[i];
    into->recent[LONGEST - 1] = letter;
    into->length++;
    for (size_t size = SHORTEST; size <= LONGEST && size <= into->length; size++)
        add_gram(into, size);
}

static void end_word(gatherer *into)
{
    if (into->length > 0)
        take(into, BORDER);
    into->length = 0;
}

/* Shell's sort: short, and it asks for no memory, which the library's may. */
static void sort_by_key(ss_name_gram *grams, size_t count)
{
    static const size_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};
    for (size_t g = 0; g < sizeof gaps / sizeof *gaps; g++)
        for (size_t i = gaps[g]; i < count; i++) {
            ss_name_gram moving = grams[i];
            size_t at = i;
            for (; at >= gaps[g] && grams[at - gaps[g]].key > moving.key; at -= gaps[g])
                grams[at] = grams[at - gaps[g]];
            grams[at] = moving;
        }
}

static size_t join_equal(ss_name_gram *grams, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && grams[kept - 1].key == grams[i].key)
            grams[kept - 1].count++;
        else
            grams[kept++] = grams[i];
    }
    return kept;
}

size_t ss_name_grams(ss_slice name, ss_name_gram grams[SS_NAME_GRAMS_MAX])
{
    gatherer into = {.grams = grams};
    while (name.size > 0 && into.count < SS_NAME_GRAMS_MAX) {
        uint32_t letter = take_letter(&name);
        if (!ss_letter_in_word(letter)) {
            end_word(&into);
            continue;
        }
        if (into.length == 0)
            take(&into, BORDER);
        take(&into, ss_letter_fold(letter));
    }
    end_word(&into);
    sort_by_key(grams, into.count);
    return join_equal(grams, into.count);
}
