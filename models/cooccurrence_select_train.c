#include "models/cooccurrence_select_train.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX2 1
#endif

#define LANES        8u                      /* floats of a vector */
#define STRIP        ((size_t)SS_PAIR_STRIP) /* items looked at together */
#define LEAST_STRIDE 64u

bool ss_pair_selector_init(ss_pair_selector *selector, size_t item_count, size_t list_length)
{
    size_t stride = LEAST_STRIDE, strips = (item_count + STRIP - 1) / STRIP;
    while (stride * LANES < 5 * list_length)
        stride *= 2;
    *selector = (ss_pair_selector){
        .kernel = ss_cpu_detect(), .list_length = list_length, .strip_count = strips, .stride = stride};
    selector->heap = ss_array_new(list_length, sizeof *selector->heap);
    selector->peaks = ss_array_new(list_length, sizeof *selector->peaks);
    selector->strips = ss_array_aligned(strips * LANES, sizeof *selector->strips);
    selector->slots = ss_array_aligned(stride * LANES, sizeof *selector->slots);
    return selector->heap && selector->peaks && selector->strips && selector->slots;
}

void ss_pair_selector_release(ss_pair_selector *selector)
{
    free(selector->heap);
    free(selector->peaks);
    free(selector->strips);
    free(selector->slots);
    *selector = (ss_pair_selector){0};
}

typedef struct selection {
    const ss_pair_scorer *scorer;
    const ss_pair_scratch *scratch;
    ss_pair_row row;
    ss_topk top;
    uint32_t support;
    float cut;
} selection;

static void consider(selection *select, uint32_t j)
{
    const ss_pair_scratch *scratch = select->scratch;
    float sum = scratch->sums ? scratch->sums[j] : 0;
    ss_scored found = {ss_pair_scorer_score(select->scorer, &select->row, j, scratch->pairs[j], sum), j};
    if (!(found.score > 0) || !ss_topk_admits(&select->top, found))
        return;
    ss_topk_push(&select->top, found);
    if (select->top.count == select->top.limit) {
        float cut = ss_pair_scorer_cut(&select->row, select->top.heap[0].score);
        select->cut = cut > select->cut ? cut : select->cut;
    }
}

static inline void consider_if_likely(selection *select, uint32_t j)
{
    const ss_pair_scratch *scratch = select->scratch;
    if (scratch->customers[j] < select->support)
        return;
    float x = scratch->sums ? scratch->sums[j] : (float)scratch->pairs[j];
    if (x * select->scorer->candidate[j] >= select->cut)
        consider(select, j);
}

static void sweep_plainly(selection *select)
{
    for (uint32_t j = 0; j < select->scratch->item_count; j++)
        consider_if_likely(select, j);
}

#ifdef HAVE_AVX2
/* x * candidate[j] of eight candidates; 0 for those without support. */
__attribute__((target("avx2"), always_inline)) static inline __m256 keys_at(const selection *select, const float *sums,
                                                                            size_t j)
{
    const ss_pair_scratch *scratch = select->scratch;
    __m256i customers = _mm256_load_si256((const __m256i *)(scratch->customers + j));
    __m256i alive = _mm256_cmpgt_epi32(customers, _mm256_set1_epi32((int)select->support - 1));
    __m256 x =
        sums ? _mm256_load_ps(sums + j) : _mm256_cvtepi32_ps(_mm256_load_si256((const __m256i *)(scratch->pairs + j)));
    __m256 key = _mm256_mul_ps(x, _mm256_load_ps(select->scorer->candidate + j));
    return _mm256_and_ps(key, _mm256_castsi256_ps(alive));
}

/* The lane-wise largest keys of each strip, and of each slot: strips whose numbers differ by a multiple of `stride`. */
__attribute__((target("avx2"))) static void find_maxima(const selection *select, ss_pair_selector *selector)
{
    const float *sums = select->scratch->sums;
    memset(selector->slots, 0, selector->stride * LANES * sizeof *selector->slots);
    for (size_t strip = 0, slot = 0; strip < selector->strip_count; strip++, slot++) {
        __m256 most = _mm256_setzero_ps();
        for (size_t j = strip * STRIP; j < (strip + 1) * STRIP; j += LANES)
            most = _mm256_max_ps(keys_at(select, sums, j), most);
        _mm256_store_ps(selector->strips + strip * LANES, most);
        slot = slot < selector->stride ? slot : 0;
        float *of_slot = selector->slots + slot * LANES;
        _mm256_store_ps(of_slot, _mm256_max_ps(_mm256_load_ps(of_slot), most));
    }
}

/* A cut that at least list_length candidates reach; 0 when it finds none. Each maximum is that of another candidate. */
static float first_cut(const selection *select, ss_pair_selector *selector)
{
    ss_topk peaks;
    ss_topk_init(&peaks, selector->peaks, selector->list_length);
    find_maxima(select, selector);
    for (uint32_t k = 0; k < selector->stride * LANES; k++)
        if (selector->slots[k] > 0)
            ss_topk_push(&peaks, (ss_scored){selector->slots[k], k});
    return peaks.count == peaks.limit ? ss_pair_scorer_cut_below(peaks.heap[0].score) : 0;
}

/* Which of eight keys are above 0 and reach the cut. */
__attribute__((target("avx2"), always_inline)) static inline unsigned reaching(__m256 keys, float cut)
{
    __m256 high = _mm256_cmp_ps(keys, _mm256_set1_ps(cut), _CMP_GE_OQ);
    __m256 some = _mm256_cmp_ps(keys, _mm256_setzero_ps(), _CMP_GT_OQ);
    return (unsigned)_mm256_movemask_ps(_mm256_and_ps(high, some));
}

__attribute__((target("avx2"))) static void sweep_strip(selection *select, size_t strip)
{
    const float *sums = select->scratch->sums;
    for (size_t j = strip * STRIP; j < (strip + 1) * STRIP; j += LANES)
        for (unsigned mask = reaching(keys_at(select, sums, j), select->cut); mask; mask &= mask - 1)
            consider(select, (uint32_t)(j + (unsigned)__builtin_ctz(mask)));
}

__attribute__((target("avx2"))) static void sweep_by_vectors(selection *select, ss_pair_selector *selector)
{
    if (!select->row.proportional || selector->strip_count * LANES < 2 * selector->list_length) {
        for (size_t strip = 0; strip < selector->strip_count; strip++)
            sweep_strip(select, strip);
        return;
    }
    select->cut = first_cut(select, selector);
    for (size_t strip = 0; strip < selector->strip_count; strip++)
        if (reaching(_mm256_load_ps(selector->strips + strip * LANES), select->cut))
            sweep_strip(select, strip);
}
#endif

static void sweep(selection *select, ss_pair_selector *selector)
{
#ifdef HAVE_AVX2
    if (selector->kernel == SS_CPU_AVX2) {
        sweep_by_vectors(select, selector);
        return;
    }
#endif
    (void)selector;
    sweep_plainly(select);
}

ss_topk ss_pair_select(ss_pair_selector *selector, const ss_pair_scorer *scorer, const ss_pair_scratch *scratch,
                       uint32_t item, uint32_t support)
{
    selection select = {scorer, scratch, ss_pair_scorer_row(scorer, item), .support = support};
    ss_topk_init(&select.top, selector->heap, selector->list_length);
    if (scratch->sparse) {
        for (size_t t = 0; t < scratch->touched_count; t++)
            consider_if_likely(&select, scratch->touched[t]);
    } else {
        sweep(&select, selector);
    }
    ss_topk_sort(&select.top);
    return select.top;
}
