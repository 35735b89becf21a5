#include "models/cooccurrence_score_train.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * LLR <= nij * this. Its four terms k ln(k / e), d = nij - eij >= 0: the first is at most nij ln(n / nj), as nij <= ni;
 * the two in the middle are negative; the last is at most d (1 + d / e), e the expected number of groups with neither.
 */
static double llr_bound(double groups, double degree, double most)
{
    double neither = (groups - most) * (groups - degree) / groups;
    return neither > 0 ? 2 * (log(groups / degree) + 1 + degree / neither) : INFINITY;
}

/* `most`: the largest degree of all. */
static double candidate_factor(const ss_relation_options *options, uint32_t degree, double recency, double groups,
                               uint32_t most)
{
    if (degree == 0)
        return 0;
    switch ((ss_pair_score)options->score) {
    case SS_PAIR_COSINE:
        return 1 / sqrt(degree);
    case SS_PAIR_JACCARD: /* nij / nj is never less */
    case SS_PAIR_LIFT:
        return 1.0 / degree;
    case SS_PAIR_NORMALISED:
        return pow(degree, -options->c) * (options->recency > 0 ? pow(recency, options->recency) : 1);
    case SS_PAIR_LLR:
        return llr_bound(groups, degree, most);
    case SS_PAIR_COUNT:
        break;
    }
    return 1;
}

ss_status ss_pair_scorer_init(ss_pair_scorer *scorer, const ss_relation_options *options, const uint32_t *degrees,
                              uint32_t item_count, uint64_t group_count, const float *recency, ss_error *error)
{
    size_t room = ((size_t)item_count + SS_PAIR_STRIP - 1) / SS_PAIR_STRIP * SS_PAIR_STRIP;
    float *candidate = ss_array_aligned(room, sizeof *candidate);
    if (!candidate)
        return ss_error_nomem(error);
    memset(candidate, 0, room * sizeof *candidate);
    uint32_t most = 0;
    for (uint32_t j = 0; j < item_count; j++)
        most = degrees[j] > most ? degrees[j] : most;
    for (uint32_t j = 0; j < item_count; j++)
        candidate[j] =
            (float)candidate_factor(options, degrees[j], recency ? recency[j] : 1, (double)group_count, most);
    *scorer = (ss_pair_scorer){(ss_pair_score)options->score, (double)group_count, options->b, degrees, candidate};
    return SS_OK;
}

double ss_pair_age_weight(int64_t newest, int64_t time, double half_life_days)
{
    if (time == SS_NO_TIME || time >= newest)
        return 1;
    return exp2(-((double)newest - (double)time) / ((double)SS_DAY * half_life_days));
}

void ss_pair_scorer_release(ss_pair_scorer *scorer)
{
    free(scorer->candidate);
    *scorer = (ss_pair_scorer){0};
}

ss_pair_row ss_pair_scorer_row(const ss_pair_scorer *scorer, uint32_t item)
{
    double degree = scorer->degrees[item];
    ss_pair_row row = {item, 1, 1, true};
    if (degree == 0)
        return row;
    switch (scorer->score) {
    case SS_PAIR_COSINE:
        row.scale = sqrt(degree);
        break;
    case SS_PAIR_LIFT:
        row.scale = degree / scorer->groups;
        break;
    case SS_PAIR_JACCARD:
    case SS_PAIR_LLR:
        row.proportional = false;
        break;
    case SS_PAIR_NORMALISED:
        row.asked = pow(degree, -scorer->b);
        row.scale = 1 / row.asked;
        break;
    case SS_PAIR_COUNT:
        break;
    }
    return row;
}

float ss_pair_scorer_score(const ss_pair_scorer *scorer, const ss_pair_row *row, uint32_t j, uint32_t pairs, float sum)
{
    uint32_t ni = scorer->degrees[row->item], nj = scorer->degrees[j];
    switch (scorer->score) {
    case SS_PAIR_COUNT:
        return (float)pairs;
    case SS_PAIR_COSINE:
        return (float)(pairs / sqrt((double)ni * nj));
    case SS_PAIR_JACCARD:
        return (float)(pairs / ((double)ni + nj - pairs));
    case SS_PAIR_LIFT:
        return (float)ss_pair_lift(scorer->groups, ni, nj, pairs);
    case SS_PAIR_LLR:
        return (float)ss_pair_llr(scorer->groups, ni, nj, pairs);
    case SS_PAIR_NORMALISED:
        break;
    }
    return (float)((double)sum * scorer->candidate[j] * row->asked);
}

/* Room for the rounding of single precision in x, the factor and their product. */
#define CUT_SLACK (1 - 1e-5)
/* Below this, denormal numbers would round by more than the slack. */
#define LEAST_CUT 1e-30

float ss_pair_scorer_cut_below(double key)
{
    double cut = key * CUT_SLACK;
    return cut < LEAST_CUT ? 0.0f : (float)cut;
}

float ss_pair_scorer_cut(const ss_pair_row *row, float worst)
{
    return ss_pair_scorer_cut_below((double)worst * row->scale);
}
