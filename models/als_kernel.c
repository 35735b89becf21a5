#include "models/als_kernel.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2,fma")))
#endif

#define INLINE static inline __attribute__((always_inline))
#define LANES  8u
#define LINE   16u /* floats in a cache line */
#define AHEAD  8u  /* rows between fetching and use */

/* Eight lanes, whatever the machine's own width: the compiler splits them for the baseline, the sums stay the same. */
typedef float lanes __attribute__((vector_size(32)));
typedef float half_lanes __attribute__((vector_size(16)));

INLINE const lanes *lanes_of(const float *vector)
{
    return (const lanes *)__builtin_assume_aligned(vector, 32);
}

INLINE lanes *lanes_in(float *vector)
{
    return (lanes *)__builtin_assume_aligned(vector, 32);
}

INLINE float lanes_total(const lanes *sum)
{
    lanes s = *sum;
    half_lanes h = __builtin_shufflevector(s, s, 0, 1, 2, 3) + __builtin_shufflevector(s, s, 4, 5, 6, 7);
    return (h[0] + h[2]) + (h[1] + h[3]);
}

INLINE float dot_body(const float *x, const float *y, uint32_t stride)
{
    const lanes *a = lanes_of(x), *b = lanes_of(y);
    lanes even = {0}, odd = {0};
    for (uint32_t k = 0; k < stride / LANES; k += 2) {
        even += a[k] * b[k];
        odd += a[k + 1] * b[k + 1];
    }
    even += odd;
    return lanes_total(&even);
}

/* The four sums of four accumulators, in order. */
INLINE void four_totals(const lanes sum[4], half_lanes *totals)
{
    lanes a = sum[0], b = sum[1], c = sum[2], d = sum[3];
    lanes ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13) +
               __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    lanes cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13) +
               __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
    lanes all = __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13) +
                __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15);
    *totals = __builtin_shufflevector(all, all, 0, 1, 2, 3) + __builtin_shufflevector(all, all, 4, 5, 6, 7);
}

/* out += sum of c (target - y.x) y over four rows. */
INLINE void four_rows(const float *const rows[4], const float weights[4], float target, const float *x, uint32_t stride,
                      float *out)
{
    const lanes *p = lanes_of(x), *a = lanes_of(rows[0]), *b = lanes_of(rows[1]), *c = lanes_of(rows[2]),
                *d = lanes_of(rows[3]);
    lanes sum[4] = {{0}, {0}, {0}, {0}};
    for (uint32_t k = 0; k < stride / LANES; k++) {
        sum[0] += a[k] * p[k];
        sum[1] += b[k] * p[k];
        sum[2] += c[k] * p[k];
        sum[3] += d[k] * p[k];
    }
    half_lanes t;
    four_totals(sum, &t);
    float s0 = weights[0] * (target - t[0]), s1 = weights[1] * (target - t[1]), s2 = weights[2] * (target - t[2]),
          s3 = weights[3] * (target - t[3]);
    lanes *o = lanes_in(out);
    for (uint32_t k = 0; k < stride / LANES; k++)
        o[k] += (a[k] * s0 + b[k] * s1) + (c[k] * s2 + d[k] * s3);
}

/* Asks the memory for the rows that are due in a little while: gathering waits for it more than for arithmetic. */
INLINE void fetch_rows(const ss_als_system *s, size_t first)
{
    for (size_t i = first; i < first + 4 && i < s->count; i++) {
        const float *row = s->factors + (size_t)s->columns[i] * s->stride;
        for (uint32_t k = 0; k < s->stride; k += LINE)
            __builtin_prefetch(row + k);
    }
}

/* out += sum of c (target - y.x) y over the observed rows. `zero`: a vector of zeros, stands in past the end. */
INLINE void observed_body(const ss_als_system *s, float target, const float *x, const float *zero, float *out)
{
    uint32_t stride = s->stride;
    for (size_t i = 0; i < s->count; i += 4) {
        const float *rows[4];
        float weights[4];
        fetch_rows(s, i + AHEAD);
        for (size_t j = 0; j < 4; j++) {
            bool there = i + j < s->count;
            rows[j] = there ? s->factors + (size_t)s->columns[i + j] * stride : zero;
            weights[j] = !there ? 0 : s->weights ? s->weights[i + j] : 1;
        }
        four_rows(rows, weights, target, x, stride, out);
    }
}

/* z = r / D, and r.z */
INLINE float precondition_body(const float *residual, const float *diagonal, uint32_t stride, float *z)
{
    const lanes *r = lanes_of(residual), *d = lanes_of(diagonal);
    lanes *out = lanes_in(z), sum = {0};
    for (uint32_t k = 0; k < stride / LANES; k++) {
        out[k] = r[k] / d[k];
        sum += r[k] * out[k];
    }
    return lanes_total(&sum);
}

/* out = -D x */
INLINE void minus_diagonal_body(const float *diagonal, const float *x, uint32_t stride, float *out)
{
    const lanes *d = lanes_of(diagonal), *p = lanes_of(x);
    lanes *o = lanes_in(out);
    for (uint32_t k = 0; k < stride / LANES; k++)
        o[k] = -(d[k] * p[k]);
}

/* y += a x */
INLINE void add_scaled_body(float a, const float *x, uint32_t stride, float *y)
{
    const lanes *p = lanes_of(x);
    lanes *o = lanes_in(y);
    for (uint32_t k = 0; k < stride / LANES; k++)
        o[k] += p[k] * a;
}

/* p = z + b p */
INLINE void next_direction_body(const float *z, float b, uint32_t stride, float *p)
{
    const lanes *d = lanes_of(z);
    lanes *o = lanes_in(p);
    for (uint32_t k = 0; k < stride / LANES; k++)
        o[k] = d[k] + o[k] * b;
}

INLINE unsigned solve_cg_body(const ss_als_system *s, unsigned steps, float tolerance, float *work, float *x)
{
    uint32_t stride = s->stride;
    float *zero = work, *r = work + stride, *z = r + stride, *p = z + stride, *q = p + stride;
    memset(zero, 0, stride * sizeof *zero);
    minus_diagonal_body(s->diagonal, x, stride, r);
    observed_body(s, 1, x, zero, r);
    float rz = precondition_body(r, s->diagonal, stride, z);
    memcpy(p, z, stride * sizeof *p);
    float enough = rz * tolerance * tolerance;
    unsigned step = 0;
    while (step < steps && rz > enough) {
        minus_diagonal_body(s->diagonal, p, stride, q);
        observed_body(s, 0, p, zero, q); /* q = -A p */
        float curvature = -dot_body(p, q, stride);
        if (!(curvature > 0))
            break;
        float a = rz / curvature;
        add_scaled_body(a, p, stride, x);
        if (++step == steps)
            break;
        add_scaled_body(a, q, stride, r);
        float next = precondition_body(r, s->diagonal, stride, z);
        next_direction_body(z, next / rz, stride, p);
        rz = next;
    }
    return step;
}

/* Rows divided by D, one after the other. */
INLINE void scale_rows_body(const ss_als_system *s, float *scaled)
{
    uint32_t stride = s->stride;
    const lanes *d = lanes_of(s->diagonal);
    for (size_t i = 0; i < s->count; i++) {
        const lanes *y = lanes_of(s->factors + (size_t)s->columns[i] * stride);
        lanes *z = lanes_in(scaled + i * stride);
        for (uint32_t k = 0; k < stride / LANES; k++)
            z[k] = y[k] / d[k];
    }
}

/* The upper triangle, by rows, of C^-1 + Y D^-1 YT. */
INLINE void few_matrix_body(const ss_als_system *s, const float *scaled, double *matrix)
{
    size_t n = s->count;
    for (size_t i = 0; i < n; i++) {
        const float *y = s->factors + (size_t)s->columns[i] * s->stride;
        for (size_t j = i; j < n; j++)
            matrix[i * n + j] = (double)dot_body(y, scaled + j * s->stride, s->stride);
        matrix[i * n + i] += s->weights ? 1 / (double)s->weights[i] : 1;
    }
}

/*
 * Solves M v = v by M = UT U, destroying M (upper triangle, by rows). Every inner loop updates separate elements, so
 * that the width of the machine's vectors does not change a sum.
 */
INLINE bool few_solve_body(double *matrix, size_t n, double *v)
{
    for (size_t i = 0; i < n; i++) {
        double *row = matrix + i * n;
        if (!(row[i] > 0))
            return false;
        double inverse = 1 / sqrt(row[i]);
        for (size_t j = i; j < n; j++)
            row[j] *= inverse;
        v[i] *= inverse;
        for (size_t below = i + 1; below < n; below++) {
            double factor = row[below];
            double *other = matrix + below * n;
            for (size_t j = below; j < n; j++)
                other[j] -= factor * row[j];
            v[below] -= factor * v[i];
        }
    }
    for (size_t i = n; i-- > 0;) {
        double sum = v[i];
        for (size_t j = i + 1; j < n; j++)
            sum -= matrix[i * n + j] * v[j];
        v[i] = sum / matrix[i * n + i];
    }
    return true;
}

INLINE bool solve_few_body(const ss_als_system *s, float *work, float *x)
{
    assert(s->count <= SS_ALS_FEW);
    float *scaled = work;
    double *matrix = (double *)(void *)(work + SS_ALS_FEW * (size_t)s->stride);
    double *v = matrix + SS_ALS_FEW * SS_ALS_FEW;
    scale_rows_body(s, scaled);
    few_matrix_body(s, scaled, matrix);
    for (size_t i = 0; i < s->count; i++)
        v[i] = 1;
    if (!few_solve_body(matrix, s->count, v))
        return false;
    memset(x, 0, s->stride * sizeof *x);
    for (size_t i = 0; i < s->count; i++)
        add_scaled_body((float)v[i], scaled + i * s->stride, s->stride, x);
    return true;
}

/* ---- search ---- */

/* Sums of byte x query for each position of a block. */
typedef void (*block_sums)(const uint8_t *bytes, const int8_t *query, uint32_t stride, int32_t *sums);

INLINE void block_sums_generic(const uint8_t *bytes, const int8_t *query, uint32_t stride, int32_t *sums)
{
    memset(sums, 0, SS_ALS_BLOCK * sizeof *sums);
    for (uint32_t k = 0; k < stride; k += 4, bytes += 4 * SS_ALS_BLOCK)
        for (uint32_t p = 0; p < SS_ALS_BLOCK; p++)
            for (uint32_t j = 0; j < 4; j++)
                sums[p] += bytes[4 * p + j] * query[k + j];
}

#if defined(__x86_64__)
AVX2 INLINE void block_sums_avx2(const uint8_t *bytes, const int8_t *query, uint32_t stride, int32_t *sums)
{
    const __m256i one = _mm256_set1_epi16(1), *from = (const __m256i *)(const void *)bytes;
    __m256i sum[4] = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    for (uint32_t k = 0; k < stride; k += 8, from += 8) {
        int32_t four[2];
        memcpy(four, query + k, sizeof four);
        __m256i q = _mm256_set1_epi32(four[0]), r = _mm256_set1_epi32(four[1]);
        for (uint32_t v = 0; v < 4; v++) {
            __m256i pairs = _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_load_si256(from + v), q),
                                             _mm256_maddubs_epi16(_mm256_load_si256(from + 4 + v), r));
            sum[v] = _mm256_add_epi32(sum[v], _mm256_madd_epi16(pairs, one));
        }
    }
    for (uint32_t v = 0; v < 4; v++)
        _mm256_store_si256((__m256i *)(void *)(sums + 8 * v), sum[v]);
}
#endif

/* The scores of a block's positions, and a bit for each that is not below the cut. */
typedef uint32_t (*block_scores)(const int32_t *sums, int32_t offset, const float *scales, float unit, float cut,
                                 float *scores);

INLINE uint32_t block_scores_generic(const int32_t *sums, int32_t offset, const float *scales, float unit, float cut,
                                     float *scores)
{
    uint32_t mask = 0;
    for (uint32_t p = 0; p < SS_ALS_BLOCK; p++)
        scores[p] = (float)(sums[p] - offset) * (unit * scales[p]);
    for (uint32_t p = 0; p < SS_ALS_BLOCK; p++)
        mask |= (uint32_t) !(scores[p] < cut) << p;
    return mask;
}

#if defined(__x86_64__)
AVX2 INLINE uint32_t block_scores_avx2(const int32_t *sums, int32_t offset, const float *scales, float unit, float cut,
                                       float *scores)
{
    const __m256 units = _mm256_set1_ps(unit), cuts = _mm256_set1_ps(cut);
    const __m256i offsets = _mm256_set1_epi32(offset);
    uint32_t mask = 0;
    for (uint32_t p = 0; p < SS_ALS_BLOCK; p += LANES) {
        __m256i sum = _mm256_load_si256((const __m256i *)(const void *)(sums + p));
        __m256 score = _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(sum, offsets)),
                                     _mm256_mul_ps(units, _mm256_loadu_ps(scales + p)));
        _mm256_storeu_ps(scores + p, score);
        mask |= (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(score, cuts, _CMP_NLT_UQ)) << p;
    }
    return mask;
}
#endif

INLINE uint32_t scan_body(const ss_als_scan *s, uint32_t block, float threshold, ss_als_hits *hits,
                          block_sums sum_block, block_scores score_block)
{
    _Alignas(64) int32_t sums[SS_ALS_BLOCK];
    for (; block < s->blocks; block++) {
        if (s->reach * s->norms[block] < threshold)
            return s->blocks;
        hits->slack = s->per_norm * s->norms[block] + s->per_error * s->errors[block] + s->least;
        sum_block(s->bytes + (size_t)block * SS_ALS_BLOCK * s->stride, s->query, s->stride, sums);
        hits->mask = score_block(sums, s->offset, s->scales + (size_t)block * SS_ALS_BLOCK, s->unit,
                                 threshold - hits->slack, hits->scores);
        if (hits->mask)
            break;
    }
    return block;
}

#define KERNELS(NAME, ATTRIBUTE)                                                                                       \
    ATTRIBUTE static float dot_##NAME(const float *x, const float *y, uint32_t stride)                                 \
    {                                                                                                                  \
        return dot_body(x, y, stride);                                                                                 \
    }                                                                                                                  \
    ATTRIBUTE static unsigned solve_cg_##NAME(const ss_als_system *s, unsigned steps, float tolerance, float *work,    \
                                              float *x)                                                                \
    {                                                                                                                  \
        return solve_cg_body(s, steps, tolerance, work, x);                                                            \
    }                                                                                                                  \
    ATTRIBUTE static bool solve_few_##NAME(const ss_als_system *s, float *work, float *x)                              \
    {                                                                                                                  \
        return solve_few_body(s, work, x);                                                                             \
    }                                                                                                                  \
    ATTRIBUTE static uint32_t scan_##NAME(const ss_als_scan *s, uint32_t block, float threshold, ss_als_hits *hits)    \
    {                                                                                                                  \
        return scan_body(s, block, threshold, hits, block_sums_##NAME, block_scores_##NAME);                           \
    }                                                                                                                  \
    static const ss_als_kernels kernels_##NAME = {dot_##NAME, solve_cg_##NAME, solve_few_##NAME, scan_##NAME};

KERNELS(generic, )
#if defined(__x86_64__)
KERNELS(avx2, AVX2)
#endif

const ss_als_kernels *ss_als_kernels_for(ss_cpu_kernel kernel)
{
#if defined(__x86_64__)
    if (kernel == SS_CPU_AVX2)
        return &kernels_avx2;
#endif
    (void)kernel;
    return &kernels_generic;
}
