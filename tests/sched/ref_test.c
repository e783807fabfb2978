/* ref_test.c: the references that keep what a runtime's workers share. */
#include "runtime/rig.h"

#include "sched/sched.h"

/* A handle costs no memory, so nothing else stops a program that forgets to give them back. */
EDO_TEST_PLAIN(more_handles_than_32_bits_count_keep_it)
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    uint32_t real = (uint32_t)handle->refs;

    handle->refs = UINT32_MAX;
    edo_handle_ref(handle);
    assert_true(handle->refs > UINT32_MAX);
    edo_handle_unref(handle);
    handle->refs = real;
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
