/* sys_thread.c: what one thread of the process may ask about another. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/sys_result.h"

int sys_tgkill(pid_t tid, int signo)
{
    int saved = errno;

    return (int)sys_result(syscall(SYS_tgkill, getpid(), tid, signo), saved);
}

void sys_free_signals(int *ret_first, int *ret_last)
{
    *ret_first = SIGRTMIN;
    *ret_last = SIGRTMAX;
}

/* "running"; or the call's number, -1 for none, its arguments, stack pointer and place. */
static int parse_call(const char *text, sys_call_place *ret)
{
    uint64_t numbers[8];
    char *end;
    int64_t number = strtoll(text, &end, 10);

    if (end == text || number < 0)
        return -EAGAIN;
    for (unsigned i = 0; i < 8; i++) {
        text = end;
        numbers[i] = strtoull(text, &end, 16);
        if (end == text)
            return -EAGAIN;
    }
    *ret = (sys_call_place){.number = number, .sp = numbers[6], .pc = numbers[7]};
    memcpy(ret->args, numbers, sizeof ret->args);
    return 0;
}

/* The text of a file in a thread's folder, as much as there is room for; its length, or -errno. */
static int read_of_thread(pid_t tid, const char *name, char *text, size_t room)
{
    char path[64];
    int saved = errno;

    snprintf(path, sizeof path, "/proc/self/task/%d/%s", (int)tid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return (int)sys_result(-1, saved);
    ssize_t len = sys_read(fd, text, room - 1);
    sys_close(fd);
    errno = saved;
    text[len > 0 ? len : 0] = 0;
    return (int)len;
}

bool sys_thread_blocks(pid_t tid, int signo)
{
    char text[4096];
    static const char label[] = "\nSigBlk:";

    if (read_of_thread(tid, "status", text, sizeof text) < 0)
        return false;
    const char *mask = strstr(text, label);
    return mask && (strtoull(mask + strlen(label), NULL, 16) >> (signo - 1) & 1);
}

int sys_thread_call(pid_t tid, sys_call_place *ret)
{
    char text[256];
    int len = read_of_thread(tid, "syscall", text, sizeof text);

    return len < 0 ? len : parse_call(text, ret);
}

/* A folder has a link of each folder in it, beside its own two. */
int sys_thread_count(void)
{
    struct stat st;
    int saved = errno;
    bool known = stat("/proc/self/task", &st) == 0 && st.st_nlink > 2;

    errno = saved;
    return known ? (int)st.st_nlink - 2 : 0;
}
