#include "log/fold_ids.h"

#include "base/memory.h"

#include <stdlib.h>

/* Two spellings of one name in the catalogue may be told apart by this share of the evidence for joining. */
#define EVIDENCE_RATIO 4u

size_t ss_fold_id(ss_slice id, char out[SS_ID_MAX])
{
    size_t used = 0;
    id = ss_slice_trim(id);
    for (size_t i = 0; i < id.size && used < SS_ID_MAX; i++) {
        char c = id.data[i];
        c = c == '\t' ? ' ' : c;
        if (c == ' ' && used && out[used - 1] == ' ')
            continue;
        out[used++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return used;
}

/* What is known while ids are put together. */
typedef struct spellings {
    const ss_dictionary *ids;
    const uint32_t *rows;
    const ss_catalog *catalog;
    uint32_t *key;  /* id number → number of its common form */
    uint32_t *best; /* common form → the id that stands for it */
    uint32_t key_count;
} spellings;

static const ss_catalog_item *known(const spellings *s, uint32_t id)
{
    uint32_t number = s->catalog ? ss_catalog_find(s->catalog, ss_dictionary_id(s->ids, id)) : SS_NONE;
    return number == SS_NONE ? NULL : ss_catalog_item_at(s->catalog, number);
}

static bool is_better(const spellings *s, uint32_t id, uint32_t than)
{
    bool is_known = known(s, id) != NULL, other = known(s, than) != NULL;
    if (is_known != other)
        return is_known;
    if (s->rows[id] != s->rows[than])
        return s->rows[id] > s->rows[than];
    return ss_slice_compare(ss_dictionary_id(s->ids, id), ss_dictionary_id(s->ids, than)) < 0;
}

/* Finds the common form of every id, and the best spelling of each. */
static ss_status group_spellings(spellings *s)
{
    ss_status status = SS_OK;
    uint32_t count = ss_dictionary_count(s->ids);
    ss_dictionary *keys = ss_dictionary_new();
    s->key = ss_array_new(count, sizeof *s->key);
    s->best = ss_array_new(count, sizeof *s->best);
    if (!keys || !s->key || !s->best)
        status = SS_E_NOMEM;
    for (uint32_t id = 0; status == SS_OK && id < count; id++) {
        char form[SS_ID_MAX];
        size_t size = ss_fold_id(ss_dictionary_id(s->ids, id), form);
        status = ss_dictionary_intern(keys, (ss_slice){form, size}, &s->key[id]);
        if (status != SS_OK)
            break;
        uint32_t key = s->key[id];
        if (key == s->key_count) {
            s->key_count++;
            s->best[key] = id;
        } else if (is_better(s, id, s->best[key])) {
            s->best[key] = id;
        }
    }
    ss_dictionary_free(&keys);
    return status;
}

/* Does the catalogue show that case and blanks mean nothing? */
static bool is_shown(const spellings *s)
{
    uint64_t same = 0, different = 0;
    uint32_t count = ss_dictionary_count(s->ids);
    for (uint32_t id = 0; id < count; id++) {
        uint32_t best = s->best[s->key[id]];
        const ss_catalog_item *item = known(s, id), *other = id == best ? NULL : known(s, best);
        if (!other || (!item && s->rows[id] == 0))
            continue;
        if (!item || (item->name.size && ss_slice_equal_nocase(item->name, other->name)))
            same++;
        else if (item->name.size && other->name.size)
            different++;
    }
    return same > 0 && same >= EVIDENCE_RATIO * different;
}

ss_status ss_fold_ids_find(const ss_dictionary *ids, const uint32_t *rows, const ss_catalog *catalog, ss_fold_ids mode,
                           ss_folding *folding, ss_error *error)
{
    spellings s = {.ids = ids, .rows = rows, .catalog = catalog};
    ss_folding found = {0};
    ss_status status = SS_OK;
    uint32_t count = ss_dictionary_count(ids);
    found.to = ss_array_new(count, sizeof *found.to);
    if (!found.to)
        return ss_error_nomem(error);
    for (uint32_t id = 0; id < count; id++)
        found.to[id] = id;
    if (mode != SS_FOLD_NO && (mode == SS_FOLD_YES || catalog)) {
        SS_TRY(group_spellings(&s));
        found.folded = mode == SS_FOLD_YES || is_shown(&s);
    }
    for (uint32_t id = 0; found.folded && id < count; id++) {
        found.to[id] = s.best[s.key[id]];
        found.joined += found.to[id] != id && rows[id] > 0;
    }
    *folding = found;
out:
    free(s.key);
    free(s.best);
    if (status == SS_OK)
        return SS_OK;
    ss_folding_free(&found);
    return ss_error_nomem(error);
}

void ss_folding_free(ss_folding *folding)
{
    if (!folding)
        return;
    free(folding->to);
    *folding = (ss_folding){0};
}
