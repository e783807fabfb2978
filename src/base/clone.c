/*
 * clone.c: clone(2) as vfork, on a stack of the child's own.
 *
 * libc's clone is not called where there is something in its place: TSan and others wrap it, and do in the
 * child what is meant for one with a memory of its own.
 */
#include "base/clone.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>

#include "base/raw.h"

#define VFORK_FLAGS (CLONE_VM | CLONE_VFORK | SIGCHLD)

#if defined(__x86_64__)
/* The child finds arg and fn on its stack, and calls fn. */
static long clone_call(long flags, uintptr_t *stack, int *pidfd)
{
    register long child_tid __asm__("r10") = 0;
    register long tls __asm__("r8") = 0;
    long rc;

    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "pop %%rax\n\t"
                     "pop %%rdi\n\t"
                     "call *%%rax\n\t"
                     "mov %%eax, %%edi\n\t"
                     "mov %[exit], %%eax\n\t"
                     "syscall\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(rc)
                     : "a"(SYS_clone), "D"(flags), "S"(stack), "d"(pidfd), "r"(child_tid),
                       "r"(tls), [exit] "i"(SYS_exit_group)
                     : "rcx", "r11", "memory", "cc");
    return rc;
}
#elif defined(__aarch64__)
static long clone_call(long flags, uintptr_t *stack, int *pidfd)
{
    register long x8 __asm__("x8") = SYS_clone;
    register long x0 __asm__("x0") = flags;
    register uintptr_t *x1 __asm__("x1") = stack;
    register int *x2 __asm__("x2") = pidfd;
    register long tls __asm__("x3") = 0;
    register long child_tid __asm__("x4") = 0;

    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x30, xzr\n\t"
                     "ldp x1, x0, [sp], #16\n\t"
                     "blr x1\n\t"
                     "mov x8, %[exit]\n\t"
                     "svc #0\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(tls),
                       "r"(child_tid), [exit] "i"(SYS_exit_group)
                     : "memory", "cc");
    return x0;
}
#endif

#if defined(__x86_64__) || defined(__aarch64__)
pid_t clone_sharing(int (*fn)(void *arg), void *arg, void *stack_top, int *ret_pidfd)
{
    uintptr_t *stack = (uintptr_t *)stack_top - 2;

    stack[0] = (uintptr_t)fn;
    stack[1] = (uintptr_t)arg;
    return (pid_t)clone_call(VFORK_FLAGS | (ret_pidfd ? CLONE_PIDFD : 0), stack, ret_pidfd);
}
#else
pid_t clone_sharing(int (*fn)(void *arg), void *arg, void *stack_top, int *ret_pidfd)
{
    int saved = errno;
    pid_t pid = clone(fn, stack_top, VFORK_FLAGS | (ret_pidfd ? CLONE_PIDFD : 0), arg, ret_pidfd);

    if (pid < 0)
        pid = -errno;
    errno = saved;
    return pid;
}
#endif
