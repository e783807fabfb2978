/*
 * shim/base/lock.h: base/lock.h as the model checker has it, for protocols that only use locks: one
 * choice for each taking. What base/lock.c does is checked by itself, in lock.c.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <edo/lock.h>

#include "base/atomic.h"

typedef edo_lock lock;

#define lock_take(l) model_lock_take((l), MODEL_PLACE("lock_take(" #l ")"))
#define lock_try(l) model_lock_try((l), MODEL_PLACE("lock_try(" #l ")"))
#define lock_drop(l) model_lock_drop((l), MODEL_PLACE("lock_drop(" #l ")"))

#endif
