/*
 * bench_sessions: how long one question to session_knn takes in the process, one thread: the current generation of a
 * store and the cases of a file (case_id, prefix, target), each asked once to warm up and once more on the clock.
 *
 * Usage: bench_sessions STORE CASES. Prints "name value unit" lines.
 */
#include "base/clock.h"
#include "base/memory.h"
#include "job/cases.h"
#include "measure.h"
#include "models/session_knn_query.h"
#include "shelf/snapshot.h"

/* The case's items, newest first; room for SS_SESSION_KNN_ITEMS_MAX. */
static size_t items_of(const ss_snapshot *snapshot, const ss_case *question, uint32_t *items)
{
    size_t count = 0;
    for (size_t i = question->context_count; i-- > 0 && count < SS_SESSION_KNN_ITEMS_MAX;) {
        uint32_t item = ss_strings_find(&snapshot->items.ids, question->context[i]);
        if (item != SS_NONE)
            items[count++] = item;
    }
    return count;
}

static int measure(const ss_snapshot *snapshot, const ss_cases *cases, double *nanoseconds)
{
    ss_session_knn_scratch *scratch = ss_session_knn_scratch_new(&snapshot->session_knn);
    uint32_t items[SS_SESSION_KNN_ITEMS_MAX];
    const ss_scored *found;
    double scored = 0;
    if (!scratch)
        return 1;
    for (int warm = 0; warm < 2; warm++)
        for (size_t c = 0; c < cases->count; c++) {
            size_t count = items_of(snapshot, &cases->cases[c], items);
            int64_t start = ss_clock_monotonic();
            scored += (double)ss_session_knn_score(&snapshot->session_knn, items, count, scratch, &found);
            nanoseconds[c] = (double)(ss_clock_monotonic() - start);
        }
    ss_session_knn_scratch_free(&scratch);
    qsort(nanoseconds, cases->count, sizeof *nanoseconds, bench_ascending);
    printf("session_knn_p50 %.1f us\nsession_knn_p90 %.1f us\nsession_knn_p99 %.1f us\nsession_knn_scored %.0f items\n",
           nanoseconds[cases->count / 2] / 1e3, nanoseconds[cases->count * 9 / 10] / 1e3,
           nanoseconds[cases->count * 99 / 100] / 1e3, scored / 2 / (double)cases->count);
    return 0;
}

int main(int argc, char **argv)
{
    ss_snapshot *snapshot = NULL;
    ss_cases cases = {0};
    ss_error error = {0};
    if (argc != 3)
        return fputs("usage: bench_sessions STORE CASES\n", stderr), 2;
    if (ss_snapshot_open(argv[1], NULL, true, &snapshot, &error) != SS_OK ||
        ss_cases_from_file(argv[2], NULL, &cases, &error) != SS_OK)
        return bench_fail("bench_sessions", &error);
    if (!snapshot->has_session_knn || cases.count == 0)
        return fputs("bench_sessions: no session_knn in the generation, or no cases\n", stderr), 1;
    double *nanoseconds = ss_array_new(cases.count, sizeof *nanoseconds);
    int failed = !nanoseconds || measure(snapshot, &cases, nanoseconds);
    free(nanoseconds);
    ss_cases_free(&cases);
    ss_snapshot_release(&snapshot);
    return failed;
}
