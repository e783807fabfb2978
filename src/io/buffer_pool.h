/* io/buffer_pool.h: a pool as what operations borrow from. */
#ifndef IO_BUFFER_POOL_H
#define IO_BUFFER_POOL_H

#include <edo/buffer_pool.h>

#include "driver/driver.h"

op_lender *buffer_pool_lender(edo_buffer_pool *pool);

#endif
