/*
 * alternatives.h: substitutes: what a visitor may want instead: what the file alternatives.safetensors holds.
 *
 * That people who look at one product look at the other too makes two products alternatives, that they are bought
 * together makes them complements: McAuley, Pandey, Leskovec, "Inferring networks of substitutable and complementary
 * products" (KDD 2015). For items i and j, of two variant groups:
 *
 *   score(i, j) = (names N + views V) exp(-repulsion T (1 - N)^4 - price |ln p_i / p_j|) (1 - category [c_i != c_j])
 *
 *   N  likeness of the names, 0 to 1: cosine of their gram vectors (name_index.h)
 *   V  co-views, 0 to 1: of n sessions n_i looked at i, n_j at j, n_ij at both: what lies above chance,
 *      max(0, n_ij - n_i n_j / n) / sqrt(n_i n_j), times n_ij / (n_ij + 3), as few sessions are no proof
 *   T  bought together, 0 to 1: sum over the orders h that hold both of 1 / |h|, by (the rarer one's orders + 5): a pair
 *      alone in an order says more than two of a wholesaler's hundred. All variants of a product count as one: the lid
 *      goes with the pan in any colour. Products of nearly one name stay alternatives all the same: collectors buy the
 *      cup in every colour.
 *   p, c  price and category; the factor is 1 where either item has none
 *
 * A gram's weight in the vectors is idf(g) kind(g). idf(g) = ln((1 + n) / (1 + df)) + 1 of n names. kind(g) asks how much
 * the gram says of *what a thing is*: "mug" stands in the names of mugs, which cost much the same and lie in one
 * category; "retrospot" stands on mugs, bags and lamps. It is 1 - kind + kind m, m the mean of two parts, each where the
 * catalogue gives it: how far prices with the gram vary less than prices at large, max(0, 1 - v_g / v) (v the variance of
 * ln price), and how much likelier than at large two items with the gram share a category, max(0, (s_g - s) / (1 - s));
 * v_g and s_g are drawn towards v and s as if 8 more items had those. No catalogue column names the kind of thing.
 *
 * Tensors over all items of the generation:
 *   lists.offsets     U64 [items+1]    CSR: entry e belongs to item i when lists.offsets[i] <= e < lists.offsets[i+1]
 *   lists.items       U32 [entries]    best first; never the item or a variant of it; of another group two at most
 *   lists.scores      F32 [entries]    > 0, falling within a list
 *   lists.similarity  F32 [entries]    N
 *   lists.sessions    U32 [entries]    n_ij: sessions that looked at both
 *   lists.customers   U32 [entries]    distinct customers among them (a session without a customer counts as one)
 *   lists.orders      U32 [entries]    orders that hold both, in any variant
 *   grams.keys        U64 [grams]      rising; with the rest, the index of name_index.h
 *   grams.weights     F32 [grams]
 *   grams.offsets     U64 [grams+1]
 *   postings.items    U32 [postings]
 *   postings.counts   U8  [postings]
 *   items.norms       F32 [items]
 * Metadata: names, category, price, min-score (of ss_alternatives_weights by name), unknown.
 */
#ifndef SS_MODELS_ALTERNATIVES_H
#define SS_MODELS_ALTERNATIVES_H

#include "store/model_file.h"

#define SS_ALTERNATIVES_FILE "alternatives.safetensors"
extern const ss_schema ss_alternatives_schema;

#define SS_ALTERNATIVES_OF_GROUP 2u /* most variants of one product in a list: should one not be there, the next is */

/* What weighs how much; each at least 0, category at most 1. Stored by the names of the options. */
typedef struct ss_alternatives_weights {
    double names, views, repulsion, category, price;
    double min_score; /* what scores less is no alternative */
} ss_alternatives_weights;

/* Price and category of an item as the score reads them. */
typedef struct ss_alternatives_place {
    double ln_price;   /* NAN: none */
    uint32_t category; /* UINT32_MAX: none */
} ss_alternatives_place;

/* `price` in minor units, none where not above 0. Pure, as is all that follows. */
ss_alternatives_place ss_alternatives_place_of(int64_t price, uint32_t category);

/*
 * The score of a pair with likeness of names n, co-views v and orders t; and what it can be at most, whatever the rest.
 */
double ss_alternatives_score(const ss_alternatives_weights *weights, double n, double v, double t,
                             ss_alternatives_place a, ss_alternatives_place b);
static inline double ss_alternatives_bound(const ss_alternatives_weights *weights, double n, double v)
{
    return weights->names * n + weights->views * v;
}

#endif
