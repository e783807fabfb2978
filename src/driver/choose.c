/* choose.c: the drivers there are, by name. */
#include <stdlib.h>
#include <string.h>

#include "driver/driver.h"

#define DRIVERS_MAX 8

/* Filled before the first runtime is built, so read without a lock. */
static const driver_ops *offered[DRIVERS_MAX] = {&epoll_driver_ops};

void driver_offer(const driver_ops *ops)
{
    for (unsigned i = 0; i < DRIVERS_MAX; i++) {
        if (!offered[i] || offered[i] == ops) {
            offered[i] = ops;
            return;
        }
    }
}

const driver_ops *driver_choose(void)
{
    const char *name = getenv("EDO_DRIVER");

    if (!name || !*name)
        return &epoll_driver_ops;
    for (unsigned i = 0; i < DRIVERS_MAX && offered[i]; i++)
        if (strcmp(offered[i]->name, name) == 0)
            return offered[i];
    return NULL;
}
