/*
 * edo/errno.h: an errno that is safe across a suspension.
 *
 * glibc declares the function behind errno as const, so a compiler may keep its address over a
 * call; a task that resumes on another thread would then read that other thread's errno. This
 * header puts an accessor in its place that has to be called each time.
 */
#ifndef EDO_ERRNO_H
#define EDO_ERRNO_H

#include <errno.h>

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** Where errno of the running thread lies. Never inlined, never const. */
EDO_API int *edo_errno_location(void);

EDO_END_DECLS

#undef errno
#define errno (*edo_errno_location())

#endif
