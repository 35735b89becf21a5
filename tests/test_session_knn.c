/*
 * Session neighbours: a case worked by hand, the paper's walk item by item beside the merged one, which rows are
 * sessions, and files that must be refused.
 */
#include "testing.h"

#include "check.h"
#include "failing_malloc.h"
#include "temporary_folder.h"

#include "models/session_knn_query.h"
#include "models/session_knn_train.h"

#include <math.h>
#include <string.h>

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof(ARRAY)[0])

static const ss_session_knn_options plain = {.sampled = 1500, .neighbours = 288, .most_items = 100, .rarity = 1};

static ss_interaction viewed(uint32_t basket, uint32_t item, int64_t time)
{
    return (ss_interaction){
        .time = time, .event = SS_EVENT_VIEW, .customer = SS_NONE, .basket = basket, .item = item, .quantity = 1};
}

static ss_interactions log_of(ss_interaction *rows, size_t count, uint32_t items, uint32_t baskets)
{
    return (ss_interactions){
        .rows = rows, .count = count, .item_count = items, .basket_count = baskets, .has_baskets = true};
}

static void train_and_open(const ss_interactions *log, const ss_session_knn_options *options, ss_session_knn *model)
{
    char folder[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    temporary_folder_make(folder);
    expect_ok(ss_session_knn_train(log, options, folder, &error), &error);
    expect_ok(ss_session_knn_open(folder, model, &error), &error);
    expect_ok(ss_model_file_verify(model->file, &error), &error);
    temporary_folder_remove(folder); /* the map stays */
}

static float score_of(const ss_scored *found, size_t count, uint32_t item)
{
    for (size_t i = 0; i < count; i++)
        if (found[i].id == item)
            return found[i].score;
    return 0;
}

static void expect_near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-5 * fmax(1, fabs(expected))))
        fail_msg("%.9g, expected %.9g", found, expected);
}

/*
 * Sessions, oldest first: {0 1}, {1 2}, {0 2 3}, {4 5}. Under way: 0, then 1 (the newest), so 1 weighs 2/2 and 0 weighs
 * 1/2. Similarities: 3/2, 1, 1/2; matches: 9/10 for the first two, 8/10 for the third.
 */
static const uint32_t by_hand[][2] = {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 0}, {2, 2}, {2, 3}, {3, 4}, {3, 5}};

static ss_interactions hand_log(ss_interaction *rows)
{
    for (size_t r = 0; r < COUNT(by_hand); r++)
        rows[r] = viewed(by_hand[r][0], by_hand[r][1], (int64_t)r);
    return log_of(rows, COUNT(by_hand), 7, 4);
}

static void scores_agree_with_a_case_worked_by_hand(void **state)
{
    (void)state;
    ss_interaction rows[COUNT(by_hand)];
    ss_interactions views = hand_log(rows);
    const uint32_t under_way[] = {1, 0, 1, 99}; /* newest first; a repeat and an unknown one */
    const ss_scored *found;
    ss_session_knn model;
    train_and_open(&views, &plain, &model);
    assert_int_equal(model.session_count, 4);
    assert_int_equal(model.degrees[2], 2);
    assert_int_equal(model.degrees[6], 0);
    ss_session_knn_scratch *scratch = ss_session_knn_scratch_new(&model);
    size_t count = ss_session_knn_score(&model, under_way, 3, scratch, &found);
    assert_int_equal(count, 4);
    expect_near(score_of(found, count, 0), log(2) * (1.5 * 0.9 + 0.5 * 0.8));
    expect_near(score_of(found, count, 1), log(2) * (1.5 * 0.9 + 1 * 0.9));
    expect_near(score_of(found, count, 2), log(2) * (1 * 0.9 + 0.5 * 0.8));
    expect_near(score_of(found, count, 3), log(4) * (0.5 * 0.8));
    count =
        ss_session_knn_score(&model, under_way, 4, scratch, &found); /* the unknown one takes up a position: thirds */
    expect_near(score_of(found, count, 3), log(4) * (2. / 3 * 0.8));
    model.neighbours = 1;
    count = ss_session_knn_score(&model, under_way, 2, scratch, &found);
    assert_int_equal(count, 2); /* the most similar session alone */
    model.neighbours = 3, model.sampled = 1;
    count = ss_session_knn_score(&model, under_way, 2, scratch, &found);
    assert_int_equal(count, 3); /* the most recent session alone: 0, 2 and 3 */
    assert_int_equal(ss_session_knn_score(&model, under_way, 0, scratch, &found), 0);
    assert_int_equal(ss_session_knn_score(&model, under_way + 3, 1, scratch, &found), 0);
    ss_session_knn_scratch_free(&scratch);
    ss_session_knn_close(&model);
    ss_session_knn_close(&model);
}

static void positions_weigh_as_their_formulas_say(void **state)
{
    (void)state;
    expect_near(ss_session_decay(SS_SESSION_LINEAR, 2, 4), 0.75);
    expect_near(ss_session_decay(SS_SESSION_QUADRATIC, 2, 4), 0.5625);
    expect_near(ss_session_decay(SS_SESSION_LOG, 1, 4), 1);
    expect_near(ss_session_decay(SS_SESSION_HARMONIC, 4, 4), 0.25);
    expect_near(ss_session_match(SS_SESSION_LINEAR, 1), 0.9);
    expect_near(ss_session_match(SS_SESSION_LINEAR, 12), 0);
    expect_near(ss_session_match(SS_SESSION_QUADRATIC, 3), 1. / 9);
    expect_near(ss_session_match(SS_SESSION_LOG, 1), 1);
    expect_near(ss_session_match(SS_SESSION_HARMONIC, 2), 0.5);
    for (unsigned w = 0; w < SS_SESSION_WEIGHTING_COUNT; w++)
        assert_non_null(ss_session_weighting_name((ss_session_weighting)w));
    assert_null(ss_session_weighting_name(SS_SESSION_WEIGHTING_COUNT));
}

/* Orders, views without a session, sessions of one item and of too many are none. */
static void sessions_are_views_of_several_items(void **state)
{
    (void)state;
    ss_interaction rows[] = {viewed(0, 0, 0), viewed(0, 1, 1), viewed(1, 2, 2), viewed(2, 0, 3),      viewed(2, 1, 4),
                             viewed(2, 2, 5), viewed(3, 0, 6), viewed(3, 2, 7), viewed(SS_NONE, 3, 8)};
    rows[6].event = rows[7].event = SS_EVENT_PURCHASE;
    ss_interactions log = log_of(rows, COUNT(rows), 4, 4);
    ss_session_knn_options options = plain;
    ss_session_knn model;
    options.most_items = 2;
    assert_true(ss_session_knn_learns(&log));
    train_and_open(&log, &options, &model);
    assert_int_equal(model.session_count, 1);
    assert_int_equal(model.members[1], 1);
    ss_session_knn_close(&model);
    log = log_of(rows + 6, 3, 4, 4);
    assert_false(ss_session_knn_learns(&log));
    train_and_open(&log, &options, &model);
    assert_int_equal(model.session_count, 0);
    ss_session_knn_close(&model);
}

/* ---- the paper's walk, item by item ---- */

#define ITEMS    40u
#define SESSIONS 300u
#define ROWS     1500u

static void random_log(ss_random *random, ss_interaction *rows)
{
    for (uint32_t r = 0; r < ROWS; r++)
        rows[r] = viewed(ss_random_below(random, SESSIONS), ss_random_below(random, 1 + ss_random_below(random, ITEMS)),
                         ss_random_below(random, 500));
}

typedef struct walk {
    double similarity[SESSIONS];
    uint32_t match[SESSIONS];
    bool kept[SESSIONS];
    uint32_t count;
} walk;

static uint32_t oldest_kept(const walk *of)
{
    uint32_t session = 0;
    while (!of->kept[session])
        session++;
    return session;
}

/* One session of an item's list; false: it and all that follow are older than m others. */
static bool meet(walk *of, uint32_t session, uint32_t position, double weight, uint32_t sampled)
{
    if (!of->kept[session] && of->count == sampled) {
        uint32_t oldest = oldest_kept(of);
        if (session < oldest)
            return false;
        of->kept[oldest] = false;
        of->count--;
    }
    if (!of->kept[session]) {
        of->kept[session] = true;
        of->similarity[session] = 0;
        of->match[session] = position;
        of->count++;
    }
    of->similarity[session] += weight;
    return true;
}

static void walk_items(walk *of, const ss_session_knn *model, const uint32_t *items, size_t count)
{
    memset(of, 0, sizeof *of);
    for (uint32_t p = 0; p < count; p++)
        for (uint64_t e = model->list_offsets[items[p]]; e < model->list_offsets[items[p] + 1]; e++)
            if (!meet(of, model->lists[e], p, ss_session_decay(model->decay, p + 1, count), model->sampled))
                break;
}

/* Each time the most similar, of equals the most recent. */
static void score_naively(walk *of, const ss_session_knn *model, double scores[ITEMS])
{
    memset(scores, 0, ITEMS * sizeof *scores);
    for (uint32_t k = 0; k < model->neighbours && of->count > 0; k++) {
        uint32_t best = oldest_kept(of);
        for (uint32_t s = best; s < model->session_count; s++)
            if (of->kept[s] && (float)of->similarity[s] >= (float)of->similarity[best])
                best = s;
        of->kept[best] = false;
        of->count--;
        for (uint64_t e = model->member_offsets[best]; e < model->member_offsets[best + 1]; e++)
            scores[model->members[e]] += of->similarity[best] * ss_session_match(model->match, of->match[best] + 1) *
                                         model->weights[model->members[e]];
    }
}

static size_t random_items(ss_random *random, uint32_t *items)
{
    size_t count = 0, wanted = 1 + ss_random_below(random, 12);
    for (uint32_t item = 0; item < ITEMS && count < wanted; item++)
        if (ss_random_below(random, 3) == 0)
            items[count++] = item;
    for (size_t i = count; i > 1; i--) {
        size_t j = ss_random_below(random, (uint32_t)i);
        uint32_t moved = items[j];
        items[j] = items[i - 1];
        items[i - 1] = moved;
    }
    return count;
}

static void check_questions(ss_random *random, const ss_session_knn *model)
{
    static walk of;
    double expected[ITEMS];
    uint32_t items[ITEMS];
    const ss_scored *found;
    ss_session_knn_scratch *scratch = ss_session_knn_scratch_new(model);
    for (int q = 0; q < 50; q++) {
        size_t count = random_items(random, items), left = 0;
        walk_items(&of, model, items, count);
        score_naively(&of, model, expected);
        failing_malloc_start(0);
        size_t scored = ss_session_knn_score(model, items, count, scratch, &found);
        assert_int_equal(failing_malloc_count(), 0);
        failing_malloc_stop();
        for (uint32_t item = 0; item < ITEMS; item++) {
            expect_near(score_of(found, scored, item), expected[item]);
            left += expected[item] > 0;
        }
        assert_int_equal(scored, left);
    }
    ss_session_knn_scratch_free(&scratch);
}

static void merging_finds_what_the_papers_walk_finds(void **state)
{
    (void)state;
    static ss_interaction rows[ROWS];
    ss_random random = test_random();
    for (int run = 0; run < 24; run++) {
        random_log(&random, rows);
        ss_interactions log = log_of(rows, ROWS, ITEMS, SESSIONS);
        ss_session_knn_options options = plain;
        ss_session_knn model;
        options.sampled = 1 + ss_random_below(&random, run % 2 ? 20 : SESSIONS);
        options.neighbours = 1 + ss_random_below(&random, 60);
        options.decay = run % SS_SESSION_WEIGHTING_COUNT;
        options.match = run / 4 % SS_SESSION_WEIGHTING_COUNT;
        options.rarity = run % 3;
        train_and_open(&log, &options, &model);
        check_questions(&random, &model);
        ss_session_knn_close(&model);
    }
}

/* ---- the file ---- */

static void a_missing_file_is_named(void **state)
{
    (void)state;
    ss_session_knn model;
    ss_error error;
    assert_int_equal(ss_session_knn_open("/nonexistent", &model, &error), SS_E_NOT_FOUND);
    assert_non_null(strstr(error.where, SS_SESSION_KNN_FILE));
}

static void options_outside_their_range_are_refused(void **state)
{
    (void)state;
    ss_interaction rows[COUNT(by_hand)];
    ss_interactions log = hand_log(rows);
    ss_session_knn_options options = plain;
    ss_error error;
    options.sampled = 0;
    assert_int_equal(ss_session_knn_train(&log, &options, "/nonexistent", &error), SS_E_RANGE);
    options = plain, options.decay = SS_SESSION_WEIGHTING_COUNT;
    assert_int_equal(ss_session_knn_train(&log, &options, "/nonexistent", &error), SS_E_RANGE);
}

/* Two items, two sessions of both: arrays of a file, to be spoiled. */
typedef struct raw_file {
    uint64_t list_offsets[3], member_offsets[3];
    uint32_t lists[4], degrees[2], members[4];
    float weights[2];
    int64_t times[2];
    const char *decay;
    double sampled;
} raw_file;

static ss_status write_and_verify(const char *folder, const raw_file *raw, ss_error *error)
{
    char path[TEMPORARY_PATH_MAX];
    ss_session_knn model;
    unlink(temporary_path(path, folder, SS_SESSION_KNN_FILE));
    ss_model_writer *writer = ss_model_writer_new(&ss_session_knn_schema);
    expect_ok(ss_model_writer_add(writer, "items.offsets", SS_U64, raw->list_offsets, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.sessions", SS_U32, raw->lists, 4, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.degrees", SS_U32, raw->degrees, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "items.weights", SS_F32, raw->weights, 2, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "sessions.offsets", SS_U64, raw->member_offsets, 3, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "sessions.items", SS_U32, raw->members, 4, 0, error), error);
    expect_ok(ss_model_writer_add(writer, "sessions.times", SS_I64, raw->times, 2, 0, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "sampled", raw->sampled, error), error);
    expect_ok(ss_model_writer_metadata_f64(writer, "neighbours", 2, error), error);
    expect_ok(ss_model_writer_metadata(writer, "decay", raw->decay, error), error);
    expect_ok(ss_model_writer_metadata(writer, "match", "linear", error), error);
    expect_ok(ss_model_writer_finish(writer, path, error), error);
    ss_model_writer_free(&writer);
    ss_status status = ss_session_knn_open(folder, &model, error);
    if (status != SS_OK)
        return status;
    status = ss_model_file_verify(model.file, error);

    const uint32_t items[] = {0, 1}; /* even a file that was never verified is read within its bounds */
    const ss_scored *found;
    ss_session_knn_scratch *scratch = ss_session_knn_scratch_new(&model);
    assert_true(ss_session_knn_score(&model, items, 2, scratch, &found) <= 2);
    ss_session_knn_scratch_free(&scratch);
    ss_session_knn_close(&model);
    return status;
}

static const raw_file good = {{0, 2, 4},    {0, 2, 4}, {1, 0, 1, 0}, {2, 2}, {0, 1, 0, 1},
                              {0.5f, 0.5f}, {5, 5},    "log",        10};

static void expect_refused(const char *folder, const raw_file *bad, const char *field)
{
    ss_error error = {0};
    assert_int_equal(write_and_verify(folder, bad, &error), SS_E_CORRUPT);
    assert_string_equal(error.field, field);
}

static void broken_files_are_refused(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    ss_error error = {0};
    raw_file bad;
    temporary_folder_make(folder);
    expect_ok(write_and_verify(folder, &good, &error), &error);
    bad = good, bad.lists[0] = 2, expect_refused(folder, &bad, "items.sessions");
    bad = good, bad.lists[1] = 1, expect_refused(folder, &bad, "items.sessions");
    bad = good, bad.list_offsets[1] = 1, expect_refused(folder, &bad, "items.sessions");
    bad = good, bad.list_offsets[1] = 0, expect_refused(folder, &bad, "items.sessions");
    bad = good, bad.list_offsets[1] = 9, expect_refused(folder, &bad, "items.offsets");
    bad = good, bad.degrees[1] = 1, expect_refused(folder, &bad, "items.degrees");
    bad = good, bad.weights[1] = -1, expect_refused(folder, &bad, "items.weights");
    bad = good, bad.weights[0] = NAN, expect_refused(folder, &bad, "items.weights");
    bad = good, bad.members[3] = 2, expect_refused(folder, &bad, "sessions.items");
    bad = good, bad.members[1] = 0, expect_refused(folder, &bad, "sessions.items");
    bad = good, bad.member_offsets[1] = 3, expect_refused(folder, &bad, "sessions.items");
    bad = good, bad.member_offsets[1] = 9, expect_refused(folder, &bad, "sessions.offsets");
    bad = good, bad.times[1] = 4, expect_refused(folder, &bad, "sessions.times");
    bad = good, bad.decay = "cubic", expect_refused(folder, &bad, "decay");
    bad = good, bad.sampled = 0, expect_refused(folder, &bad, "sampled");
    temporary_folder_remove(folder);
}

/* Opened without the full validation, as a server does at first: whatever the bytes of the tensors, within bounds. */
static void ask_spoiled(ss_random *random, char *bytes, size_t size, size_t body, const char *folder)
{
    char path[TEMPORARY_PATH_MAX];
    uint32_t items[ITEMS];
    ss_session_knn model;
    ss_error error = {0};
    const ss_scored *found;
    for (int n = 0; n < 200; n++)
        bytes[body + ss_random_below(random, (uint32_t)(size - body))] ^= (char)(1u << ss_random_below(random, 8));
    expect_ok(ss_file_write_atomic(temporary_path(path, folder, SS_SESSION_KNN_FILE), bytes, size, &error), &error);
    expect_ok(ss_session_knn_open(folder, &model, &error), &error);
    assert_int_equal(ss_model_file_verify(model.file, &error), SS_E_CORRUPT);
    ss_session_knn_scratch *scratch = ss_session_knn_scratch_new(&model);
    for (int q = 0; q < 20; q++) {
        size_t count = random_items(random, items);
        assert_true(ss_session_knn_score(&model, items, count, scratch, &found) <= ITEMS);
    }
    ss_session_knn_scratch_free(&scratch);
    ss_session_knn_close(&model);
}

static void spoiled_files_are_read_within_their_bounds(void **state)
{
    (void)state;
    static ss_interaction rows[ROWS];
    static char bytes[1u << 18];
    char folder[TEMPORARY_PATH_MAX], path[TEMPORARY_PATH_MAX];
    uint64_t header;
    ss_random random = test_random();
    ss_error error = {0};
    random_log(&random, rows);
    ss_interactions views = log_of(rows, ROWS, ITEMS, SESSIONS);
    temporary_folder_make(folder);
    expect_ok(ss_session_knn_train(&views, &plain, folder, &error), &error);
    FILE *file = fopen(temporary_path(path, folder, SS_SESSION_KNN_FILE), "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    memcpy(&header, bytes, sizeof header);
    assert_true(size < sizeof bytes && header + 8 < size);
    for (int run = 0; run < 50; run++)
        ask_spoiled(&random, bytes, size, (size_t)header + 8, folder);
    temporary_folder_remove(folder);
}

static bool try_everything(void *context)
{
    ss_interaction rows[COUNT(by_hand)];
    ss_interactions log = hand_log(rows);
    char path[TEMPORARY_PATH_MAX];
    ss_session_knn model = {0};
    ss_session_knn_scratch *scratch = NULL;
    unlink(temporary_path(path, context, SS_SESSION_KNN_FILE));
    ss_status status = ss_session_knn_train(&log, &plain, context, NULL);
    if (status == SS_OK)
        status = ss_session_knn_open(context, &model, NULL);
    if (status == SS_OK)
        status = ss_model_file_verify(model.file, NULL);
    if (status == SS_OK && !(scratch = ss_session_knn_scratch_new(&model)))
        status = SS_E_NOMEM;
    ss_session_knn_scratch_free(&scratch);
    ss_session_knn_close(&model);
    assert_true(status == SS_OK || status == SS_E_NOMEM);
    return status == SS_OK;
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    char folder[TEMPORARY_PATH_MAX];
    temporary_folder_make(folder);
    assert_true(failing_malloc_torture(try_everything, folder) > 20);
    temporary_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_agree_with_a_case_worked_by_hand),
        cmocka_unit_test(positions_weigh_as_their_formulas_say),
        cmocka_unit_test(sessions_are_views_of_several_items),
        cmocka_unit_test(merging_finds_what_the_papers_walk_finds),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(options_outside_their_range_are_refused),
        cmocka_unit_test(broken_files_are_refused),
        cmocka_unit_test(spoiled_files_are_read_within_their_bounds),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
