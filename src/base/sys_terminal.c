/* sys_terminal.c: terminals. */
#include "base/sys.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/sys_result.h"

bool sys_is_terminal(int fd)
{
    int saved = errno;
    bool is = isatty(fd);

    errno = saved;
    return is;
}

int sys_terminal_size(int fd, unsigned *ret_rows, unsigned *ret_columns)
{
    struct winsize size;
    int saved = errno;
    int rc = (int)sys_result(ioctl(fd, TIOCGWINSZ, &size), saved);

    if (rc < 0)
        return rc;
    *ret_rows = size.ws_row;
    *ret_columns = size.ws_col;
    return 0;
}

int sys_terminal_get(int fd, struct termios *ret_mode)
{
    int saved = errno;
    return (int)sys_result(tcgetattr(fd, ret_mode), saved);
}

int sys_terminal_set(int fd, const struct termios *mode)
{
    int saved = errno;
    int rc;

    do
        rc = tcsetattr(fd, TCSADRAIN, mode);
    while (sys_interrupted(rc, saved));
    return (int)sys_result(rc, saved);
}

void sys_terminal_make_raw(struct termios *mode)
{
    cfmakeraw(mode);
}

int sys_at_exit(void (*fn)(void))
{
    return atexit(fn) == 0 ? 0 : -ENOMEM;
}
