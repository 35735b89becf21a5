/* The factorization: solvers against dense double-precision systems, the objective, determinism, fold-in, the file. */
#include "als_sample.h"
#include "check.h"
#include "failing_malloc.h"
#include "temporary_folder.h"

#include <stdlib.h>

/* ---- dense double precision ---- */

static double score_of(const float *x, const float *y, uint32_t factors)
{
    double sum = 0;
    for (uint32_t k = 0; k < factors; k++)
        sum += (double)x[k] * (double)y[k];
    return sum;
}

static double weight_at(const ss_als_matrix *matrix, uint64_t place)
{
    return matrix->weights ? (double)matrix->weights[place] : 1;
}

static double weight_sum(const ss_als_matrix *matrix, uint32_t user)
{
    double sum = 0;
    for (uint64_t k = matrix->offsets[user]; k < matrix->offsets[user + 1]; k++)
        sum += weight_at(matrix, k);
    return sum;
}

/* Each term of the definition in als_train.h, one after the other. */
static double dense_objective(const ss_als_matrix *m, const ss_als_factors *f, const ss_als_options *o)
{
    double sum = 0, *item_weights = calloc(m->items, sizeof *item_weights);
    for (uint32_t user = 0; user < m->users; user++) {
        const float *x = f->users + (size_t)user * f->stride;
        for (uint64_t k = m->offsets[user]; k < m->offsets[user + 1]; k++) {
            double miss = 1 - score_of(x, f->items + (size_t)m->columns[k] * f->stride, f->factors);
            sum += weight_at(m, k) * miss * miss;
            item_weights[m->columns[k]] += weight_at(m, k);
        }
        for (uint32_t item = 0; item < m->items; item++)
            sum += o->unobserved * pow(score_of(x, f->items + (size_t)item * f->stride, f->factors), 2);
        sum += o->regularization * pow(weight_sum(m, user) + o->unobserved * m->items, o->frequency_exponent) *
               score_of(x, x, f->factors);
    }
    for (uint32_t item = 0; item < m->items; item++) {
        const float *y = f->items + (size_t)item * f->stride;
        sum += o->regularization * pow(item_weights[item] + o->unobserved * m->users, o->frequency_exponent) *
               score_of(y, y, f->factors);
    }
    free(item_weights);
    return sum;
}

/* ||A x - b|| / ||b|| of a user's system, from the whole item matrix; 0 for a user without purchases at x = 0. */
static double normal_equations_miss(const ss_als_matrix *m, const ss_als_factors *f, const ss_als_options *o,
                                    uint32_t user)
{
    const float *x = f->users + (size_t)user * f->stride;
    double residual[SS_ALS_FACTORS_MAX] = {0}, right[SS_ALS_FACTORS_MAX] = {0}, miss = 0, length = 0;
    double own = o->regularization * pow(weight_sum(m, user) + o->unobserved * m->items, o->frequency_exponent);
    for (uint32_t k = 0; k < f->factors; k++)
        residual[k] = own * (double)x[k];
    for (uint32_t item = 0; item < m->items; item++) {
        const float *y = f->items + (size_t)item * f->stride;
        double score = score_of(x, y, f->factors);
        for (uint32_t k = 0; k < f->factors; k++)
            residual[k] += o->unobserved * score * (double)y[k];
    }
    for (uint64_t p = m->offsets[user]; p < m->offsets[user + 1]; p++) {
        const float *y = f->items + (size_t)m->columns[p] * f->stride;
        double score = score_of(x, y, f->factors), c = weight_at(m, p);
        for (uint32_t k = 0; k < f->factors; k++) {
            residual[k] += c * (score - 1) * (double)y[k];
            right[k] += c * (double)y[k];
        }
    }
    for (uint32_t k = 0; k < f->factors; k++) {
        miss += residual[k] * residual[k];
        length += right[k] * right[k];
    }
    return length > 0 ? sqrt(miss / length) : sqrt(miss);
}

static ss_als_factors fit(const als_sample *sample, const ss_als_options *options, int threads)
{
    ss_als_factors factors;
    ss_error error;
    expect_ok(ss_als_fit(&sample->matrix, options, threads, NULL, &factors, &error), &error);
    return factors;
}

static void expect_near(double found, double wanted, double relative)
{
    if (!(fabs(found - wanted) <= relative * fmax(fabs(wanted), 1e-30)))
        fail_msg("%.9g, expected %.9g", found, wanted);
}

/* ---- the fit ---- */

static void exact_rows_solve_their_normal_equations(void **state)
{
    (void)state;
    ss_random random = test_random();
    const struct {
        uint32_t users, items, factors;
        double density;
        bool weighted;
    } cases[] = {{40, 30, 8, 0.3, true}, {60, 50, 12, 0.5, false}, {130, 400, 16, 0.9, true}, {30, 90, 40, 0.2, true}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        als_sample sample =
            als_sample_make(&random, cases[c].users, cases[c].items, cases[c].density, cases[c].weighted);
        ss_als_options options = als_sample_options;
        options.factors = cases[c].factors;
        ss_als_factors factors = fit(&sample, &options, 2);
        for (uint32_t user = 0; user < cases[c].users; user++)
            assert_true(normal_equations_miss(&sample.matrix, &factors, &options, user) < 1e-4);
        ss_als_factors_free(&factors);
        als_sample_free(&sample);
    }
}

static void the_objective_is_the_one_of_the_header(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 50, 30, 0.4, true);
    ss_als_factors factors = fit(&sample, &als_sample_options, 1);
    assert_int_equal(factors.objective_count, als_sample_options.iterations + 1);
    expect_near(factors.objective[als_sample_options.iterations],
                dense_objective(&sample.matrix, &factors, &als_sample_options), 1e-5);
    ss_als_factors_free(&factors);
    als_sample_free(&sample);
}

static void the_objective_falls(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 300, 200, 0.2, true);
    for (int solver = SS_ALS_CG; solver <= SS_ALS_CHOLESKY; solver++) {
        ss_als_options options = als_sample_options;
        options.solver = solver;
        options.iterations = 15;
        ss_als_factors factors = fit(&sample, &options, 2);
        for (size_t i = 1; i < factors.objective_count; i++)
            assert_true(factors.objective[i] <= factors.objective[i - 1] * (1 + 1e-6));
        assert_true(factors.objective[15] < 0.9 * factors.objective[0]);
        ss_als_factors_free(&factors);
    }
    als_sample_free(&sample);
}

static void conjugate_gradients_come_close_to_exact(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 400, 300, 0.2, true);
    ss_als_options options = als_sample_options;
    options.iterations = 10;
    options.factors = 32;
    ss_als_factors exact = fit(&sample, &options, 2);
    options.solver = SS_ALS_CG;
    ss_als_factors close = fit(&sample, &options, 2);
    expect_near(close.objective[10], exact.objective[10], 1e-3);
    ss_als_factors_free(&exact);
    ss_als_factors_free(&close);
    als_sample_free(&sample);
}

static bool same_factors(const ss_als_factors *a, const ss_als_factors *b)
{
    return memcmp(a->users, b->users, sizeof(float) * a->user_count * a->stride) == 0 &&
           memcmp(a->items, b->items, sizeof(float) * a->item_count * a->stride) == 0 &&
           memcmp(a->objective, b->objective, sizeof(double) * a->objective_count) == 0;
}

static void same_bits_for_any_threads_and_kernel(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 3000, 300, 0.1, true);
    for (int solver = SS_ALS_CG; solver <= SS_ALS_CHOLESKY; solver++) {
        ss_als_options options = als_sample_options;
        options.solver = solver;
        options.iterations = 3;
        ss_als_factors one = fit(&sample, &options, 1), two = fit(&sample, &options, 2),
                       five = fit(&sample, &options, 5);
        setenv("SMARTSHELF_CPU", "generic", 1);
        ss_als_factors generic = fit(&sample, &options, 2);
        unsetenv("SMARTSHELF_CPU");
        assert_true(same_factors(&one, &two) && same_factors(&one, &five) && same_factors(&one, &generic));
        ss_als_factors_free(&one);
        ss_als_factors_free(&two);
        ss_als_factors_free(&five);
        ss_als_factors_free(&generic);
    }
    als_sample_free(&sample);
}

static void planted_clusters_are_found(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 400, 80, 0.3, false);
    ss_als_options options = als_sample_options;
    options.solver = SS_ALS_CG;
    ss_als_factors factors = fit(&sample, &options, 2);
    ss_als_index index;
    ss_als model = als_model_over(factors.items, factors.item_count, factors.stride, &index);
    ss_als_scratch *scratch = ss_als_scratch_new(&model);
    uint32_t own = 0, shown = 0;
    for (uint32_t user = 0; user < factors.user_count; user++) {
        ss_scored best[10];
        if (sample.offsets[user] == sample.offsets[user + 1])
            continue;
        shown += (uint32_t)ss_als_search(&model, factors.users + (size_t)user * factors.stride, 10, NULL, NULL, scratch,
                                         best);
        for (size_t i = 0; i < 10; i++)
            own += best[i].id % SAMPLE_CLUSTERS == user % SAMPLE_CLUSTERS;
    }
    assert_true(own > shown * 9 / 10);
    ss_als_scratch_free(&scratch);
    ss_als_index_free(&index);
    ss_als_factors_free(&factors);
    als_sample_free(&sample);
}

static bool stop_after_two(void *context, const ss_progress *progress)
{
    int *told = context;
    assert_string_equal(progress->phase, "als");
    assert_int_equal(progress->total, als_sample_options.iterations);
    return ++*told < 2;
}

static void it_stops_on_request(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 30, 30, 0.4, false);
    int told = 0;
    ss_progress_sink sink = {stop_after_two, &told, 0};
    ss_als_options options = als_sample_options;
    options.iterations = als_sample_options.iterations;
    ss_als_factors factors;
    ss_error error;
    ss_status status = ss_als_fit(&sample.matrix, &options, 1, &sink, &factors, &error);
    /* A report is due ten times a second and at the end: how many came, time decides. */
    assert_true(status == SS_E_CANCELLED || (status == SS_OK && told < 2));
    if (status == SS_OK)
        ss_als_factors_free(&factors);
    als_sample_free(&sample);
}

static void options_outside_their_range_are_refused(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 10, 10, 0.4, false);
    ss_als_options bad[4] = {als_sample_options, als_sample_options, als_sample_options, als_sample_options};
    bad[0].factors = SS_ALS_FACTORS_MAX + 1;
    bad[1].regularization = 0;
    bad[2].iterations = 0;
    bad[3].unobserved = -1;
    for (size_t i = 0; i < 4; i++) {
        ss_als_factors factors;
        assert_status(ss_als_fit(&sample.matrix, &bad[i], 1, NULL, &factors, NULL), SS_E_RANGE);
    }
    als_sample_free(&sample);
}

static void weights_follow_the_quantity(void **state)
{
    (void)state;
    expect_near((double)ss_als_weight(SS_ALS_BINARY, 3, 17), 1, 0);
    expect_near((double)ss_als_weight(SS_ALS_LOG, 2, 1), 1, 0);
    expect_near((double)ss_als_weight(SS_ALS_LOG, 2, 0.25f), 1, 0);
    expect_near((double)ss_als_weight(SS_ALS_LOG, 2, 10), 1 + 2 * log(10), 1e-6);
    expect_near((double)ss_als_weight(SS_ALS_CAPPED, 5, 3), 3, 0);
    expect_near((double)ss_als_weight(SS_ALS_CAPPED, 5, 30), 5, 0);
    assert_true(ss_als_weight(SS_ALS_CAPPED, 0, 30) >= SS_ALS_WEIGHT_MIN);
}

/* ---- fold-in ---- */

/* A model that folds in as the options say. Release the index. */
static ss_als folding_model(const ss_als_factors *factors, const ss_als_options *options, float *gram,
                            ss_als_index *index)
{
    ss_als model = als_model_over(factors->items, factors->item_count, factors->stride, index);
    model.factors = factors->factors;
    model.gram = gram;
    model.unobserved = options->unobserved;
    model.regularization = options->regularization;
    model.frequency_exponent = options->frequency_exponent;
    model.item_total = factors->item_count;
    for (uint32_t k = 0; k < factors->stride; k++) {
        double sum = 0;
        for (size_t item = 0; item < factors->item_count; item++)
            sum += pow((double)factors->items[item * factors->stride + k], 2);
        gram[k] = (float)(options->unobserved * sum);
    }
    return model;
}

static double distance(const float *x, const float *y, uint32_t count)
{
    double miss = 0, length = 0;
    for (uint32_t k = 0; k < count; k++) {
        miss += pow((double)x[k] - (double)y[k], 2);
        length += pow((double)y[k], 2);
    }
    return length > 0 ? sqrt(miss / length) : sqrt(miss);
}

static void folding_in_repeats_the_last_half_sweep(void **state)
{
    (void)state;
    ss_random random = test_random();
    /* Histories shorter and longer than what is solved in the space of the items. */
    const double densities[] = {0.1, 0.9};
    for (size_t c = 0; c < 2; c++) {
        als_sample sample = als_sample_make(&random, 100, 400, densities[c], false);
        ss_als_factors factors = fit(&sample, &als_sample_options, 2);
        float gram[SS_ALS_FACTORS_MAX];
        ss_als_index index;
        ss_als model = folding_model(&factors, &als_sample_options, gram, &index);
        ss_als_scratch *scratch = ss_als_scratch_new(&model);
        for (uint32_t user = 0; user < 100; user++) {
            uint64_t begin = sample.offsets[user], end = sample.offsets[user + 1];
            assert_int_equal(ss_als_fold_in(&model, sample.columns + begin, NULL, NULL, end - begin, scratch),
                             end > begin);
            const float *wanted = factors.users + (size_t)user * factors.stride;
            assert_true(distance(ss_als_vector(scratch), wanted, factors.stride) < 1e-4);
        }
        ss_als_scratch_free(&scratch);
        ss_als_index_free(&index);
        ss_als_factors_free(&factors);
        als_sample_free(&sample);
    }
}

static void folding_in_gives_the_same_bits_on_any_kernel(void **state)
{
    (void)state;
    ss_random random = test_random();
    als_sample sample = als_sample_make(&random, 200, 300, 0.5, false);
    ss_als_factors factors = fit(&sample, &als_sample_options, 2);
    float gram[SS_ALS_FACTORS_MAX];
    ss_als_index index;
    ss_als model = folding_model(&factors, &als_sample_options, gram, &index), generic = model;
    generic.kernels = ss_als_kernels_for(SS_CPU_GENERIC);
    model.weighting = generic.weighting = SS_ALS_LOG;
    model.weighting_parameter = generic.weighting_parameter = 0.5f;
    ss_als_scratch *one = ss_als_scratch_new(&model), *two = ss_als_scratch_new(&generic);
    for (size_t count = 1; count < 100; count += 1 + count / 5) {
        uint32_t items[100];
        float quantities[100];
        for (size_t i = 0; i < count; i++) {
            items[i] = ss_random_below(&random, 320); /* some of them not trained, some twice */
            quantities[i] = (float)(1 + ss_random_below(&random, 9));
        }
        bool there = ss_als_fold_in(&model, items, quantities, NULL, count, one);
        assert_int_equal(ss_als_fold_in(&generic, items, quantities, NULL, count, two), there);
        assert_memory_equal(ss_als_vector(one), ss_als_vector(two), model.stride * sizeof(float));
    }
    ss_als_scratch_free(&one);
    ss_als_scratch_free(&two);
    ss_als_index_free(&index);
    ss_als_factors_free(&factors);
    als_sample_free(&sample);
}

static void old_purchases_weigh_less(void **state)
{
    (void)state;
    const int64_t newest = 1000 * SS_DAY;
    expect_near(ss_als_decay(10, newest, newest), 1, 0);
    expect_near(ss_als_decay(10, newest, newest - 10 * SS_DAY), 0.5, 1e-7);
    expect_near(ss_als_decay(10, newest, newest - 30 * SS_DAY), 0.125, 1e-7);
    expect_near(ss_als_decay(10, newest, newest + SS_DAY), 1, 0);
    expect_near(ss_als_decay(10, newest, SS_NO_TIME), 1, 0);
    expect_near(ss_als_decay(0, newest, 0), 1, 0);
}

static void nothing_to_fold_in_is_the_zero_vector(void **state)
{
    (void)state;
    float row[16] = {1}, gram[16] = {0};
    float *factors = ss_array_aligned(16, sizeof *factors);
    memcpy(factors, row, sizeof row);
    ss_als_index index;
    ss_als model = als_model_over(factors, 1, 16, &index);
    model.gram = gram;
    model.regularization = model.item_total = 1;
    ss_als_scratch *scratch = ss_als_scratch_new(&model);
    const uint32_t unknown[] = {1, 5, SS_NONE}, known[] = {0};
    assert_true(ss_als_fold_in(&model, known, NULL, NULL, 1, scratch));
    assert_true(ss_als_vector(scratch)[0] > 0);
    assert_false(ss_als_fold_in(&model, unknown, NULL, NULL, 3, scratch));
    assert_true(ss_als_vector(scratch)[0] == 0);
    assert_false(ss_als_fold_in(&model, NULL, NULL, NULL, 0, scratch));
    assert_true(ss_als_score(&model, factors, 0) == 1 && ss_als_score(&model, factors, 1) == 0);
    ss_als_scratch_free(&scratch);
    ss_als_scratch_free(&scratch);
    ss_als_index_free(&index);
    free(factors);
}

/* ---- the file ---- */

/* Customers 0..39 and what they bought on which day. Release with free(). */
static ss_interactions log_of(ss_random *random, ss_interaction **rows)
{
    als_sample sample = als_sample_make(random, 40, 25, 0.5, false);
    uint64_t count = sample.offsets[40];
    *rows = ss_array_new(count, sizeof **rows);
    for (uint32_t user = 0; user < 40; user++)
        for (uint64_t k = sample.offsets[user]; k < sample.offsets[user + 1]; k++)
            (*rows)[k] = (ss_interaction){.time = (int64_t)(k % 30) * SS_DAY,
                                          .customer = user,
                                          .basket = SS_NONE,
                                          .item = sample.columns[k],
                                          .quantity = (float)(1 + k % 4)};
    als_sample_free(&sample);
    return (ss_interactions){.rows = *rows,
                             .count = count,
                             .item_count = 27,
                             .customer_count = 40,
                             .has_times = true,
                             .has_customers = true,
                             .has_purchases = true,
                             .last_time = 29 * SS_DAY};
}

static const ss_als_options file_options = {.factors = 20,
                                            .iterations = 4,
                                            .cg_steps = 3,
                                            .unobserved = 0.2,
                                            .regularization = 0.05,
                                            .frequency_exponent = 0.5,
                                            .weighting = SS_ALS_LOG,
                                            .weighting_parameter = 0.7,
                                            .half_life_days = 10,
                                            .seed = 3};

static void the_file_holds_what_was_trained(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_interaction *rows;
    ss_interactions log = log_of(&random, &rows);
    char folder[TEMPORARY_PATH_MAX];
    ss_error error;
    ss_als model;
    temporary_folder_make(folder);
    expect_ok(ss_als_train(&log, &file_options, 2, NULL, folder, &error), &error);
    expect_ok(ss_als_open(folder, &model, &error), &error);
    expect_ok(ss_model_file_verify(model.file, &error), &error);
    assert_int_equal(model.trained, 25);
    assert_int_equal(model.factors, 20);
    assert_int_equal(model.stride, 32);
    assert_int_equal(model.blocks, 1);
    assert_int_equal(model.weighting, SS_ALS_LOG);
    expect_near(model.regularization, 0.05, 0);
    expect_near(model.item_total, 25, 0);
    ss_als_scratch *scratch = ss_als_scratch_new(&model);
    const uint32_t bought[] = {0, 4, 8};
    ss_scored best[30];
    assert_true(ss_als_fold_in(&model, bought, NULL, NULL, 3, scratch));
    assert_int_equal(ss_als_search(&model, ss_als_vector(scratch), 30, NULL, NULL, scratch, best), 25);
    assert_int_equal(best[0].id % SAMPLE_CLUSTERS, 0);
    ss_als_scratch_free(&scratch);
    ss_als_close(&model);
    ss_als_close(&model);
    temporary_folder_remove(folder);
    free(rows);
}

static void an_empty_log_gives_an_empty_model(void **state)
{
    (void)state;
    ss_interactions log = {.first_time = SS_NO_TIME, .last_time = SS_NO_TIME};
    char folder[TEMPORARY_PATH_MAX];
    ss_error error;
    ss_als model;
    temporary_folder_make(folder);
    expect_ok(ss_als_train(&log, &file_options, 1, NULL, folder, &error), &error);
    expect_ok(ss_als_open(folder, &model, &error), &error);
    expect_ok(ss_model_file_verify(model.file, &error), &error);
    ss_als_scratch *scratch = ss_als_scratch_new(&model);
    const uint32_t item = 0;
    ss_scored best;
    assert_false(ss_als_fold_in(&model, &item, NULL, NULL, 1, scratch));
    assert_int_equal(ss_als_search(&model, ss_als_vector(scratch), 1, NULL, NULL, scratch, &best), 0);
    ss_als_scratch_free(&scratch);
    ss_als_close(&model);
    temporary_folder_remove(folder);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    ss_als model;
    ss_error error;
    assert_status(ss_als_open("/nonexistent", &model, &error), SS_E_NOT_FOUND);
    assert_non_null(strstr(error.where, SS_ALS_FILE));
}

/* ---- files that break the rules ---- */

typedef struct broken {
    float factors[2 * 16], gram[16], scales[SS_ALS_BLOCK], errors[1], norms[2];
    uint8_t bytes[SS_ALS_BLOCK * 16];
    uint32_t order[SS_ALS_BLOCK];
    uint64_t stride, blocks, positions;
    const char *missing_metadata;
} broken;

static broken sound(void)
{
    broken b = {.stride = 16, .blocks = 1, .positions = SS_ALS_BLOCK, .norms = {1, 1}};
    for (uint32_t p = 0; p < SS_ALS_BLOCK; p++)
        b.order[p] = p < 2 ? 1 - p : SS_NONE;
    return b;
}

static void write_broken(const broken *b, const char *path)
{
    const char *const keys[] = {"factors",   "unobserved",          "regularization", "frequency_exponent",
                                "weighting", "weighting_parameter", "half_life_days", "newest_time",
                                "item_total"};
    ss_model_writer *writer = ss_model_writer_new(&ss_als_schema);
    ss_error error;
    expect_ok(ss_model_writer_add(writer, "item_factors", SS_F32, b->factors, 2, b->stride, &error), &error);
    expect_ok(ss_model_writer_add(writer, "gram", SS_F32, b->gram, b->stride, 0, &error), &error);
    expect_ok(ss_model_writer_add(writer, "order", SS_U32, b->order, b->positions, 0, &error), &error);
    expect_ok(ss_model_writer_add(writer, "quantized", SS_U8, b->bytes, b->positions, b->stride, &error), &error);
    expect_ok(ss_model_writer_add(writer, "scales", SS_F32, b->scales, b->positions, 0, &error), &error);
    expect_ok(ss_model_writer_add(writer, "block_errors", SS_F32, b->errors, b->blocks, 0, &error), &error);
    expect_ok(ss_model_writer_add(writer, "block_norms", SS_F32, b->norms, b->blocks, 0, &error), &error);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!b->missing_metadata || strcmp(keys[i], b->missing_metadata) != 0)
            expect_ok(ss_model_writer_metadata_f64(writer, keys[i], 1, &error), &error);
    unlink(path);
    expect_ok(ss_model_writer_finish(writer, path, &error), &error);
    ss_model_writer_free(&writer);
}

/* What opening and then verifying says. */
static ss_status try_broken(const broken *b, const char *folder, ss_error *error)
{
    char path[TEMPORARY_PATH_MAX];
    ss_als model;
    write_broken(b, temporary_path(path, folder, SS_ALS_FILE));
    ss_status status = ss_als_open(folder, &model, error);
    if (status != SS_OK)
        return status;
    status = ss_model_file_verify(model.file, error);
    ss_als_close(&model);
    return status;
}

static void broken_files_are_refused(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    ss_error error;
    temporary_folder_make(folder);
    broken fine = sound();
    expect_ok(try_broken(&fine, folder, &error), &error);
    broken bad[10];
    for (size_t i = 0; i < 10; i++)
        bad[i] = sound();
    bad[0].stride = 15;
    bad[1].positions = 31;
    bad[2].blocks = 0;
    bad[3].order[0] = 0;       /* item 0 twice */
    bad[4].order[1] = SS_NONE; /* an item without a place */
    bad[5].order[2] = 0;       /* an item where there is none */
    bad[6].scales[3] = -1;
    bad[7].norms[0] = -1;
    bad[8].missing_metadata = "item_total";
    bad[9].factors[3] = NAN;
    for (size_t i = 0; i < 10; i++) {
        assert_status(try_broken(&bad[i], folder, &error), SS_E_CORRUPT);
        assert_true(error.message[0]);
    }
    temporary_folder_remove(folder);
}

/* ---- memory ---- */

typedef struct attempt {
    ss_interactions log;
    const char *folder;
    int64_t solver;
} attempt;

static bool try_everything(void *context)
{
    const attempt *a = context;
    ss_als_options options = file_options;
    ss_als model = {0};
    ss_als_scratch *scratch = NULL;
    char path[TEMPORARY_PATH_MAX];
    unlink(temporary_path(path, a->folder, SS_ALS_FILE));
    options.solver = a->solver;
    options.objective = true;
    options.iterations = 1;
    ss_status status = ss_als_train(&a->log, &options, 1, NULL, a->folder, NULL);
    if (status == SS_OK)
        status = ss_als_open(a->folder, &model, NULL);
    if (status == SS_OK)
        status = ss_model_file_verify(model.file, NULL);
    if (status == SS_OK && !(scratch = ss_als_scratch_new(&model)))
        status = SS_E_NOMEM;
    ss_als_scratch_free(&scratch);
    ss_als_close(&model);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    ss_random random = test_random();
    ss_interaction *rows;
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    attempt a = {log_of(&random, &rows), folder, SS_ALS_CG};
    assert_true(failing_malloc_torture(try_everything, &a) > 30);
    a.solver = SS_ALS_CHOLESKY;
    assert_true(failing_malloc_torture(try_everything, &a) > 30);
    temporary_folder_remove(folder);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_rows_solve_their_normal_equations),
        cmocka_unit_test(the_objective_is_the_one_of_the_header),
        cmocka_unit_test(the_objective_falls),
        cmocka_unit_test(conjugate_gradients_come_close_to_exact),
        cmocka_unit_test(same_bits_for_any_threads_and_kernel),
        cmocka_unit_test(planted_clusters_are_found),
        cmocka_unit_test(it_stops_on_request),
        cmocka_unit_test(options_outside_their_range_are_refused),
        cmocka_unit_test(weights_follow_the_quantity),
        cmocka_unit_test(folding_in_repeats_the_last_half_sweep),
        cmocka_unit_test(folding_in_gives_the_same_bits_on_any_kernel),
        cmocka_unit_test(old_purchases_weigh_less),
        cmocka_unit_test(nothing_to_fold_in_is_the_zero_vector),
        cmocka_unit_test(the_file_holds_what_was_trained),
        cmocka_unit_test(an_empty_log_gives_an_empty_model),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
