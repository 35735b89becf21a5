/*
 * name_grams.h: the character n-grams of a product's name, in any script. Pure: safe from any thread, no allocation.
 *
 * A name is cut into words: runs of letters, digits and marks; blanks, punctuation and symbols part them. Letters are
 * folded one by one to lower case (ASCII, Latin 1, Latin Extended A and Additional, Greek, Cyrillic, Armenian, full
 * width; accents stay, scripts without case are left as they are). Each word stands between two borders, and its grams
 * are all runs of 3 and of 4 code points, a border being one: "mug" gives _mu, mug, ug_, _mug, mug_. A gram's key is
 * XXH3-64 of its code points as U32, borders as U+0020; that two grams share a key is as good as impossible.
 */
#ifndef SS_MODELS_NAME_GRAMS_H
#define SS_MODELS_NAME_GRAMS_H

#include "base/slice.h"
#include <stdint.h>

#define SS_NAME_GRAMS_MAX 1024u /* grams of a name that are read, repeats counted; longer names are cut there */

typedef struct ss_name_gram {
    uint64_t key;
    uint32_t count; /* times it occurs in the name */
} ss_name_gram;

/*
 * Fills `grams` with the distinct grams of `name`, by rising key, and returns how many. Bytes that are no UTF-8 part
 * words.
 */
size_t ss_name_grams(ss_slice name, ss_name_gram grams[SS_NAME_GRAMS_MAX]);

/* Lower case of one code point, and whether it belongs to a word. */
uint32_t ss_letter_fold(uint32_t letter);
bool ss_letter_in_word(uint32_t letter);

#endif
