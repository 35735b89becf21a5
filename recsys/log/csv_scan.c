#include "log/csv_scan.h"

#include <stdbool.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define BLOCK 64u
_Static_assert(BLOCK <= SS_CSV_SCAN_PADDING, "a block may reach behind the text, and its places behind the last");

/*
 * Writes the places of the set bits and returns where the next one goes. Eight at a time without looking whether there
 * are as many: a branch that goes the same way nearly always is cheaper than a loop that ends somewhere else each time.
 */
static inline __attribute__((always_inline)) uint32_t *write_places(uint64_t bits, uint32_t base, uint32_t *out)
{
    uint32_t *next = out + __builtin_popcountll(bits);
    do {
        for (int i = 0; i < 8; i++) {
            out[i] = base + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
        out += 8;
    } while (bits);
    return next;
}

/* Only the first `count` (1 to 64) bits. */
static inline uint64_t first_bits(uint64_t bits, size_t count)
{
    return bits & (UINT64_MAX >> (BLOCK - count));
}

#ifdef __x86_64__

/*
 * The low halves of the marks' bytes all differ, so that one table look-up by the low half gives the only mark that a
 * byte can be, and one comparison tells whether it is. Bytes from 0x80 on look up 0, which they are not; halves that no
 * mark has hold a byte with another half.
 */
__attribute__((target("avx2"))) static __m256i mark_table(char separator)
{
    char table[32];
    for (int i = 0; i < 32; i++)
        table[i] = (i & 15) == 0 ? '\0' : (char)0xf0;
    for (int half = 0; half < 32; half += 16) {
        table[half + ('\n' & 15)] = '\n';
        table[half + ('"' & 15)] = '"';
        table[half + (separator & 15)] = separator;
    }
    return _mm256_loadu_si256((const __m256i *)(const void *)table);
}

__attribute__((target("avx2,popcnt"))) static inline uint64_t marks_avx2(const char *text, __m256i table)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)text);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(text + 32));
    low = _mm256_cmpeq_epi8(low, _mm256_shuffle_epi8(table, low));
    high = _mm256_cmpeq_epi8(high, _mm256_shuffle_epi8(table, high));
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

__attribute__((target("avx2,popcnt"))) static size_t scan_avx2(const char *text, size_t size, char separator,
                                                               uint32_t *places)
{
    __m256i table = mark_table(separator);
    uint32_t *out = places;
    size_t at = 0;
    for (; at + BLOCK <= size; at += BLOCK)
        out = write_places(marks_avx2(text + at, table), (uint32_t)at, out);
    if (at < size)
        out = write_places(first_bits(marks_avx2(text + at, table), size - at), (uint32_t)at, out);
    return (size_t)(out - places);
}

static inline uint64_t marks_16(const char *text, __m128i separators)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)text);
    __m128i marks = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, separators), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))),
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_setzero_si128())));
    return (uint64_t)(uint32_t)_mm_movemask_epi8(marks);
}

static inline uint64_t marks_baseline(const char *text, char separator)
{
    __m128i separators = _mm_set1_epi8(separator);
    return marks_16(text, separators) | marks_16(text + 16, separators) << 16 | marks_16(text + 32, separators) << 32 |
           marks_16(text + 48, separators) << 48;
}

#else

static inline uint64_t marks_baseline(const char *text, char separator)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < BLOCK; i++) {
        char byte = text[i];
        bool mark = byte == separator || byte == '\n' || byte == '"' || byte == '\0';
        bits |= (uint64_t)mark << i;
    }
    return bits;
}

#endif

static size_t scan_baseline(const char *text, size_t size, char separator, uint32_t *places)
{
    uint32_t *out = places;
    size_t at = 0;
    for (; at + BLOCK <= size; at += BLOCK)
        out = write_places(marks_baseline(text + at, separator), (uint32_t)at, out);
    if (at < size)
        out = write_places(first_bits(marks_baseline(text + at, separator), size - at), (uint32_t)at, out);
    return (size_t)(out - places);
}

ss_csv_scan ss_csv_scan_choose(ss_cpu_kernel kernel)
{
#ifdef __x86_64__
    if (kernel == SS_CPU_AVX2)
        return scan_avx2;
#else
    (void)kernel;
#endif
    return scan_baseline;
}
