/* edo/metadata.h: what the file system knows of a file but its contents. */
#ifndef EDO_METADATA_H
#define EDO_METADATA_H

#include <time.h>

#include <edo/macros.h>

EDO_BEGIN_DECLS

typedef enum edo_file_type {
    EDO_FILE_UNKNOWN, /**< the system doesn't tell */
    EDO_FILE_REGULAR,
    EDO_FILE_DIR,
    EDO_FILE_SYMLINK,
    EDO_FILE_FIFO,
    EDO_FILE_SOCKET,
    EDO_FILE_CHAR_DEVICE,
    EDO_FILE_BLOCK_DEVICE
} edo_file_type;

/** As stat(2) has them. */
typedef struct edo_metadata {
    edo_file_type type;
    unsigned mode; /**< permission bits: 0644, with 04000 and so on */
    uint64_t size;
    uint64_t blocks;     /**< of 512 bytes, which it takes on the disk */
    uint32_t block_size; /**< in which it is best read and written */
    uint32_t uid, gid;
    uint32_t links;         /**< how many names it has */
    uint64_t inode, device; /**< together they say which file it is; device as st_dev has it */
    uint64_t special;       /**< of a device file: which device, as st_rdev has it */
    struct timespec accessed, modified, changed;
    struct timespec born; /**< zeros where the file system doesn't know */
} edo_metadata;

/** Times to be set. NULL is one that stays as it is. Their tv_nsec may be UTIME_NOW. */
typedef struct edo_file_times {
    const struct timespec *accessed, *modified;
} edo_file_times;

EDO_END_DECLS

#endif
