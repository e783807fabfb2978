/* edo/lock.h: edo's own short lock, as a part of structs that lie with the caller. Private to edo. */
#ifndef EDO_LOCK_H
#define EDO_LOCK_H

#include <edo/macros.h>

/** Zeros are a free one. Programs lock with edo_mutex. */
typedef struct edo_lock {
    uint32_t word;
} edo_lock;

#endif
