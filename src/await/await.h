/* await/await.h: for the layers above: a direct form is the await of its future. */
#ifndef AWAIT_AWAIT_H
#define AWAIT_AWAIT_H

#include <edo/await.h>

#include "future/future.h"

#endif
