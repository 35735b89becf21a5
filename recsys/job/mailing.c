#include "job/mailing.h"

#include "base/clock.h"
#include "base/cpu.h"
#include "base/memory.h"
#include "job/mail_out.h"
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK        128u /* customers that one thread takes at a time */
#define CHUNKS_EACH  8u   /* chunks of a round for each thread: what they make is held until it is written */
#define THREADS_MAX  1024
#define ROW_SIZE_MAX (64u << 10)

/* One customer's place in a chunk. */
typedef struct row {
    ss_mail_kind kind;
    bool held_out;
    ss_slice customer_id; /* borrowed from the world */
    size_t begin, end;    /* of the chunk's text */
} row;

typedef struct chunk {
    row rows[CHUNK];
    size_t row_count;
    ss_buffer text;
    ss_mail_counts lists[SS_MAIL_KINDS];
    uint64_t customers, forgotten, quiet, on_none;
    ss_status status;
    ss_error error;
} chunk;

/* What one thread works with. */
typedef struct worker {
    ss_mail_picker *picker;
    ss_mail mails[CHUNK];
    ss_mail_pick picks[CHUNK];
} worker;

typedef struct run {
    const ss_mailing *mailing;
    ss_mail_world world;
    ss_mail_memory *memory;
    ss_mail_out *out;
    ss_mail_kind kinds[SS_MAIL_KINDS];
    size_t kind_count;
    worker **workers;
    size_t worker_count;
    chunk *chunks;
    size_t chunk_count;
    ss_mailing_report report;
    uint64_t listed;
} run;

/* ---- one customer ---- */

static bool is_within(const run *r, ss_slice customer_id, ss_mail_kind kind, double days)
{
    int64_t last = ss_mail_memory_last(r->memory, customer_id, kind);
    return last != SS_NO_TIME && (double)(r->world.now - last) < days * (double)SS_DAY;
}

static void count_empty(ss_mail_counts *counts, const uint32_t *removed)
{
    size_t most = 0;
    for (size_t rule = 1; rule < SS_REMOVED_COUNT; rule++)
        if (removed[rule] > removed[most])
            most = rule;
    counts->no_products++;
    if (removed[most] > 0)
        counts->removed[most]++;
}

/* Tries the lists from `first` on, until there is one for the customer met. */
static ss_status try_lists(const run *r, const worker *w, size_t first, ss_mail *mail, ss_mail_pick *pick, chunk *c)
{
    const ss_mail_options *options = r->mailing->options;
    *pick = SS_MAIL_NOT_FOR;
    for (size_t i = first; i < r->kind_count; i++) {
        ss_mail_kind kind = r->kinds[i];
        ss_mail_counts *counts = &c->lists[kind];
        if (is_within(r, mail->customer_id, kind, options->repeat_days[kind])) {
            counts->repeated++;
            continue;
        }
        ss_status status = ss_mail_picker_pick(w->picker, kind, mail, pick, &c->error);
        if (status != SS_OK)
            return status;
        counts->eligible += *pick != SS_MAIL_NOT_FOR;
        if (*pick == SS_MAIL_PICKED || *pick == SS_MAIL_LATER)
            return SS_OK;
        if (*pick == SS_MAIL_NO_PRODUCTS)
            count_empty(counts, ss_mail_picker_removed(w->picker));
        *pick = SS_MAIL_NOT_FOR;
    }
    return SS_OK;
}

static ss_status look_at(const run *r, worker *w, uint64_t customer, size_t at, chunk *c)
{
    ss_slice customer_id = ss_mail_world_customer(&r->world, customer);
    c->customers++;
    w->picks[at] = SS_MAIL_NOT_FOR;
    if (ss_mail_world_forgot(&r->world, customer_id)) {
        c->forgotten++;
        return SS_OK;
    }
    if (is_within(r, customer_id, SS_MAIL_KINDS, r->mailing->options->quiet_days)) {
        c->quiet++;
        return SS_OK;
    }
    ss_mail_picker_meet(w->picker, customer, &w->mails[at]);
    ss_status status = try_lists(r, w, 0, &w->mails[at], &w->picks[at], c);
    c->on_none += w->picks[at] == SS_MAIL_NOT_FOR;
    return status;
}

/* ---- those who are filled together ---- */

static size_t place_of(const run *r, ss_mail_kind kind)
{
    size_t place = 0;
    while (r->kinds[place] != kind)
        place++;
    return place;
}

/* Whom nothing was found for goes on to the lists behind. */
static ss_status go_on(const run *r, worker *w, size_t at, chunk *c)
{
    static const uint32_t none[SS_REMOVED_COUNT];
    ss_mail *mail = &w->mails[at];
    if (w->picks[at] != SS_MAIL_NO_PRODUCTS)
        return SS_OK;
    size_t next = place_of(r, mail->kind) + 1;
    count_empty(&c->lists[mail->kind], none);
    ss_mail_picker_meet(w->picker, mail->customer, mail);
    ss_status status = try_lists(r, w, next, mail, &w->picks[at], c);
    c->on_none += w->picks[at] == SS_MAIL_NOT_FOR;
    return status;
}

static ss_status fill_group(const run *r, worker *w, const size_t *places, size_t count, chunk *c)
{
    ss_mail *mails[SS_MAIL_TOGETHER];
    ss_mail_pick picks[SS_MAIL_TOGETHER];
    for (size_t i = 0; i < count; i++)
        mails[i] = &w->mails[places[i]];
    ss_status status = count > 0 ? ss_mail_picker_fill(w->picker, mails, count, picks, &c->error) : SS_OK;
    for (size_t i = 0; i < count && status == SS_OK; i++) {
        w->picks[places[i]] = picks[i];
        status = go_on(r, w, places[i], c);
    }
    return status;
}

static ss_status fill_later(const run *r, worker *w, size_t count, chunk *c)
{
    size_t places[SS_MAIL_TOGETHER], waiting = 0;
    for (size_t at = 0; at < count; at++) {
        if (w->picks[at] != SS_MAIL_LATER)
            continue;
        places[waiting++] = at;
        if (waiting < SS_MAIL_TOGETHER)
            continue;
        ss_status status = fill_group(r, w, places, waiting, c);
        if (status != SS_OK)
            return status;
        waiting = 0;
    }
    return fill_group(r, w, places, waiting, c);
}

/* ---- a chunk ---- */

static ss_status write_mail(const run *r, const worker *w, const ss_mail *mail, chunk *c)
{
    const ss_mailing *m = r->mailing;
    const ss_mail_language language = {ss_mail_picker_catalogue(w->picker), r->world.now, m->decimals, m->reasons};
    ss_mail_incentive incentive = ss_mail_incentive_of(m->policy, language.catalogue, mail, r->world.now);
    row *to = &c->rows[c->row_count++];
    *to = (row){mail->kind, ss_mail_held_out(m->options, mail->customer_id), mail->customer_id, c->text.size, 0};
    ss_status status =
        ss_mail_rows_append(m->format, (size_t)m->options->products, &language, mail, &incentive, &c->text);
    to->end = c->text.size;
    ss_mail_counts *counts = &c->lists[mail->kind];
    *(to->held_out ? &counts->held_out : &counts->listed) += 1;
    return status == SS_OK ? SS_OK : ss_error_nomem(&c->error);
}

static void make_chunk(const run *r, worker *w, uint64_t first, chunk *c)
{
    uint64_t left = r->world.customers - first;
    size_t count = left < CHUNK ? (size_t)left : CHUNK;
    ss_buffer text = c->text;
    *c = (chunk){.text = text};
    ss_buffer_clear(&c->text);
    for (size_t i = 0; i < count && c->status == SS_OK; i++)
        c->status = look_at(r, w, first + i, i, c);
    if (c->status == SS_OK)
        c->status = fill_later(r, w, count, c);
    for (size_t i = 0; i < count && c->status == SS_OK; i++)
        if (w->picks[i] == SS_MAIL_PICKED)
            c->status = write_mail(r, w, &w->mails[i], c);
}

/* ---- in order ---- */

static void add_counts(ss_mailing_report *report, const chunk *c)
{
    report->customers += c->customers;
    report->forgotten += c->forgotten;
    report->quiet += c->quiet;
    report->on_none += c->on_none;
    for (size_t kind = 0; kind < SS_MAIL_KINDS; kind++) {
        ss_mail_counts *to = &report->lists[kind];
        const ss_mail_counts *from = &c->lists[kind];
        to->eligible += from->eligible;
        to->listed += from->listed;
        to->held_out += from->held_out;
        to->no_products += from->no_products;
        to->repeated += from->repeated;
        for (size_t rule = 0; rule < SS_REMOVED_COUNT; rule++)
            to->removed[rule] += from->removed[rule];
    }
}

static bool is_full(const run *r)
{
    return r->mailing->limit > 0 && r->listed >= r->mailing->limit;
}

static ss_status take_row(run *r, const chunk *c, const row *from, ss_error *error)
{
    ss_slice rows = {c->text.data + from->begin, from->end - from->begin};
    r->listed += !from->held_out;
    if (ss_mail_memory_wrote(r->memory, from->customer_id, from->kind, r->world.now) != SS_OK)
        return ss_error_nomem(error);
    return ss_mail_out_write(r->out, from->kind, from->held_out, rows, error);
}

/* Behind the limit nobody is listed. */
static ss_status take_chunk(run *r, chunk *c, ss_error *error)
{
    ss_status status = c->status;
    if (status != SS_OK) {
        if (error)
            *error = c->error;
        return status;
    }
    size_t i = 0;
    for (; i < c->row_count && !is_full(r) && status == SS_OK; i++)
        status = take_row(r, c, &c->rows[i], error);
    for (; i < c->row_count; i++)
        *(c->rows[i].held_out ? &c->lists[c->rows[i].kind].held_out : &c->lists[c->rows[i].kind].listed) -= 1;
    add_counts(&r->report, c);
    return status;
}

static ss_status take_round(run *r, uint64_t first, ss_error *error)
{
    for (size_t i = 0; i < r->chunk_count && first + i * CHUNK < r->world.customers && !is_full(r); i++) {
        ss_status status = take_chunk(r, &r->chunks[i], error);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static void make_round(run *r, uint64_t first)
{
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)r->worker_count)
    for (size_t i = 0; i < r->chunk_count; i++)
        if (first + i * CHUNK < r->world.customers)
            make_chunk(r, r->workers[omp_get_thread_num()], first + i * CHUNK, &r->chunks[i]);
}

static ss_status make_lists(run *r, ss_progress_sink *sink, ss_error *error)
{
    ss_progress progress = {.phase = "lists", .total = r->world.customers, .unit = "customers"};
    uint64_t step = r->chunk_count * (uint64_t)CHUNK;
    int64_t begin = ss_clock_monotonic();
    for (uint64_t first = 0; first < r->world.customers && !is_full(r); first += step) {
        make_round(r, first);
        ss_status status = take_round(r, first, error);
        if (status != SS_OK)
            return status;
        progress.done = first + step < progress.total ? first + step : progress.total;
        if (!ss_progress_tell(sink, &progress))
            return ss_error_set(error, SS_E_CANCELLED, "stopped while making lists");
    }
    progress.finished = true;
    ss_progress_tell(sink, &progress);
    r->report.seconds = (double)(ss_clock_monotonic() - begin) * 1e-9;
    return SS_OK;
}

/* ---- what is sold out, and what is back ---- */

/* Sold out when the generation was made, and the shop has said since that there is some? */
static bool came_back(const ss_snapshot *snapshot, const ss_catalogue *catalogue, uint32_t item, int64_t *since)
{
    const ss_catalogue_entry *entry = ss_catalogue_entry_of(catalogue, item);
    if (!entry || !entry->record || item >= catalogue->known || snapshot->items.stock[item] != 0)
        return false;
    *since = entry->record->item.changed;
    return ss_item_record_has(&entry->record->item, SS_LIVE_STOCK) && entry->record->item.numbers[SS_LIVE_STOCK] > 0;
}

static ss_status look_at_items(run *r, ss_error *error)
{
    const ss_catalogue *catalogue = ss_mail_picker_catalogue(r->workers[0]->picker);
    for (uint32_t item = 0; item < catalogue->count; item++) {
        int64_t since;
        ss_slice item_id = ss_catalogue_id(catalogue, item);
        if (item_id.size == 0)
            continue;
        bool sold_out = ss_catalogue_show(catalogue, item) & SS_SHOW_NO_STOCK;
        ss_status status = came_back(r->world.snapshot, catalogue, item, &since)
                               ? ss_mail_memory_restock(r->memory, item_id, since)
                               : ss_mail_memory_look(r->memory, item_id, sold_out, r->world.now);
        if (status != SS_OK)
            return ss_error_nomem(error);
    }
    return SS_OK;
}

/* ---- the run ---- */

/* Those that are wanted, in order of priority; those that it does not name come last, in their own. */
static ss_status order_kinds(run *r, ss_error *error)
{
    ss_mail_kind wanted[SS_MAIL_KINDS], priority[2 * SS_MAIL_KINDS];
    size_t wanted_count, count;
    ss_status status;
    SS_TRY(ss_mail_kinds_parse("--kind", r->mailing->kinds, wanted, &wanted_count, error));
    SS_TRY(ss_mail_kinds_parse("priority", r->mailing->options->priority, priority, &count, error));
    for (unsigned kind = 0; kind < SS_MAIL_KINDS; kind++)
        priority[count++] = (ss_mail_kind)kind;
    for (size_t i = 0; i < count; i++) {
        bool is_wanted = false, is_taken = false;
        for (size_t k = 0; k < wanted_count; k++)
            is_wanted |= wanted[k] == priority[i];
        for (size_t k = 0; k < r->kind_count; k++)
            is_taken |= r->kinds[k] == priority[i];
        if (is_wanted && !is_taken)
            r->kinds[r->kind_count++] = priority[i];
    }
out:
    return status;
}

static ss_status make_workers(run *r, ss_error *error)
{
    int threads = r->mailing->threads > 0 ? r->mailing->threads : ss_cpu_count();
    r->worker_count = threads < THREADS_MAX ? (size_t)threads : THREADS_MAX;
    r->chunk_count = r->worker_count * CHUNKS_EACH;
    r->workers = ss_array_zeroed(r->worker_count, sizeof(worker *));
    r->chunks = ss_array_zeroed(r->chunk_count, sizeof *r->chunks);
    if (!r->workers || !r->chunks)
        return ss_error_nomem(error);
    for (size_t i = 0; i < r->chunk_count; i++)
        ss_buffer_init(&r->chunks[i].text, CHUNK * (size_t)ROW_SIZE_MAX);
    for (size_t i = 0; i < r->worker_count; i++) {
        r->workers[i] = ss_array_zeroed(1, sizeof **r->workers);
        if (!r->workers[i])
            return ss_error_nomem(error);
        ss_status status = ss_mail_picker_new(&r->world, r->memory, r->mailing->options, &r->workers[i]->picker, error);
        if (status != SS_OK)
            return status;
    }
    return SS_OK;
}

static ss_status prepare(run *r, ss_progress_sink *progress, ss_error *error)
{
    const ss_mailing *m = r->mailing;
    ss_status status;
    SS_TRY(ss_options_check(ss_mail_option_table, m->options, error));
    SS_TRY(order_kinds(r, error));
    SS_TRY(ss_mail_out_open(m->out, m->format, (size_t)m->options->products, r->kinds, r->kind_count,
                            m->options->holdout > 0, &r->out, error));
    SS_TRY(ss_mail_memory_open(m->store, !m->dry_run, m->now, &r->memory, error));
    SS_TRY(ss_mail_world_open(m->store, m->shelves, m->options, m->now, progress, &r->world, error));
    SS_TRY(make_workers(r, error));
    SS_TRY(look_at_items(r, error));
out:
    return status;
}

static void release(run *r)
{
    for (size_t i = 0; r->workers && i < r->worker_count; i++) {
        if (r->workers[i])
            ss_mail_picker_free(&r->workers[i]->picker);
        free(r->workers[i]);
    }
    for (size_t i = 0; r->chunks && i < r->chunk_count; i++)
        ss_buffer_release(&r->chunks[i].text);
    free(r->workers);
    free(r->chunks);
    ss_mail_out_abandon(&r->out);
    ss_mail_memory_close(&r->memory);
    ss_mail_world_close(&r->world);
}

static void fill_report(run *r)
{
    ss_mailing_report *report = &r->report;
    memcpy(report->kinds, r->kinds, sizeof report->kinds);
    report->kind_count = r->kind_count;
    report->events = r->world.events;
    report->evicted = r->world.evicted;
    report->written = *ss_mail_memory_report(r->memory);
    report->has_state = r->world.has_state;
    report->has_access = r->world.snapshot->reserved != NULL;
}

ss_status ss_mailing_run(const ss_mailing *mailing, ss_progress_sink *progress, ss_mailing_report *report,
                         ss_error *error)
{
    ss_status status;
    run *r = ss_array_zeroed(1, sizeof *r);
    if (!r)
        return ss_error_nomem(error);
    r->mailing = mailing;
    SS_TRY(prepare(r, progress, error));
    SS_TRY(make_lists(r, progress, error));
    SS_TRY(ss_mail_out_flush(r->out, error));
    if (!mailing->dry_run)
        SS_TRY(ss_mail_memory_save(r->memory, r->world.forgotten, r->world.now, error));
    SS_TRY(ss_mail_out_publish(&r->out, error));
    fill_report(r);
    *report = r->report;
out:
    release(r);
    free(r);
    return status;
}
