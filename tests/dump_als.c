/*
 * dump_als: factorizes a random matrix and writes all there is about it into a folder, for an oracle in another
 * language: `dump_als FOLDER cg|cholesky`. Arrays as raw little-endian files (offsets.u64, columns.u32, weights.f32,
 * start.f32, users.f32, items.f32, objective.f64; found.u32 and scores.f32: the best ten items of every user, but for those that the user has), the model
 * as als.safetensors, the shape and the options as `name
 * value` on stdout.
 */
#include "als_sample.h"

#include "base/file.h"
#include "models/als_linear_train.h"
#include "models/als_query.h"

#define USERS 300u
#define ITEMS 140u
#define BEST  10u

static void write_array(const char *folder, const char *name, const void *data, size_t bytes)
{
    char path[512];
    if (ss_file_join(path, sizeof path, folder, name, NULL) != SS_OK)
        abort();
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file) != 0)
        abort();
}

static void write_matrix(const char *folder, const ss_als_matrix *m)
{
    uint64_t total = m->offsets[m->users];
    write_array(folder, "offsets.u64", m->offsets, (m->users + 1) * sizeof *m->offsets);
    write_array(folder, "columns.u32", m->columns, total * sizeof *m->columns);
    write_array(folder, "weights.f32", m->weights, total * sizeof *m->weights);
}

static void write_start(const char *folder, const ss_als_options *options)
{
    ss_als_rows rows = ss_als_rows_new(USERS, (uint32_t)options->factors);
    ss_als_rows_start(rows, (uint64_t)options->seed, 1);
    write_array(folder, "start.f32", rows.values, (size_t)USERS * rows.stride * sizeof *rows.values);
    free(rows.values);
}

static void write_fit(const char *folder, const ss_als_factors *f)
{
    write_array(folder, "users.f32", f->users, (size_t)f->user_count * f->stride * sizeof *f->users);
    write_array(folder, "items.f32", f->items, (size_t)f->item_count * f->stride * sizeof *f->items);
    write_array(folder, "objective.f64", f->objective, f->objective_count * sizeof *f->objective);
}

typedef struct own_row {
    const ss_als_matrix *matrix;
    uint32_t user;
} own_row;

static bool not_observed(void *context, uint32_t item)
{
    const own_row *row = context;
    const ss_als_matrix *m = row->matrix;
    for (uint64_t i = m->offsets[row->user]; i < m->offsets[row->user + 1]; i++)
        if (m->columns[i] == item)
            return false;
    return true;
}

/* All users' lists, searched for together; SS_NONE and 0 where there are fewer. */
static void write_lists(const char *folder, const ss_als_matrix *matrix, const ss_als_factors *f)
{
    static ss_scored best[USERS * BEST];
    static own_row rows[USERS];
    static ss_als_ask asks[USERS];
    static uint32_t found[USERS * BEST];
    static float scores[USERS * BEST];
    ss_als model;
    if (ss_als_open(folder, &model, NULL) != SS_OK)
        abort();
    ss_als_many *many = ss_als_many_new(&model, BEST);
    for (uint32_t user = 0; user < USERS; user++) {
        rows[user] = (own_row){matrix, user};
        asks[user] =
            (ss_als_ask){f->users + (size_t)user * f->stride, BEST, not_observed, &rows[user], best + user * BEST, 0};
    }
    ss_als_search_many(many, asks, USERS);
    for (size_t i = 0; i < (size_t)USERS * BEST; i++) {
        bool there = i % BEST < asks[i / BEST].found;
        found[i] = there ? best[i].id : SS_NONE;
        scores[i] = there ? best[i].score : 0;
    }
    write_array(folder, "found.u32", found, sizeof found);
    write_array(folder, "scores.f32", scores, sizeof scores);
    ss_als_many_free(&many);
    ss_als_close(&model);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    ss_random random;
    ss_als_factors factors;
    ss_als_options options = als_sample_options;
    ss_random_seed(&random, 20110909);
    als_sample sample = als_sample_make(&random, USERS, ITEMS, 0.4, true);
    options.factors = 24;
    options.solver = strcmp(argv[2], "cg") == 0 ? SS_ALS_CG : SS_ALS_CHOLESKY;
    if (ss_als_fit(&sample.matrix, &options, 2, NULL, &factors, NULL) != SS_OK ||
        ss_als_write(argv[1], &factors, &options, SS_NO_TIME, NULL) != SS_OK)
        return 1;
    write_matrix(argv[1], &sample.matrix);
    write_start(argv[1], &options);
    write_fit(argv[1], &factors);
    write_lists(argv[1], &sample.matrix, &factors);
    printf("users %u\nitems %u\nfactors %u\nstride %u\niterations %lld\nunobserved %.17g\nregularization %.17g\n"
           "frequency_exponent %.17g\n",
           USERS, ITEMS, factors.factors, factors.stride, (long long)options.iterations, options.unobserved,
           options.regularization, options.frequency_exponent);
    ss_als_factors_free(&factors);
    als_sample_free(&sample);
    return 0;
}
