/* Signals that end a runner. What runs inside the handler is safe there: atomics, write(),
 * sigaction(), raise() and _exit().
 *
 * They are the runner's own. The child of a fork has its parent's eventfd and its handlers, and each would end the other: it
 * gets an eventfd of its own, and there the signals do what they did before, until it watches them itself. */
#include "CProviderKit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

static atomic_int first_signal;
static atomic_int wakeup_descriptor = -1;
static const int numbers[] = {SIGINT, SIGTERM};
enum { NUMBERS = sizeof numbers / sizeof *numbers };
static struct sigaction before[NUMBERS];
static pid_t owner;

static void take(int number);

static void restore(void) {
    for (int index = 0; index < NUMBERS; index++) {
        struct sigaction now;
        if (sigaction(numbers[index], 0, &now) == 0 && now.sa_handler == take) sigaction(numbers[index], &before[index], 0);
    }
}

static void begin_anew_in_child(void) {
    restore();
    atomic_store(&first_signal, 0);
    int wakeup = atomic_exchange(&wakeup_descriptor, -1);
    if (wakeup >= 0) gt_renew(wakeup, gt_eventfd);
}

static void take(int number) {
    int saved = errno;
    if (getpid() != owner) {
        /* A child by vfork(), _Fork() or clone(), which call nobody, and perhaps in its parent's memory. The signal comes
         * again when this one is over. */
        restore();
        raise(number);
        errno = saved;
        return;
    }
    int none = 0;
    if (!atomic_compare_exchange_strong(&first_signal, &none, number)) _exit(128 + number);
    const uint64_t one = 1;
    ssize_t written = write(atomic_load(&wakeup_descriptor), &one, sizeof one);
    (void)written;
    errno = saved;
}

int gt_watch_stop_signals(int wakeup) {
    static atomic_bool watches_forks;
    if (!atomic_exchange(&watches_forks, true)) {
        int code = pthread_atfork(0, 0, begin_anew_in_child);
        if (code != 0) return -code;
    }
    struct sigaction action = {.sa_handler = take, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int index = 0; index < NUMBERS; index++) sigaddset(&action.sa_mask, numbers[index]);
    atomic_store(&wakeup_descriptor, wakeup);
    owner = getpid();
    for (int index = 0; index < NUMBERS; index++) {
        struct sigaction was;
        if (sigaction(numbers[index], &action, &was) < 0) return -errno;
        if (was.sa_handler != take) before[index] = was;
    }
    return 0;
}

int gt_stop_signal(void) {
    return atomic_load(&first_signal);
}
