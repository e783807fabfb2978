/* runtime.c: a runtime built by hand, from options, inside of an ordinary main(). */
#include <stdio.h>

#include <edo.h>

static int child(void *arg)
{
    (void)arg;
    return edo_yield();
}

/* The root task: block_on returns when it does. */
static int root(void *arg)
{
    int *answer = arg;
    edo_task task;
    int rc = edo_spawn(child, NULL, &task);

    if (rc == 0)
        rc = edo_join(task, NULL);
    if (rc == 0)
        *answer = 42;
    return rc;
}

static int use(edo_runtime *runtime)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_metrics metrics;
    int answer = 0, rc = edo_block_on(runtime, root, &answer);

    if (rc == 0 && (rc = edo_handle_metrics(handle, &metrics)) == 0)
        printf("%s: the answer is %d, %u worker, %llu tasks\n", edo_handle_name(handle), answer,
               metrics.workers, (unsigned long long)metrics.spawned_tasks);
    edo_handle_unref(handle);
    return rc;
}

int main(void)
{
    edo_runtime *runtime;
    int rc = edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .name = "tour",
                                      .stack_size = (size_t)64 << 10),
                             &runtime);

    if (rc == 0) {
        rc = use(runtime);
        edo_runtime_free(runtime);
    }
    if (rc < 0)
        fprintf(stderr, "%s\n", edo_strerror(rc));
    return rc < 0;
}
