/*
 * base/raw.h: system calls that touch nothing of libc, neither errno nor what sanitizers or others have put
 * in place of its functions: for a child that shares its parent's memory, between clone and exec.
 *
 * They return a negative errno.
 */
#ifndef BASE_RAW_H
#define BASE_RAW_H

#include <sys/syscall.h>

#if defined(__x86_64__)
static inline long raw_call(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    long rc;

    __asm__ volatile("syscall"
                     : "=a"(rc)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return rc;
}
#elif defined(__aarch64__)
static inline long raw_call(long number, long a, long b, long c, long d)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
}
#else
#include <errno.h>
#include <unistd.h>
static inline long raw_call(long number, long a, long b, long c, long d)
{
    long rc = syscall(number, a, b, c, d);

    return rc < 0 ? -errno : rc;
}
#endif

#endif
