/*
 * als.h: implicit-feedback matrix factorization: what the file als.safetensors holds.
 *
 * Tensors, for the `trained` items that were bought (item numbers 0 .. trained-1) and d factors, rows padded with zeros to `stride` (d rounded up
 * to 16):
 *   item_factors  F32 [trained, stride]
 *   gram          F32 [stride, stride]    unobserved weight x sum over items of y yT
 *   quantized     I8  [trained, stride]   item_factors[i] ~ scales[i] * quantized[i]
 *   scales        F32 [trained]
 *   errors        F32 [trained]           >= ||item_factors[i] - scales[i] quantized[i]||, rounded up
 *   norms         F32 [trained]           >= ||item_factors[i]||, rounded up
 * Metadata: factors, unobserved, regularization, frequency_exponent, weighting and its parameters, item_count used in the
 * regularization of a user: all that fold-in needs to repeat the trainer's last half-sweep.
 *
 * Hu, Koren, Volinsky 2008 (model, ALS); Takács, Pilászy, Tikk 2011 (conjugate gradient); Rendle, Krichene, Zhang, Koren 2021
 * ("Revisiting the performance of iALS on item recommendation benchmarks": frequency-scaled regularization).
 */
#ifndef SS_MODELS_ALS_H
#define SS_MODELS_ALS_H

#include "store/model_file.h"

#define SS_ALS_FILE "als.safetensors"
#define SS_ALS_FACTORS_MAX 512u
extern const ss_schema ss_als_schema;

/* How a purchase's quantity becomes its confidence weight. */
typedef enum ss_als_weighting {
    SS_ALS_BINARY, /* 1 */
    SS_ALS_LOG,    /* 1 + scale ln(quantity), quantity >= 1 */
    SS_ALS_CAPPED  /* min(quantity, cap) */
} ss_als_weighting;

/* The weight of an observation, >= some positive number; the one place both trainer and fold-in take it from. */
float ss_als_weight(ss_als_weighting weighting, float parameter, float quantity);

#endif
