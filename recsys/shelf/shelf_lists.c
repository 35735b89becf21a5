#include "shelf/shelf_lists.h"

#include "base/dictionary.h"
#include "base/memory.h"
#include <stdlib.h>

/* 1 for what stands in `never`, or does not stand in `only` where that lists anything; NULL: neither does. */
static ss_status mark_denied(const ss_listed_texts *only, const ss_listed_texts *never, const ss_strings *known,
                             uint32_t count, uint8_t **denied)
{
    if (only->count == 0 && never->count == 0)
        return SS_OK;
    *denied = ss_array_new(count, 1);
    if (!*denied)
        return SS_E_NOMEM;
    memset(*denied, only->count > 0, count);
    for (size_t i = 0; i < only->count; i++) {
        uint32_t number = ss_strings_find(known, only->list[i].text);
        if (number < count)
            (*denied)[number] = 0;
    }
    for (size_t i = 0; i < never->count; i++) {
        uint32_t number = ss_strings_find(known, never->list[i].text);
        if (number < count)
            (*denied)[number] = 1;
    }
    return SS_OK;
}

static ss_status take_pins(ss_shelf_lists *lists, const ss_items *items)
{
    lists->pins = ss_array_new(lists->listed->pin_count, sizeof *lists->pins);
    if (!lists->pins)
        return SS_E_NOMEM;
    for (size_t i = 0; i < lists->listed->pin_count; i++) {
        const ss_listed_pin *pin = &lists->listed->pins[i];
        lists->pins[lists->pin_count++] =
            (ss_pin){ss_strings_find(&items->ids, pin->item.text), (uint32_t)pin->position, pin->item.text};
    }
    return SS_OK;
}

static int compare_boosts(const void *a, const void *b)
{
    const ss_item_boost *left = a, *right = b;
    return left->item < right->item ? -1 : left->item > right->item;
}

static ss_status boost_category(ss_shelf_lists *lists, uint32_t category, float factor)
{
    if (!lists->category_factors) {
        lists->category_factors = ss_array_new(lists->category_count, sizeof *lists->category_factors);
        if (!lists->category_factors)
            return SS_E_NOMEM;
        for (uint32_t i = 0; i < lists->category_count; i++)
            lists->category_factors[i] = 1;
    }
    lists->category_factors[category] = factor;
    return SS_OK;
}

static ss_status take_boosts(ss_shelf_lists *lists, const ss_items *items)
{
    ss_status status = SS_OK;
    lists->boosts = ss_array_new(lists->listed->boost_count, sizeof *lists->boosts);
    if (!lists->boosts)
        return SS_E_NOMEM;
    for (size_t i = 0; i < lists->listed->boost_count && status == SS_OK; i++) {
        const ss_listed_boost *boost = &lists->listed->boosts[i];
        bool of_item = boost->item.text.size > 0;
        uint32_t number = of_item ? ss_strings_find(&items->ids, boost->item.text)
                                  : ss_strings_find(&items->categories, boost->category.text);
        if (of_item && number < items->count)
            lists->boosts[lists->boost_count++] = (ss_item_boost){number, (float)boost->factor};
        else if (!of_item && number < lists->category_count)
            status = boost_category(lists, number, (float)boost->factor);
    }
    if (lists->boost_count > 0)
        qsort(lists->boosts, lists->boost_count, sizeof *lists->boosts, compare_boosts);
    return status;
}

ss_status ss_shelf_lists_new(const ss_listed *listed, const ss_items *items, ss_shelf_lists **lists, ss_error *error)
{
    const ss_listed_texts *texts = listed->texts;
    ss_status status = SS_E_NOMEM;
    ss_shelf_lists *new = calloc(1, sizeof *new);
    if (!new)
        return ss_error_nomem(error);
    new->listed = listed;
    new->item_count = items->count;
    new->category_count = items->categories.count;
    new->only_categories = texts[SS_LIST_CATEGORIES].count > 0;
    SS_TRY(mark_denied(&texts[SS_LIST_ALLOW], &texts[SS_LIST_DENY], &items->ids, items->count, &new->denied));
    SS_TRY(mark_denied(&texts[SS_LIST_CATEGORIES], &texts[SS_LIST_NOT_CATEGORIES], &items->categories,
                       new->category_count, &new->category_denied));
    SS_TRY(take_pins(new, items));
    SS_TRY(take_boosts(new, items));
    *lists = new;
    new = NULL;
out:
    ss_shelf_lists_free(&new);
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}

void ss_shelf_lists_free(ss_shelf_lists **lists)
{
    ss_shelf_lists *old = *lists;
    *lists = NULL;
    if (!old)
        return;
    free(old->denied);
    free(old->category_denied);
    free(old->category_factors);
    free(old->boosts);
    free(old->pins);
    free(old);
}

bool ss_shelf_lists_boost(const ss_shelf_lists *lists)
{
    return lists->boost_count > 0 || lists->category_factors;
}

static float item_factor(const ss_shelf_lists *lists, uint32_t item)
{
    size_t low = 0, high = lists->boost_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lists->boosts[middle].item == item)
            return lists->boosts[middle].factor;
        if (lists->boosts[middle].item < item)
            low = middle + 1;
        else
            high = middle;
    }
    return 1;
}

float ss_shelf_lists_factor(const ss_shelf_lists *lists, uint32_t item, uint32_t category)
{
    float factor = lists->category_factors && category < lists->category_count ? lists->category_factors[category] : 1;
    return factor * item_factor(lists, item);
}
