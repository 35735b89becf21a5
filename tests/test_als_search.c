/* Exact search: ids and scores equal bit for bit to scoring every item, whatever the factors look like. */
#include "als_sample.h"

#define MOST_ITEMS 3000u
#define STRIDES    3u

typedef struct filter {
    uint32_t divisor;
    size_t asked;
} filter;

static bool not_divisible(void *context, uint32_t item)
{
    filter *f = context;
    f->asked++;
    return item % f->divisor != 0;
}

static size_t brute_force(const ss_als *model, const float *vector, size_t k, ss_item_filter admit, void *context,
                          ss_scored *out)
{
    ss_topk top;
    ss_topk_init(&top, out, k);
    for (uint32_t item = 0; item < model->trained; item++) {
        ss_scored entry = {ss_als_score(model, vector, item), item};
        if (ss_topk_admits(&top, entry) && (!admit || admit(context, item)))
            ss_topk_push(&top, entry);
    }
    ss_topk_sort(&top);
    return top.count;
}

static void expect_same(const ss_als *model, const float *vector, size_t k, uint32_t divisor, ss_als_scratch *scratch)
{
    ss_scored *found = ss_array_new(k, sizeof *found), *wanted = ss_array_new(k, sizeof *wanted);
    filter f = {divisor, 0}, g = {divisor, 0};
    ss_item_filter admit = divisor ? not_divisible : NULL;
    size_t count = ss_als_search(model, vector, k, admit, &f, scratch, found);
    assert_int_equal(count, brute_force(model, vector, k, admit, &g, wanted));
    if (count)
        assert_memory_equal(found, wanted, count * sizeof *found);
    free(found);
    free(wanted);
}

#define TOGETHER 70u /* more than go through the blocks together */

/* Searches of all lengths and filters at once, with memory for lists of `most`. */
static void expect_same_together(const ss_als *model, const float *vectors, size_t vector_count, size_t most)
{
    static const size_t lengths[] = {10, 0, 1, 100, 500, 5000};
    ss_als_ask asks[TOGETHER];
    filter filters[TOGETHER];
    ss_als_scratch *scratch = ss_als_scratch_new(model);
    ss_als_many *many = ss_als_many_new(model, most);
    ss_scored *alone = ss_array_new(5000, sizeof *alone);
    for (size_t i = 0; i < TOGETHER; i++) {
        size_t k = lengths[i % (sizeof lengths / sizeof *lengths)];
        filters[i] = (filter){(uint32_t)(i % 8), 0};
        asks[i] =
            (ss_als_ask){vectors + i % vector_count * model->stride, k,       i % 8 ? not_divisible : NULL, &filters[i],
                         ss_array_new(k, sizeof(ss_scored)),         SIZE_MAX};
    }
    ss_als_search_many(many, asks, TOGETHER);
    for (size_t i = 0; i < TOGETHER; i++) {
        filter f = {filters[i].divisor, 0};
        size_t count = ss_als_search(model, asks[i].vector, asks[i].k, asks[i].admit, &f, scratch, alone);
        assert_int_equal(asks[i].found, count);
        if (count)
            assert_memory_equal(asks[i].out, alone, count * sizeof *alone);
        free(asks[i].out);
    }
    free(alone);
    ss_als_many_free(&many);
    ss_als_scratch_free(&scratch);
}

/* All lengths, with and without a filter, by both kernels, alone and together. */
static void expect_exact(float *factors, uint32_t items, uint32_t stride, const float *vectors, size_t vector_count)
{
    const size_t lengths[] = {0, 1, 10, 100, 500, 5000};
    const uint32_t divisors[] = {0, 1, 2, 7};
    const ss_cpu_kernel kernels[] = {SS_CPU_GENERIC, ss_cpu_detect()};
    ss_als_index index;
    ss_als model = als_model_over(factors, items, stride, &index);
    ss_als_scratch *scratch = ss_als_scratch_new(&model);
    for (size_t v = 0; v < vector_count; v++)
        for (size_t n = 0; n < sizeof kernels / sizeof *kernels; n++)
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
                for (size_t d = 0; d < sizeof divisors / sizeof *divisors; d++) {
                    model.kernels = ss_als_kernels_for(kernels[n]);
                    expect_same(&model, vectors + v * stride, lengths[l], divisors[d], scratch);
                }
    expect_same_together(&model, vectors, vector_count, 1);
    expect_same_together(&model, vectors, vector_count, 500);
    ss_als_scratch_free(&scratch);
    ss_als_index_free(&index);
}

static float *random_rows(ss_random *random, size_t rows, uint32_t stride)
{
    float *values = ss_array_aligned(rows * stride, sizeof *values);
    for (size_t i = 0; i < rows * stride; i++)
        values[i] = (float)ss_random_normal(random);
    return values;
}

static const uint32_t strides[STRIDES] = {16, 64, 112};

static void random_factors(void **state)
{
    (void)state;
    ss_random random = test_random();
    const uint32_t counts[] = {1, 31, 32, 33, 1000, MOST_ITEMS};
    for (size_t s = 0; s < STRIDES; s++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            float *factors = random_rows(&random, counts[c], strides[s]),
                  *vectors = random_rows(&random, 3, strides[s]);
            expect_exact(factors, counts[c], strides[s], vectors, 3);
            free(factors);
            free(vectors);
        }
}

/* Few distinct rows, many copies, opposite and zero rows: the order among equals is that of the item numbers. */
static void ties(void **state)
{
    (void)state;
    ss_random random = test_random();
    float *factors = random_rows(&random, 1000, 64), *vectors = random_rows(&random, 4, 64);
    for (size_t row = 8; row < 1000; row++)
        for (size_t k = 0; k < 64; k++)
            factors[row * 64 + k] = row % 11 == 0 ? 0 : (row % 5 ? 1.0f : -1.0f) * factors[row % 8 * 64 + k];
    for (size_t k = 0; k < 64; k++) {
        vectors[64 + k] = 0;
        vectors[128 + k] = factors[k];
        vectors[192 + k] = k == 3 ? 1 : 0;
    }
    expect_exact(factors, 1000, 64, vectors, 4);
    free(factors);
    free(vectors);
}

/* Rows from 1e-30 to 1e15 long, rows with one outstanding coordinate, queries of the same kinds. */
static void lengths_far_apart(void **state)
{
    (void)state;
    ss_random random = test_random();
    float *factors = random_rows(&random, 2000, 64), *vectors = random_rows(&random, 4, 64);
    for (size_t row = 0; row < 1500; row++) {
        float length = (float)pow(10, -30 + 45 * ss_random_unit(&random));
        for (size_t k = 0; k < 64; k++)
            factors[row * 64 + k] *= row % 3 == 0 ? length : row % 3 == 1 && k == row % 64 ? 1e4f : 1;
    }
    for (size_t k = 0; k < 64; k++) {
        vectors[k] *= 1e-20f;
        vectors[64 + k] *= 1e10f;
        vectors[128 + k] *= k == 5 ? 1e6f : 1;
    }
    expect_exact(factors, 2000, 64, vectors, 4);
    free(factors);
    free(vectors);
}

/* Bytes hold these rows exactly, but round some of the query's coordinates from 0.6 to 1 and others from 0.4 to 0. */
static void queries_that_bytes_cannot_hold(void **state)
{
    (void)state;
    ss_random random = test_random();
    float *factors = random_rows(&random, 2000, 64), *vectors = random_rows(&random, 1, 64);
    memset(vectors, 0, 64 * sizeof *vectors);
    vectors[5] = SS_ALS_QUERY_MAX;
    for (size_t k = 10; k < 50; k++)
        vectors[k] = k < 30 ? 0.6f : 0.4f;
    for (size_t row = 0; row < 2000; row++) {
        size_t first = row % 2 ? 10 : 30;
        memset(factors + row * 64, 0, 64 * sizeof *factors);
        factors[row * 64 + 6] = 127;
        for (size_t k = first; k < first + 20; k++)
            factors[row * 64 + k] = (float)ss_random_below(&random, row % 2 ? 50 : 100);
    }
    expect_exact(factors, 2000, 64, vectors, 1);
    free(factors);
    free(vectors);
}

/* The longest rows miss the query's direction, shorter and shorter ones come closer to it; the best stands far back. */
static void short_rows_in_the_right_direction(void **state)
{
    (void)state;
    ss_random random = test_random();
    float *factors = random_rows(&random, 1500, 64), *vectors = random_rows(&random, 1, 64);
    memset(vectors, 0, 64 * sizeof *vectors);
    vectors[0] = 1;
    for (size_t row = 0; row < 1500; row++) {
        float length = 1 - 1e-4f * (float)row, cosine = row == 1400 ? 1 : (0.84f + 1e-6f * (float)(row % 7)) / length;
        memset(factors + row * 64, 0, 64 * sizeof *factors);
        factors[row * 64] = length * cosine;
        factors[row * 64 + 1] = length * sqrtf(fmaxf(0, 1 - cosine * cosine));
    }
    expect_exact(factors, 1500, 64, vectors, 1);
    free(factors);
    free(vectors);
}

/* Scores that all lie closer together than a byte can tell apart. */
static void nearly_equal_scores(void **state)
{
    (void)state;
    ss_random random = test_random();
    float *factors = random_rows(&random, 1500, 64), *vectors = random_rows(&random, 2, 64);
    for (size_t row = 1; row < 1500; row++)
        for (size_t k = 0; k < 64; k++)
            factors[row * 64 + k] = factors[k] * (1 + 1e-6f * (float)ss_random_below(&random, 5));
    expect_exact(factors, 1500, 64, vectors, 2);
    free(factors);
    free(vectors);
}

static void trained_factors(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 1500, 800, 0.1, true);
    ss_als_options options = als_sample_options;
    options.factors = 64;
    options.solver = SS_ALS_CG;
    ss_als_factors factors;
    ss_error error;
    expect_ok(ss_als_fit(&sample.matrix, &options, 2, NULL, &factors, &error), &error);
    expect_exact(factors.items, factors.item_count, factors.stride, factors.users, 14);
    ss_als_factors_free(&factors);
    als_sample_free(&sample);
}

/* A filter is asked about few of the items: those that may enter. */
static void the_filter_is_asked_seldom(void **state)
{
    (void)state;
    ss_random random = test_random();
    float *factors = random_rows(&random, MOST_ITEMS, 64), *vector = random_rows(&random, 1, 64);
    ss_als_index index;
    ss_als model = als_model_over(factors, MOST_ITEMS, 64, &index);
    ss_als_scratch *scratch = ss_als_scratch_new(&model);
    filter f = {MOST_ITEMS + 1, 0};
    ss_scored best[10];
    assert_int_equal(ss_als_search(&model, vector, 10, not_divisible, &f, scratch, best), 10);
    assert_true(f.asked < MOST_ITEMS / 10);
    ss_als_scratch_free(&scratch);
    ss_als_index_free(&index);
    free(factors);
    free(vector);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_factors),
        cmocka_unit_test(ties),
        cmocka_unit_test(lengths_far_apart),
        cmocka_unit_test(nearly_equal_scores),
        cmocka_unit_test(queries_that_bytes_cannot_hold),
        cmocka_unit_test(short_rows_in_the_right_direction),
        cmocka_unit_test(trained_factors),
        cmocka_unit_test(the_filter_is_asked_seldom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
