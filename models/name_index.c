#include "models/name_index.h"

/* The place of a gram among the keys, or gram_count. */
static uint32_t find_gram(const ss_name_index *index, uint64_t key)
{
    uint32_t low = 0, high = index->gram_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (index->keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->gram_count && index->keys[low] == key ? low : index->gram_count;
}

double ss_name_index_norm(const ss_name_index *index, const ss_name_gram *grams, size_t gram_count)
{
    double squares = 0;
    for (size_t i = 0; i < gram_count; i++) {
        uint32_t gram = find_gram(index, grams[i].key);
        double weight = gram < index->gram_count ? (double)index->weights[gram] : index->unknown;
        double entry = ss_name_gram_weight(grams[i].count, weight);
        squares += entry * entry;
    }
    return sqrt(squares);
}

static size_t add_postings(const ss_name_index *index, uint32_t gram, double weight, float *sums, uint32_t *touched,
                           size_t count)
{
    uint64_t from = index->offsets[gram], to = index->offsets[gram + 1];
    float once = (float)weight;
    to = to < index->posting_count ? to : index->posting_count;
    for (uint64_t p = from; p < to; p++) {
        uint32_t item = index->items[p];
        if (item >= index->item_count)
            continue;
        if (sums[item] == 0 && count < index->item_count)
            touched[count++] = item;
        sums[item] += index->counts[p] <= 1 ? once : (float)ss_name_gram_weight(index->counts[p], weight);
    }
    return count;
}

size_t ss_name_index_match(const ss_name_index *index, const ss_name_gram *grams, size_t gram_count, float *sums,
                           uint32_t *touched)
{
    size_t count = 0;
    for (size_t i = 0; i < gram_count; i++) {
        uint32_t gram = find_gram(index, grams[i].key);
        if (gram == index->gram_count || !(index->weights[gram] > 0))
            continue;
        double own = (double)index->weights[gram], weight = ss_name_gram_weight(grams[i].count, own) * own;
        if (weight > 0)
            count = add_postings(index, gram, weight, sums, touched, count);
    }
    return count;
}
