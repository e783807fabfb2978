/* probe.c: the scripted future. */
#include "support/probe.h"

#include <errno.h>
#include <string.h>

#include "future/future.h"

char probe_trace[256];

void probe_trace_clear(void)
{
    probe_trace[0] = 0;
}

static probe *of(edo_future *base)
{
    return container_of(base, probe, base);
}

static edo_poll end(probe *p, int64_t result)
{
    edo_waker_drop(p->waker);
    p->waker = (edo_waker){0};
    return edo_future_finish(&p->base, result);
}

static edo_poll probe_poll(edo_future *base, const edo_waker *waker)
{
    probe *p = of(base);
    size_t len = strlen(probe_trace);
    edo_waker old = p->waker;

    p->polls++;
    if (p->number && len + 1 < sizeof probe_trace) {
        probe_trace[len] = (char)('0' + p->number);
        probe_trace[len + 1] = 0;
    }
    if (p->ready && !p->yields)
        return end(p, p->value);
    if ((base->state & FUTURE_CANCELED) && !p->ignores_cancel)
        return end(p, -ECANCELED);
    (void)edo_waker_clone(waker, &p->waker);
    edo_waker_drop(old);
    if (p->yields) {
        p->yields--;
        edo_waker_wake_by_ref(waker);
    }
    return EDO_PENDING;
}

static void probe_cancel(edo_future *base)
{
    of(base)->cancels++;
}

static void probe_put_back(edo_future *base)
{
    of(base)->put_backs++;
    base->result = -ECANCELED;
}

static const edo_future_ops probe_ops = {
    .poll = probe_poll,
    .cancel = probe_cancel,
    .put_back = probe_put_back,
    .name = "probe",
};

probe probe_pending(void)
{
    return (probe){.base = EDO_FUTURE_INIT(&probe_ops)};
}

probe probe_ready(int64_t value)
{
    probe p = probe_pending();

    p.ready = true;
    p.value = value;
    return p;
}

void probe_finish(probe *p, int64_t value)
{
    p->ready = true;
    p->value = value;
    probe_wake(p);
}

void probe_wake(probe *p)
{
    edo_waker_wake_by_ref(&p->waker);
}
