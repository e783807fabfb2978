/*
 * edo/fd_io.h: reads and writes of what has a descriptor: TCP, Unix sockets, pipes. Each kind gives
 * these futures names of its own. Private to edo but for `done`.
 */
#ifndef EDO_FD_IO_H
#define EDO_FD_IO_H

#include <edo/future.h>
#include <edo/op.h>

EDO_BEGIN_DECLS

/** A read under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fd_read_future {
    edo_future base;
    edo_op op;
    bool gives_way;
} edo_fd_read_future;

/** A lent read under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fd_lent_future {
    edo_future base;
    edo_op op;
    edo_op_lend lend;
    struct edo_buffer_pool *pool;
    struct edo_lent *ret;
    bool gives_way;
} edo_fd_lent_future;

/** A write under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fd_write_future {
    edo_future base;
    edo_op op;
} edo_fd_write_future;

/** A write of the whole under way. Its fields but done are private. */
typedef struct edo_fd_write_all_future {
    edo_future base;
    size_t done; /**< bytes given so far */
    edo_op op;
} edo_fd_write_all_future;

/** To the end of a file, wherever that is. */
#define EDO_WHOLE_FILE UINT64_MAX

/** A file being sent. Its fields but done are private. */
typedef struct edo_fd_send_file_future {
    edo_future base;
    uint64_t done; /**< bytes given so far */
    uint64_t left;
    edo_op_file file;
    edo_op op;
} edo_fd_send_file_future;

EDO_END_DECLS

#endif
