/*
 * fs/file.h: an open file, its position, and who may use them.
 *
 * uses      FILE_USES permits of the handle: each operation has one while it works. Who has to wait for all others
 *           takes all of them; those who come later stand behind it in the queue, so it isn't starved.
 * cursor    The position, shared by the clones, and its turn: one permit, for which whatever moves the position
 *           waits in order. It is written by who has the turn.
 * refs      The handle's, and one of each operation that has been pending. The last one closes.
 */
#ifndef FS_FILE_H
#define FS_FILE_H

#include <edo/file.h>
#include <edo/permits.h>

#include "driver/driver.h"

#define FILE_USES ((size_t)1 << 20)
#define FILE_MAX_BUF ((size_t)2 << 20)
/* Most that is copied from the page cache in a task, which is some 30 us of a worker's time. */
#define FILE_NOW_MAX ((size_t)256 << 10)

typedef struct file_cursor {
    uint32_t refs; /* atomic */
    edo_permits turn;
    int64_t position; /* atomic; written by who has the turn */
} file_cursor;

struct edo_file {
    int fd;        /* -1: it was given away */
    uint32_t refs; /* atomic */
    edo_permits uses;
    file_cursor *cursor; /* NULL: it has no position */
    source *src;         /* of what is waited for by a driver, else NULL */
    size_t max_buf;
    bool appends;
};

/* A file of an open descriptor, which is the file's on success only. `position`: as the descriptor's if it is
 * negative. Opened in a task, on its thread. */
int file_adopt(int fd, int64_t position, edo_file **ret);
edo_file *file_ref(edo_file *file);
/* What close(2) says, if this closes it, else 0. */
int file_unref(edo_file *file);

#endif
