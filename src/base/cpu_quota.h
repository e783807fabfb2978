/* base/cpu_quota.h: how much processor time the control group of this process allows. */
#ifndef BASE_CPU_QUOTA_H
#define BASE_CPU_QUOTA_H

/*
 * The quota in whole processors, rounded up and at least 1; INT_MAX where there is none. The files
 * are /proc/self/cgroup and the folder /sys/fs/cgroup, but for tests.
 */
int cpu_quota(const char *membership, const char *mount);

#endif
