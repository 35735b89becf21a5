/* Who keeps a connection, and who gives way: with real sockets in libmicrohttpd's hands, and addresses and times of our own. */
#include "testing.h"

#include "http/connections.h"
#include <arpa/inet.h>
#include <unistd.h>

#define SECOND  INT64_C(1000000000)
#define TIMEOUT (30 * SECOND)
#define MOST    8u
#define PLACES  SS_CONNECTIONS_HARD(MOST)

/* One end is ours, the other libmicrohttpd's. */
typedef struct caller {
    int fd;
    struct MHD_Connection *mhd;
    ss_connection *connection;
} caller;

static struct MHD_Daemon *daemon_of_all;
static struct MHD_Connection *latest;
static ss_http_counts counts;
static ss_connections *all;
static caller callers[PLACES + 1];
static size_t caller_count;

static enum MHD_Result answer_nothing(void *context, struct MHD_Connection *connection, const char *url,
                                      const char *verb, const char *version, const char *upload, size_t *size,
                                      void **own)
{
    (void)context, (void)connection, (void)url, (void)verb, (void)version, (void)upload, (void)size, (void)own;
    return MHD_YES;
}

static void take_latest(void *context, struct MHD_Connection *connection, void **own,
                        enum MHD_ConnectionNotificationCode code)
{
    (void)context, (void)own;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        latest = connection;
}

static int begin(void **state)
{
    ss_error error;
    (void)state;
    memset(&counts, 0, sizeof counts);
    caller_count = 0;
    daemon_of_all = MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, answer_nothing, NULL,
                                     MHD_OPTION_NOTIFY_CONNECTION, take_latest, NULL, MHD_OPTION_END);
    return daemon_of_all && ss_connections_new(MOST, TIMEOUT, &counts, &all, &error) == SS_OK ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    ss_connections_free(&all);
    assert_null(all);
    MHD_stop_daemon(daemon_of_all);
    for (size_t i = 0; i < caller_count; i++)
        close(callers[i].fd);
    return 0;
}

/* Comes from `address` at `now`. */
static caller *come(const char *address, int64_t now)
{
    int pair[2];
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons(1234)};
    caller *new = &callers[caller_count++];
    assert_int_equal(inet_pton(AF_INET, address, &from.sin_addr), 1);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
    latest = NULL;
    assert_int_equal(MHD_add_connection(daemon_of_all, pair[1], (struct sockaddr *)&from, sizeof from), MHD_YES);
    MHD_run(daemon_of_all);
    assert_non_null(latest);
    *new = (caller){pair[0], latest, ss_connections_add(all, latest, (struct sockaddr *)&from, now)};
    return new;
}

/* Was its socket brought to its end? */
static bool is_cut(const caller *one)
{
    char byte;
    return recv(one->fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static size_t cut_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < caller_count; i++)
        count += is_cut(&callers[i]);
    assert_int_equal(count, ss_counted(&counts.cut));
    return count;
}

static void all_have_room(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MOST; i++)
        assert_non_null(come("127.0.0.1", i)->connection);
    assert_int_equal(ss_connections_count(all), MOST);
    assert_int_equal(ss_counted(&counts.accepted), MOST);
    assert_int_equal(ss_counted(&counts.connections), MOST);
    assert_int_equal(cut_count(), 0);
    ss_connections_remove(all, callers[3].connection);
    assert_int_equal(ss_connections_count(all), MOST - 1);
    assert_int_equal(ss_counted(&counts.connections), MOST - 1);
}

/* Whoever has been silent for longest, of those who have not asked anything yet. */
static void who_says_nothing_gives_way(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MOST; i++)
        come("127.0.0.1", i);
    ss_connections_done(all, callers[0].connection, 100);
    ss_connections_done(all, callers[2].connection, 101);
    come("127.0.0.1", 102);
    assert_int_equal(cut_count(), 1);
    assert_true(is_cut(&callers[1]));
    come("127.0.0.1", 103);
    assert_int_equal(cut_count(), 2);
    assert_true(is_cut(&callers[3]));
}

/* Where most have asked, a new one may say something first: the oldest of those who have asked gives way. */
static void new_ones_are_not_cut_at_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MOST; i++)
        come("127.0.0.1", i);
    for (unsigned i = 0; i < MOST - 2; i++)
        ss_connections_done(all, callers[(i + 3) % (MOST - 2)].connection, 100 + i);
    come("127.0.0.1", 200);
    assert_int_equal(cut_count(), 1);
    assert_true(is_cut(&callers[3]));
}

static void who_waits_for_us_stays(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MOST; i++) {
        come("127.0.0.1", i);
        callers[i].connection->waits = i < MOST - 1;
    }
    come("127.0.0.1", 100);
    assert_true(is_cut(&callers[MOST - 1]));
    assert_int_equal(cut_count(), 1);
    callers[MOST].connection->waits = true;
    assert_false(ss_connections_give_way(all));
    ss_connections_sweep(all, 100 * TIMEOUT);
    assert_int_equal(cut_count(), 1);
}

/* A quarter for an address elsewhere; this machine's own may be a proxy. */
static void one_address_has_a_share(void **state)
{
    (void)state;
    come("192.0.2.1", 1);
    come("192.0.2.1", 2);
    come("192.0.2.2", 3);
    assert_int_equal(cut_count(), 0);
    come("192.0.2.1", 4);
    assert_int_equal(cut_count(), 1);
    assert_true(is_cut(&callers[0]));
    ss_connections_done(all, callers[1].connection, 5);
    come("192.0.2.1", 6); /* of its own those who have not asked go first */
    assert_int_equal(cut_count(), 2);
    assert_true(is_cut(&callers[3]));
    assert_false(is_cut(&callers[2]));
}

static void there_is_an_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACES; i++)
        assert_non_null(come("127.0.0.1", i)->connection);
    assert_null(come("127.0.0.1", PLACES)->connection);
    ss_connections_remove(all, callers[0].connection);
    callers[PLACES].connection = ss_connections_add(all, callers[PLACES].mhd, NULL, PLACES + 1);
    assert_non_null(callers[PLACES].connection);
}

static void the_silent_are_cut(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        come("127.0.0.1", i * SECOND);
    ss_connections_done(all, callers[0].connection, 10 * SECOND);
    ss_connections_sweep(all, TIMEOUT);
    assert_int_equal(cut_count(), 0);
    ss_connections_sweep(all, TIMEOUT + SECOND + SECOND / 2);
    assert_int_equal(cut_count(), 1);
    assert_true(is_cut(&callers[1]));
    ss_connections_sweep(all, TIMEOUT + 5 * SECOND);
    assert_int_equal(cut_count(), 2);
    assert_true(is_cut(&callers[2]));
    ss_connections_sweep(all, TIMEOUT + 11 * SECOND);
    assert_int_equal(cut_count(), 3);
}

/* Who has gone is noticed at the next look, and is nobody that had to be cut. */
static void who_has_gone_is_let_go(void **state)
{
    (void)state;
    come("127.0.0.1", 0);
    come("127.0.0.1", 0);
    shutdown(callers[1].fd, SHUT_WR);
    ss_connections_sweep(all, SECOND / 4);
    assert_false(callers[1].connection->shut);
    ss_connections_sweep(all, SECOND);
    assert_true(callers[1].connection->shut);
    assert_false(callers[0].connection->shut);
    assert_int_equal(ss_counted(&counts.cut), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_have_room, begin, end),
        cmocka_unit_test_setup_teardown(who_says_nothing_gives_way, begin, end),
        cmocka_unit_test_setup_teardown(new_ones_are_not_cut_at_once, begin, end),
        cmocka_unit_test_setup_teardown(who_waits_for_us_stays, begin, end),
        cmocka_unit_test_setup_teardown(one_address_has_a_share, begin, end),
        cmocka_unit_test_setup_teardown(there_is_an_end, begin, end),
        cmocka_unit_test_setup_teardown(the_silent_are_cut, begin, end),
        cmocka_unit_test_setup_teardown(who_has_gone_is_let_go, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
