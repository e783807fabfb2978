/* sys_cpu.c: how many processors this process may keep busy. */
#include "base/sys.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <edo/errno.h>

#include "base/cpu_quota.h"

#define MOST_CPUS (1 << 16)

/* In the affinity mask; 1 if that can't be asked. */
static int allowed_cpus(void)
{
    /* The kernel wants room for every processor it was built for, and says EINVAL otherwise. */
    for (int room = CPU_SETSIZE; room <= MOST_CPUS; room *= 2) {
        cpu_set_t *set = CPU_ALLOC((size_t)room);
        if (!set)
            return 1;
        size_t size = CPU_ALLOC_SIZE((size_t)room);
        int count = sched_getaffinity(0, size, set) == 0 ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (count > 0)
            return count;
        if (errno != EINVAL)
            break;
    }
    return 1;
}

int sys_cpu_count(void)
{
    int saved = errno;
    int cpus = allowed_cpus();
    int quota = cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup");

    errno = saved;
    return quota < cpus ? quota : cpus;
}

uint64_t sys_thread_preemptions(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_THREAD, &usage) == 0 ? (uint64_t)usage.ru_nivcsw : 0;
}
