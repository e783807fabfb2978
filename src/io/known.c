/*
 * known.c: what a descriptor was last found ready for.
 *
 * Word        source.known has the flags, and above them the turn, which grows whenever a wait finds
 *             something: so a clear that comes too late clears nothing. It is a hint that saves asking; a
 *             flag that is missing has the kernel asked, so to clear too much loses nothing.
 * All         What one wait has found ends all that wait for it: it wakes the first of them, and each that
 *             ends by it wakes the next. A wait that is to sleep looks once more after it is linked.
 */
#include <errno.h>
#include <poll.h>

#include "driver/source.h"
#include "io/async_fd.h"
#include "io/fd_ready.h"

#define FLAGS 0xffU
#define ONE_TURN 0x100U

static unsigned flags_known(const edo_async_fd_wait *wait, uint32_t *ret_turn)
{
    /* acquire: pairs with the release in note_found. */
    uint32_t known = a_load(&wait->op.src->known, acquire);

    *ret_turn = known / ONE_TURN;
    return fd_ready_matching(known & FLAGS, wait->interest);
}

/* The turn. */
static uint32_t note_found(source *src, unsigned flags)
{
    uint32_t known = a_load(&src->known, relaxed), next;

    do
        next = (known + ONE_TURN) | flags;
    while (!a_cas_weak(&src->known, &known, next, release, relaxed));
    return next / ONE_TURN;
}

void known_clear(source *src, uint32_t gen, uint32_t turn, unsigned flags)
{
    uint32_t known = a_load(&src->known, relaxed);

    /* relaxed: a life of the source that begins just now has its flags asked for once more at worst. */
    if (a_load(&src->gen, relaxed) != gen)
        return;
    while (known / ONE_TURN == turn)
        if (a_cas_weak(&src->known, &known, known & ~(flags & FLAGS), relaxed, relaxed))
            return;
}

static void wake_next(const edo_async_fd_wait *wait, unsigned flags)
{
    const int always = POLLERR | POLLHUP | POLLNVAL;
    bool ends_all = flags & (EDO_ERROR | EDO_READ_CLOSED | EDO_WRITE_CLOSED);

    source_wake_wanting(wait->op.src, wait->op.gen,
                        ends_all ? always : fd_ready_wanted(flags) & ~always);
}

/* The operation's result, as flags or an error. */
static int take_answer(edo_async_fd_wait *wait)
{
    int flags = fd_ready_flags(wait->op.result, false);

    if (flags < 0)
        return flags;
    lock_take(&wait->op.src->lock);
    if (a_load(&wait->op.src->gen, relaxed) ==
        wait->op.gen) /* else that is another descriptor's by now */
        wait->turn = note_found(wait->op.src, (unsigned)flags);
    lock_drop(&wait->op.src->lock);
    wake_next(wait, (unsigned)flags);
    return (int)fd_ready_matching((unsigned)flags, wait->interest);
}

static int end_by_known(edo_async_fd_wait *wait, unsigned flags)
{
    int rc = op_may_begin(&wait->op);

    if (rc == 0)
        wake_next(wait, flags);
    return rc < 0 ? rc : (int)flags;
}

edo_async_fd_wait known_wait(source *src, unsigned interest)
{
    edo_async_fd_wait wait = {.interest = (uint8_t)interest};

    if (!src || !fd_ready_is_interest(interest)) {
        wait.op.result = -EINVAL;
        return wait;
    }
    op_init(&wait.op, src, OP_READINESS, NULL, 0);
    wait.op.flags = fd_ready_wanted(interest);
    return wait;
}

edo_poll known_wait_poll(edo_async_fd_wait *wait, bool canceled, const edo_waker *waker, int *ret)
{
    edo_op *op = &wait->op;

    for (;;) {
        unsigned known = canceled ? 0 : flags_known(wait, &wait->turn);
        if (known && op_is_new(op)) {
            *ret = end_by_known(wait, known);
            return EDO_READY;
        }
        if (known && !wait->gives_way) {
            wait->gives_way = true;
            op_cancel(op);
        }
        chaos_point();
        if (op_poll(op, waker) == EDO_PENDING) {
            if (!canceled && !wait->gives_way && flags_known(wait, &wait->turn))
                continue;
            return EDO_PENDING;
        }
        bool gave_way = wait->gives_way;
        wait->gives_way = false;
        *ret = op->result == -ECANCELED ? -ECANCELED : take_answer(wait);
        op_renew(op);
        if (!gave_way || canceled || *ret != -ECANCELED)
            return EDO_READY;
    }
}

int known_try(edo_async_fd_wait *wait)
{
    unsigned known = flags_known(wait, &wait->turn);

    if (known)
        return (int)known;
    wait->op.result = op_try(&wait->op);
    return take_answer(wait);
}

int64_t known_call(edo_async_fd_wait *wait, edo_fd_call *call, void *arg)
{
    int64_t result = op_try_by(&wait->op, call, arg);

    if (result == -EAGAIN)
        known_clear(wait->op.src, wait->op.gen, wait->turn,
                    fd_ready_matching(FLAGS, wait->interest));
    return result;
}
