/*
 * dump_learner: a learner for an oracle in another language: `dump_learner STRENGTH`. Lines of stdin are
 * `add CAMPAIGN INCENTIVE SEGMENT TRIALS BOUGHT STAKE MARGIN`, `mean CAMPAIGN INCENTIVE SEGMENT STAKE COST` and
 * `draw CAMPAIGN INCENTIVE SEGMENT STAKE COST SEED COUNT`; the values are written to stdout, one a line.
 */
#include "offers/learner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void draw(ss_learner *learner, const ss_cell *cell, double stake, double cost, uint64_t seed, uint32_t count)
{
    ss_random random;
    ss_random_seed(&random, seed);
    for (uint32_t i = 0; i < count; i++)
        printf("%.17g\n", ss_learner_value(learner, cell, stake, cost, &random));
}

static bool run_line(ss_learner *learner, const char *line)
{
    char what[8], names[3][64];
    double a, b;
    int used;
    if (sscanf(line, "%7s %63s %63s %63s %lf %lf%n", what, names[0], names[1], names[2], &a, &b, &used) != 6)
        return false;
    ss_cell cell = {ss_slice_of(names[0]), ss_slice_of(names[1]), ss_slice_of(names[2])};
    if (what[0] == 'm') {
        printf("%.17g\n", ss_learner_value(learner, &cell, a, b, NULL));
        return true;
    }
    if (what[0] == 'd') {
        uint64_t seed;
        uint32_t count;
        if (sscanf(line + used, "%" SCNu64 " %" SCNu32, &seed, &count) != 2)
            return false;
        draw(learner, &cell, a, b, seed, count);
        return true;
    }
    ss_cell_sums sums = {.trials = a, .bought = b};
    return sscanf(line + used, "%lf %lf", &sums.stake, &sums.margin) == 2 &&
           ss_learner_add(learner, &cell, &sums, NULL) == SS_OK;
}

int main(int argc, char **argv)
{
    char line[512];
    ss_learner *learner = NULL;
    if (argc != 2 || ss_learner_new(strtod(argv[1], NULL), &learner, NULL) != SS_OK)
        return 2;
    bool fine = true;
    while (fine && fgets(line, sizeof line, stdin))
        fine = run_line(learner, line);
    ss_learner_free(&learner);
    return fine && fflush(stdout) == 0 ? 0 : 1;
}
