#include "models/cooccurrence_select_train.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX2 1
#endif

#define LEAST_STRIDE 64u /* vectors of maxima */

bool ss_pair_selector_init(ss_pair_selector *selector, size_t list_length)
{
    size_t stride = LEAST_STRIDE;
    while (stride * SS_PAIR_LANES < 5 * list_length)
        stride *= 2;
    *selector = (ss_pair_selector){.kernel = ss_cpu_detect(), .list_length = list_length, .stride = stride};
    selector->heap = ss_array_new(list_length, sizeof *selector->heap);
    selector->peaks = ss_array_new(list_length, sizeof *selector->peaks);
    selector->maxima = ss_array_aligned(stride * SS_PAIR_LANES, sizeof *selector->maxima);
    return selector->heap && selector->peaks && selector->maxima;
}

void ss_pair_selector_release(ss_pair_selector *selector)
{
    free(selector->heap);
    free(selector->peaks);
    free(selector->maxima);
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

__attribute__((target("avx2"))) static void find_maxima(const selection *select, ss_pair_selector *selector)
{
    const float *sums = select->scratch->sums;
    size_t items = select->scratch->item_count, room = selector->stride * SS_PAIR_LANES;
    memset(selector->maxima, 0, room * sizeof *selector->maxima);
    for (size_t from = 0; from < items; from += room) {
        size_t count = items - from < room ? items - from : room;
        for (size_t k = 0; k < count; k += SS_PAIR_LANES) {
            __m256 most = _mm256_load_ps(selector->maxima + k);
            _mm256_store_ps(selector->maxima + k, _mm256_max_ps(keys_at(select, sums, from + k), most));
        }
    }
}

/* A cut that at least list_length candidates reach; 0 when it finds none. Each maximum is that of another candidate. */
static float first_cut(const selection *select, ss_pair_selector *selector)
{
    ss_topk peaks;
    ss_topk_init(&peaks, selector->peaks, selector->list_length);
    find_maxima(select, selector);
    for (uint32_t k = 0; k < selector->stride * SS_PAIR_LANES; k++)
        if (selector->maxima[k] > 0)
            ss_topk_push(&peaks, (ss_scored){selector->maxima[k], k});
    return peaks.count == peaks.limit ? ss_pair_scorer_cut_below(peaks.heap[0].score) : 0;
}

__attribute__((target("avx2"))) static void sweep_by_vectors(selection *select)
{
    const float *sums = select->scratch->sums;
    for (size_t j = 0; j < select->scratch->item_count; j += SS_PAIR_LANES) {
        __m256 key = keys_at(select, sums, j);
        __m256 high = _mm256_cmp_ps(key, _mm256_set1_ps(select->cut), _CMP_GE_OQ);
        __m256 some = _mm256_cmp_ps(key, _mm256_setzero_ps(), _CMP_GT_OQ);
        unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_and_ps(high, some));
        for (; mask; mask &= mask - 1)
            consider(select, (uint32_t)(j + (unsigned)__builtin_ctz(mask)));
    }
}
#endif

static void sweep(selection *select, ss_pair_selector *selector)
{
#ifdef HAVE_AVX2
    if (selector->kernel == SS_CPU_AVX2) {
        if (select->row.proportional && select->scratch->item_count > 2 * selector->stride * SS_PAIR_LANES)
            select->cut = first_cut(select, selector);
        sweep_by_vectors(select);
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
