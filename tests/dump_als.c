/*
 * dump_als: factorizes a random matrix and writes all there is about it into a folder, for an oracle in another
 * language: `dump_als FOLDER cg|cholesky`. Arrays as raw little-endian files (offsets.u64, columns.u32, weights.f32,
 * start.f32, users.f32, items.f32, objective.f64), the model as als.safetensors, the shape and the options as `name
 * value` on stdout.
 */
#include "als_sample.h"

#include "base/file.h"
#include "models/als_linear_train.h"

#define USERS 300u
#define ITEMS 140u

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
    printf("users %u\nitems %u\nfactors %u\nstride %u\niterations %lld\nunobserved %.17g\nregularization %.17g\n"
           "frequency_exponent %.17g\n",
           USERS, ITEMS, factors.factors, factors.stride, (long long)options.iterations, options.unobserved,
           options.regularization, options.frequency_exponent);
    ss_als_factors_free(&factors);
    als_sample_free(&sample);
    return 0;
}
