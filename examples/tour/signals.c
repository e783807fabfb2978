/* signals.c: a program that ends in order when it is asked to. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <edo.h>

static int work(void *arg)
{
    int rounds = 0, rc;

    (void)arg;
    while ((rc = edo_sleep(EDO_MILLIS(5))) == 0)
        rounds++;
    printf("worked for %s round, then %s\n", rounds > 0 ? "at least a" : "no", edo_err_name(rc));
    return rc;
}

/* Somebody's Ctrl-C, a little later. */
static int nag(void *arg)
{
    (void)arg;
    int rc = edo_sleep(EDO_MILLIS(50));

    return rc < 0 ? rc : kill(getpid(), SIGINT);
}

static int end_at(edo_signal *interrupt)
{
    edo_task task;
    int rc = edo_spawn(work, NULL, &task);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(nag, NULL, NULL)) == 0 && (rc = edo_signal_recv(interrupt)) == 0)
        puts("asked to end");
    edo_task_abort(task);
    edo_join(task, NULL);
    return rc;
}

static int app(int argc, char **argv)
{
    edo_signal *interrupt;
    int rc = edo_signal_open(SIGINT, &interrupt); /* from here on it doesn't kill */

    (void)argc, (void)argv;
    if (rc < 0)
        return rc;
    rc = end_at(interrupt);
    edo_signal_close(interrupt);
    return rc;
}

EDO_MAIN(app);
