/* termination.c: the signals by which a program is asked to end; made of the public API alone. */
#include <signal.h>

#include <edo/await.h>
#include <edo/signal.h>

int edo_ctrl_c(void)
{
    edo_signal *interrupt;
    int rc = edo_signal_open(SIGINT, &interrupt);

    if (rc < 0)
        return rc;
    rc = edo_signal_recv(interrupt);
    edo_signal_close(interrupt);
    return rc;
}

/* The number of the first that came; or why the waiting ended. */
static int first_of(edo_signal *interrupt, edo_signal *terminate)
{
    edo_signal_recv_future by_interrupt = edo_signal_recv_async(interrupt);
    edo_signal_recv_future by_terminate = edo_signal_recv_async(terminate);
    int winner = edo_select(&by_interrupt.base, &by_terminate.base);

    switch (winner) {
    case 0:
        return by_interrupt.base.result < 0 ? (int)by_interrupt.base.result : SIGINT;
    case 1:
        return by_terminate.base.result < 0 ? (int)by_terminate.base.result : SIGTERM;
    default:
        return winner;
    }
}

int edo_termination(void)
{
    edo_signal *interrupt, *terminate;
    int rc = edo_signal_open(SIGINT, &interrupt);

    if (rc < 0)
        return rc;
    if ((rc = edo_signal_open(SIGTERM, &terminate)) == 0) {
        rc = first_of(interrupt, terminate);
        edo_signal_close(terminate);
    }
    edo_signal_close(interrupt);
    return rc;
}
