#define _GNU_SOURCE
#include "CProviderKit.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <unistd.h>

/* The kernel doubles a process's table when a descriptor does not fit, and where several threads share it, it first waits
 * until every processor has let go of the old one: 10 to 20 ms in accept(), for everybody that the loop serves. A table
 * shared with nobody is doubled at once, and never shrinks. */
void gt_widen_descriptor_table(int count) {
    if (!__libc_single_threaded) return;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)count) count = (int)limit.rlim_cur;
    int any = open("/", O_PATH | O_CLOEXEC);
    if (any < 0) return;
    int last = fcntl(any, F_DUPFD_CLOEXEC, count - 1);
    if (last >= 0) close(last);
    close(any);
}
