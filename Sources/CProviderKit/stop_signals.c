/* Signals that end a runner. What runs inside the handler is safe there: atomics, write() and _exit(). */
#include "CProviderKit.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int first_signal;
static atomic_int wakeup_descriptor = -1;

static void take(int number) {
    int saved = errno;
    int none = 0;
    if (!atomic_compare_exchange_strong(&first_signal, &none, number)) _exit(128 + number);
    const uint64_t one = 1;
    ssize_t written = write(atomic_load(&wakeup_descriptor), &one, sizeof one);
    (void)written;
    errno = saved;
}

int gt_watch_stop_signals(int wakeup) {
    struct sigaction action = {.sa_handler = take, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGINT);
    sigaddset(&action.sa_mask, SIGTERM);
    atomic_store(&wakeup_descriptor, wakeup);
    if (sigaction(SIGINT, &action, 0) < 0 || sigaction(SIGTERM, &action, 0) < 0) return -errno;
    return 0;
}

int gt_stop_signal(void) {
    return atomic_load(&first_signal);
}
