/* pool_test.c: what only the inside of the pool shows. */
#include "runtime/rig.h"

#include "sched/sched.h"

EDO_TEST_PLAIN(the_pool_has_its_defaults) /* rt-008 */
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);

    assert_int_equal(handle->opts.max_blocking_threads, 512);
    assert_true(handle->opts.blocking_keep_alive.ns == EDO_SECONDS(10).ns);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
