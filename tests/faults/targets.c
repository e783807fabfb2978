/*
 * targets.c: the list.
 *
 * What is borne, and how:
 *   mprotect, madvise     a stack gets the next weaker guard, or its first touch is a page fault
 *   mmap, calloc          told, where a call of the caller's needs it; a task that can't have its
 *                         stack yet waits for it; a thread goes without an alternate stack
 *   malloc                told; but what can't be put back stays a success, and a debug build
 *                         can't name whose stack it was that a task was lent
 *   realloc               told: a buffer is as it was; but a write of several pieces into one is short
 *   aligned_alloc         told; but what can't be put back into a channel stays a success
 *   pthread_create        told by the builder, and by a blocking call that finds no thread; a relief
 *                         thread is tried again by the monitor
 *   pthread_atfork        children of fork are not told apart
 *   epoll_ctl             told; but an accept waits and tries again, as out of descriptors
 *   epoll_wait            the worker looks again
 *   epoll_pwait2          deadlines in milliseconds instead
 *   membarrier            at the start: no relief, and each spawn makes its own fence; later a core is not
 *                         taken before one succeeds, and a shutdown waits a moment instead
 *   prctl                 a precise sleep ends a little later
 *   pipe2, open           what is asked of the system is taken for no, or for its default; told of a file
 *   accept4               a shortage is waited for; a connection that has ended is passed over
 *   close                 the descriptor is gone all the same; of a file that was written to, EIO is told
 *   sigaltstack           an overflow of a stack gets no sentence
 *   sigaction             told by edo_signal_open; else an overflow of a stack gets no sentence
 *   fcntl                 told; but the pipe of a copy stays as small as it is
 *   copy_file_range       told; but between two file systems (EXDEV) it is replaced by reads and writes
 *   splice                told; but one that can't (EINVAL) is replaced by reads and writes
 *   preadv2               what can't be read at once is read by a thread, which tells of errors
 *   read, write, recv,    interrupted ones are made again
 *   send, connect
 */
#include "faults/targets.h"

#include <errno.h>

#include "base/macros.h"
#include "faults/shim.h"

#define CALL_(call, e) .name = #call, .calls = FAULT_BIT(call), .error = e
#define CALL(call, e, ...)                                                                         \
    {                                                                                              \
        CALL_(call, e), __VA_ARGS__                                                                \
    }
#define TOLD(call, e)                                                                              \
    {                                                                                              \
        CALL_(call, e), .verdict = TELLS, .at_start = TELLS                                        \
    }
#define BORNE(call, e)                                                                             \
    {                                                                                              \
        CALL_(call, e), .verdict = BEARS, .at_start = BEARS                                        \
    }

#define MEMORY                                                                                     \
    (FAULT_BIT(malloc) | FAULT_BIT(calloc) | FAULT_BIT(realloc) | FAULT_BIT(aligned_alloc) |       \
     FAULT_BIT(strdup) | FAULT_BIT(strndup) | FAULT_BIT(mmap) | FAULT_BIT(mprotect) |              \
     FAULT_BIT(madvise))
#define DESCRIPTORS                                                                                \
    (FAULT_BIT(socket) | FAULT_BIT(accept4) | FAULT_BIT(eventfd) | FAULT_BIT(epoll_create1) |      \
     FAULT_BIT(pipe2) | FAULT_BIT(open))

const target targets[] = {
    {.name = "memory",
     .calls = MEMORY,
     .error = ENOMEM,
     .verdict = EITHER,
     .at_start = EITHER,
     .for_ever = true},
    {.name = "descriptors",
     .calls = DESCRIPTORS,
     .error = EMFILE,
     .verdict = EITHER,
     .at_start = EITHER,
     .for_ever = true},
    CALL(malloc, ENOMEM, .verdict = EITHER, .at_start = TELLS),
    CALL(calloc, ENOMEM, .verdict = EITHER, .at_start = EITHER),
    CALL(aligned_alloc, ENOMEM, .verdict = EITHER),
    CALL(realloc, ENOMEM, .verdict = EITHER),
    TOLD(strdup, ENOMEM),
    TOLD(strndup, ENOMEM),
    BORNE(__sched_cpualloc, ENOMEM),
    CALL(mmap, ENOMEM, .verdict = EITHER, .at_start = EITHER),
    CALL(mmap, EAGAIN, .told = ENOMEM, .verdict = EITHER, .at_start = EITHER),
    BORNE(mprotect, ENOMEM),
    BORNE(madvise, ENOMEM),
    BORNE(madvise, EINVAL),
    CALL(pthread_create, EAGAIN, .verdict = EITHER, .for_ever = true),
    CALL(pthread_key_create, EAGAIN, .told = ENOMEM),
    TOLD(pthread_setspecific, ENOMEM),
    BORNE(pthread_atfork, ENOMEM),
    TOLD(epoll_create1, EMFILE),
    TOLD(epoll_create1, ENFILE),
    TOLD(epoll_create1, ENOMEM),
    CALL(epoll_ctl, ENOMEM, .verdict = EITHER),
    CALL(epoll_ctl, ENOSPC, .verdict = EITHER),
    BORNE(epoll_wait, EINTR),
    BORNE(epoll_wait, ENOMEM),
    BORNE(epoll_pwait2, EINTR),
    BORNE(epoll_pwait2, ENOSYS),
    BORNE(epoll_pwait2, EPERM),
    BORNE(membarrier, ENOSYS),
    BORNE(prctl, EINVAL),
    TOLD(eventfd, EMFILE),
    TOLD(eventfd, ENFILE),
    TOLD(eventfd, ENOMEM),
    CALL(pipe2, EMFILE, .verdict = EITHER, .at_start = BEARS),
    CALL(open, EMFILE, .verdict = EITHER, .at_start = BEARS),
    BORNE(close, EINTR),
    CALL(close, EIO, .verdict = EITHER, .at_start = BEARS),
    BORNE(read, EINTR),
    BORNE(write, EINTR),
    TOLD(socket, EMFILE),
    TOLD(socket, ENFILE),
    TOLD(socket, ENOBUFS),
    TOLD(socket, ENOMEM),
    TOLD(socketpair, EMFILE),
    TOLD(socketpair, ENOMEM),
    TOLD(bind, EADDRINUSE),
    TOLD(bind, EACCES),
    TOLD(listen, EADDRINUSE),
    BORNE(accept4, EMFILE),
    BORNE(accept4, ENFILE),
    BORNE(accept4, ENOBUFS),
    BORNE(accept4, ENOMEM),
    BORNE(accept4, ECONNABORTED),
    BORNE(accept4, EPROTO),
    BORNE(accept4, EINTR),
    TOLD(accept4, EPERM),
    TOLD(connect, ECONNREFUSED),
    TOLD(connect, ENETUNREACH),
    TOLD(connect, EADDRNOTAVAIL),
    CALL(connect, EINTR, .verdict = BEARS, .after = true),
    BORNE(recv, EINTR),
    TOLD(recv, ENOMEM),
    BORNE(send, EINTR),
    TOLD(send, ENOBUFS),
    BORNE(recvmsg, EINTR),
    TOLD(recvmsg, ENOMEM),
    BORNE(sendmsg, EINTR),
    TOLD(sendmsg, ENOBUFS),
    BORNE(recvfrom, EINTR),
    TOLD(recvfrom, ENOMEM),
    BORNE(sendto, EINTR),
    TOLD(sendto, ENOBUFS),
    BORNE(recvmmsg, EINTR),
    TOLD(recvmmsg, ENOMEM),
    BORNE(sendmmsg, EINTR),
    TOLD(sendmmsg, ENOBUFS),
    TOLD(shutdown, ENOTCONN),
    CALL(fcntl, ENOLCK, .verdict = EITHER),
    TOLD(splice, ENOMEM),
    BORNE(splice, EINVAL),
    BORNE(splice, EINTR),
    TOLD(setsockopt, ENOBUFS),
    TOLD(getsockopt, ENOBUFS),
    TOLD(getsockname, ENOBUFS),
    TOLD(getpeername, ENOBUFS),
    CALL(sigaction, EINVAL, .verdict = EITHER, .at_start = BEARS),
    BORNE(sigaltstack, ENOMEM),
    BORNE(sched_getaffinity, EPERM),
    BORNE(getrandom, EAGAIN),
    TOLD(preadv, EIO),
    BORNE(preadv, EINTR),
    BORNE(preadv2, EAGAIN),
    BORNE(preadv2, EIO),
    TOLD(pwritev, ENOSPC),
    BORNE(pwritev, EINTR),
    TOLD(openat, EMFILE),
    BORNE(openat, EINTR),
    TOLD(fsync, EIO),
    TOLD(renameat, ENOSPC),
    TOLD(copy_file_range, EIO),
    BORNE(copy_file_range, EXDEV),
    BORNE(copy_file_range, EINTR),
    TOLD(realpath, ENOMEM),
};
const size_t target_count = array_len(targets);

bool targets_memory(const target *t)
{
    return !(t->calls & ~MEMORY);
}
