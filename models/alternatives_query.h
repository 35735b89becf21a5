/*
 * alternatives_query.h: reading alternatives.safetensors: substitutes of the items of a generation, and of items that no
 * model knows yet. Read-only once open; safe from any thread, each with a scratch of its own; nothing allocates but open
 * and scratch_new.
 */
#ifndef SS_MODELS_ALTERNATIVES_QUERY_H
#define SS_MODELS_ALTERNATIVES_QUERY_H

#include "base/topk.h"
#include "models/alternatives.h"
#include "models/name_index.h"
#include "store/items.h"

typedef struct ss_alternatives_list { /* borrowed from the map; `count` entries each, best first */
    const uint32_t *items;
    const float *scores, *similarity; /* similarity of the names, 0 to 1 */
    const uint32_t *sessions;         /* that looked at both */
    const uint32_t *customers;        /* distinct ones among them */
    const uint32_t *orders;           /* that hold both */
    size_t count;
} ss_alternatives_list;

typedef struct ss_alternatives {
    ss_model_file *file; /* owned */
    uint32_t item_count; /* as the generation's items */
    const uint64_t *offsets;
    const uint32_t *items, *sessions, *customers, *orders;
    const float *scores, *similarity;
    uint64_t entry_count;
    ss_name_index names;
    ss_alternatives_weights weights; /* names, category, price and min_score: the others are in the lists */
} ss_alternatives;

/* SS_E_NOT_FOUND, SS_E_IO, SS_E_CORRUPT, SS_E_NOMEM. */
ss_status ss_alternatives_open(const char *generation_path, ss_alternatives *model, ss_error *error);
void ss_alternatives_close(ss_alternatives *model);

/* The list of an item; empty for one out of range or broken offsets. */
ss_alternatives_list ss_alternatives_neighbours(const ss_alternatives *model, uint32_t item);

/* ---- items that are in no model ---- */

/* Working memory of one thread, with what of the items a question is held against. NULL when out of memory. */
typedef struct ss_alternatives_scratch ss_alternatives_scratch;
ss_alternatives_scratch *ss_alternatives_scratch_new(const ss_alternatives *model);
void ss_alternatives_scratch_free(ss_alternatives_scratch **scratch);

/* What is known of an item that is not in the generation. */
typedef struct ss_alternatives_question {
    ss_slice name;     /* empty: none, and then nothing is like it */
    uint32_t category; /* number in items->categories (ss_strings_find); SS_NONE: none, or one that nobody has */
    uint32_t group;    /* number in items->groups: its variants are left out; SS_NONE: none */
    int64_t price;     /* minor units; SS_ITEM_NO_MONEY: none */
} ss_alternatives_question;

/*
 * The items of the generation most like it, best first, at most `max` of them into `found`; returns how many. Scores are
 * those of alternatives.h without views and orders; what scores below the model's min-score is left out. `items` are the
 * generation's: where they are not of the same number as the model's, nothing is found. Whether they may be shown is the
 * caller's to ask.
 */
size_t ss_alternatives_similar(const ss_alternatives *model, const ss_items *items, ss_alternatives_scratch *scratch,
                               const ss_alternatives_question *question, ss_scored *found, size_t max);

#endif
