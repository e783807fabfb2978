/* denied.h: system calls that are refused, for good: to the calling thread, and to whom it starts. */
#ifndef TESTS_DENIED_H
#define TESTS_DENIED_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/membarrier.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define DENIED_LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define DENIED_RETURN(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))

/* Rules of a filter, and what it ends with. */
#define DENIED_NUMBER DENIED_LOAD(nr)
#define DENIED_IF(number, error)                                                                   \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), DENIED_RETURN(error)
/* Threads, but no processes: by the low half of clone's flags. */
#define DENIED_THREADS                                                                             \
    DENIED_IF(SYS_clone3, ENOSYS), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4),           \
        DENIED_LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),            \
        DENIED_RETURN(EAGAIN), DENIED_NUMBER
/* The fence on all threads, but not the registration for it. */
#define DENIED_FENCES                                                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 4), DENIED_LOAD(args[0]),               \
        DENIED_IF(MEMBARRIER_CMD_PRIVATE_EXPEDITED, ENOMEM), DENIED_NUMBER
#define DENIED_END BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* False: the system has no such filters. */
#define deny(...)                                                                                  \
    denied_begin((struct sock_filter[]){DENIED_NUMBER, __VA_ARGS__, DENIED_END},                   \
                 sizeof(struct sock_filter[]){DENIED_NUMBER, __VA_ARGS__, DENIED_END} /            \
                     sizeof(struct sock_filter))

static inline bool denied_begin(struct sock_filter *code, size_t count)
{
    struct sock_fprog program = {(unsigned short)count, code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#define DENIED_SKIP "system calls can't be refused here"

#endif
