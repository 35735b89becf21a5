#include "http/patience.h"

#define SHARE     0.99 /* of the answers that the estimate is to cover */
#define STEP      0.05 /* of the estimate */
#define SLACK     1.5  /* times the estimate */
#define EARNED    0.1  /* second questions for each question */
#define PURSE_MAX 256.0

void ss_patience_init(ss_patience *patience, int64_t shortest, int64_t longest)
{
    *patience =
        (ss_patience){.estimate = (double)longest, .purse = PURSE_MAX, .shortest = shortest, .longest = longest};
}

void ss_patience_answered(ss_patience *patience, int64_t took)
{
    if ((double)took > patience->estimate)
        ss_patience_exceeded(patience);
    else
        patience->estimate *= 1 - STEP * (1 - SHARE);
    if (patience->estimate < (double)patience->shortest / 2)
        patience->estimate = (double)patience->shortest / 2;
}

void ss_patience_exceeded(ss_patience *patience)
{
    patience->estimate *= 1 + STEP * SHARE;
    if (patience->estimate > (double)patience->longest)
        patience->estimate = (double)patience->longest;
}

int64_t ss_patience_wait(const ss_patience *patience)
{
    int64_t wait = (int64_t)(SLACK * patience->estimate);
    if (wait < patience->shortest)
        wait = patience->shortest;
    return wait < patience->longest ? wait : patience->longest;
}

void ss_patience_earn(ss_patience *patience)
{
    patience->purse = patience->purse + EARNED < PURSE_MAX ? patience->purse + EARNED : PURSE_MAX;
}

bool ss_patience_spend(ss_patience *patience)
{
    if (patience->purse < 1)
        return false;
    patience->purse -= 1;
    return true;
}
