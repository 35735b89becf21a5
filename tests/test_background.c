/* test_background.c: a process goes to the background, and what it starts from there on too. */
#include "testing.h"

#include "job/background.h"
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>

static void *policy_of_thread(void *policy)
{
    *(int *)policy = sched_getscheduler(0);
    return NULL;
}

static int go(void)
{
    pthread_t thread;
    int policy = -1;
    if (ss_background_enter(NULL) != SS_OK || sched_getscheduler(0) != SCHED_IDLE)
        return 1;
    if (pthread_create(&thread, NULL, policy_of_thread, &policy) != 0 || pthread_join(thread, NULL) != 0)
        return 2;
    return policy == SCHED_IDLE ? 0 : 3;
}

static void threads_follow(void **state)
{
    (void)state;
    int code;
    pid_t process = fork(); /* there is no way back */
    if (process == 0)
        _exit(go());
    assert_int_equal(waitpid(process, &code, 0), process);
    assert_int_equal(code, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_follow)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
