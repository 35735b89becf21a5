#include "server/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static const int watched[] = {SIGTERM, SIGINT, SIGHUP};
static atomic_int signal_pipe; /* its write end; 0: none */

static void forward(int signal)
{
    int kept_errno = errno;
    unsigned char byte = (unsigned char)signal;
    if (write(atomic_load(&signal_pipe), &byte, 1) < 0)
        byte = 0; /* a full pipe already says that there is something to do */
    errno = kept_errno;
}

static void handle_all(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
        sigaction(watched[i], &action, NULL);
}

ss_status ss_signals_open(ss_signals *signals, ss_error *error)
{
    int ends[2], none = 0;
    *signals = (ss_signals){-1, -1};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return ss_error_io(error, "signals", "cannot make a pipe");
    if (!atomic_compare_exchange_strong(&signal_pipe, &none, ends[1])) {
        close(ends[0]);
        close(ends[1]);
        return ss_error_set(error, SS_E_BUSY, "another server of this program has the signals");
    }
    *signals = (ss_signals){ends[0], ends[1]};
    handle_all(forward);
    return SS_OK;
}

void ss_signals_close(ss_signals *signals)
{
    if (signals->read_end < 0)
        return;
    handle_all(SIG_DFL);
    atomic_store(&signal_pipe, 0);
    close(signals->read_end);
    close(signals->write_end);
    *signals = (ss_signals){-1, -1};
}

int ss_signals_next(const ss_signals *signals)
{
    unsigned char byte;
    return read(signals->read_end, &byte, 1) == 1 ? byte : 0;
}
