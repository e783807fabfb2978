/* edo/file_op.h: an operation on an open file, as a part of the futures that do them. Private to edo. */
#ifndef EDO_FILE_OP_H
#define EDO_FILE_OP_H

#include <edo/job.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

struct edo_file;
struct file_op_kind;

/** Zeros but for file and kind are a new one. */
typedef struct edo_file_op {
    union {
        edo_job job;       /**< of its work */
        edo_waiter waiter; /**< until it may begin */
    } own;
    const struct file_op_kind *kind;
    struct edo_file *file;
    int64_t position; /**< of the file, behind a read that has ended */
    int64_t result;
    uint8_t stage; /**< enum in fs/file_op.c */
    bool holds;    /**< a reference of the file: it has been pending */
    bool canceled;
    bool stops; /**< atomic: what has begun may stop where it is */
} edo_file_op;

EDO_END_DECLS

#endif
