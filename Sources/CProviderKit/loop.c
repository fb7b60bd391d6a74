#define _GNU_SOURCE
#include "CProviderKit.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* Longer waits just wake up once in between. */
enum { LONGEST_WAIT = 24 * 60 * 60 };
/* Thirty years, beyond which a time_t may not reach. */
static const double FARTHEST = 1e9;

int gt_epoll_wait(int epoll, struct epoll_event *events, int capacity, double seconds) {
    static atomic_int lacks_pwait2;
    if (seconds == 0) return epoll_wait(epoll, events, capacity, 0);
    if (seconds < 0) return epoll_wait(epoll, events, capacity, -1);
    if (seconds > LONGEST_WAIT) seconds = LONGEST_WAIT;
    if (!atomic_load_explicit(&lacks_pwait2, memory_order_relaxed)) {
        struct timespec limit = {.tv_sec = (time_t)seconds};
        limit.tv_nsec = (long)((seconds - (double)limit.tv_sec) * 1e9);
        int count = epoll_pwait2(epoll, events, capacity, &limit, 0);
        if (count >= 0 || errno != ENOSYS) return count;
        atomic_store_explicit(&lacks_pwait2, 1, memory_order_relaxed);
    }
    /* Before Linux 5.11. Rounded up: waking early would only mean waiting again. */
    return epoll_wait(epoll, events, capacity, (int)(seconds * 1e3) + 1);
}

int gt_is_main_thread(void) {
    return gettid() == getpid();
}

int gt_timerfd(void) {
    return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
}

int gt_timerfd_set(int timer, double when) {
    /* Zero would disarm it. */
    struct itimerspec setting = {.it_value = {.tv_nsec = 1}};
    if (when > FARTHEST) when = FARTHEST;
    if (when > 0) {
        setting.it_value.tv_sec = (time_t)when;
        setting.it_value.tv_nsec = (long)((when - (double)setting.it_value.tv_sec) * 1e9);
        if (setting.it_value.tv_sec == 0 && setting.it_value.tv_nsec == 0) setting.it_value.tv_nsec = 1;
    }
    return timerfd_settime(timer, TFD_TIMER_ABSTIME, &setting, 0) < 0 ? -errno : 0;
}
