/* abort.c: a task that is aborted unwinds through its own code. */
#include <stdio.h>
#include <stdlib.h>

#include <edo.h>

static int worker(void *arg)
{
    char *buffer = malloc(100);
    int rc = buffer ? 0 : -ENOMEM;

    (void)arg;
    while (rc == 0)
        rc = edo_sleep(EDO_SECONDS(1)); /* an abort ends it with -ECANCELED */
    free(buffer);
    printf("worker: cleaned up after %s\n", edo_err_name(rc));
    return rc;
}

static int app(int argc, char **argv)
{
    edo_task task;
    int result, rc = edo_spawn(worker, NULL, &task);

    (void)argc, (void)argv;
    if (rc < 0 || (rc = edo_sleep(EDO_MILLIS(10))) < 0)
        return rc;
    edo_task copy = task;
    edo_task_abort(task); /* asks; nothing of the task runs here */
    rc = edo_join(task, &result);
    if (rc < 0)
        return rc;
    printf("joined: %s\n", edo_err_name(result));
    /* The handle is used up, and so is its copy: both are told so. */
    printf("again:  %s\n", edo_err_name(edo_task_abort(copy)));
    return 0;
}

EDO_MAIN(app);
