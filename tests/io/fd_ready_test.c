/* fd_ready_test.c: waiting until a descriptor is ready, whatever it is of: here pipes. */
#include "support/edo_test.h"
#include "support/tcp.h"

EDO_TEST_BOTH(a_wait_that_loses_selects_goes_on)
{
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;

    assert_ok(edo_pipe_pair(&sender, &receiver));
    edo_pipe_ready_future wait = edo_pipe_readable_async(receiver);
    for (int i = 0; i < 3; i++) {
        edo_sleep_future nap = edo_sleep_async(EDO_SECONDS(0));
        assert_int_equal(edo_select_keep(&wait.base, &nap.base), 1);
    }
    assert_int_equal(edo_pipe_write(sender, "a", 1), 1);
    assert_ok(edo_await(&wait.base));
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
}

EDO_TEST_BOTH(what_is_put_back_ends_a_wait)
{
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    char byte;

    assert_ok(edo_pipe_pair(&sender, &receiver));
    edo_pipe_read_future read = edo_pipe_read_async(receiver, &byte, 1);
    assert_int_equal(edo_pipe_write(sender, "a", 1), 1);
    assert_int_equal(poll_to_end(&read.base), 1);
    edo_pipe_ready_future wait = edo_pipe_readable_async(receiver);
    assert_pending(&wait.base);
    assert_err(edo_pipe_receiver_try_ready(receiver, EDO_READABLE), -EAGAIN);
    edo_future_put_back(&read.base);
    assert_ok(poll_to_end(&wait.base));
    assert_int_equal(edo_pipe_receiver_try_ready(receiver, EDO_READABLE), EDO_READABLE);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
}
