/*
 * test_power_cut.c: the power fails at any moment of a process that appends events and prunes them, or that decides about
 * offers and redeems them (offer_life.h), again and again over one store: whatever the disk may then hold (power_cut.h),
 * the store opens, each event or redemption that was acknowledged as durable is there once, nothing is there that was not
 * sent, the accounts of offers are right to the cent, and it goes on from there. And what shows that this test can fail:
 * with a store that does not sync, or not its root, events are lost.
 *
 * 8 lives and 4 cuts in each; 50 lives and 8 cuts with SMARTSHELF_LONG=1.
 */
#include "event_sample.h"

#include "offer_life.h"
#include "power_cut.h"
#include "temporary_folder.h"
#include <dlfcn.h>
#include <libgen.h>
#include <lmdb.h>
#include <spawn.h>
#include <sys/wait.h>

#define BATCH_MAX 200
#define KEEP      1500u /* events that pruning leaves */
#define MAP       (UINT64_C(1) << 28)

enum { ACKNOWLEDGED, SENT }; /* notes: all events or sales numbered below are */

/* What a process does whose power fails. */
typedef struct subject {
    const char *name;
    int (*live)(const char *folder, uint64_t number, uint64_t seed);
    int (*check)(const char *folder, const uint64_t notes[CUT_NOTES]);
    unsigned first_records; /* of a journal: in which the store is made */
    unsigned first_cuts;    /* at each of them */
    uint64_t least;         /* acknowledged after a few lives */
} subject;

/* What a child ends with. */
enum { FINE = 0, NOT_OPENED = 10, NOT_READ, NO_EVENT, TWICE, LOST, INVENTED, NOT_WRITTEN };

static ss_event_store *open_small(const char *store)
{
    const ss_event_store_options options = ss_event_store_defaults();
    ss_event_store *events = NULL;
    return sample_try_open(store, MAP, &options, &events, NULL) == SS_OK ? events : NULL;
}

/* ---- the process whose power fails: a program of its own, so that the layer is under it ---- */

typedef void (*note_function)(unsigned which, uint64_t value);

static note_function find_note(void)
{
    return (note_function)dlsym(RTLD_DEFAULT, "power_cut_note");
}

static uint64_t append_some(ss_event_store *store, uint64_t number, ss_random *random, ss_durability durability)
{
    char texts[BATCH_MAX][24];
    ss_live_event batch[BATCH_MAX];
    ss_event_result results[BATCH_MAX];
    size_t count = 1 + ss_random_below(random, BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof texts[i], "event-%llu", (unsigned long long)(number + i));
        batch[i] = sample_event(texts[i], texts[i]);
    }
    return ss_event_store_append(store, batch, count, SAMPLE_NOW, durability, results, NULL) == SS_OK ? count : 0;
}

/* Sends events numbered from `number` on, durable and relaxed, and prunes. */
static int live_with_events(const char *folder, uint64_t number, uint64_t seed)
{
    note_function note = find_note();
    ss_event_store *store = open_small(folder);
    ss_random random;
    ss_random_seed(&random, seed);
    if (!store || !note)
        return NOT_OPENED;
    for (unsigned steps = 20 + ss_random_below(&random, 40); steps > 0; steps--) {
        size_t removed = 0;
        bool relaxed = ss_random_below(&random, 4) == 0;
        note(SENT, number + BATCH_MAX);
        uint64_t count = append_some(store, number, &random, relaxed ? SS_RELAXED : SS_DURABLE);
        number += count;
        if (count == 0)
            return NOT_WRITTEN;
        if (!relaxed)
            note(ACKNOWLEDGED, number);
        if (ss_random_below(&random, 3) == 0 &&
            ss_event_store_prune(store, SAMPLE_NOW, KEEP, 300, &removed, NULL) != SS_OK)
            return NOT_WRITTEN;
    }
    _exit(FINE);
}

/* Sells from where the store is on, which is at sale `number` or behind; not after each step is there a sync. */
static int live_with_offers(const char *folder, uint64_t number, uint64_t seed)
{
    note_function note = find_note();
    offer_store store;
    ss_random random;
    uint64_t total = 0;
    ss_random_seed(&random, seed);
    if (!note || offer_try_open(folder, MAP, &store, NULL) != SS_OK ||
        ss_offer_ledger_cells(store.ledger, life_count, &total, NULL) != SS_OK)
        return NOT_OPENED;
    if (total < number)
        return LOST;
    number = total;
    for (unsigned steps = 20 + ss_random_below(&random, 40); steps > 0; steps--) {
        note(SENT, number + LIFE_BATCH_MAX);
        if (life_step(&store, &number, &random) != SS_OK)
            return NOT_WRITTEN;
        if (ss_random_below(&random, 3) == 0)
            continue;
        if (ss_environment_sync(store.environment, NULL) != SS_OK)
            return NOT_WRITTEN;
        note(ACKNOWLEDGED, number);
    }
    _exit(FINE);
}

static void run_life(const subject *of, const char *store, const char *journal, uint64_t number, uint64_t seed,
                     unsigned lmdb_flags)
{
    char folder[600], file[600], flags[64], layer[700], first[32], second[32], self[600];
    pid_t process;
    int code;
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1); /* the layer is beside it */
    assert_true(size > 0);
    self[size] = '\0';
    snprintf(folder, sizeof folder, "SMARTSHELF_CUT_FOLDER=%s/state", store);
    snprintf(file, sizeof file, "SMARTSHELF_CUT_JOURNAL=%s", journal);
    snprintf(flags, sizeof flags, "SMARTSHELF_CUT_LMDB=%u", lmdb_flags);
    snprintf(layer, sizeof layer, "LD_PRELOAD=%s/libpower_cut_layer.so", dirname(self));
    snprintf(first, sizeof first, "%llu", (unsigned long long)number);
    snprintf(second, sizeof second, "%llu", (unsigned long long)seed);
    char *environment[] = {folder, file, flags, layer, "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0", NULL};
    char *arguments[] = {"life", (char *)(uintptr_t)of->name, (char *)(uintptr_t)store, first, second, NULL};
    assert_int_equal(posix_spawn(&process, "/proc/self/exe", NULL, NULL, arguments, environment), 0);
    assert_int_equal(waitpid(process, &code, 0), process);
    assert_int_equal(code, 0);
}

/* ---- what the store holds afterwards ---- */

/* Events `*first` to `*after` - 1 are there, one after another, each once. */
static int read_run(const ss_event_store *store, uint64_t *first, uint64_t *after)
{
    ss_event_reader *reader = NULL;
    ss_live_event event;
    bool found = true;
    int verdict = ss_event_reader_new(store, 1, SS_EVENTS_ALL, &reader, NULL) == SS_OK ? FINE : NOT_READ;
    *first = *after = 0;
    while (verdict == FINE) {
        unsigned long long number;
        char text[32];
        if (ss_event_reader_next(reader, &event, &found, NULL) != SS_OK)
            verdict = NOT_READ;
        if (verdict != FINE || !found)
            break;
        ss_slice id = event.texts[SS_TEXT_EVENT_ID];
        snprintf(text, sizeof text, "%.*s", (int)id.size, id.data);
        if (sscanf(text, "event-%llu", &number) != 1)
            verdict = NO_EVENT;
        else if (*after && number != *after)
            verdict = number < *after ? TWICE : LOST;
        *first = *after ? *first : number;
        *after = number + 1;
    }
    ss_event_reader_free(&reader);
    return verdict;
}

/* All below notes[ACKNOWLEDGED] are there but for what was pruned, none from notes[SENT] on, and it can go on. */
static int check_events(const char *folder, const uint64_t notes[CUT_NOTES])
{
    uint64_t first, after, again;
    ss_random random;
    ss_event_store *store = open_small(folder);
    if (!store)
        return NOT_OPENED;
    int verdict = read_run(store, &first, &after);
    if (verdict == FINE && (after < notes[ACKNOWLEDGED] || first > (after > KEEP ? after - KEEP : 0)))
        verdict = LOST;
    if (verdict == FINE && after > notes[SENT])
        verdict = INVENTED;
    ss_random_seed(&random, notes[SENT]);
    if (verdict == FINE &&
        (!append_some(store, after, &random, SS_DURABLE) || read_run(store, &first, &again) != FINE || again <= after))
        verdict = NOT_WRITTEN;
    sample_close(&store);
    return verdict;
}

static int check_offers(const char *folder, const uint64_t notes[CUT_NOTES])
{
    uint64_t total, again;
    offer_store store;
    ss_random random;
    ss_random_seed(&random, notes[SENT]);
    if (offer_try_open(folder, MAP, &store, NULL) != SS_OK)
        return NOT_OPENED;
    int verdict = life_check(&store, notes[ACKNOWLEDGED], notes[SENT], &total);
    uint64_t next = total;
    if (verdict == LIFE_FINE &&
        (life_step(&store, &next, &random) != SS_OK || ss_environment_sync(store.environment, NULL) != SS_OK))
        verdict = NOT_WRITTEN;
    if (verdict == LIFE_FINE)
        verdict = life_check(&store, next, next, &again);
    offer_close(&store);
    return verdict;
}

static const subject subjects[] = {{"events", live_with_events, check_events, 20, CUT_MODES, 1000},
                                   {"offers", live_with_offers, check_offers, 60, 1, 200}};
static const subject *const with_events = &subjects[0], *const with_offers = &subjects[1];

/* In a process of its own: what is damaged may end it. */
static int check_apart(const subject *of, const char *folder, const uint64_t notes[CUT_NOTES])
{
    int code;
    pid_t process = fork();
    if (process == 0)
        _exit(freopen("/dev/null", "w", stderr) ? of->check(folder, notes) : NOT_READ);
    assert_true(process > 0);
    assert_int_equal(waitpid(process, &code, 0), process);
    return WIFEXITED(code) ? WEXITSTATUS(code) : NOT_READ;
}

/* ---- one store and its cuts ---- */

typedef struct history {
    const subject *of;
    const char *folder;
    ss_random random;
    char store[TEMPORARY_PATH_MAX]; /* as the last life found it */
    uint64_t notes[CUT_NOTES];      /* of what the store holds */
    unsigned cuts, bad;
} history;

/* "FOLDER/NAME-NUMBER/state", made. */
static void make_store(const history *past, const char *name, unsigned number, char store[TEMPORARY_PATH_MAX],
                       char state[TEMPORARY_PATH_MAX])
{
    snprintf(store, TEMPORARY_PATH_MAX, "%s/%s-%u", past->folder, name, number);
    temporary_path(state, store, "state");
    assert_int_equal(ss_file_make_folders(state, NULL), SS_OK);
}

static void copy_data(const char *from, const char *to)
{
    char path[TEMPORARY_PATH_MAX];
    ss_buffer bytes;
    ss_buffer_init(&bytes, CUT_FILE_LIMIT);
    if (ss_file_read(temporary_path(path, from, "data.mdb"), CUT_FILE_LIMIT, &bytes, NULL) == SS_OK)
        assert_int_equal(ss_file_write_atomic(temporary_path(path, to, "data.mdb"), bytes.data, bytes.size, NULL), 0);
    ss_buffer_release(&bytes);
}

/* Cuts before record `end`; `store` becomes what the disk then holds, `notes` what was said until then. */
static void cut_at(history *past, const cut_journal *journal, size_t end, cut_mode mode, const char *store,
                   uint64_t notes[CUT_NOTES])
{
    char base[TEMPORARY_PATH_MAX], image[TEMPORARY_PATH_MAX];
    memcpy(notes, past->notes, sizeof past->notes);
    const char *unknown = cut_power(journal, end, temporary_path(base, past->store, "state"),
                                    temporary_path(image, store, "state"), mode, ss_random_u64(&past->random), notes);
    if (unknown)
        fail_msg("the layer cannot follow: %s", unknown);
}

static void cut(history *past, const cut_journal *journal, const char *store, uint64_t notes[CUT_NOTES])
{
    size_t end = ss_random_below(&past->random, (uint32_t)journal->count + 1);
    cut_at(past, journal, end, (cut_mode)ss_random_below(&past->random, CUT_MODES), store, notes);
}

/* Several ends of one life, each checked; the store goes on from the last. Fails on a bad one unless it is wanted. */
static void end_life(history *past, const cut_journal *journal, unsigned life, unsigned cuts, bool wanted)
{
    char store[TEMPORARY_PATH_MAX], state[TEMPORARY_PATH_MAX], next[TEMPORARY_PATH_MAX], kept[TEMPORARY_PATH_MAX];
    uint64_t notes[CUT_NOTES];
    for (unsigned i = 0; i < cuts; i++, past->cuts++) {
        make_store(past, "cut", i, store, state);
        make_store(past, "life", life + 1, next, kept);
        cut(past, journal, store, notes);
        if (i + 1 == cuts)
            copy_data(state, kept);
        int verdict = check_apart(past->of, store, notes);
        if (verdict != FINE && !wanted)
            fail_msg("life %u, cut %u: verdict %d (%s)", life, i, verdict, store);
        past->bad += verdict != FINE;
        temporary_folder_remove(store);
    }
    temporary_folder_remove(past->store);
    memcpy(past->store, next, sizeof next);
    memcpy(past->notes, notes, sizeof notes);
}

static void live_and_cut(const subject *of, const char *folder, unsigned lives, unsigned cuts, unsigned lmdb_flags,
                         bool wanted, history *past)
{
    char work[TEMPORARY_PATH_MAX], state[TEMPORARY_PATH_MAX], base[TEMPORARY_PATH_MAX], file[TEMPORARY_PATH_MAX];
    cut_journal journal;
    *past = (history){.of = of, .folder = folder, .random = test_random()};
    make_store(past, "life", 0, past->store, base);
    temporary_path(file, folder, "journal");
    for (unsigned life = 0; life < lives; life++) {
        make_store(past, "work", life, work, state);
        copy_data(temporary_path(base, past->store, "state"), state);
        run_life(of, work, file, past->notes[ACKNOWLEDGED], ss_random_u64(&past->random), lmdb_flags);
        cut_journal_read(file, &journal);
        end_life(past, &journal, life, cuts, wanted);
        cut_journal_release(&journal);
        temporary_folder_remove(work);
        if (past->bad)
            break; /* from here on nothing could be believed */
    }
}

static void survives(const subject *of, const char *folder)
{
    history past;
    bool is_long = getenv("SMARTSHELF_LONG") != NULL;
    live_and_cut(of, folder, is_long ? 50 : 8, is_long ? 8 : 4, 0, false, &past);
    print_message("%u cuts, %llu %s acknowledged\n", past.cuts, (unsigned long long)past.notes[ACKNOWLEDGED], of->name);
    assert_true(past.notes[ACKNOWLEDGED] > of->least);
}

static void what_is_acknowledged_survives(void **state)
{
    survives(with_events, *state);
}

static void what_is_redeemed_survives(void **state)
{
    survives(with_offers, *state);
}

/* At each of the first records, in which the store is made. */
static void survives_being_made(const subject *of, const char *at)
{
    char work[TEMPORARY_PATH_MAX], folder[TEMPORARY_PATH_MAX], file[TEMPORARY_PATH_MAX];
    history past = {.of = of, .folder = at, .random = test_random()};
    cut_journal journal;
    make_store(&past, "life", 0, past.store, folder);
    make_store(&past, "work", 0, work, folder);
    run_life(of, work, temporary_path(file, at, "journal"), 0, 1, 0);
    cut_journal_read(file, &journal);
    unsigned each = getenv("SMARTSHELF_LONG") ? 8 * CUT_MODES : of->first_cuts;
    for (unsigned i = 0; i < of->first_records * each; i++) {
        char store[TEMPORARY_PATH_MAX];
        uint64_t notes[CUT_NOTES];
        unsigned mode = each < CUT_MODES ? ss_random_below(&past.random, CUT_MODES) : i % CUT_MODES;
        make_store(&past, "cut", i, store, folder);
        cut_at(&past, &journal, i / each, (cut_mode)mode, store, notes);
        int verdict = check_apart(of, store, notes);
        if (verdict != FINE)
            fail_msg("cut %u: verdict %d (%s)", i, verdict, store);
        temporary_folder_remove(store);
    }
    cut_journal_release(&journal);
}

static void a_store_being_made_survives(void **state)
{
    survives_being_made(with_events, *state);
}

static void a_ledger_being_made_survives(void **state)
{
    survives_being_made(with_offers, *state);
}

static void a_store_that_does_not_sync_is_caught(void **state)
{
    history past;
    live_and_cut(with_events, *state, 4, 8, MDB_NOSYNC, true, &past);
    assert_true(past.bad > 0);
}

static void a_root_that_is_not_synced_is_caught(void **state)
{
    history past;
    live_and_cut(with_events, *state, 4, 8, MDB_NOMETASYNC, true, &past);
    assert_true(past.bad > 0);
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 5 && i < sizeof subjects / sizeof *subjects; i++)
        if (strcmp(argv[1], subjects[i].name) == 0)
            return subjects[i].live(argv[2], strtoull(argv[3], NULL, 10), strtoull(argv[4], NULL, 10));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_acknowledged_survives, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_store_being_made_survives, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(what_is_redeemed_survives, temporary_folder_set_up, temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_ledger_being_made_survives, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_does_not_sync_is_caught, temporary_folder_set_up,
                                        temporary_folder_tear_down),
        cmocka_unit_test_setup_teardown(a_root_that_is_not_synced_is_caught, temporary_folder_set_up,
                                        temporary_folder_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
