#include "shelf/diversity.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include <math.h>
#include <stdlib.h>

ss_status ss_diversity_init(ss_diversity *diversity, const ss_als *als, ss_error *error)
{
    *diversity =
        (ss_diversity){.als = als, .candidates = ss_array_new(SS_DIVERSITY_MAX, sizeof(ss_diversity_candidate))};
    return diversity->candidates ? SS_OK : ss_error_nomem(error);
}

void ss_diversity_release(ss_diversity *diversity)
{
    free(diversity->candidates);
    *diversity = (ss_diversity){0};
}

void ss_diversity_begin(ss_diversity *diversity, double share)
{
    diversity->count = 0;
    diversity->share = (float)share;
}

/* ---- similarity ---- */

static const float *factors_of(const ss_als *als, uint32_t item)
{
    return als && item < als->trained ? als->item_factors + (size_t)item * als->stride : NULL;
}

static float length_of(const ss_als *als, uint32_t item)
{
    const float *factors = factors_of(als, item);
    return factors ? sqrtf(ss_als_score(als, factors, item)) : 0;
}

static float likeness(const ss_als *als, const ss_diversity_candidate *a, const ss_diversity_candidate *b)
{
    float same = a->category != SS_NONE && a->category == b->category ? 1 : 0;
    if (a->length <= 0 || b->length <= 0)
        return same;
    float cosine = ss_als_score(als, factors_of(als, a->item), b->item) / (a->length * b->length);
    return 0.5f * same + 0.5f * fminf(fmaxf(cosine, 0), 1);
}

static ss_diversity_candidate candidate_of(const ss_als *als, uint32_t item, uint32_t category)
{
    return (ss_diversity_candidate){.item = item, .category = category, .length = length_of(als, item)};
}

float ss_diversity_likeness(const ss_als *als, uint32_t a, uint32_t a_category, uint32_t b, uint32_t b_category)
{
    const ss_diversity_candidate left = candidate_of(als, a, a_category), right = candidate_of(als, b, b_category);
    return likeness(als, &left, &right);
}

/* ---- choosing ---- */

void ss_diversity_add(ss_diversity *diversity, uint32_t item, uint32_t category, float relevance)
{
    if (diversity->count == SS_DIVERSITY_MAX)
        return;
    ss_diversity_candidate *new = &diversity->candidates[diversity->count++];
    *new = candidate_of(diversity->als, item, category);
    new->relevance = relevance;
}

void ss_diversity_choose(ss_diversity *diversity, uint32_t item, uint32_t category)
{
    const ss_diversity_candidate chosen = candidate_of(diversity->als, item, category);
    for (size_t i = 0; i < diversity->count; i++) {
        ss_diversity_candidate *each = &diversity->candidates[i];
        each->likeness = fmaxf(each->likeness, likeness(diversity->als, &chosen, each));
    }
}

static ss_scored score_of(const ss_diversity *diversity, const ss_diversity_candidate *candidate)
{
    return (ss_scored){(1 - diversity->share) * candidate->relevance - diversity->share * candidate->likeness,
                       candidate->item};
}

bool ss_diversity_next(ss_diversity *diversity, ss_scored *next, uint32_t *category)
{
    size_t best = 0;
    if (diversity->count == 0)
        return false;
    *next = score_of(diversity, &diversity->candidates[0]);
    for (size_t i = 1; i < diversity->count; i++) {
        ss_scored score = score_of(diversity, &diversity->candidates[i]);
        if (ss_scored_before(score, *next)) {
            *next = score;
            best = i;
        }
    }
    *category = diversity->candidates[best].category;
    diversity->candidates[best] = diversity->candidates[--diversity->count];
    return true;
}
