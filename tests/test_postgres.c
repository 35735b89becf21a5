/*
 * test_postgres.c: rows of a real PostgreSQL server, which this program starts on a socket in a temporary folder and
 * stops again. Skipped where Debian's package `postgresql` is not installed.
 */
#include "rows_text.h"

#include "base/clock.h"
#include "base/file.h"
#include <glob.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PASSWORD      "pr1vate/w@rd"
#define PASSWORD_URI  "pr1vate%2Fw%40rd"
#define START_SECONDS 60
#define SKIPPED       77

static const char role[] = "shop";

typedef struct pg_server {
    char programs[200]; /* the folder of initdb and postgres */
    char folder[64];    /* data, socket and log */
    char uri[200];
    pid_t process;
} pg_server;

/* The newest version installed. */
static bool find_programs(pg_server *server)
{
    static const char pattern[] = "/usr/lib/postgresql/*/bin/initdb";
    glob_t found = {0};
    bool any = glob(pattern, 0, NULL, &found) == 0;
    if (any) {
        const char *path = found.gl_pathv[found.gl_pathc - 1];
        snprintf(server->programs, sizeof server->programs, "%.*s", (int)(strrchr(path, '/') - path), path);
    }
    globfree(&found);
    return any;
}

/* The server refuses to run as root; everybody else runs it under their own name. */
static const struct passwd *other_user(void)
{
    if (geteuid() != 0)
        return NULL;
    const struct passwd *user = getpwnam("postgres");
    return user ? user : getpwnam("nobody");
}

static pid_t run(const pg_server *server, const char *program, char *const *arguments)
{
    char path[300], log[100];
    snprintf(path, sizeof path, "%s/%s", server->programs, program);
    snprintf(log, sizeof log, "%s/log", server->folder);
    const struct passwd *user = other_user();
    pid_t process = fork();
    if (process != 0)
        return process;
    if (user && (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(120);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (!freopen("/dev/null", "r", stdin) || !freopen(log, "a", stdout) || !freopen(log, "a", stderr) ||
        chdir(server->folder) != 0)
        _exit(121);
    execv(path, arguments);
    _exit(122);
}

static void show_log(const pg_server *server)
{
    char path[100];
    ss_buffer text;
    ss_buffer_init(&text, 1 << 20);
    snprintf(path, sizeof path, "%s/log", server->folder);
    if (ss_file_read(path, 1 << 20, &text, NULL) == SS_OK)
        print_error("%s", text.data);
    ss_buffer_release(&text);
}

static void make_database(pg_server *server)
{
    char password[100], pwfile[120], data[100];
    snprintf(password, sizeof password, "%s/password", server->folder);
    snprintf(pwfile, sizeof pwfile, "--pwfile=%s", password);
    snprintf(data, sizeof data, "%s/data", server->folder);
    assert_int_equal(ss_file_write_atomic(password, PASSWORD "\n", strlen(PASSWORD) + 1, NULL), SS_OK);
    assert_int_equal(chmod(password, 0644), 0);
    char *arguments[] = {"initdb", "-D", data, "-U",   "shop",       "-A", "scram-sha-256",
                         pwfile,   "-N", "-E", "UTF8", "--locale=C", NULL};
    pid_t process = run(server, "initdb", arguments);
    int result = -1;
    assert_int_equal(waitpid(process, &result, 0), process);
    if (result != 0)
        show_log(server);
    assert_int_equal(result, 0);
}

static bool answers(const char *uri)
{
    ss_row_source *source = NULL;
    bool good = ss_row_source_open_postgres(uri, "SELECT 1", &source, NULL) == SS_OK;
    ss_row_source_close(&source);
    return good;
}

static void start_server(pg_server *server)
{
    char data[100], memory[] = "shared_buffers=1MB", shared[] = "dynamic_shared_memory_type=mmap";
    snprintf(data, sizeof data, "%s/data", server->folder);
    char *arguments[] = {"postgres", "-D",   data, "-k",   server->folder, "-c", "listen_addresses=",
                         "-c",       memory, "-c", shared, "-F",           NULL};
    server->process = run(server, "postgres", arguments);
    assert_true(server->process > 0);
    int64_t give_up = ss_clock_monotonic() + START_SECONDS * INT64_C(1000000000);
    while (!answers(server->uri)) {
        if (ss_clock_monotonic() > give_up || waitpid(server->process, NULL, WNOHANG) != 0) {
            show_log(server);
            fail_msg("the server does not start");
        }
        usleep(50000);
    }
}

static int stop(void **state)
{
    pg_server *server = *state;
    if (server->process > 0) {
        kill(server->process, SIGINT);
        waitpid(server->process, NULL, 0);
    }
    ss_file_remove_tree(server->folder, NULL);
    return 0;
}

static int start(void **state)
{
    static pg_server kept;
    pg_server *server = *state = &kept;
    const struct passwd *user = other_user();
    assert_true(find_programs(server));
    snprintf(server->folder, sizeof server->folder, "/tmp/ss_postgres.XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    if (user)
        assert_int_equal(chown(server->folder, user->pw_uid, user->pw_gid), 0);
    snprintf(server->uri, sizeof server->uri, "postgresql://%s:%s@/postgres?host=%s", role, PASSWORD_URI,
             server->folder);
    make_database(server);
    start_server(server);
    return 0;
}

static void expect(const pg_server *server, const char *sql, const char *rows)
{
    ss_buffer text;
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_buffer_init(&text, ROWS_TEXT_MAX);
    ss_status status = ss_row_source_open_postgres(server->uri, sql, &source, &error);
    rows_text_read(status, &error, source, &text);
    if (strcmp(text.data, rows) != 0)
        fail_msg("%s\ngave:\n%s\nexpected:\n%s", sql, text.data, rows);
    ss_buffer_release(&text);
}

static void values_come_as_text(void **state)
{
    expect(
        *state,
        "SELECT 'A|1' AS item_id, NULL::text AS customer_id, 12::bigint AS quantity, 3.50::numeric(9,2) AS price,"
        " true AS flag, timestamptz '2011-12-09 12:50:00.25+02' AS timestamp, date '2011-12-09' AS day, 'n\xc3\xa4h'",
        "[item_id|customer_id|quantity|price|flag|timestamp|day|?column?]\n"
        "1:A\\|1||12|3.50|t|2011-12-09 10:50:00.25+00|2011-12-09|n\xc3\xa4h\n.\n");
    expect(*state, "SELECT i AS a, '' AS b FROM generate_series(1, 3) i", "[a|b]\n1:1|\n2:2|\n3:3|\n.\n");
    expect(*state, "SELECT 1 AS a WHERE false", "[a]\n.\n");
    expect(*state, "VALUES (1), (2)", "[column1]\n1:1\n2:2\n.\n");
}

static void errors_are_those_of_the_server(void **state)
{
    static const char *const examples[][2] = {
        {"SELEKT 1", "error format at query@0: the server: syntax error at or near \"SELEKT\" (42601)\n"},
        {"SELECT * FROM orders", "error format at query@14: the server: relation \"orders\" does not exist (42P01)\n"},
        {"SELECT 1; SELECT 2",
         "error format at query: the server: cannot insert multiple commands into a prepared statement (42601)\n"},
        {"", "error format at query: the query: returns no rows (expected one SELECT)\n"},
        {"SET search_path TO public", "error format at query: the query: returns no rows (expected one SELECT)\n"},
        {"COPY (SELECT 1) TO STDOUT", "error format at query: the query: returns no rows (expected one SELECT)\n"},
        {"SELECT 1 AS a, 2 AS b, 3 AS a", "error format at query: two columns have one name (a)\n"},
        {"SELECT 6 / (3 - i) AS a FROM generate_series(1, 9) i",
         "[a]\n1:3\n2:6\nerror format at query:2: the server: division by zero (22012)\n"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        expect(*state, examples[i][0], examples[i][1]);
}

static void limits_hold(void **state)
{
    expect(*state, "SELECT repeat('x', n) = '' AS short, repeat('x', n * (n - 1)) AS a FROM generate_series(1, 2) n",
           "[short|a]\n1:f|\n2:f|xx\n.\n");
    expect(*state, "SELECT repeat('x', n) AS a FROM (VALUES (1), (1048577), (2)) v (n)",
           "[a]\n1:x\n2!longer than 1 MiB\n3:xx\n.\n");
    char sql[8000] = "SELECT 0 AS c0";
    for (unsigned i = 1; i <= SS_COLUMNS_MAX; i++)
        snprintf(sql + strlen(sql), sizeof sql - strlen(sql), ", %u AS c%u", i, i);
    expect(*state, sql, "error format at query: too many columns (c256)\n");
}

static size_t memory_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/* The whole result takes some 30 MB. (The sanitizers count for themselves: there this looks at the rows only.) */
static void memory_does_not_grow_with_the_rows(void **state)
{
    const pg_server *server = *state;
    ss_error error = {0};
    ss_row_source *source = NULL;
    expect_ok(ss_row_source_open_postgres(server->uri,
                                          "SELECT i AS item_id, repeat('x', 200) AS name, i / 7 AS order_id"
                                          " FROM generate_series(1, 100000) i",
                                          &source, &error),
              &error);
    size_t before = memory_in_use(), most = before;
    uint64_t rows = 0;
    for (ss_row row;; rows++) {
        expect_ok(source->next(source, &row, &error), &error);
        if (row.kind == SS_ROW_END)
            break;
        assert_int_equal(row.field_count, 3);
        assert_int_equal(strtoull(row.fields[0].data, NULL, 10), rows + 1);
        assert_int_equal(row.fields[1].size, 200);
        if (rows % 1000 == 0 && memory_in_use() > most)
            most = memory_in_use();
    }
    assert_int_equal(rows, 100000);
    assert_true(source->bytes_done > 20000000);
    assert_true(most - before < (size_t)1 << 20);
    ss_row_source_close(&source);
}

/* In the list and not behind FROM, where the server would first write down all of it. */
static const char endless[] = "SELECT generate_series(1, 1000000000) AS a, repeat('y', 100) AS b";

static void a_lost_connection_is_told(void **state)
{
    const pg_server *server = *state;
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_row row;
    expect_ok(ss_row_source_open_postgres(server->uri, endless, &source, &error), &error);
    for (int i = 0; i < 1000; i++)
        expect_ok(source->next(source, &row, &error), &error);
    expect(server,
           "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE query LIKE '%generate%' "
           "AND pid <> pg_backend_pid()",
           "[n]\n1:1\n.\n");
    ss_status status = SS_OK;
    while (status == SS_OK)
        status = source->next(source, &row, &error);
    assert_int_equal(status, SS_E_NETWORK);
    assert_string_equal(error.where, "query");
    assert_true(error.line >= 1000);
    assert_non_null(strstr(error.message, "connection lost: "));
    ss_row_source_close(&source);
}

static void a_source_may_be_closed_early(void **state)
{
    const pg_server *server = *state;
    ss_error error = {0};
    ss_row_source *source = NULL;
    ss_row row;
    expect_ok(ss_row_source_open_postgres(server->uri, endless, &source, &error), &error);
    expect_ok(source->next(source, &row, &error), &error);
    ss_row_source_close(&source);
    assert_null(source);
}

static void expect_refused(const char *uri, ss_status expected, const char *secret, const char *says)
{
    char text[1024];
    ss_error error = {0};
    ss_row_source *source = NULL;
    assert_int_equal(ss_row_source_open_postgres(uri, "SELECT 1", &source, &error), expected);
    assert_null(source);
    ss_error_format(&error, text, sizeof text);
    if (strstr(text, secret) || !strstr(text, says))
        fail_msg("%s\ngave: %s", uri, text);
}

static void passwords_are_never_shown(void **state)
{
    const pg_server *server = *state;
    char uri[300];
    snprintf(uri, sizeof uri, "postgresql://shop:hush-hush@/postgres?host=%s", server->folder);
    expect_refused(uri, SS_E_NETWORK, "hush", "password authentication failed for user \"shop\"");
    snprintf(uri, sizeof uri, "host=%s user=hush-hush password=hush-hush dbname=postgres", server->folder);
    expect_refused(uri, SS_E_NETWORK, "hush", "password authentication failed for user \"*********\"");
    snprintf(uri, sizeof uri, "postgresql://shop:%s@/nowhere?host=%s", PASSWORD_URI, server->folder);
    expect_refused(uri, SS_E_NETWORK, "pr1v", "database \"nowhere\" does not exist");
    expect_refused("postgresql://shop:hush@/postgres?host=/nonexistent", SS_E_NETWORK, "hush", "/nonexistent");
    expect_refused("postgresql://shop:hush@hush@host/postgres", SS_E_ARGUMENT, "hush", "%40");
    expect_refused("postgresql://shop:12/hush@host/postgres", SS_E_ARGUMENT, "hush", "%40");
    expect_refused("postgresql://shop:hush/postgres", SS_E_ARGUMENT, "hush", "port is not a number");
    expect_refused("postgresql://shop:hu%zzsh@host/postgres", SS_E_ARGUMENT, "hu%zzsh", "cannot be parsed");
    expect_refused("host=x password=hush hush", SS_E_ARGUMENT, "hush", "cannot be parsed");
    expect_refused("hush", SS_E_ARGUMENT, "hush", "cannot be parsed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_as_text),
        cmocka_unit_test(errors_are_those_of_the_server),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(memory_does_not_grow_with_the_rows),
        cmocka_unit_test(a_lost_connection_is_told),
        cmocka_unit_test(a_source_may_be_closed_early),
        cmocka_unit_test(passwords_are_never_shown),
    };
    if (!find_programs(&(pg_server){0})) {
        print_message("skipped: PostgreSQL is not installed (Debian package postgresql)\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, start, stop);
}
