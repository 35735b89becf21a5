#include "log/row_chain.h"

#include "base/memory.h"

#include <stdlib.h>

typedef struct row_chain {
    ss_row_source base;
    ss_row_source *sources[2]; /* owned */
    unsigned current;
    uint64_t seen; /* generation of the current source */
} row_chain;

/* What its user sees are the columns of the source at hand. */
static void show(row_chain *chain)
{
    const ss_row_source *source = chain->sources[chain->current];
    if (chain->base.generation == 0 || chain->seen != source->generation || chain->base.live != source->live)
        chain->base.generation++;
    chain->seen = source->generation;
    chain->base.columns = source->columns;
    chain->base.column_count = source->column_count;
    chain->base.bytes_done = source->bytes_done;
    chain->base.bytes_total = source->bytes_total;
    chain->base.live = source->live;
}

static ss_status chain_next(ss_row_source *base, ss_row *row, ss_error *error)
{
    row_chain *chain = (row_chain *)base;
    for (;;) {
        ss_row_source *source = chain->sources[chain->current];
        ss_status status = source->next(source, row, error);
        show(chain);
        if (status != SS_OK || row->kind != SS_ROW_END || chain->current == 1)
            return status;
        chain->current = 1;
        chain->base.generation++; /* the second source's columns are others, whatever its own count says */
        show(chain);
    }
}

static void chain_close(ss_row_source *base)
{
    row_chain *chain = (row_chain *)base;
    ss_row_source_close(&chain->sources[0]);
    ss_row_source_close(&chain->sources[1]);
    free(chain);
}

ss_status ss_row_chain_open(ss_row_source **first, ss_row_source **second, ss_row_source **chain, ss_error *error)
{
    row_chain *made = ss_array_zeroed(1, sizeof *made);
    if (!made)
        return ss_error_nomem(error);
    made->base = (ss_row_source){.next = chain_next, .close = chain_close};
    made->sources[0] = *first;
    made->sources[1] = *second;
    *first = *second = NULL;
    show(made);
    *chain = &made->base;
    return SS_OK;
}
