/* seat.h: a seat that cannot be made takes nothing with it that was not its own. */
#include "check.h"
#include "failing_malloc.h"
#include "server/seat.h"
#include <fcntl.h>
#include <unistd.h>

static void one_that_cannot_be_made_closes_nothing_else(void **state)
{
    (void)state;
    static ss_seat seat;
    static const ss_service service;
    ss_error error;
    int lowest = open("/dev/null", O_RDONLY), kept = dup2(lowest, STDIN_FILENO);
    assert_int_equal(kept, STDIN_FILENO);
    failing_malloc_start(1);
    ss_status status = ss_seat_init(&seat, NULL, &service, &error);
    assert_true(failing_malloc_stop());
    assert_status(status, SS_E_NOMEM);
    ss_seat_release(&seat);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    close(lowest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_that_cannot_be_made_closes_nothing_else)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
