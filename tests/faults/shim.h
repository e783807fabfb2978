/*
 * shim.h: the calls of libc that the library makes and that can fail, failed on demand and counted.
 *
 * A plan names a set of calls and an error. While it is armed the calls of the set are numbered
 * from 1, over all threads; those from `first` on, `times` of them, fail with the error.
 */
#ifndef FAULTS_SHIM_H
#define FAULTS_SHIM_H

#include <stdbool.h>
#include <stdint.h>

/* Each X(name) is a function that tests/faults/redirect.txt sends to fault_<name>. membarrier and
 * epoll_pwait2 are what syscall(2) is used for, and counted apart. */
#define FAULT_CALLS(X)                                                                             \
    X(malloc)                                                                                      \
    X(calloc)                                                                                      \
    X(realloc)                                                                                     \
    X(aligned_alloc)                                                                               \
    X(strdup)                                                                                      \
    X(strndup)                                                                                     \
    X(__sched_cpualloc)                                                                            \
    X(mmap)                                                                                        \
    X(mprotect)                                                                                    \
    X(madvise)                                                                                     \
    X(pthread_create)                                                                              \
    X(pthread_key_create)                                                                          \
    X(pthread_setspecific)                                                                         \
    X(pthread_atfork)                                                                              \
    X(epoll_create1)                                                                               \
    X(epoll_ctl)                                                                                   \
    X(epoll_wait)                                                                                  \
    X(epoll_pwait2)                                                                                \
    X(membarrier)                                                                                  \
    X(prctl)                                                                                       \
    X(eventfd)                                                                                     \
    X(pipe2)                                                                                       \
    X(open)                                                                                        \
    X(close)                                                                                       \
    X(read)                                                                                        \
    X(write)                                                                                       \
    X(socket)                                                                                      \
    X(socketpair)                                                                                  \
    X(bind)                                                                                        \
    X(listen)                                                                                      \
    X(accept4)                                                                                     \
    X(connect)                                                                                     \
    X(recv)                                                                                        \
    X(recvfrom)                                                                                    \
    X(sendto)                                                                                      \
    X(recvmsg)                                                                                     \
    X(sendmsg)                                                                                     \
    X(recvmmsg)                                                                                    \
    X(sendmmsg)                                                                                    \
    X(readv)                                                                                       \
    X(pwritev2)                                                                                    \
    X(splice)                                                                                      \
    X(sendfile)                                                                                    \
    X(poll)                                                                                        \
    X(send)                                                                                        \
    X(shutdown)                                                                                    \
    X(fcntl)                                                                                       \
    X(setsockopt)                                                                                  \
    X(getsockopt)                                                                                  \
    X(getsockname)                                                                                 \
    X(getpeername)                                                                                 \
    X(sigaction)                                                                                   \
    X(sigaltstack)                                                                                 \
    X(sched_getaffinity)                                                                           \
    X(getrandom)                                                                                   \
    X(openat)                                                                                      \
    X(fsync)                                                                                       \
    X(renameat)                                                                                    \
    X(copy_file_range)                                                                             \
    X(realpath)                                                                                    \
    X(preadv)                                                                                      \
    X(preadv2)                                                                                     \
    X(pwritev)

enum fault_call {
#define X(name) FAULT_##name,
    FAULT_CALLS(X)
#undef X
        FAULT_CALL_COUNT
};

#define FAULT_BIT(name) (UINT64_C(1) << FAULT_##name)

#define FAULT_FOR_EVER UINT32_MAX

typedef struct fault_plan {
    uint64_t calls; /* bits */
    int error;      /* a positive errno */
    uint32_t first;
    uint32_t times; /* FAULT_FOR_EVER: until fault_lift */
    bool after;     /* the call is made all the same, and then says the error */
} fault_plan;

/* What the library holds by the calls that succeeded, less what it gave back. */
typedef struct fault_ledger {
    int64_t blocks;   /* of the heap */
    int64_t mappings; /* pages */
    int64_t descriptors;
    int64_t threads;
} fault_ledger;

/* One plan at a time. Arm it while no other thread is in the library, or live with the count being
 * a little late. */
void fault_arm(const fault_plan *plan);
/* No more calls fail or are counted. */
void fault_lift(void);
/* Since fault_arm: how many calls of the set were made, and how many of them failed. */
uint32_t fault_seen(void);
uint32_t fault_fired(void);
/* Bits of all the calls that were made since the first fault_arm, while a plan was armed. */
uint64_t fault_made(void);
fault_ledger fault_holds(void);
/* A descriptor that came by no call of these. */
void fault_note_opened(void);

#endif
