/*
 * base/sys.h: system calls that return a negative errno.
 *
 * The only callers of the kernel but for futex, clock, random and thread. Each returns what the
 * call returns on success (0 or a count or a descriptor), else -errno; errno itself is left as it
 * was. Interrupted calls that may be taken up again are; close is never taken up again.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

struct termios;

/* Descriptors. All that make one set close-on-exec. */
int sys_close(int fd);
ssize_t sys_readlink(const char *path, char *buf, size_t len);
ssize_t sys_read(int fd, void *buf, size_t len);
ssize_t sys_write(int fd, const void *buf, size_t len);
ssize_t sys_readv(int fd, const struct iovec *iov, int count);
/* As writev, but a pipe that nobody reads is -EPIPE alone: no SIGPIPE. */
ssize_t sys_write_unsignaled(int fd, const struct iovec *iov, int count);
/* As sendfile, without a SIGPIPE. */
ssize_t sys_send_file(int to, int from, off_t *offset, size_t len);
/* The same without waiting, whatever the descriptor's mode: -EAGAIN; -EOPNOTSUPP where the system can't. */
ssize_t sys_readv_now(int fd, const struct iovec *iov, int count);
ssize_t sys_writev_now(int fd, const struct iovec *iov, int count);
/* Blocks until poll(2) has something to say. */
int sys_poll_until(int fd, short events);
/* Terminals. */
bool sys_is_terminal(int fd);
int sys_terminal_size(int fd, unsigned *ret_rows, unsigned *ret_columns);
int sys_terminal_get(int fd, struct termios *ret_mode);
int sys_terminal_set(int fd, const struct termios *mode);
/* What cfmakeraw(3) makes of a mode. */
void sys_terminal_make_raw(struct termios *mode);
/* Has it called when the program ends by exit(3). 0; -ENOMEM. */
int sys_at_exit(void (*fn)(void));
int sys_pipe2(int fds[2], int flags);
int sys_open(const char *path, int flags);
/* Makes a pipe's room as large as it may be, up to `most`; how large it is then. */
int sys_widen_pipe(int fd, int most);
/* Moves at most `len` bytes into a pipe, whose other end is open, or out of one; they never wait for the
 * pipe. No SIGPIPE. */
ssize_t sys_splice_in(int from, int pipe, size_t len);
/* Whether what a socket has next to be read is urgent data. */
bool sys_is_at_mark(int fd);
ssize_t sys_splice_out(int pipe, int to, size_t len);
int sys_eventfd(unsigned initial, int flags);
int sys_fcntl_getfl(int fd);
int sys_fcntl_setfl(int fd, int flags);
int sys_file_type(int fd, mode_t *ret_mode); /* S_IFIFO and so on */

/* The POLL* bits that hold of a descriptor now; at least POLLERR, POLLHUP and POLLNVAL are told. */
int sys_poll(int fd, short events);

/* By how many nanoseconds the system may prolong this thread's sleeps; returns what it was. */
int sys_timer_slack(int ns);

/* Which file a path is itself, be it a link; and taking the path away. */
int sys_file_id(const char *path, uint64_t *ret_device, uint64_t *ret_inode);
int sys_unlink(const char *path);

/* Sockets. */
int sys_socket(int family, int type, int protocol);
int sys_socketpair(int family, int type, int protocol, int fds[2]);
int sys_bind(int fd, const struct sockaddr *sa, socklen_t len);
int sys_listen(int fd, int backlog);
int sys_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags);
int sys_connect(int fd, const struct sockaddr *sa, socklen_t len);
ssize_t sys_recv(int fd, void *buf, size_t len, int flags);
ssize_t sys_send(int fd, const void *buf, size_t len, int flags);
/* The same for who knows where this thread's errno is, which is asked for at each call otherwise. */
ssize_t sys_recv_at(int *errno_place, int fd, void *buf, size_t len, int flags);
ssize_t sys_send_at(int *errno_place, int fd, const void *buf, size_t len, int flags);
ssize_t sys_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from,
                     socklen_t *from_len);
ssize_t sys_sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
                   socklen_t to_len);
ssize_t sys_recvmsg(int fd, struct msghdr *msg, int flags);
ssize_t sys_sendmsg(int fd, const struct msghdr *msg, int flags);
int sys_recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags);
int sys_sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags);
int sys_shutdown(int fd, int how);
int sys_getsockname(int fd, struct sockaddr *sa, socklen_t *len);
int sys_getpeername(int fd, struct sockaddr *sa, socklen_t *len);
int sys_setsockopt(int fd, int level, int name, const void *value, socklen_t len);
int sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

/* Network interfaces by name: 0 is no such one; `name` has room for IF_NAMESIZE bytes. */
uint32_t sys_if_index(const char *name);
int sys_if_name(uint32_t index, char *name);

/* epoll. sys_epoll_wait waits until `until_ns` of the monotonic clock (UINT64_MAX: for ever; 0:
 * not at all); -EINTR is reported, as the caller may have something else to do then. */
int sys_epoll_create(void);
int sys_epoll_ctl(int epoll, int op, int fd, struct epoll_event *event);
int sys_epoll_wait(int epoll, struct epoll_event *events, int max, uint64_t until_ns);

/* Memory. */
int sys_mmap_anonymous(size_t len, int extra_flags, void **ret);
int sys_munmap(void *addr, size_t len);
int sys_madvise(void *addr, size_t len, int advice);
int sys_mprotect(void *addr, size_t len, int prot);
/* How many bytes from `addr` on lie in pages that were never touched, at most `len`. */
int sys_untouched(const void *addr, size_t len, size_t *ret);
/* The whole of a file, to be read. Async-signal-safe. */
int sys_map_file(const char *path, void **ret, size_t *ret_len);
size_t sys_page_size(void);
/* As many bytes, rounded up to pages. */
size_t sys_whole_pages(size_t bytes);
/* vm.max_map_count, or its default if it can't be read. */
long sys_max_map_count(void);

/* Processors. The number this process may use by affinity mask and cgroup quota (v1 and v2), at
 * least 1. */
int sys_cpu_count(void);
/* How often the calling thread has lost its processor to others. */
uint64_t sys_thread_preemptions(void);

/*
 * The heavy side of an asymmetric fence: when it returns 0, every thread of the process has passed
 * a full fence. sys_membarrier_register once before; both say -ENOSYS or so where there is none.
 */
int sys_membarrier_register(void);
int sys_membarrier(void);

/* Others. */
pid_t sys_getpid(void);
pid_t sys_gettid(void);
uid_t sys_geteuid(void);
gid_t sys_getegid(void);
int sys_getrlimit(int resource, struct rlimit *ret);
int sys_sigaction(int signo, const struct sigaction *act, struct sigaction *old);
int sys_sigaltstack(const stack_t *stack, stack_t *old);
int sys_sigmask(int how, const sigset_t *set);
int sys_raise(int signo); /* on the calling thread */

/* Threads of this process. */
int sys_tgkill(pid_t tid, int signo);
/* The signals that have no meaning of their own. */
void sys_free_signals(int *ret_first, int *ret_last);
/* Where a thread stands that is in a system call. */
typedef struct sys_call_place {
    int64_t number;
    uint64_t args[6], sp, pc;
} sys_call_place;
/* 0; -EAGAIN: it is in none; what the system says if it doesn't tell. */
int sys_thread_call(pid_t tid, sys_call_place *ret);
/* Whether a thread of this process blocks the signal; false if that is not known. */
bool sys_thread_blocks(pid_t tid, int signo);
/* How many threads the process has; 0: the system doesn't tell. */
int sys_thread_count(void);

#endif
