/*
 * als.h: implicit-feedback matrix factorization: what the file als.safetensors holds.
 *
 * Tensors, for the `trained` items that were bought (item numbers 0 .. trained-1) and d factors, rows padded with zeros
 * to `stride` (d rounded up to 16). The factors lie in the principal axes of the items, strongest first, so that their
 * Gram matrix is diagonal:
 *   item_factors  F32 [trained, stride]
 *   gram          F32 [stride]           unobserved weight x sum over items of y_k^2: the diagonal, 0 in the padding
 * and, to search them exactly while reading a quarter of the bytes, the same rows once more in order of falling norm,
 * in blocks of 32 (als_index.h), the last one filled up with SS_NONE:
 *   order         U32 [positions]        which item stands at a position: each exactly once
 *   quantized     U8 [positions, stride] item_factors[order[p]] ~ scales[p] x (byte - 128); in a block the layout of
 *                                        SS_ALS_BLOCK_BYTE (als_kernel.h): four factors of one position, then of the
 *                                        next
 *   scales        F32 [positions]
 *   block_errors  F32 [blocks]           >= ||item_factors[order[p]] - scales[p] (byte - 128)||, p in the block; rounded
 *                                        up
 *   block_norms   F32 [blocks]           >= ||item_factors[order[p]]||, p in the block or in a later one; rounded up
 * Metadata: factors, unobserved, regularization, frequency_exponent, weighting and its parameter, half_life_days and
 * newest_time of its decay, item_total (how many items the regularization of a user counts): all that fold-in needs to
 * repeat the trainer's last half-sweep.
 *
 * Hu, Koren, Volinsky 2008 (model, ALS); Takács, Pilászy, Tikk 2011 (conjugate gradient); Rendle, Krichene, Zhang,
 * Koren 2021 ("Revisiting the performance of iALS on item recommendation benchmarks": frequency-scaled regularization).
 */
#ifndef SS_MODELS_ALS_H
#define SS_MODELS_ALS_H

#include "store/model_file.h"

#define SS_ALS_FILE        "als.safetensors"
#define SS_ALS_FACTORS_MAX 512u
#define SS_ALS_WEIGHT_MIN  1e-6f /* least weight of an observation */
extern const ss_schema ss_als_schema;

/* How a purchase's quantity becomes its confidence weight. */
typedef enum ss_als_weighting {
    SS_ALS_BINARY, /* 1 */
    SS_ALS_LOG,    /* 1 + scale ln(quantity), quantity >= 1 */
    SS_ALS_CAPPED  /* min(quantity, cap) */
} ss_als_weighting;

/* The weight of an observation, >= SS_ALS_WEIGHT_MIN; the one place both trainer and fold-in take it from. */
float ss_als_weight(ss_als_weighting weighting, float parameter, float quantity);

/* What a weight is multiplied by for age: 2^(-(newest - time) / half_life), 1 for a half-life of 0, for SS_NO_TIME and
 * after `newest`. */
float ss_als_decay(double half_life_days, int64_t newest, int64_t time);

/*
 * A row's factor of ||x||^2 in the objective: regularization (observed + unobserved other_total)^exponent, with the
 * row's summed weights and the number of rows of the other side.
 */
double ss_als_row_regularization(double regularization, double exponent, double unobserved, double observed,
                                 double other_total);

/* The relations between dimensions that reading relies on and a schema cannot express. SS_E_CORRUPT. */
ss_status ss_als_check_layout(const ss_tensor *item_factors, const ss_tensor *order, const ss_tensor *block_norms,
                              ss_error *error);

#endif
