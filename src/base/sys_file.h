/* base/sys_file.h: system calls on files and what is open of them. As base/sys.h: a negative errno for a failure. */
#ifndef BASE_SYS_FILE_H
#define BASE_SYS_FILE_H

#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Close-on-exec. */
int sys_file_open(const char *path, int flags, mode_t mode);
/* Another descriptor of the same, close-on-exec. */
int sys_file_dup(int fd);
int sys_file_stat(int fd, struct stat *ret);
int64_t sys_file_seek(int fd, int64_t offset, int whence);
/* At most IOV_MAX pieces. */
ssize_t sys_file_read_at(int fd, const struct iovec *iov, int count, int64_t offset);
ssize_t sys_file_write_at(int fd, const struct iovec *iov, int count, int64_t offset);
ssize_t sys_file_append(int fd, const struct iovec *iov, int count);
/* Only what needs no wait: -EAGAIN; -EOPNOTSUPP and others where it can't be known. */
ssize_t sys_file_read_cached(int fd, const struct iovec *iov, int count, int64_t offset);
int sys_file_sync(int fd);
int sys_file_sync_data(int fd);
int sys_file_set_len(int fd, int64_t size);

#endif
