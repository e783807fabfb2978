/* mpsc_weak.c: handles that don't keep a channel open, and how many handles of each kind there are. */
#include "sync/mpsc.h"

static mpsc *of_weak(const edo_mpsc_weak *weak)
{
    return (mpsc *)(uintptr_t)weak;
}

static edo_mpsc_weak *add(mpsc *c)
{
    a_fetch_add(&c->weak, 1, relaxed); /* a number */
    mpsc_ref(c);
    return (edo_mpsc_weak *)c;
}

edo_mpsc_weak *edo_mpsc_downgrade(edo_mpsc_sender *sender)
{
    return sender ? add(mpsc_of_sender(sender)) : NULL;
}

edo_mpsc_weak *edo_mpsc_weak_clone(edo_mpsc_weak *weak)
{
    return weak ? add(of_weak(weak)) : NULL;
}

void edo_mpsc_weak_free(edo_mpsc_weak *weak)
{
    if (!weak)
        return;
    a_fetch_sub(&of_weak(weak)->weak, 1, relaxed); /* a number */
    mpsc_unref(of_weak(weak));
}

edo_mpsc_sender *edo_mpsc_upgrade(edo_mpsc_weak *weak)
{
    return weak && mpsc_ref_sender(of_weak(weak)) ? (edo_mpsc_sender *)of_weak(weak) : NULL;
}

/* Numbers that may be old when they are read. */

static size_t strong_of(const mpsc *c)
{
    return c ? (size_t)a_load(&c->strong, relaxed) : 0;
}

static size_t weak_of(const mpsc *c)
{
    return c ? (size_t)a_load(&c->weak, relaxed) : 0;
}

size_t edo_mpsc_sender_strong_count(const edo_mpsc_sender *sender)
{
    return strong_of(mpsc_of_sender(sender));
}

size_t edo_mpsc_sender_weak_count(const edo_mpsc_sender *sender)
{
    return weak_of(mpsc_of_sender(sender));
}

size_t edo_mpsc_receiver_strong_count(const edo_mpsc_receiver *receiver)
{
    return strong_of(mpsc_of_receiver(receiver));
}

size_t edo_mpsc_receiver_weak_count(const edo_mpsc_receiver *receiver)
{
    return weak_of(mpsc_of_receiver(receiver));
}

size_t edo_mpsc_weak_strong_count(const edo_mpsc_weak *weak)
{
    return strong_of(of_weak(weak));
}

size_t edo_mpsc_weak_weak_count(const edo_mpsc_weak *weak)
{
    return weak_of(of_weak(weak));
}
