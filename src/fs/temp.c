/* temp.c: files and folders that are removed when they are closed. */
#include <edo/temp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/sys_path.h"
#include "fs/fs_call.h"
#include "fs/remove_tree.h"
#include "fs/temp_name.h"

FS_CALL_CHECK(edo_temp_new_future);
FS_CALL_CHECK(edo_temp_close_future);

struct edo_temp {
    int fd; /* -1: a folder */
    bool kept;
    char path[];
};

/* ---- making -------------------------------------------------------------------------------- */

static const char *folder_of(const edo_temp_opts *opts)
{
    const char *set = opts->dir ? opts->dir : getenv("TMPDIR");

    return set && *set ? set : "/tmp";
}

/* "<dir>/<prefix>XXXXXX<suffix>"; *ret_slot is where the XXXXXX are. */
static edo_temp *with_path(const edo_temp_opts *opts, char **ret_slot)
{
    const char *dir = folder_of(opts), *prefix = opts->prefix ? opts->prefix : "tmp-";
    const char *suffix = opts->suffix ? opts->suffix : "";
    size_t dir_len = strlen(dir), prefix_len = strlen(prefix), suffix_size = strlen(suffix) + 1;
    edo_temp *temp = malloc(sizeof *temp + dir_len + 1 + prefix_len + 6 + suffix_size);

    if (!temp)
        return NULL;
    *temp = (edo_temp){.fd = -1};
    char *to = temp->path;
    memcpy(to, dir, dir_len);
    to += dir_len;
    *to++ = '/';
    memcpy(to, prefix, prefix_len);
    *ret_slot = to + prefix_len;
    memcpy(*ret_slot + 6, suffix, suffix_size);
    return temp;
}

static int64_t new_run(edo_future *base)
{
    const edo_temp_new_future *fut = container_of(base, edo_temp_new_future, base);
    char *slot;
    edo_temp *temp = with_path(&fut->opts, &slot);
    int rc;

    if (!temp)
        return -ENOMEM;
    if (fut->is_dir)
        rc = temp_name_mkdir(temp->path, slot);
    else
        rc = temp->fd = temp_name_open(AT_FDCWD, temp->path, slot, O_RDWR, 0600);
    if (rc < 0) {
        free(temp);
        return rc;
    }
    *fut->ret_temp = temp;
    return 0;
}

static int end(edo_temp *temp);

static void new_put_back(edo_future *base)
{
    edo_temp **temp = container_of(base, edo_temp_new_future, base)->ret_temp;

    (void)end(*temp);
    *temp = NULL;
    base->result = -ECANCELED;
}

static const fs_ops new_ops = {.base = {.poll = fs_call_poll,
                                        .cancel = fs_call_cancel,
                                        .put_back = new_put_back,
                                        .name = "temp_new",
                                        .flags = EDO_FUTURE_RESTARTS},
                               .run = new_run};

static bool is_name(const char *part)
{
    return !part || !strchr(part, '/');
}

static edo_temp_new_future making(const edo_temp_opts *opts, edo_temp **ret_temp, bool is_dir)
{
    edo_temp_new_future fut = {
        .base = EDO_FUTURE_INIT(&new_ops.base), .ret_temp = ret_temp, .is_dir = is_dir};

    if (opts)
        fut.opts = *opts;
    if (!ret_temp || !is_name(fut.opts.prefix) || !is_name(fut.opts.suffix))
        future_settle(&fut.base, -EINVAL);
    return fut;
}

edo_temp_new_future edo_temp_file_new_async(const edo_temp_opts *opts, edo_temp **ret_temp)
{
    return making(opts, ret_temp, false);
}

int edo_temp_file_new(const edo_temp_opts *opts, edo_temp **ret_temp)
{
    edo_temp_new_future fut = making(opts, ret_temp, false);

    return (int)fs_await(&fut.base);
}

edo_temp_new_future edo_temp_dir_new_async(const edo_temp_opts *opts, edo_temp **ret_temp)
{
    return making(opts, ret_temp, true);
}

int edo_temp_dir_new(const edo_temp_opts *opts, edo_temp **ret_temp)
{
    edo_temp_new_future fut = making(opts, ret_temp, true);

    return (int)fs_await(&fut.base);
}

/* ---- what it is ---------------------------------------------------------------------------- */

const char *edo_temp_path(const edo_temp *temp)
{
    return temp ? temp->path : NULL;
}

int edo_temp_fd(const edo_temp *temp)
{
    return temp && temp->fd >= 0 ? temp->fd : -EINVAL;
}

int edo_temp_keep(edo_temp *temp)
{
    if (!temp)
        return -EINVAL;
    temp->kept = true;
    return 0;
}

/* ---- closing ------------------------------------------------------------------------------- */

static bool never(void *arg)
{
    (void)arg;
    return false;
}

static int end(edo_temp *temp)
{
    int rc = 0;

    if (!temp->kept)
        rc = temp->fd < 0 ? remove_tree_all(temp->path, never, NULL)
                          : sys_unlinkat(AT_FDCWD, temp->path, 0);
    if (temp->fd >= 0)
        sys_close(temp->fd);
    free(temp);
    return rc == -ENOENT ? 0 : rc;
}

static int64_t close_run(edo_future *base)
{
    edo_temp_close_future *fut = container_of(base, edo_temp_close_future, base);

    fut->has_run = true;
    return end(fut->temp);
}

static const fs_ops close_ops = FS_OPS("temp_close", close_run);

edo_temp_close_future edo_temp_close_async(edo_temp *temp)
{
    edo_temp_close_future fut = {.base = EDO_FUTURE_INIT(&close_ops.base), .temp = temp};

    if (!temp)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

int edo_temp_close(edo_temp *temp)
{
    edo_temp_close_future fut = edo_temp_close_async(temp);
    int rc = (int)fs_await(&fut.base);

    return fut.has_run || !temp ? rc : end(temp);
}
