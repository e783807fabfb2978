/* poll_sender.c: room in a channel for whoever is polled. */
#include <edo/poll_sender.h>

#include <edo/error.h>

#include "base/report.h"
#include "sync/mpsc.h"
#include "sync/poll_wait.h"

int edo_poll_sender_init(edo_poll_sender *poll, edo_mpsc_sender *sender)
{
    if (!poll || !sender || !mpsc_is_bounded(mpsc_of_sender(sender)))
        return -EINVAL;
    *poll = (edo_poll_sender){.sender = sender};
    return 0;
}

static void free_sender(edo_poll_sender *poll)
{
    edo_mpsc_sender *sender = poll->sender;

    poll->sender = NULL;
    edo_mpsc_sender_free(sender);
}

/* The room was used, or given up. */
static void end_reservation(edo_poll_sender *poll)
{
    poll->reserved = false;
    if (poll->closing)
        free_sender(poll);
}

bool edo_poll_sender_leave(edo_poll_sender *poll)
{
    if (!poll || !poll->sender)
        return false;
    mpsc *c = mpsc_of_sender(poll->sender);
    bool held = poll->reserved || !poll_wait_is_idle(&poll->wait);
    size_t granted = poll->reserved + poll_wait_leave(&poll->wait, &c->permits);

    if (granted)
        mpsc_return_room(c, granted);
    end_reservation(poll);
    return held;
}

void edo_poll_sender_close(edo_poll_sender *poll)
{
    if (!poll || !poll->sender)
        return;
    poll->closing = true;
    if (!poll->reserved)
        (void)edo_poll_sender_leave(poll);
}

void edo_poll_sender_fini(edo_poll_sender *poll)
{
    if (!poll)
        return;
    poll->closing = true;
    (void)edo_poll_sender_leave(poll);
}

int edo_poll_sender_reserve(edo_poll_sender *poll, const edo_waker *waker)
{
    if (!poll || !waker || !waker->ops)
        return -EINVAL;
    if (!poll->sender || poll->closing)
        return -EPIPE;
    if (poll->reserved)
        return 0;
    int rc = poll_wait_advance(&poll->wait, &mpsc_of_sender(poll->sender)->permits, 1, waker);
    poll->reserved = rc == 0;
    return rc;
}

int edo_poll_sender_send(edo_poll_sender *poll, const void *item)
{
    if (!poll)
        return -EINVAL;
    if (!poll->sender)
        return -EPIPE;
    if (!poll->reserved) {
        report_misuse("a poll sender was given a message before it had reserved room for it");
        return -EDO_EMISUSE;
    }
    if (!mpsc_may_send(poll->sender, item))
        return -EINVAL;
    if (mpsc_is_closed(mpsc_of_sender(poll->sender))) {
        (void)edo_poll_sender_leave(poll);
        return -EPIPE;
    }
    int rc = mpsc_put(mpsc_of_sender(poll->sender), item);
    end_reservation(poll);
    return rc;
}

int edo_poll_sender_flush(const edo_poll_sender *poll)
{
    return poll ? 0 : -EINVAL;
}

bool edo_poll_sender_is_closed(const edo_poll_sender *poll)
{
    return poll && (!poll->sender || poll->closing || edo_mpsc_sender_is_closed(poll->sender));
}

edo_mpsc_sender *edo_poll_sender_sender(const edo_poll_sender *poll)
{
    return poll ? poll->sender : NULL;
}
