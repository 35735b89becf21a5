#include "log/fees.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

#define NAME_MAX_BYTES 96u /* a longer name is no fee's */
#define FAMILY_LETTERS 4u
#define FAMILY_MEMBERS 3u
#define SHORT_ID       2u
#define SHORT_ID_USUAL 4u

/* A name that is nothing but these … */
static const char *const fee_words[] = {
    "postage",     "carriage",   "shipping",  "delivery", "freight",  "manual",  "discount", "discounts",
    "sample",      "samples",    "fee",       "fees",     "charge",   "charges", "adjust",   "adjustment",
    "adjustments", "commission", "voucher",   "vouchers", "coupon",   "coupons", "refund",   "refunds",
    "surcharge",   "rounding",   "handling",  "deposit",  "donation", "porto",   "versand",  "versandkosten",
    "rabatt",      "gutschein",  "insurance", NULL};
/* … and these is a fee's. */
static const char *const filler_words[] = {
    "next",      "same",   "day",           "standard", "express", "first", "second",  "class",   "free",
    "uk",        "eu",     "international", "home",     "store",   "bank",  "card",    "credit",  "packing",
    "packaging", "and",    "the",           "of",       "for",     "on",    "by",      "to",      "post",
    "p",         "extra",  "cost",          "costs",    "parcel",  "order", "service", "courier", "customer",
    "gift",      "paypal", "misc",          NULL};
/* A name that holds one of these is a fee's, */
static const char *const fee_phrases[] = {" gift voucher ",
                                          " gift vouchers ",
                                          " gift certificate ",
                                          " bad debt ",
                                          " bank charges ",
                                          " test product ",
                                          " postage and packing ",
                                          " delivery charge ",
                                          " shipping charge ",
                                          " carriage charge ",
                                          " handling fee ",
                                          " packing charge ",
                                          NULL};
/* one that begins with one of these, */
static const char *const fee_beginnings[] = {" adjustment ", NULL};
/* one of at most three words that ends with one of these, */
static const char *const fee_endings[] = {" postage ", " fee ", " fees ", " commission ", " surcharge ", NULL};
/* and these. */
static const char *const fee_names[] = {" gift card ", " gift cards ", " e gift card ", " digital gift card ", NULL};

/* Words of ids that fall out of the style of the log. */
static const char *const fee_id_words[] = {
    "post",     "postage",  "dot",    "manual",   "adjust",   "adjustment", "test",   "sample",     "samples",
    "fee",      "fees",     "charge", "charges",  "bank",     "carriage",   "ship",   "shipping",   "delivery",
    "freight",  "discount", "disc",   "gift",     "giftcard", "voucher",    "coupon", "commission", "refund",
    "rounding", "deposit",  "tip",    "donation", "handling", NULL};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

static const char *find_word(const char *const *words, ss_slice word)
{
    for (; *words; words++)
        if (ss_slice_equal(ss_slice_of(*words), word))
            return *words;
    return NULL;
}

/* " gift voucher " from "Gift Voucher £10.00": words of letters in lower case, a blank around each; false when too
 * long. */
static bool words_of(ss_slice name, char out[NAME_MAX_BYTES])
{
    size_t used = 0;
    out[used++] = ' ';
    for (size_t i = 0; i < name.size; i++) {
        bool letter = is_letter(name.data[i]);
        if (!letter && out[used - 1] == ' ')
            continue;
        if (used + 3 > NAME_MAX_BYTES)
            return false;
        out[used++] = letter ? lower(name.data[i]) : ' ';
    }
    if (out[used - 1] != ' ')
        out[used++] = ' ';
    out[used] = '\0';
    return used > 1;
}

/* The next word at *at of what words_of has made; empty at the end. */
static ss_slice next_word(const char **at)
{
    const char *start = *at + (**at == ' ');
    const char *end = strchr(start, ' ');
    ss_slice word = {start, end ? (size_t)(end - start) : 0};
    *at = start + word.size;
    return word;
}

static size_t count_words(const char *words)
{
    size_t count = 0;
    while (next_word(&words).size)
        count++;
    return count;
}

/* The fee's word of a name that is made of nothing but those and fillers, or NULL. */
static const char *only_fee_words(const char *words)
{
    const char *found = NULL;
    for (ss_slice word; (word = next_word(&words)).size;) {
        const char *fee = find_word(fee_words, word);
        if (!fee && !find_word(filler_words, word))
            return NULL;
        found = found ? found : fee;
    }
    return found;
}

static const char *first_in(const char *const *phrases, const char *words, bool (*matches)(const char *, const char *))
{
    for (; *phrases; phrases++)
        if (matches(words, *phrases))
            return *phrases;
    return NULL;
}

static bool holds(const char *words, const char *phrase)
{
    return strstr(words, phrase) != NULL;
}

static bool begins(const char *words, const char *phrase)
{
    return strncmp(words, phrase, strlen(phrase)) == 0;
}

static bool ends(const char *words, const char *phrase)
{
    size_t size = strlen(words), wanted = strlen(phrase);
    return size >= wanted && strcmp(words + size - wanted, phrase) == 0 && count_words(words) <= 3;
}

static bool equals(const char *words, const char *phrase)
{
    return strcmp(words, phrase) == 0;
}

bool ss_fee_name(ss_slice name, char why[SS_FEE_WHY_MAX])
{
    char words[NAME_MAX_BYTES];
    if (!words_of(name, words))
        return false;
    const char *found = only_fee_words(words);
    found = found ? found : first_in(fee_phrases, words, holds);
    found = found ? found : first_in(fee_beginnings, words, begins);
    found = found ? found : first_in(fee_endings, words, ends);
    found = found ? found : first_in(fee_names, words, equals);
    if (!found)
        return false;
    ss_slice shown = ss_slice_trim(ss_slice_of(found));
    snprintf(why, SS_FEE_WHY_MAX, "name: %.*s", (int)shown.size, shown.data);
    return true;
}

struct ss_fee_judge {
    const ss_catalog *catalog;
    ss_dictionary *families;  /* first letters of ids with digits, in lower case */
    uint32_t *family_members; /* of each, how many ids */
    size_t family_capacity;
    bool numbered, all_numbered; /* rows (and, all: ids) with digits */
    bool lettered;               /* more than a few rows have ids that begin with a letter */
    bool long_ids;
};

static bool has_digit(ss_slice id)
{
    for (size_t i = 0; i < id.size; i++)
        if (is_digit(id.data[i]))
            return true;
    return false;
}

/* The first letters of an id in lower case; false when it does not begin with so many. */
static bool family_of(ss_slice id, char out[FAMILY_LETTERS])
{
    if (id.size < FAMILY_LETTERS)
        return false;
    for (size_t i = 0; i < FAMILY_LETTERS; i++) {
        if (!is_letter(id.data[i]))
            return false;
        out[i] = lower(id.data[i]);
    }
    return true;
}

static ss_status join_family(ss_fee_judge *judge, ss_slice id)
{
    char letters[FAMILY_LETTERS];
    uint32_t family, count = ss_dictionary_count(judge->families);
    if (!family_of(id, letters))
        return SS_OK;
    ss_status status = ss_dictionary_intern(judge->families, (ss_slice){letters, FAMILY_LETTERS}, &family);
    if (status != SS_OK)
        return status;
    if (!ss_array_grow(&judge->family_members, &judge->family_capacity, (size_t)family + 1, sizeof(uint32_t)))
        return SS_E_NOMEM;
    judge->family_members[family] = (family == count ? 0 : judge->family_members[family]) + 1;
    return SS_OK;
}

static ss_status learn_style(ss_fee_judge *judge, const ss_dictionary *ids, const uint32_t *rows)
{
    uint64_t all = 0, with_digit = 0, with_letter = 0, long_enough = 0, id_count = 0, ids_with_digit = 0;
    for (uint32_t number = 0; number < ss_dictionary_count(ids); number++) {
        ss_slice id = ss_dictionary_id(ids, number);
        if (rows[number] == 0 || id.size == 0)
            continue;
        bool digit = has_digit(id);
        all += rows[number];
        id_count++;
        with_digit += digit ? rows[number] : 0;
        ids_with_digit += digit;
        with_letter += is_letter(id.data[0]) ? rows[number] : 0;
        long_enough += id.size >= SHORT_ID_USUAL ? rows[number] : 0;
        ss_status status = digit ? join_family(judge, id) : SS_OK;
        if (status != SS_OK)
            return status;
    }
    if (all == 0)
        return SS_OK;
    judge->numbered = with_digit * 5 >= all * 4;
    judge->all_numbered = with_digit * 50 >= all * 49 && ids_with_digit * 50 >= id_count * 49;
    judge->lettered = with_letter * 20 > all;
    judge->long_ids = long_enough * 100 >= all * 99;
    return SS_OK;
}

ss_fee_judge *ss_fee_judge_new(const ss_dictionary *ids, const uint32_t *rows, const ss_catalog *catalog)
{
    ss_fee_judge *judge = calloc(1, sizeof *judge);
    if (!judge)
        return NULL;
    judge->catalog = catalog;
    judge->families = ss_dictionary_new();
    if (!judge->families || learn_style(judge, ids, rows) != SS_OK)
        ss_fee_judge_free(&judge);
    return judge;
}

void ss_fee_judge_free(ss_fee_judge **judge)
{
    if (!judge || !*judge)
        return;
    ss_dictionary_free(&(*judge)->families);
    free((*judge)->family_members);
    free(*judge);
    *judge = NULL;
}

static bool has_family(const ss_fee_judge *judge, ss_slice id)
{
    char letters[FAMILY_LETTERS];
    if (!family_of(id, letters))
        return false;
    uint32_t family = ss_dictionary_find(judge->families, (ss_slice){letters, FAMILY_LETTERS});
    return family != SS_NONE && judge->family_members[family] >= FAMILY_MEMBERS;
}

/* Bytes beyond ASCII may be digits or letters of any script: such an id is not judged by its look. */
static bool is_ascii(ss_slice id)
{
    for (size_t i = 0; i < id.size; i++)
        if ((unsigned char)id.data[i] >= 0x80)
            return false;
    return true;
}

static const char *fee_id_word(ss_slice id)
{
    char words[NAME_MAX_BYTES];
    if (!words_of(id, words))
        return NULL;
    const char *at = words;
    for (ss_slice word; (word = next_word(&at)).size;) {
        const char *found = find_word(fee_id_words, word);
        if (found)
            return found;
    }
    return NULL;
}

static bool ask_look(const ss_fee_judge *judge, ss_slice id, bool named, char why[SS_FEE_WHY_MAX])
{
    if (id.size == 0 || !is_ascii(id))
        return false;
    if (judge->all_numbered && !has_digit(id) && !has_family(judge, id)) {
        snprintf(why, SS_FEE_WHY_MAX, "id without digits");
        return true;
    }
    if (named || !judge->numbered || judge->lettered || !is_letter(id.data[0]))
        return false;
    const char *word = fee_id_word(id);
    if (word)
        snprintf(why, SS_FEE_WHY_MAX, "id with the word %s", word);
    else if (judge->long_ids && id.size <= SHORT_ID)
        snprintf(why, SS_FEE_WHY_MAX, "id much shorter than the others");
    else
        return false;
    return true;
}

bool ss_fee_judge_ask(const ss_fee_judge *judge, ss_slice id, char why[SS_FEE_WHY_MAX])
{
    uint32_t number = judge->catalog ? ss_catalog_find(judge->catalog, id) : SS_NONE;
    ss_slice name = number == SS_NONE ? (ss_slice){NULL, 0} : ss_catalog_item_at(judge->catalog, number)->name;
    return ss_fee_name(name, why) || ask_look(judge, id, name.size > 0, why);
}
