/*
 * name_match.h: is a text a part of a product's name, as people type it: whatever its case and accents, and its words in any
 * order?
 *
 * A text is cut at blanks into words, of which each must stand somewhere in the name, also within a word of it: "lant gla"
 * finds "Glass lantern". Both are folded letter by letter: to lower case as models/name_grams.h has it, and to letters without
 * marks: Latin ones (Latin 1, Extended A, of Extended B and Additional what Romanian and Vietnamese need) to ASCII, with
 * ä → a, ø → o, ł → l, ß → ss, æ → ae, þ → th; Greek without tonos and dialytika, Cyrillic ё as е; combining marks
 * (U+0300 to U+036F) go. All else is compared as it is; bytes that are no UTF-8 match nothing but a blank.
 *
 * Pure: safe from any thread; nothing is allocated.
 */
#ifndef SS_SHELF_NAME_MATCH_H
#define SS_SHELF_NAME_MATCH_H

#include "base/slice.h"
#include <stdint.h>

#define SS_NAME_TEXT_MAX  255u  /* bytes of a text */
#define SS_NAME_WORDS_MAX 16u   /* words of it; what follows them is passed over */
#define SS_NAME_READ_MAX  1024u /* bytes of a name that are looked at */

typedef struct ss_name_words { /* all zero: no words, which are part of every name */
    size_t count;
    struct {
        uint16_t at, size; /* in `folded` */
    } words[SS_NAME_WORDS_MAX];
    char folded[2 * SS_NAME_TEXT_MAX];
} ss_name_words;

/* text: at most SS_NAME_TEXT_MAX bytes are looked at. */
void ss_name_words_read(ss_slice text, ss_name_words *words);

/* cost: what it took, which is added to it: about the name's bytes, more where they are not ASCII. */
bool ss_name_words_match(const ss_name_words *words, ss_slice name, uint64_t *cost);

/* Folds what fits into `out` (2 * text.size is enough for all); returns how many bytes that is. */
size_t ss_name_fold(ss_slice text, char *out, size_t room);

#endif
