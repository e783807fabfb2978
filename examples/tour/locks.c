/* locks.c: three tasks share an account, and hold its lock over a wait. */
#include <stdio.h>

#include <edo.h>

typedef struct account {
    edo_mutex lock; /* zeros are an unlocked one */
    int balance;
} account;

static int withdraw(void *arg)
{
    account *a = arg;
    int rc = edo_mutex_lock(&a->lock);

    if (rc < 0)
        return rc; /* cancelled: the lock isn't ours */
    int seen = a->balance;
    rc = edo_sleep(EDO_MILLIS(5)); /* asks somebody; the others run meanwhile, and wait */
    if (rc == 0)
        a->balance = seen - 10;
    edo_mutex_unlock(&a->lock);
    return rc;
}

static int app(int argc, char **argv)
{
    (void)argc, (void)argv;
    account shared = {.balance = 100};
    edo_task tasks[3];
    int ret, rc = 0, spawned = 0;

    while (spawned < 3 && (rc = edo_spawn(withdraw, &shared, &tasks[spawned])) == 0)
        spawned++;
    while (spawned > 0) {
        int joined = edo_join(tasks[--spawned], &ret);
        rc = rc < 0 ? rc : joined < 0 ? joined : ret;
    }
    printf("balance: %d\n", shared.balance);
    return rc;
}

EDO_MAIN(app);
