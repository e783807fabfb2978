/*
 * spin.h: the lock of the benchmarks' primitives. Dropping it is one store, the holder's last touch:
 * whoever takes it next may free what it lies in.
 */
#ifndef BENCH_SPIN_H
#define BENCH_SPIN_H

#include <sched.h>
#include <stdatomic.h>

typedef struct spin {
    atomic_bool held;
} spin;

static inline void spin_take(spin *s)
{
    for (unsigned tries = 1; atomic_exchange_explicit(&s->held, true, memory_order_acquire);
         tries++)
        while (atomic_load_explicit(&s->held, memory_order_relaxed))
            if (tries++ % 128 == 0) /* its holder may have lost the CPU */
                sched_yield();
}

static inline void spin_drop(spin *s)
{
    atomic_store_explicit(&s->held, false, memory_order_release);
}

#endif
