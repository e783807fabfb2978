/* pipe_forms_test.c: the forms of each operation on pipes that other tests have no need of. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <edo/pipe.h>

#include <string.h>

EDO_TEST_BOTH(pipes_by_their_futures)
{
    edo_pipe_sender *sender;
    edo_pipe_receiver *receiver;
    char buf[8] = "";
    struct iovec out[] = {{"ab", 2}, {"cd", 2}}, in[] = {{buf, 3}, {buf + 3, 5}};

    assert_ok(edo_pipe_pair(&sender, &receiver));
    edo_pipe_ready_future ready = edo_pipe_sender_ready_async(sender, EDO_WRITABLE);
    assert_int_equal(poll_to_end(&ready.base), EDO_WRITABLE);
    assert_int_equal(edo_pipe_sender_try_ready(sender, EDO_WRITABLE), EDO_WRITABLE);
    edo_pipe_ready_future something = edo_pipe_receiver_ready_async(receiver, EDO_READABLE);
    assert_pending(&something.base);
    edo_pipe_ready_future readable = edo_pipe_readable_async(receiver);
    assert_pending(&readable.base);
    edo_pipe_write_future write = edo_pipe_write_async(sender, "1234", 4);
    assert_int_equal(poll_to_end(&write.base), 4);
    assert_int_equal(poll_to_end(&something.base), EDO_READABLE);
    assert_ok(poll_to_end(&readable.base));
    write = edo_pipe_writev_async(sender, out, 2);
    assert_int_equal(poll_to_end(&write.base), 4);
    edo_pipe_read_future read = edo_pipe_readv_async(receiver, in, 2);
    assert_int_equal(poll_to_end(&read.base), 8);
    assert_memory_equal(buf, "1234abcd", 8);
    edo_pipe_sender_close(sender);
    edo_pipe_receiver_close(receiver);
}
