/*
 * edo/job.h: a call that blocks, made on a thread for such calls, as a part of the future that waits for its
 * end. Private to edo.
 */
#ifndef EDO_JOB_H
#define EDO_JOB_H

#include <edo/waker.h>

EDO_BEGIN_DECLS

struct edo_handle;

/** Zeros are a new one. It stays where it is from its start to its end. */
typedef struct edo_job {
    struct edo_job *next, **link;     /**< in the queue; under the lock of the threads */
    void (*run)(struct edo_job *job); /**< on one of the threads */
    edo_waker waker;                  /**< of the latest poll; borrowed; under the lock */
    struct edo_handle *on;            /**< whose threads; counted from its start to its end */
    uint32_t state;                   /**< enum in sched/job.c; under the lock */
} edo_job;

EDO_END_DECLS

#endif
