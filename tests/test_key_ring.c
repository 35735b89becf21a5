/* test_key_ring.c: keys that come and go while they are looked up; a broken file changes nothing. */
#include "check.h"

#include "http/key_ring.h"
#include "temporary_folder.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READERS 3

typedef struct key_file {
    char path[TEMPORARY_PATH_MAX], other_path[TEMPORARY_PATH_MAX], log_path[TEMPORARY_PATH_MAX];
    char key[SS_API_KEY_SIZE + 1], other[SS_API_KEY_SIZE + 1]; /* the one of `path`, the other of `other_path` */
    FILE *log;
    ss_logger logger;
    ss_key_ring *ring;
    atomic_bool done;
} key_file;

static int set_up(void **state)
{
    static const ss_texts none = {.count = 0};
    temporary_folder_set_up(state);
    key_file *new = calloc(1, sizeof *new);
    temporary_path(new->path, *state, "keys");
    temporary_path(new->other_path, *state, "other");
    temporary_path(new->log_path, *state, "log");
    assert_status(ss_api_key_add(new->path, SS_API_SECRET, NULL, &none, new->key, NULL), SS_OK);
    assert_status(ss_api_key_add(new->other_path, SS_API_PUBLIC, NULL, &none, new->other, NULL), SS_OK);
    new->log = fopen(new->log_path, "w+");
    assert_non_null(new->log);
    new->logger = (ss_logger){.fd = fileno(new->log), .level = SS_LOG_INFO, .area = "test"};
    assert_status(ss_key_ring_open(new->path, &new->logger, &new->ring, NULL), SS_OK);
    free(*state);
    *state = new;
    return 0;
}

static int tear_down(void **state)
{
    key_file *old = *state;
    char *slash = strrchr(old->path, '/');
    ss_key_ring_close(&old->ring);
    fclose(old->log);
    *slash = '\0';
    temporary_folder_remove(old->path);
    free(old);
    return 0;
}

/* The file as a whole becomes another one, as an editor or a deployment does it. */
static void replace(const key_file *files, const char *path)
{
    char text[1024], next[TEMPORARY_PATH_MAX + 8];
    FILE *from = fopen(path, "r");
    size_t size = fread(text, 1, sizeof text, from);
    fclose(from);
    snprintf(next, sizeof next, "%s.next", files->path);
    FILE *to = fopen(next, "w");
    assert_int_equal(fwrite(text, 1, size, to), size);
    assert_int_equal(fclose(to), 0);
    assert_int_equal(chmod(next, 0600), 0);
    assert_int_equal(rename(next, files->path), 0);
}

static ss_api_kind kind_of(key_file *files, const char *key)
{
    ss_api_kind kind = ss_api_key_kind(ss_api_keys_find(ss_key_ring_hold(files->ring), ss_slice_of(key)));
    ss_key_ring_let_go(files->ring);
    return kind;
}

static bool log_has(const key_file *files, const char *words)
{
    char text[4096] = "";
    FILE *log = fopen(files->log_path, "r");
    text[fread(text, 1, sizeof text - 1, log)] = '\0';
    fclose(log);
    return strstr(text, words) != NULL;
}

static void keys_come_and_go(void **state)
{
    key_file *files = *state;
    assert_int_equal(kind_of(files, files->key), SS_API_SECRET);
    assert_int_equal(kind_of(files, files->other), SS_API_NONE);
    replace(files, files->other_path);
    assert_int_equal(kind_of(files, files->key), SS_API_SECRET); /* until it is told */
    ss_key_ring_read_anew(files->ring);
    assert_int_equal(kind_of(files, files->key), SS_API_NONE);
    assert_int_equal(kind_of(files, files->other), SS_API_PUBLIC);
    assert_true(log_has(files, "level=info area=test msg=\"keys of HTTP read anew\" keys=1"));
}

static void a_broken_file_changes_nothing(void **state)
{
    static const char *const broken[] = {"", "# nobody\n", "# one\n\nshort public\n"};
    key_file *files = *state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        FILE *file = fopen(files->path, "w");
        fputs(broken[i], file);
        fclose(file);
        ss_key_ring_read_anew(files->ring);
        assert_int_equal(kind_of(files, files->key), SS_API_SECRET);
    }
    assert_true(log_has(files, "level=error area=test msg=\"keys of HTTP refused, the old ones stay\""));
    assert_true(log_has(files, "keys:3: "));
    assert_int_equal(remove(files->path), 0);
    ss_key_ring_read_anew(files->ring);
    assert_int_equal(kind_of(files, files->key), SS_API_SECRET);
}

static void a_ring_is_made_of_a_good_file_alone(void **state)
{
    key_file *files = *state;
    ss_key_ring *ring = NULL;
    ss_error error = {0};
    assert_status(ss_key_ring_open(files->log_path, NULL, &ring, &error), SS_E_FORMAT);
    assert_null(ring);
    assert_null(ss_key_ring_hold(NULL));
    ss_key_ring_let_go(NULL);
    ss_key_ring_close(&ring);
}

/* Whoever looks finds the keys of the one file or of the other. */
static void *look(void *context)
{
    key_file *files = context;
    while (!atomic_load(&files->done)) {
        const ss_api_keys *keys = ss_key_ring_hold(files->ring);
        bool one = ss_api_keys_find(keys, ss_slice_of(files->key)) != NULL;
        bool other = ss_api_keys_find(keys, ss_slice_of(files->other)) != NULL;
        ss_key_ring_let_go(files->ring);
        if (one == other)
            return files;
    }
    return NULL;
}

static void who_looks_finds_the_old_or_the_new(void **state)
{
    key_file *files = *state;
    char first[TEMPORARY_PATH_MAX + 8];
    pthread_t readers[READERS];
    void *wrong;
    snprintf(first, sizeof first, "%s.first", files->path);
    assert_int_equal(link(files->path, first), 0);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, look, files), 0);
    for (unsigned round = 0; round < 50; round++) {
        replace(files, round % 2 ? first : files->other_path);
        ss_key_ring_read_anew(files->ring);
    }
    atomic_store(&files->done, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(readers[i], &wrong);
        assert_null(wrong);
    }
}

int main(void)
{
#define RING(TEST) cmocka_unit_test_setup_teardown(TEST, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RING(keys_come_and_go),
        RING(a_broken_file_changes_nothing),
        RING(a_ring_is_made_of_a_good_file_alone),
        RING(who_looks_finds_the_old_or_the_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
