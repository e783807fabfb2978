/* edo/owner.h: a reference that a lock or permit holds to whatever it is a part of. */
#ifndef EDO_OWNER_H
#define EDO_OWNER_H

#include <edo/macros.h>

EDO_BEGIN_DECLS

/**
 * One reference to something shared, for the `_owned` forms: a lock that is held by it keeps the
 * thing alive that the lock lies in. Whoever gets the lock gives the reference away with the call;
 * `unref(arg)` is called once, after the unlock and with no lock of edo's held. Where the call
 * fails, or is cancelled, the reference is still the caller's. Zeros are none.
 */
typedef struct edo_owner {
    void (*unref)(void *arg);
    void *arg;
} edo_owner;

EDO_END_DECLS

#endif
