#include "job/case_ids.h"

#include "base/memory.h"
#include "log/fold_ids.h"
#include <stdlib.h>

typedef struct id_settler {
    const ss_snapshot *snapshot;
    ss_arena *arena;
    ss_dictionary *forms; /* common forms of the generation's ids, as fold_ids.h makes them; empty: nothing folded */
    uint32_t *item_of;    /* form → item */
    ss_dictionary *spellings; /* of the cases' items */
    ss_slice *names;          /* spelling → the id to ask with */
    size_t name_capacity;
    ss_dictionary *customers;
    ss_case_ids found;
} id_settler;

static ss_status make_forms(id_settler *settler)
{
    const ss_items *items = &settler->snapshot->items;
    char form[SS_ID_MAX];
    uint32_t number;
    ss_status status = SS_OK;
    if (!settler->snapshot->ids_folded)
        return SS_OK;
    settler->item_of = ss_array_new(items->count, sizeof *settler->item_of);
    if (!settler->item_of)
        return SS_E_NOMEM;
    for (uint32_t item = 0; item < items->count; item++) {
        uint32_t known = ss_dictionary_count(settler->forms);
        size_t size = ss_fold_id(ss_strings_at(&items->ids, item), form);
        SS_TRY(ss_dictionary_intern(settler->forms, (ss_slice){form, size}, &number));
        if (number == known)
            settler->item_of[number] = item;
    }
out:
    return status;
}

/* What `id` is called in the generation: in its memory, or `id` itself. */
static ss_slice known_name(id_settler *settler, ss_slice id)
{
    const ss_items *items = &settler->snapshot->items;
    char form[SS_ID_MAX];
    if (ss_strings_find(&items->ids, id) != SS_NONE)
        return id;
    uint32_t number = ss_dictionary_find(settler->forms, (ss_slice){form, ss_fold_id(id, form)});
    if (number == SS_NONE) {
        settler->found.items_unknown++;
        return id;
    }
    settler->found.items_folded++;
    return ss_strings_at(&items->ids, settler->item_of[number]);
}

static ss_status name_of(id_settler *settler, ss_slice id, ss_slice *name)
{
    uint32_t number, known = ss_dictionary_count(settler->spellings);
    ss_status status = ss_dictionary_intern(settler->spellings, id, &number);
    if (status != SS_OK)
        return status;
    if (number == known) {
        if (!ss_array_grow(&settler->names, &settler->name_capacity, (size_t)number + 1, sizeof *settler->names))
            return SS_E_NOMEM;
        ss_slice best = known_name(settler, id);
        char *copy = ss_arena_copy(settler->arena, best); /* the cases outlive the generation */
        if (!copy)
            return SS_E_NOMEM;
        settler->names[number] = (ss_slice){copy, best.size};
        settler->found.items++;
    }
    *name = settler->names[number];
    return SS_OK;
}

static bool holds(const ss_slice *ids, size_t count, ss_slice id)
{
    for (size_t i = 0; i < count; i++)
        if (ss_slice_equal(ids[i], id))
            return true;
    return false;
}

static ss_status rename_list(id_settler *settler, bool distinct, const ss_slice **ids, size_t *count)
{
    size_t kept = 0;
    if (*count == 0)
        return SS_OK;
    ss_slice *renamed = ss_arena_alloc(settler->arena, *count, sizeof *renamed);
    if (!renamed)
        return SS_E_NOMEM;
    for (size_t i = 0; i < *count; i++) {
        ss_status status = name_of(settler, (*ids)[i], &renamed[kept]);
        if (status != SS_OK)
            return status;
        kept += !distinct || !holds(renamed, kept, renamed[kept]);
    }
    *ids = renamed;
    *count = kept;
    return SS_OK;
}

static ss_status count_customer(id_settler *settler, ss_slice id)
{
    const ss_snapshot *snapshot = settler->snapshot;
    uint32_t number, known = ss_dictionary_count(settler->customers);
    if (id.size == 0)
        return SS_OK;
    ss_status status = ss_dictionary_intern(settler->customers, id, &number);
    if (status != SS_OK || number < known)
        return status;
    settler->found.customers++;
    settler->found.customers_unknown +=
        !snapshot->has_customers || ss_strings_find(&snapshot->customers.ids, id) == SS_NONE;
    return SS_OK;
}

ss_status ss_case_ids_settle(ss_cases *cases, const ss_snapshot *snapshot, ss_case_ids *found, ss_error *error)
{
    ss_status status = SS_OK;
    id_settler settler = {.snapshot = snapshot,
                          .arena = cases->arena,
                          .forms = ss_dictionary_new(),
                          .spellings = ss_dictionary_new(),
                          .customers = ss_dictionary_new()};
    SS_TRY(settler.forms && settler.spellings && settler.customers ? SS_OK : SS_E_NOMEM);
    SS_TRY(make_forms(&settler));
    for (size_t i = 0; i < cases->count; i++) {
        ss_case *question = &cases->cases[i];
        SS_TRY(rename_list(&settler, false, &question->context, &question->context_count));
        SS_TRY(rename_list(&settler, true, &question->wanted, &question->wanted_count));
        SS_TRY(count_customer(&settler, question->customer_id));
    }
    *found = settler.found;
out:
    ss_dictionary_free(&settler.forms);
    ss_dictionary_free(&settler.spellings);
    ss_dictionary_free(&settler.customers);
    free(settler.item_of);
    free(settler.names);
    return status == SS_OK ? SS_OK : ss_error_nomem(error);
}
