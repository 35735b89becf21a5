/* offer_cells.c: what was learned of offers, as the ledger keeps it: a book whose names are three. */
#include "base/memory.h"
#include "state/offer_ledger_parts.h"

#include <math.h>
#include <stdlib.h>

#define CELL_NAME_MAX 128u /* bytes of each name */

/* The names, each but the last followed by a byte of 0: sorted by bytes they are sorted by names. */
static ss_status join_names(const ss_slice names[3], char joined[SS_BOOK_NAME_MAX], size_t *size, ss_error *error)
{
    *size = 0;
    for (unsigned i = 0; i < 3; i++) {
        if (names[i].size > CELL_NAME_MAX || (names[i].size && memchr(names[i].data, 0, names[i].size)))
            return ss_error_set(error, SS_E_RANGE, "a name of a cell that is too long, or none");
        if (names[i].size)
            memcpy(joined + *size, names[i].data, names[i].size);
        *size += names[i].size;
        if (i < 2)
            joined[(*size)++] = '\0';
    }
    return SS_OK;
}

static bool split_names(ss_slice joined, ss_slice names[3])
{
    for (unsigned i = 0; i < 3; i++) {
        const char *end = joined.size ? memchr(joined.data, 0, joined.size) : NULL;
        if ((end != NULL) != (i < 2))
            return false;
        names[i] = (ss_slice){joined.data, end ? (size_t)(end - joined.data) : joined.size};
        joined = end ? (ss_slice){end + 1, joined.size - names[i].size - 1} : joined;
    }
    return true;
}

ss_status ss_offer_ledger_keep_cell(ss_offer_ledger *ledger, const ss_slice names[3],
                                    const double values[SS_CELL_VALUES], ss_error *error)
{
    char joined[SS_BOOK_NAME_MAX];
    ss_book_word *words;
    size_t size;
    ss_status status = join_names(names, joined, &size, error);
    for (unsigned i = 0; i < SS_CELL_VALUES && status == SS_OK; i++)
        if (!isfinite(values[i]))
            status = ss_error_set(error, SS_E_RANGE, "a value of a cell that is no number");
    if (status == SS_OK)
        status = ss_offer_book_change(ledger->cells, (ss_slice){joined, size}, &words, error);
    ledger->changed = true;
    for (unsigned i = 0; i < SS_CELL_VALUES && status == SS_OK; i++)
        words[i].real = values[i] + 0.0; /* no negative zero: it would not be blank */
    return ss_ledger_note(ledger, status);
}

static int compare_names(const void *a, const void *b, void *context)
{
    const ss_offer_book *cells = context;
    return ss_slice_compare(ss_offer_book_name(cells, *(const uint32_t *)a),
                            ss_offer_book_name(cells, *(const uint32_t *)b));
}

static ss_status show_cell(const ss_offer_ledger *ledger, uint32_t number,
                           ss_status (*each)(void *context, const ss_slice names[3],
                                             const double values[SS_CELL_VALUES], ss_error *error),
                           void *context, ss_error *error)
{
    const ss_book_word *words = ss_offer_book_at(ledger->cells, number);
    double values[SS_CELL_VALUES];
    ss_slice names[3];
    if (ss_book_is_blank(words))
        return SS_OK;
    bool whole = split_names(ss_offer_book_name(ledger->cells, number), names);
    for (unsigned i = 0; i < SS_CELL_VALUES; i++) {
        values[i] = words[i].real;
        whole = whole && isfinite(values[i]);
    }
    if (!whole)
        return ss_environment_corrupt(ledger->environment, "a cell that is none", error);
    return each(context, names, values, error);
}

ss_status ss_offer_ledger_cells(ss_offer_ledger *ledger,
                                ss_status (*each)(void *context, const ss_slice names[3],
                                                  const double values[SS_CELL_VALUES], ss_error *error),
                                void *context, ss_error *error)
{
    uint32_t count = ss_offer_book_count(ledger->cells);
    uint32_t *order = ss_array_new(count, sizeof *order);
    ss_status status = order ? SS_OK : ss_error_nomem(error);
    for (uint32_t i = 0; i < count && order; i++)
        order[i] = i;
    if (order)
        qsort_r(order, count, sizeof *order, compare_names, ledger->cells);
    for (uint32_t i = 0; i < count && status == SS_OK; i++)
        status = show_cell(ledger, order[i], each, context, error);
    free(order);
    return status;
}
