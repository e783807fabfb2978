/* sys_send_file.c: from a file to a socket, within the kernel. */
#include <sys/sendfile.h>

#include "base/sys.h"

#include "base/sys_pipe_signal.h"
#include "base/sys_result.h"

static ssize_t send_once(int to, int from, off_t *offset, size_t len)
{
    int saved = errno;
    ssize_t n;

    do
        n = sendfile(to, from, offset, len);
    while (sys_interrupted(n, saved));
    return sys_result(n, saved);
}

ssize_t sys_send_file(int to, int from, off_t *offset, size_t len)
{
    pipe_signal guard;

    pipe_signal_block(&guard);
    ssize_t n = send_once(to, from, offset, len);
    pipe_signal_let(&guard, n, len);
    return n;
}
