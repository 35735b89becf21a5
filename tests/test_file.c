#include "check.h"

#include "base/file.h"
#include "failing_malloc.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each test gets an empty folder. */
typedef struct place {
    char folder[PATH_MAX / 2], path[PATH_MAX];
} place;

static int make_place(void **state)
{
    place *here = calloc(1, sizeof *here);
    const char *base = getenv("TMPDIR");
    snprintf(here->folder, sizeof here->folder, "%s/smartshelf-file-XXXXXX", base ? base : "/tmp");
    *state = here;
    return mkdtemp(here->folder) ? 0 : -1;
}

static int remove_place(void **state)
{
    place *here = *state;
    ss_status status = ss_file_remove_tree(here->folder, NULL);
    free(here);
    return status == SS_OK ? 0 : -1;
}

static const char *in(place *here, const char *name)
{
    assert_status(ss_file_join(here->path, sizeof here->path, here->folder, name, NULL), SS_OK);
    return here->path;
}

static bool exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

static void assert_contents(const char *path, const char *wanted)
{
    ss_buffer text;
    ss_buffer_init(&text, 1 << 20);
    assert_status(ss_file_read(path, 1 << 20, &text, NULL), SS_OK);
    assert_string_equal(text.data, wanted);
    ss_buffer_release(&text);
}

static void written_is_read(void **state)
{
    place *here = *state;
    const char *path = in(here, "file");
    size_t size = 300001;
    char *bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(i * 31);
    assert_status(ss_file_write_atomic(path, bytes, size, NULL), SS_OK);
    ss_buffer read;
    ss_buffer_init(&read, SIZE_MAX);
    assert_status(ss_buffer_append_text(&read, "what was there before"), SS_OK);
    assert_status(ss_file_read(path, size, &read, NULL), SS_OK);
    assert_int_equal(read.size, size);
    assert_memory_equal(read.data, bytes, size);
    assert_status(ss_file_write_atomic(path, NULL, 0, NULL), SS_OK);
    assert_status(ss_file_read(path, 0, &read, NULL), SS_OK);
    assert_int_equal(read.size, 0);
    ss_buffer_release(&read);
    free(bytes);
}

static void a_file_above_the_ceiling(void **state)
{
    place *here = *state;
    ss_error error;
    ss_buffer read;
    ss_buffer_init(&read, 100);
    assert_status(ss_file_write_atomic(in(here, "file"), "0123456789", 10, NULL), SS_OK);
    assert_status(ss_file_read(here->path, 9, &read, &error), SS_E_LIMIT);
    assert_int_equal(read.size, 0);
    assert_string_equal(error.message, "larger than 9 bytes");
    assert_string_equal(error.where, here->path);
    assert_status(ss_file_read(here->path, 10, &read, &error), SS_OK);
    read.ceiling = 9; /* the lower of the two counts */
    assert_status(ss_file_read(here->path, 100, &read, &error), SS_E_LIMIT);
    ss_buffer_release(&read);
}

static void files_that_cannot_be_read(void **state)
{
    place *here = *state;
    ss_error error;
    ss_buffer read;
    ss_buffer_init(&read, 100);
    assert_status(ss_file_read(in(here, "missing"), 100, &read, &error), SS_E_NOT_FOUND);
    assert_int_equal(error.status, SS_E_NOT_FOUND);
    assert_string_equal(error.where, here->path);
    assert_int_equal(error.os_errno, ENOENT);
    assert_status(ss_file_read(here->path, 100, &read, NULL), SS_E_NOT_FOUND);
    assert_status(ss_file_read(here->folder, 100, &read, &error), SS_E_IO);
    assert_int_equal(error.os_errno, EISDIR);
    ss_buffer_release(&read);
}

static void *feed(void *path)
{
    int fd = open(path, O_WRONLY);
    for (int i = 0; i < 1000; i++)
        if (write(fd, "0123456789", 10) != 10)
            break;
    close(fd);
    return NULL;
}

static void a_pipe_has_no_size(void **state)
{
    place *here = *state;
    assert_int_equal(mkfifo(in(here, "pipe"), 0600), 0);
    pthread_t feeder;
    ss_buffer read;
    ss_buffer_init(&read, 1 << 20);
    assert_int_equal(pthread_create(&feeder, NULL, feed, here->path), 0);
    assert_status(ss_file_read(here->path, 1 << 20, &read, NULL), SS_OK);
    pthread_join(feeder, NULL);
    assert_int_equal(read.size, 10000);
    assert_memory_equal(read.data + 9990, "0123456789", 10);
    assert_int_equal(pthread_create(&feeder, NULL, feed, here->path), 0);
    assert_status(ss_file_read(here->path, 10000, &read, NULL), SS_OK); /* exactly the ceiling */
    pthread_join(feeder, NULL);
    ss_buffer_release(&read);
}

static void no_memory_to_read_into(void **state)
{
    place *here = *state;
    ss_error error;
    ss_buffer read;
    ss_buffer_init(&read, 1 << 20);
    assert_status(ss_file_write_atomic(in(here, "file"), "0123456789", 10, NULL), SS_OK);
    failing_malloc_start(1);
    assert_status(ss_file_read(here->path, 100, &read, &error), SS_E_NOMEM);
    assert_true(failing_malloc_stop());
    assert_int_equal(error.status, SS_E_NOMEM);
    assert_int_equal(read.size, 0);
    ss_buffer_release(&read);
}

static size_t entries(const place *here)
{
    char pattern[PATH_MAX];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*", here->folder);
    size_t count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    globfree(&found);
    return count;
}

static void replacing_leaves_nothing_aside(void **state)
{
    place *here = *state;
    struct stat about;
    in(here, "file");
    assert_status(ss_file_write_atomic(here->path, "old", 3, NULL), SS_OK);
    assert_status(ss_file_write_atomic(here->path, "new one", 7, NULL), SS_OK);
    assert_contents(here->path, "new one");
    assert_int_equal(entries(here), 1);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(stat(here->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0666 & ~mask);
}

static void a_draft_is_seen_when_it_is_whole(void **state)
{
    place *here = *state;
    ss_file_draft *draft = NULL;
    in(here, "file");
    assert_status(ss_file_write_atomic(here->path, "old", 3, NULL), SS_OK);
    assert_status(ss_file_draft_begin(here->path, &draft, NULL), SS_OK);
    assert_status(ss_file_draft_write(draft, "new ", 4, NULL), SS_OK);
    assert_contents(here->path, "old");
    assert_int_equal(entries(here), 2);
    assert_status(ss_file_draft_write(draft, "one", 3, NULL), SS_OK);
    assert_status(ss_file_draft_publish(&draft, NULL), SS_OK);
    assert_null(draft);
    assert_contents(here->path, "new one");
    assert_status(ss_file_draft_begin(here->path, &draft, NULL), SS_OK);
    assert_status(ss_file_draft_write(draft, "half", 4, NULL), SS_OK);
    ss_file_draft_abandon(&draft);
    ss_file_draft_abandon(&draft);
    assert_contents(here->path, "new one");
    assert_int_equal(entries(here), 1);
    assert_status(ss_file_draft_begin(in(here, "missing/file"), &draft, NULL), SS_E_IO);
    assert_null(draft);
}

static void what_cannot_be_replaced_stays(void **state)
{
    place *here = *state;
    ss_error error;
    char inside[PATH_MAX];
    in(here, "folder");
    snprintf(inside, sizeof inside, "%s/x", here->path);
    assert_status(ss_file_make_folders(inside, NULL), SS_OK);
    assert_status(ss_file_write_atomic(here->path, "new", 3, &error), SS_E_IO);
    assert_string_equal(error.where, here->path);
    assert_string_equal(error.message, "cannot replace");
    assert_true(exists(inside));
    assert_int_equal(entries(here), 1);
    in(here, "missing/file");
    assert_status(ss_file_write_atomic(here->path, "new", 3, &error), SS_E_IO);
    assert_int_equal(error.os_errno, ENOENT);
}

static void a_file_in_the_current_folder(void **state)
{
    place *here = *state;
    int back = open(".", O_RDONLY | O_DIRECTORY);
    assert_int_equal(chdir(here->folder), 0);
    assert_status(ss_file_write_atomic("plain", "x", 1, NULL), SS_OK);
    assert_contents("plain", "x");
    assert_int_equal(fchdir(back), 0);
    close(back);
}

static void a_folder_inside_another(void **state)
{
    place *here = *state;
    char outer[PATH_MAX];
    ss_error error;
    snprintf(outer, sizeof outer, "%s", in(here, "x/outer"));
    assert_status(ss_file_make_inside(outer, in(here, "x/outer/inner"), &error), SS_OK);
    assert_status(ss_file_make_inside(outer, in(here, "x/outer/inner"), &error), SS_OK);
    assert_true(exists(in(here, "x/outer/inner")));
    assert_status(ss_file_write_atomic(in(here, "x/outer/file"), "", 0, NULL), SS_OK);
    assert_status(ss_file_make_inside(outer, in(here, "x/outer/file"), &error), SS_E_IO);
}

static void folders_and_their_parents(void **state)
{
    place *here = *state;
    ss_error error;
    assert_status(ss_file_make_folders(in(here, "a/b//c/"), &error), SS_OK);
    assert_status(ss_file_make_folders(here->path, &error), SS_OK);
    assert_true(exists(in(here, "a/b/c")));
    assert_status(ss_file_write_atomic(in(here, "a/file"), "", 0, NULL), SS_OK);
    assert_status(ss_file_make_folders(in(here, "a/file/d"), &error), SS_E_IO);
    assert_int_equal(error.os_errno, ENOTDIR);
    assert_string_equal(error.where, in(here, "a/file"));
    assert_status(ss_file_make_folders(in(here, "a/file"), &error), SS_E_IO);
    assert_status(ss_file_make_folders("", &error), SS_E_IO);
    assert_int_equal(symlink("a", in(here, "link")), 0);
    assert_status(ss_file_make_folders(in(here, "link/d"), &error), SS_OK);
    assert_true(exists(in(here, "a/d")));
}

static void syncing(void **state)
{
    place *here = *state;
    ss_error error;
    assert_status(ss_file_sync_folder(here->folder, &error), SS_OK);
    assert_status(ss_file_sync_folder(in(here, "missing"), &error), SS_E_NOT_FOUND);
    assert_status(ss_file_write_atomic(in(here, "file"), "", 0, NULL), SS_OK);
    assert_status(ss_file_sync_folder(here->path, &error), SS_E_IO);
    assert_int_equal(error.os_errno, ENOTDIR);
}

static void removing_a_tree(void **state)
{
    place *here = *state;
    char name[64];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "tree/%d/%d", i % 7, i);
        assert_status(ss_file_make_folders(in(here, name), NULL), SS_OK);
        snprintf(name, sizeof name, "tree/%d/%d/.hidden", i % 7, i);
        int fd = open(in(here, name), O_CREAT | O_WRONLY, 0400);
        assert_true(fd >= 0);
        close(fd);
    }
    assert_status(ss_file_remove_tree(in(here, "tree"), NULL), SS_OK);
    assert_false(exists(here->path));
    assert_status(ss_file_remove_tree(here->path, NULL), SS_OK); /* missing is fine */
    assert_status(ss_file_write_atomic(in(here, "file"), "", 0, NULL), SS_OK);
    assert_status(ss_file_remove_tree(here->path, NULL), SS_OK);
    assert_false(exists(here->path));
}

static void removing_does_not_follow_links(void **state)
{
    place *here = *state;
    assert_status(ss_file_make_folders(in(here, "kept"), NULL), SS_OK);
    assert_status(ss_file_write_atomic(in(here, "kept/file"), "x", 1, NULL), SS_OK);
    assert_status(ss_file_make_folders(in(here, "tree"), NULL), SS_OK);
    assert_int_equal(symlink("../kept", in(here, "tree/link")), 0);
    assert_int_equal(symlink("kept", in(here, "link")), 0);
    assert_status(ss_file_remove_tree(in(here, "tree"), NULL), SS_OK);
    assert_status(ss_file_remove_tree(in(here, "link"), NULL), SS_OK);
    assert_false(exists(here->path));
    assert_contents(in(here, "kept/file"), "x");
}

static void what_cannot_be_removed_is_named(void **state)
{
    place *here = *state;
    ss_error error;
    assert_status(ss_file_write_atomic(in(here, "file"), "", 0, NULL), SS_OK);
    assert_status(ss_file_remove_tree(in(here, "file/x"), &error), SS_E_IO);
    assert_string_equal(error.where, here->path);
    assert_int_equal(error.os_errno, ENOTDIR);
}

static void joining(void **state)
{
    (void)state;
    ss_error error;
    char path[8];
    assert_status(ss_file_join(path, sizeof path, "a", "b", NULL), SS_OK);
    assert_string_equal(path, "a/b");
    assert_status(ss_file_join(path, sizeof path, "a/", "b", NULL), SS_OK);
    assert_string_equal(path, "a/b");
    assert_status(ss_file_join(path, sizeof path, "", "b", NULL), SS_OK);
    assert_string_equal(path, "b");
    assert_status(ss_file_join(path, sizeof path, "abc", "def", NULL), SS_OK);
    assert_string_equal(path, "abc/def");
    assert_status(ss_file_join(path, sizeof path, "abcd", "def", &error), SS_E_LIMIT);
    assert_string_equal(path, "abc/def");
    assert_error_text(error, "abcd: the path is longer than 7 bytes (def)");
    assert_status(ss_file_join(path, 0, "", "", NULL), SS_E_LIMIT);
}

#define TEST_WITH_PLACE(NAME) cmocka_unit_test_setup_teardown(NAME, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_WITH_PLACE(written_is_read),
        TEST_WITH_PLACE(a_file_above_the_ceiling),
        TEST_WITH_PLACE(files_that_cannot_be_read),
        TEST_WITH_PLACE(a_pipe_has_no_size),
        TEST_WITH_PLACE(no_memory_to_read_into),
        TEST_WITH_PLACE(replacing_leaves_nothing_aside),
        TEST_WITH_PLACE(what_cannot_be_replaced_stays),
        TEST_WITH_PLACE(a_file_in_the_current_folder),
        TEST_WITH_PLACE(a_folder_inside_another),
        TEST_WITH_PLACE(folders_and_their_parents),
        TEST_WITH_PLACE(syncing),
        TEST_WITH_PLACE(removing_a_tree),
        TEST_WITH_PLACE(removing_does_not_follow_links),
        TEST_WITH_PLACE(what_cannot_be_removed_is_named),
        TEST_WITH_PLACE(a_draft_is_seen_when_it_is_whole),
        cmocka_unit_test(joining),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
