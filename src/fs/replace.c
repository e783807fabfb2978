/* replace.c: edo_fs_replace: the whole of it in one hop. */
#include <edo/fs.h>

#include <errno.h>

#include "base/sys.h"
#include "fs/fs_call.h"
#include "fs/replacement.h"

FS_CALL_CHECK(edo_fs_replace_future);

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = sys_write(fd, bytes, len);
        if (n < 0)
            return (int)n;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

static int64_t replace_run(edo_future *base)
{
    const edo_fs_replace_future *fut = container_of(base, edo_fs_replace_future, base);
    bool sync = !fut->opts.no_sync;
    mode_t mode = fut->opts.mode ? (mode_t)fut->opts.mode : 0666;
    replacement r;
    int rc = replacement_begin(fut->path, mode, sync, &r);

    if (rc < 0)
        return rc;
    return replacement_end(&r, write_all(r.fd, fut->data, fut->len), sync);
}

static const fs_ops replace_ops = FS_OPS("fs_replace", replace_run);

edo_fs_replace_future edo_fs_replace_async(const char *path, const void *data, size_t len,
                                           const edo_fs_replace_opts *opts)
{
    edo_fs_replace_future fut = {
        .base = EDO_FUTURE_INIT(&replace_ops.base), .path = path, .data = data, .len = len};

    if (opts)
        fut.opts = *opts;
    if (!path || (!data && len > 0) || fut.opts.mode > 07777)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_fs_replace(const char *path, const void *data, size_t len, const edo_fs_replace_opts *opts)
{
    edo_fs_replace_future fut = edo_fs_replace_async(path, data, len, opts);

    return (int)fs_await(&fut.base);
}
