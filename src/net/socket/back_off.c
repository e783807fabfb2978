/* back_off.c: trying again later. */
#include "net/socket/back_off.h"

#define MAX_MS 100

void back_off_begin(edo_back_off *back_off)
{
    unsigned ms = back_off->ms * 2U;

    ms = ms == 0 ? 1 : ms > MAX_MS ? MAX_MS : ms;
    back_off->ms = (uint16_t)ms;
    back_off->sleep = edo_sleep_async(EDO_MILLIS(ms));
    back_off->waits = true;
}

int back_off_poll(edo_back_off *back_off, const edo_waker *waker)
{
    if (edo_future_poll(&back_off->sleep.base, waker) == EDO_PENDING)
        return 0;
    back_off->waits = false;
    int64_t rc = back_off->sleep.base.result;
    return rc < 0 ? (int)rc : 1;
}
