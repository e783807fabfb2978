/*
 * shim.c: stands between the library and libc.
 *
 * The seam    is the library's object file: objcopy renames its undefined symbols, so that malloc
 *             becomes fault_malloc and so on (cmake/faults.cmake, redirect.txt). The sources and
 *             the code that is tested stay as they are; every call of the library is caught, those
 *             in base and those above it; and no call of anybody else's: neither the tests' own
 *             nor libc's. ld's --wrap would catch the tests' as well. Interposing malloc would
 *             take it from AddressSanitizer, and LeakSanitizer would see nothing. What libc needs
 *             inside (the stack that pthread_create maps, the string that strdup allocates) fails
 *             here as the call that the library made, with the error that this call documents.
 * Complete    tools/test-faults compares the symbols that are left with tests/faults/excused.txt:
 *             a new call of libc has to be added here, or excused there with a reason.
 * Handlers    write is called from signal handlers: nothing here takes a lock.
 */
#include "faults/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/atomic.h"
#include "context/sanitizer.h"

#define PAGE 4096

static fault_plan plan;
static bool armed;          /* atomic: publishes the plan */
static uint32_t seen;       /* atomic */
static uint32_t fired;      /* atomic */
static uint64_t made;       /* atomic */
static fault_ledger ledger; /* atomic, each number */

void fault_arm(const fault_plan *wanted)
{
    plan = *wanted;
    a_store(&seen, 0, relaxed);
    a_store(&fired, 0, relaxed);
    a_store(&armed, true, release); /* pairs with the acquire in due */
}

void fault_lift(void)
{
    a_store(&armed, false, release);
}

uint32_t fault_seen(void)
{
    return a_load(&seen, relaxed);
}

uint32_t fault_fired(void)
{
    return a_load(&fired, relaxed);
}

uint64_t fault_made(void)
{
    return a_load(&made, relaxed);
}

fault_ledger fault_holds(void)
{
    return (fault_ledger){.blocks = a_load(&ledger.blocks, relaxed),
                          .mappings = a_load(&ledger.mappings, relaxed),
                          .descriptors = a_load(&ledger.descriptors, relaxed),
                          .threads = a_load(&ledger.threads, relaxed)};
}

static void add(int64_t *number, int64_t n)
{
    a_fetch_add(number, n, relaxed);
}

/* The error that this call has to fail with; 0: none. */
static int due(enum fault_call call)
{
    uint64_t bit = UINT64_C(1) << call;

    if (!a_load(&armed, acquire))
        return 0;
    a_fetch_or(&made, bit, relaxed);
    if (!(plan.calls & bit))
        return 0;
    uint32_t number = a_fetch_add(&seen, 1, relaxed) + 1;
    if (number < plan.first || (plan.times != FAULT_FOR_EVER && number - plan.first >= plan.times))
        return 0;
    a_fetch_add(&fired, 1, relaxed);
    return plan.error;
}

/* A fault that comes instead of the call. */
static bool fails(enum fault_call call)
{
    if (plan.after)
        return false;
    int error = due(call);
    if (error)
        errno = error;
    return error != 0;
}

/* A fault that comes after the call was made: its result is hidden. */
static long hidden(enum fault_call call, long rc)
{
    int error = plan.after ? due(call) : 0;

    if (!error)
        return rc;
    errno = error;
    return -1;
}

/* Memory. */

static void *got(void *memory)
{
    if (memory)
        add(&ledger.blocks, 1);
    return memory;
}

void *fault_malloc(size_t size)
{
    return fails(FAULT_malloc) ? NULL : got(malloc(size));
}

void *fault_calloc(size_t count, size_t size)
{
    return fails(FAULT_calloc) ? NULL : got(calloc(count, size));
}

void *fault_realloc(void *old, size_t size)
{
    if (fails(FAULT_realloc))
        return NULL;
    return old ? realloc(old, size) : got(malloc(size));
}

void *fault_aligned_alloc(size_t align, size_t size)
{
    return fails(FAULT_aligned_alloc) ? NULL : got(aligned_alloc(align, size));
}

char *fault_strdup(const char *text)
{
    return fails(FAULT_strdup) ? NULL : got(strdup(text));
}

char *fault_strndup(const char *text, size_t most)
{
    return fails(FAULT_strndup) ? NULL : got(strndup(text, most));
}

void fault_free(void *memory)
{
    if (memory)
        add(&ledger.blocks, -1);
    free(memory);
}

cpu_set_t *fault___sched_cpualloc(size_t count)
{
    return fails(FAULT___sched_cpualloc) ? NULL : CPU_ALLOC(count);
}

void *fault_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    if (fails(FAULT_mmap))
        return MAP_FAILED;
    void *memory = mmap(addr, len, prot, flags, fd, offset);
    if (memory != MAP_FAILED)
        add(&ledger.mappings, (int64_t)(len / PAGE));
    return memory;
}

int fault_munmap(void *addr, size_t len)
{
    add(&ledger.mappings, -(int64_t)(len / PAGE));
    return munmap(addr, len);
}

int fault_mprotect(void *addr, size_t len, int prot)
{
    return fails(FAULT_mprotect) ? -1 : mprotect(addr, len, prot);
}

int fault_madvise(void *addr, size_t len, int advice)
{
    return fails(FAULT_madvise) ? -1 : madvise(addr, len, advice);
}

/* Threads. */

int fault_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *arg),
                         void *arg)
{
    int error = due(FAULT_pthread_create);

    if (error)
        return error;
    add(&ledger.threads, 1); /* before it may detach itself */
    error = pthread_create(thread, attr, fn, arg);
    if (error)
        add(&ledger.threads, -1);
    return error;
}

int fault_pthread_join(pthread_t thread, void **ret)
{
    add(&ledger.threads, -1);
    return pthread_join(thread, ret);
}

int fault_pthread_detach(pthread_t thread)
{
    add(&ledger.threads, -1);
    return pthread_detach(thread);
}

int fault_pthread_key_create(pthread_key_t *key, void (*destructor)(void *value))
{
    int error = due(FAULT_pthread_key_create);

    return error ? error : pthread_key_create(key, destructor);
}

int fault_pthread_setspecific(pthread_key_t key, const void *value)
{
    int error = due(FAULT_pthread_setspecific);

    return error ? error : pthread_setspecific(key, value);
}

int fault_pthread_atfork(void (*before)(void), void (*parent)(void), void (*child)(void))
{
    int error = due(FAULT_pthread_atfork);

    return error ? error : pthread_atfork(before, parent, child);
}

/* Descriptors. */

static int opened(int fd)
{
    if (fd >= 0)
        add(&ledger.descriptors, 1);
    return fd;
}

void fault_note_opened(void)
{
    add(&ledger.descriptors, 1);
}

int fault_open(const char *path, int flags, ...)
{
    return fails(FAULT_open) ? -1 : opened(open(path, flags)); /* the library creates no files */
}

int fault_openat(int at, const char *path, int flags, ...)
{
    va_list args;

    va_start(args, flags);
    mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
    va_end(args);
    return fails(FAULT_openat) ? -1 : opened(openat(at, path, flags, mode));
}

int fault_fsync(int fd)
{
    return fails(FAULT_fsync) ? -1 : fsync(fd);
}

int fault_renameat(int from_at, const char *from, int to_at, const char *to)
{
    return fails(FAULT_renameat) ? -1 : renameat(from_at, from, to_at, to);
}

ssize_t fault_copy_file_range(int from, off_t *from_at, int to, off_t *to_at, size_t len,
                              unsigned flags)
{
    return fails(FAULT_copy_file_range) ? -1
                                        : copy_file_range(from, from_at, to, to_at, len, flags);
}

char *fault_realpath(const char *path, char *room)
{
    char *found = fails(FAULT_realpath) ? NULL : realpath(path, room);

    if (found && !room)
        add(&ledger.blocks, 1);
    return found;
}

int fault_pipe2(int fds[2], int flags)
{
    if (fails(FAULT_pipe2))
        return -1;
    int rc = pipe2(fds, flags);
    if (rc == 0)
        add(&ledger.descriptors, 2);
    return rc;
}

int fault_eventfd(unsigned initial, int flags)
{
    return fails(FAULT_eventfd) ? -1 : opened(eventfd(initial, flags));
}

/* It lets go of the number also when it reports an error. */
int fault_close(int fd)
{
    int error = due(FAULT_close);
    int rc = close(fd);

    if (rc == 0)
        add(&ledger.descriptors, -1);
    if (error)
        errno = error;
    return error ? -1 : rc;
}

ssize_t fault_read(int fd, void *buf, size_t len)
{
    return fails(FAULT_read) ? -1 : read(fd, buf, len);
}

/* What goes to stderr is not the runtime's work. */
ssize_t fault_write(int fd, const void *buf, size_t len)
{
    return fd != STDERR_FILENO && fails(FAULT_write) ? -1 : write(fd, buf, len);
}

/* Sockets. */

int fault_socket(int family, int type, int protocol)
{
    return fails(FAULT_socket) ? -1 : opened(socket(family, type, protocol));
}

int fault_socketpair(int family, int type, int protocol, int fds[2])
{
    if (fails(FAULT_socketpair))
        return -1;
    int rc = socketpair(family, type, protocol, fds);
    if (rc == 0)
        add(&ledger.descriptors, 2);
    return rc;
}

int fault_bind(int fd, const struct sockaddr *sa, socklen_t len)
{
    return fails(FAULT_bind) ? -1 : bind(fd, sa, len);
}

int fault_listen(int fd, int backlog)
{
    return fails(FAULT_listen) ? -1 : listen(fd, backlog);
}

int fault_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
    return fails(FAULT_accept4) ? -1 : opened(accept4(fd, sa, len, flags));
}

int fault_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
    return fails(FAULT_connect) ? -1 : (int)hidden(FAULT_connect, connect(fd, sa, len));
}

ssize_t fault_recv(int fd, void *buf, size_t len, int flags)
{
    return fails(FAULT_recv) ? -1 : recv(fd, buf, len, flags);
}

ssize_t fault_send(int fd, const void *buf, size_t len, int flags)
{
    return fails(FAULT_send) ? -1 : send(fd, buf, len, flags);
}

/* Those that came along are the library's. */
static int descriptors_in(struct msghdr *msg)
{
    int count = 0;

    for (struct cmsghdr *head = CMSG_FIRSTHDR(msg); head; head = CMSG_NXTHDR(msg, head))
        if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
            count += (int)((head->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    return count;
}

ssize_t fault_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from,
                       socklen_t *from_len)
{
    return fails(FAULT_recvfrom) ? -1 : recvfrom(fd, buf, len, flags, from, from_len);
}

ssize_t fault_sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
                     socklen_t to_len)
{
    return fails(FAULT_sendto) ? -1 : sendto(fd, buf, len, flags, to, to_len);
}

ssize_t fault_recvmsg(int fd, struct msghdr *msg, int flags)
{
    if (fails(FAULT_recvmsg))
        return -1;
    ssize_t n = recvmsg(fd, msg, flags);
    if (n >= 0)
        add(&ledger.descriptors, descriptors_in(msg));
    return n;
}

ssize_t fault_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    return fails(FAULT_sendmsg) ? -1 : sendmsg(fd, msg, flags);
}

int fault_recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags,
                   struct timespec *timeout)
{
    return fails(FAULT_recvmmsg) ? -1 : recvmmsg(fd, msgs, count, flags, timeout);
}

int fault_sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags)
{
    return fails(FAULT_sendmmsg) ? -1 : sendmmsg(fd, msgs, count, flags);
}

ssize_t fault_readv(int fd, const struct iovec *iov, int count)
{
    return fails(FAULT_readv) ? -1 : readv(fd, iov, count);
}

ssize_t fault_pwritev2(int fd, const struct iovec *iov, int count, off_t at, int flags)
{
    return fails(FAULT_pwritev2) ? -1 : pwritev2(fd, iov, count, at, flags);
}

ssize_t fault_preadv(int fd, const struct iovec *iov, int count, off_t at)
{
    return fails(FAULT_preadv) ? -1 : preadv(fd, iov, count, at);
}

ssize_t fault_preadv2(int fd, const struct iovec *iov, int count, off_t at, int flags)
{
    return fails(FAULT_preadv2) ? -1 : preadv2(fd, iov, count, at, flags);
}

ssize_t fault_pwritev(int fd, const struct iovec *iov, int count, off_t at)
{
    return fails(FAULT_pwritev) ? -1 : pwritev(fd, iov, count, at);
}

ssize_t fault_splice(int from, off_t *from_at, int to, off_t *to_at, size_t len, unsigned flags)
{
    return fails(FAULT_splice) ? -1 : splice(from, from_at, to, to_at, len, flags);
}

ssize_t fault_sendfile(int to, int from, off_t *offset, size_t len)
{
    return fails(FAULT_sendfile) ? -1 : sendfile(to, from, offset, len);
}

int fault_poll(struct pollfd *fds, nfds_t count, int ms)
{
    return fails(FAULT_poll) ? -1 : poll(fds, count, ms);
}

int fault_shutdown(int fd, int how)
{
    return fails(FAULT_shutdown) ? -1 : shutdown(fd, how);
}

int fault_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    return fails(FAULT_setsockopt) ? -1 : setsockopt(fd, level, name, value, len);
}

int fault_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    return fails(FAULT_getsockopt) ? -1 : getsockopt(fd, level, name, value, len);
}

int fault_getsockname(int fd, struct sockaddr *sa, socklen_t *len)
{
    return fails(FAULT_getsockname) ? -1 : getsockname(fd, sa, len);
}

int fault_getpeername(int fd, struct sockaddr *sa, socklen_t *len)
{
    return fails(FAULT_getpeername) ? -1 : getpeername(fd, sa, len);
}

/* Of descriptors' flags: an int, or nothing that anybody reads. */
NO_ASAN int fault_fcntl(int fd, int what, ...)
{
    va_list args;

    va_start(args, what);
    int arg = va_arg(args, int);
    va_end(args);
    if (fails(FAULT_fcntl))
        return -1;
    int result = fcntl(fd, what, arg);
    return what == F_DUPFD_CLOEXEC ? opened(result) : result;
}

/* Events. */

int fault_epoll_create1(int flags)
{
    return fails(FAULT_epoll_create1) ? -1 : opened(epoll_create1(flags));
}

int fault_epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    return fails(FAULT_epoll_ctl) ? -1 : epoll_ctl(epoll, op, fd, event);
}

int fault_epoll_wait(int epoll, struct epoll_event *events, int max, int ms)
{
    return fails(FAULT_epoll_wait) ? -1 : epoll_wait(epoll, events, max, ms);
}

/* Up to six arguments, all of which fit into a long. Those that were not given are read all the
 * same, and the kernel ignores them. */
NO_ASAN long fault_syscall(long number, ...)
{
    long arg[6];
    va_list args;

    va_start(args, number);
    for (int i = 0; i < 6; i++)
        arg[i] = va_arg(args, long);
    va_end(args);
    if (number == SYS_membarrier && fails(FAULT_membarrier))
        return -1;
    if (number == SYS_pidfd_open)
        return opened((int)syscall(number, arg[0], arg[1]));
#ifdef SYS_epoll_pwait2
    if (number == SYS_epoll_pwait2 && fails(FAULT_epoll_pwait2))
        return -1;
#endif
    long result = syscall(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
    return number == SYS_openat2 ? opened((int)result) : result;
}

/* Only ever asked for what takes one argument at most. */
NO_ASAN int fault_prctl(int option, ...)
{
    va_list args;

    va_start(args, option);
    unsigned long arg = va_arg(args, unsigned long);
    va_end(args);
    return fails(FAULT_prctl) ? -1 : prctl(option, arg, 0UL, 0UL, 0UL);
}

/* Signals, and what is asked once. */

int fault_sigaction(int signo, const struct sigaction *act, struct sigaction *old)
{
    return fails(FAULT_sigaction) ? -1 : sigaction(signo, act, old);
}

/* Putting one away is refused only on that very stack, so that is not asked to fail. */
int fault_sigaltstack(const stack_t *wanted, stack_t *old)
{
    bool puts_away = wanted && (wanted->ss_flags & SS_DISABLE);

    return !puts_away && fails(FAULT_sigaltstack) ? -1 : sigaltstack(wanted, old);
}

int fault_sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
    return fails(FAULT_sched_getaffinity) ? -1 : sched_getaffinity(pid, size, set);
}

ssize_t fault_getrandom(void *buf, size_t len, unsigned flags)
{
    return fails(FAULT_getrandom) ? -1 : getrandom(buf, len, flags);
}
