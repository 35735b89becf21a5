/* Maximal marginal relevance by hand: relevance alone, categories alone, both; ties; what was chosen elsewhere. */
#include "check.h"

#include "base/cpu.h"
#include "base/dictionary.h"
#include "base/memory.h"
#include "models/als_kernel.h"
#include "shelf/diversity.h"
#include <string.h>

/* Four candidates: two of category 0, one of 1, one of none; relevance 1, 0.9, 0.5, 0.4. */
static void fill(ss_diversity *of, double share)
{
    ss_diversity_begin(of, share);
    ss_diversity_add(of, 10, 0, 1);
    ss_diversity_add(of, 11, 0, 0.9f);
    ss_diversity_add(of, 12, 1, 0.5f);
    ss_diversity_add(of, 13, SS_NONE, 0.4f);
}

static void assert_order(ss_diversity *of, const uint32_t *wanted, const float *scores, size_t count)
{
    ss_scored next;
    uint32_t category;
    for (size_t i = 0; i < count; i++) {
        assert_true(ss_diversity_next(of, &next, &category));
        assert_int_equal(next.id, wanted[i]);
        assert_true(next.score > scores[i] - 1e-6f && next.score < scores[i] + 1e-6f);
        ss_diversity_choose(of, next.id, category);
    }
    assert_false(ss_diversity_next(of, &next, &category));
}

static void the_share_weighs_likeness_against_relevance(void **state)
{
    (void)state;
    ss_diversity of;
    ss_error error = {0};
    expect_ok(ss_diversity_init(&of, NULL, &error), &error);
    fill(&of, 0);
    assert_order(&of, (uint32_t[]){10, 11, 12, 13}, (float[]){1, 0.9f, 0.5f, 0.4f}, 4);
    fill(&of, 0.5);
    assert_order(&of, (uint32_t[]){10, 12, 13, 11}, (float[]){0.5f, 0.25f, 0.2f, -0.05f}, 4);
    fill(&of, 0.25);
    assert_order(&of, (uint32_t[]){10, 11, 12, 13}, (float[]){0.75f, 0.425f, 0.375f, 0.3f}, 4);
    fill(&of, 1);
    assert_order(&of, (uint32_t[]){10, 12, 13, 11}, (float[]){0, 0, 0, -1}, 4);
    ss_diversity_release(&of);
}

static void what_is_shown_already_counts(void **state)
{
    (void)state;
    ss_diversity of;
    ss_error error = {0};
    expect_ok(ss_diversity_init(&of, NULL, &error), &error);
    fill(&of, 0.6);
    ss_diversity_choose(&of, 99, 0);
    ss_diversity_choose(&of, 98, SS_NONE); /* without category: like nothing */
    assert_order(&of, (uint32_t[]){12, 13, 10, 11}, (float[]){0.2f, 0.16f, -0.2f, -0.24f}, 4);
    ss_diversity_release(&of);
}

static void there_is_a_most(void **state)
{
    (void)state;
    ss_diversity of;
    ss_error error = {0};
    expect_ok(ss_diversity_init(&of, NULL, &error), &error);
    ss_diversity_begin(&of, 0.5);
    for (uint32_t item = 0; item < SS_DIVERSITY_MAX + 3; item++)
        ss_diversity_add(&of, item, SS_NONE, 1);
    assert_int_equal(of.count, SS_DIVERSITY_MAX);
    ss_diversity_release(&of);
}

static bool is_near(float value, float wanted)
{
    return value > wanted - 1e-6f && value < wanted + 1e-6f;
}

/* Two factors: the same direction, half a right angle, opposite; one without factors, one that is not trained. */
static void likeness_is_half_category_half_cosine(void **state)
{
    (void)state;
    float *factors = ss_array_aligned(64, sizeof(float));
    memset(factors, 0, 64 * sizeof *factors);
    factors[0] = 3;
    factors[16] = factors[17] = 0.5f;
    factors[32] = -1;
    const ss_als als = {.trained = 4,
                        .factors = 2,
                        .stride = 16,
                        .item_factors = factors,
                        .kernels = ss_als_kernels_for(ss_cpu_detect())};
    assert_true(is_near(ss_diversity_likeness(&als, 0, 5, 0, 5), 1));
    assert_true(is_near(ss_diversity_likeness(&als, 0, 5, 1, 6), 0.35355339f));
    assert_true(is_near(ss_diversity_likeness(&als, 1, 5, 0, 5), 0.85355339f));
    assert_true(is_near(ss_diversity_likeness(&als, 0, 5, 2, 5), 0.5f));
    assert_true(is_near(ss_diversity_likeness(&als, 0, 5, 2, SS_NONE), 0));
    assert_true(is_near(ss_diversity_likeness(&als, 0, 5, 3, 5), 1));
    assert_true(is_near(ss_diversity_likeness(&als, 7, 5, 0, 6), 0));
    assert_true(is_near(ss_diversity_likeness(NULL, 1, 5, 2, 5), 1));
    assert_true(is_near(ss_diversity_likeness(NULL, 1, SS_NONE, 2, SS_NONE), 0));
    free(factors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_share_weighs_likeness_against_relevance),
        cmocka_unit_test(what_is_shown_already_counts),
        cmocka_unit_test(there_is_a_most),
        cmocka_unit_test(likeness_is_half_category_half_cosine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
