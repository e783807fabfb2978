/* bad_disk.c: just enough of FUSE's protocol. */
#include "fs/bad_disk.h"

#include "fs/mounts.h"

#include <linux/fuse.h>
#include <signal.h>
#include <stdint.h>
#include <sys/uio.h>
#include <sys/wait.h>

enum { ROOT = FUSE_ROOT_ID, FIRST, READ = FIRST, WRITE, SYNC, CLOSE, SHORT, NODES, LITTLE = 7 };

static const char *const names[NODES] = {[READ] = BAD_READ,
                                         [WRITE] = BAD_WRITE,
                                         [SYNC] = BAD_SYNC,
                                         [CLOSE] = BAD_CLOSE,
                                         [SHORT] = BAD_SHORT};
static unsigned char contents[NODES][BAD_SIZE];
static pid_t server;

/* In the server. */

static void reply(int fd, const struct fuse_in_header *to, int error, const void *data, size_t len)
{
    struct fuse_out_header head = {.unique = to->unique, .error = error};
    struct iovec iov[] = {{&head, sizeof head}, {(void *)(uintptr_t)data, error ? 0 : len}};

    head.len = (uint32_t)(sizeof head + iov[1].iov_len);
    (void)!writev(fd, iov, 2); /* nobody may wait for it any more */
}

static struct fuse_attr attributes(uint64_t node)
{
    return (struct fuse_attr){.ino = node,
                              .size = BAD_SIZE,
                              .mode = node == ROOT ? S_IFDIR | 0755 : S_IFREG | 0666,
                              .nlink = 1};
}

static uint64_t node_of(const char *name)
{
    for (uint64_t node = FIRST; node < NODES; node++)
        if (strcmp(name, names[node]) == 0)
            return node;
    return 0;
}

static void look_up(int fd, const struct fuse_in_header *in, const char *name)
{
    struct fuse_entry_out out = {.nodeid = node_of(name)};

    if (out.nodeid)
        out.attr = attributes(out.nodeid);
    reply(fd, in, out.nodeid ? 0 : -ENOENT, &out, sizeof out);
}

static void tell_attributes(int fd, const struct fuse_in_header *in)
{
    struct fuse_attr_out out = {.attr = attributes(in->nodeid)};

    reply(fd, in, 0, &out, sizeof out);
}

static void read_some(int fd, const struct fuse_in_header *in, const struct fuse_read_in *read)
{
    uint64_t node = in->nodeid, at = read->offset;
    uint64_t left = at < BAD_SIZE ? BAD_SIZE - at : 0, n = read->size < left ? read->size : left;

    if (node == SHORT && n > LITTLE)
        n = LITTLE;
    if (node == READ && at < 4096 && at + n > 4096)
        n = 4096 - at;
    reply(fd, in, node == READ && at >= 4096 ? -EIO : 0, contents[node] + at, n);
}

static void write_some(int fd, const struct fuse_in_header *in, const struct fuse_write_in *write)
{
    uint64_t node = in->nodeid, at = write->offset, n = write->size;
    struct fuse_write_out out;

    if (node == SHORT && n > LITTLE)
        n = LITTLE;
    int error = node == WRITE ? -EIO : at + n > BAD_SIZE ? -ENOSPC : 0;
    if (!error)
        memcpy(contents[node] + at, write + 1, n);
    out = (struct fuse_write_out){.size = (uint32_t)n};
    reply(fd, in, error, &out, sizeof out);
}

static void answer(int fd, const struct fuse_in_header *in)
{
    const void *body = in + 1;

    switch (in->opcode) {
    case FUSE_INIT:
        reply(fd, in, 0,
              &(struct fuse_init_out){.major = FUSE_KERNEL_VERSION,
                                      .minor = FUSE_KERNEL_MINOR_VERSION,
                                      .max_write = 65536},
              sizeof(struct fuse_init_out));
        break;
    case FUSE_LOOKUP:
        look_up(fd, in, body);
        break;
    case FUSE_GETATTR:
    case FUSE_SETATTR: /* nothing is cut off */
        tell_attributes(fd, in);
        break;
    case FUSE_OPEN: /* past the page cache: so each call is seen here */
        reply(fd, in, 0, &(struct fuse_open_out){.open_flags = FOPEN_DIRECT_IO},
              sizeof(struct fuse_open_out));
        break;
    case FUSE_READ:
        read_some(fd, in, body);
        break;
    case FUSE_WRITE:
        write_some(fd, in, body);
        break;
    case FUSE_FSYNC:
        reply(fd, in, in->nodeid == SYNC ? -EIO : 0, NULL, 0);
        break;
    case FUSE_FLUSH:
        reply(fd, in, in->nodeid == CLOSE ? -EIO : 0, NULL, 0);
        break;
    case FUSE_RELEASE:
        reply(fd, in, 0, NULL, 0);
        break;
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
        break; /* there is no answer to these */
    default:
        reply(fd, in, -ENOSYS, NULL, 0);
    }
}

static void serve(int fd)
{
    static _Alignas(struct fuse_in_header) char request[1 << 17];
    ssize_t n;

    for (uint64_t node = FIRST; node < NODES; node++)
        for (size_t i = 0; i < BAD_SIZE; i++)
            contents[node][i] = (unsigned char)(i * 7);
    while ((n = read(fd, request, sizeof request)) > 0 || errno == EINTR || errno == ENOENT)
        if (n > 0)
            answer(fd, (const struct fuse_in_header *)request);
    _exit(0); /* it was unmounted */
}

/* In the test. */

void bad_disk_mount(const char *folder)
{
    char options[128];
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        EDO_SKIP("no FUSE here");
    enter_own_mounts();
    assert_int_equal(mkdir(folder, 0755), 0);
    snprintf(options, sizeof options,
             "fd=%d,rootmode=40755,user_id=0,group_id=0,default_permissions", fd);
    if (mount("edo", folder, "fuse", 0, options) != 0)
        EDO_SKIP(NO_MOUNTS);
    server = fork();
    assert_true(server >= 0);
    if (server == 0)
        serve(fd);
    close(fd);
}

void bad_disk_unmount(const char *folder)
{
    int status;

    assert_int_equal(umount2(folder, MNT_DETACH), 0);
    kill(server, SIGKILL);
    assert_int_equal(waitpid(server, &status, 0), server);
}
