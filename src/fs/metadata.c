/* metadata.c: from statx(2), which alone tells when a file was born. */
#include "fs/metadata.h"

#include <dirent.h>
#include <sys/sysmacros.h>

static struct timespec time_of(const struct statx_timestamp *at)
{
    return (struct timespec){.tv_sec = at->tv_sec, .tv_nsec = at->tv_nsec};
}

edo_file_type file_type_of_mode(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return EDO_FILE_REGULAR;
    case S_IFDIR:
        return EDO_FILE_DIR;
    case S_IFLNK:
        return EDO_FILE_SYMLINK;
    case S_IFIFO:
        return EDO_FILE_FIFO;
    case S_IFSOCK:
        return EDO_FILE_SOCKET;
    case S_IFCHR:
        return EDO_FILE_CHAR_DEVICE;
    case S_IFBLK:
        return EDO_FILE_BLOCK_DEVICE;
    default:
        return EDO_FILE_UNKNOWN;
    }
}

edo_file_type file_type_of_entry(unsigned char d_type)
{
    return file_type_of_mode(DTTOIF(d_type));
}

int metadata_at(int at, const char *path, int flags, edo_metadata *ret)
{
    struct statx found;
    int rc = sys_statx(at, path, flags, &found);

    if (rc < 0)
        return rc;
    *ret = (edo_metadata){
        .type = file_type_of_mode(found.stx_mode),
        .mode = found.stx_mode & 07777,
        .size = found.stx_size,
        .blocks = found.stx_blocks,
        .block_size = found.stx_blksize,
        .uid = found.stx_uid,
        .gid = found.stx_gid,
        .links = found.stx_nlink,
        .inode = found.stx_ino,
        .device = makedev(found.stx_dev_major, found.stx_dev_minor),
        .special = makedev(found.stx_rdev_major, found.stx_rdev_minor),
        .accessed = time_of(&found.stx_atime),
        .modified = time_of(&found.stx_mtime),
        .changed = time_of(&found.stx_ctime),
    };
    if (found.stx_mask & STATX_BTIME)
        ret->born = time_of(&found.stx_btime);
    return 0;
}

int metadata_of(int fd, edo_metadata *ret)
{
    return metadata_at(fd, "", AT_EMPTY_PATH, ret);
}

void file_times_to_pair(const edo_file_times *times, struct timespec ret[2])
{
    static const struct timespec as_it_is = {.tv_nsec = UTIME_OMIT};

    ret[0] = times->accessed ? *times->accessed : as_it_is;
    ret[1] = times->modified ? *times->modified : as_it_is;
}
