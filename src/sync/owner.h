/* sync/owner.h: giving a reference back. */
#ifndef SYNC_OWNER_H
#define SYNC_OWNER_H

#include <edo/owner.h>

/* With no lock held: what it refers to may be freed by it. */
static inline void owner_unref(edo_owner owner)
{
    if (owner.unref)
        owner.unref(owner.arg);
}

#endif
