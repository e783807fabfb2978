/* poll_semaphore.c: permits of a semaphore for whoever is polled. */
#include <edo/poll_semaphore.h>

#include "sync/owner.h"
#include "sync/poll_wait.h"

int edo_poll_semaphore_init(edo_poll_semaphore *poll, edo_semaphore *semaphore, edo_owner owner)
{
    if (!poll || !semaphore)
        return -EINVAL;
    *poll = (edo_poll_semaphore){.semaphore = semaphore, .owner = owner};
    return 0;
}

void edo_poll_semaphore_leave(edo_poll_semaphore *poll)
{
    if (!poll || !poll->semaphore)
        return;
    size_t granted = poll_wait_leave(&poll->wait, &poll->semaphore->permits);
    permits_release(&poll->semaphore->permits, granted);
}

void edo_poll_semaphore_fini(edo_poll_semaphore *poll)
{
    if (!poll)
        return;
    edo_poll_semaphore_leave(poll);
    edo_owner owner = poll->owner;
    *poll = (edo_poll_semaphore){0};
    owner_unref(owner);
}

int edo_poll_semaphore_acquire(edo_poll_semaphore *poll, size_t count, const edo_waker *waker,
                               edo_permit *ret_permit)
{
    if (!poll || !poll->semaphore || !waker || !waker->ops || count > EDO_SEMAPHORE_MAX)
        return -EINVAL;
    if (count != poll->wait.count)
        edo_poll_semaphore_leave(poll);
    int rc = poll_wait_advance(&poll->wait, &poll->semaphore->permits, count, waker);
    if (rc == 0 && ret_permit)
        *ret_permit = (edo_permit){.semaphore = poll->semaphore, .count = count};
    return rc;
}

void edo_poll_semaphore_close(edo_poll_semaphore *poll)
{
    if (poll)
        edo_semaphore_close(poll->semaphore);
}

bool edo_poll_semaphore_is_closed(const edo_poll_semaphore *poll)
{
    return poll && edo_semaphore_is_closed(poll->semaphore);
}

size_t edo_poll_semaphore_available(const edo_poll_semaphore *poll)
{
    return poll ? edo_semaphore_available(poll->semaphore) : 0;
}
