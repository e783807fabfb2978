/*
 * edo/debug.h: in a debug build of libedo, pthread mutexes are watched inside of tasks: one that is
 * held across an await may be unlocked by another thread, or never. The await then returns
 * -EDO_EMISUSE, and a sentence on stderr says where the mutex was locked.
 */
#ifndef EDO_DEBUG_H
#define EDO_DEBUG_H

#include <pthread.h>

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** pthread_mutex_lock, _trylock and _unlock, noted in the running task. */
EDO_API int edo_debug_mutex_lock(pthread_mutex_t *mutex, const char *place);
EDO_API int edo_debug_mutex_trylock(pthread_mutex_t *mutex, const char *place);
EDO_API int edo_debug_mutex_unlock(pthread_mutex_t *mutex);

EDO_END_DECLS

#ifndef EDO_NO_MUTEX_WATCH
#define pthread_mutex_lock(mutex) edo_debug_mutex_lock((mutex), EDO_HERE)
#define pthread_mutex_trylock(mutex) edo_debug_mutex_trylock((mutex), EDO_HERE)
#define pthread_mutex_unlock(mutex) edo_debug_mutex_unlock(mutex)
#endif

#endif
