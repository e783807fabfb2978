/*
 * fake_driver.h: a completion driver for tests, chosen by EDO_DRIVER=fake.
 *
 * It behaves as io_uring does where that differs from epoll: an operation is handed to threads that
 * make the call some time later, its result comes on any thread, a cancel takes a while, and an
 * operation may succeed after it was cancelled.
 */
#ifndef TESTS_FAKE_DRIVER_H
#define TESTS_FAKE_DRIVER_H

#include "driver/driver.h"

extern const driver_ops fake_driver_ops;

/* Makes it known to driver_choose. */
void fake_driver_offer(void);
/* The next accept that the driver makes fails with this negative errno and takes no connection. */
void fake_driver_fail_accept(int error);
/* How many operations have succeeded after they were cancelled. */
unsigned fake_driver_late_successes(void);

#endif
