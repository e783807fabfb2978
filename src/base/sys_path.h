/*
 * base/sys_path.h: names in the file system, and what they stand for.
 *
 * Paths are looked up from the folder `at`, AT_FDCWD or one's descriptor. As in base/sys.h: what the call
 * returns, or -errno; errno is left as it was.
 */
#ifndef BASE_SYS_PATH_H
#define BASE_SYS_PATH_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

/* Close-on-exec. */
int sys_openat(int at, const char *path, int flags, mode_t mode);
/* What is not known to the kernel already, so that it would have to wait for it: -EAGAIN; -ENOSYS or so
 * where it can't tell. */
int sys_open_cached(const char *path, int flags);

int sys_mkdir(const char *path, mode_t mode);
int sys_unlinkat(int at, const char *path, int flags);
int sys_rename(const char *from, const char *to);
int sys_renameat(int at, const char *from, const char *to);
int sys_link(const char *from, const char *to);
int sys_symlink(const char *target, const char *path);
/* The path without links, "." and ".."; to be freed. */
int sys_realpath(const char *path, char **ret_path);

/* All of the basic fields, and when it was born. An empty path is `at` itself, with AT_EMPTY_PATH. */
int sys_statx(int at, const char *path, int flags, struct statx *ret);
int sys_chmod(const char *path, mode_t mode);
int sys_fchmod(int fd, mode_t mode);
int sys_fchown(int fd, uid_t uid, gid_t gid);
int sys_utimensat(int at, const char *path, const struct timespec times[2], int flags);
int sys_futimens(int fd, const struct timespec times[2]);

/* Entries of an open folder: struct dirent64, one behind the other. 0: there are no more. */
ssize_t sys_getdents(int fd, void *buf, size_t len);
/* Its entries anew, from the first on. */
int sys_rewind_dents(int fd);

/* Within the kernel, from where both stand; may be less. 0: there is no more. */
ssize_t sys_copy_file_range(int from, int to, size_t len);

/* Watching, by a descriptor that is never waited for. */
int sys_inotify_init(void);
int sys_inotify_add(int fd, const char *path, uint32_t mask);
int sys_inotify_remove(int fd, int watch);

#endif
