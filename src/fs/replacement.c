/*
 * replacement.c: replacing a file in one step.
 *
 * Order       The new contents are on the disk before the name leads to them, and the name is when all is
 *             done: file, rename, folder. rename(2) itself is whole for all who look, in any case.
 * Which file  A link is followed first, as it would be by a write: its target is replaced, in its own folder.
 *             One that leads nowhere is replaced itself.
 * Meanwhile   The new file is readable by nobody whom the old one wasn't: it is made with 0600, and gets the
 *             old one's owner and permissions before it gets its contents.
 */
#include "fs/replacement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/sys_file.h"
#include "base/sys_path.h"
#include "fs/temp_name.h"

enum { NAME_KEPT = 200 }; /* of the name in the new file's, which has 255 bytes at most */

/* "/a/b" is split into "/a" and "b", and ".b.XXXXXX.tmp" is made for it. */
static int split(const char *path, replacement *r)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t name_size = strlen(name) + 1, dir_len = (size_t)(name - path);

    if (name_size == 1)
        return dir_len > 0 ? -EISDIR : -ENOENT;
    r->name = malloc(name_size + sizeof "..XXXXXX.tmp" + name_size + dir_len + sizeof ".");
    if (!r->name)
        return -ENOMEM;
    memcpy(r->name, name, name_size);
    r->temp = r->name + name_size;
    r->temp[0] = '.';
    size_t kept = name_size - 1 < NAME_KEPT ? name_size - 1 : NAME_KEPT;
    memcpy(r->temp + 1, name, kept);
    memcpy(r->temp + 1 + kept, ".XXXXXX.tmp", sizeof ".XXXXXX.tmp");
    r->path = r->temp + kept + sizeof "..XXXXXX.tmp";
    memcpy(r->path, path, dir_len);
    strcpy(r->path + dir_len, dir_len == 0 ? "." : "");
    return 0;
}

static char *slot_of(const replacement *r)
{
    return r->temp + strlen(r->temp) - strlen("XXXXXX.tmp");
}

/* Who may not give files away keeps it, without the bits that lend a user's rights; and of another group than the
 * old one's nobody may do more than everybody. */
static mode_t mode_unless_given(int fd, const struct statx *old, mode_t mode)
{
    if (sys_fchown(fd, old->stx_uid, old->stx_gid) == 0)
        return mode;
    mode &= 0777;
    if (sys_fchown(fd, (uid_t)-1, old->stx_gid) < 0)
        mode &= ~070U | (mode & 07) << 3;
    return mode;
}

static int take_after(int fd, const struct statx *old)
{
    mode_t mode = old->stx_mode & 07777;
    struct statx mine;
    int rc = sys_statx(fd, "", AT_EMPTY_PATH, &mine);

    if (rc == 0 && (mine.stx_uid != old->stx_uid || mine.stx_gid != old->stx_gid))
        mode = mode_unless_given(fd, old, mode);
    return rc < 0 ? rc : sys_fchmod(fd, mode);
}

static int make_new(replacement *r, mode_t mode)
{
    struct statx old;
    int rc = sys_statx(r->dir, r->name, AT_SYMLINK_NOFOLLOW, &old);
    bool is_there = rc == 0;

    if (!is_there && rc != -ENOENT)
        return rc;
    if (is_there && !S_ISREG(old.stx_mode) && !S_ISLNK(old.stx_mode))
        return S_ISDIR(old.stx_mode) ? -EISDIR : -EINVAL;
    bool takes_after = is_there && S_ISREG(old.stx_mode);
    r->fd = temp_name_open(r->dir, r->temp, slot_of(r), O_WRONLY, takes_after ? 0600 : mode);
    if (r->fd < 0)
        return r->fd;
    return takes_after ? take_after(r->fd, &old) : 0;
}

static int begin_at(const char *path, mode_t mode, bool sync, replacement *r)
{
    int rc = split(path, r);

    if (rc < 0)
        return rc;
    r->dir = sys_openat(AT_FDCWD, r->path, (sync ? O_RDONLY : O_PATH) | O_DIRECTORY, 0);
    return r->dir < 0 ? r->dir : make_new(r, mode);
}

int replacement_begin(const char *path, mode_t mode, bool sync, replacement *ret)
{
    char *followed = NULL;
    int rc = sys_realpath(path, &followed);

    if (rc < 0 && rc != -ENOENT)
        return rc;
    *ret = (replacement){.fd = -1, .dir = -1};
    rc = begin_at(followed ? followed : path, mode, sync, ret);
    free(followed);
    return rc < 0 ? replacement_end(ret, rc, sync) : 0;
}

int replacement_end(replacement *r, int rc, bool sync)
{
    bool made = r->fd >= 0;

    if (rc == 0 && sync)
        rc = sys_file_sync(r->fd);
    if (made) {
        int close_rc = sys_close(r->fd);
        if (rc == 0 && close_rc != -EINTR) /* it is closed */
            rc = close_rc;
    }
    if (rc == 0)
        rc = sys_renameat(r->dir, r->temp, r->name);
    if (rc < 0 && made)
        (void)sys_unlinkat(r->dir, r->temp, 0);
    if (rc == 0 && sync)
        rc = sys_file_sync(r->dir);
    if (r->dir >= 0)
        sys_close(r->dir);
    free(r->name);
    return rc;
}
