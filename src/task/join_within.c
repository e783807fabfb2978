/* join_within.c: a join with a limit, apart from the rest of joins, as it alone needs timers. */
#include <edo/task.h>
#include <edo/time.h>

int edo_join_within(edo_task handle, edo_duration span, int *ret)
{
    edo_join_future join = edo_join_async(handle, ret);

    return (int)edo_timeout(&join.base, span);
}
