/* edo/op.h: an operation of a driver, as a part of the futures that do I/O. Private to edo. */
#ifndef EDO_OP_H
#define EDO_OP_H

#include <edo/future.h>

EDO_BEGIN_DECLS

struct source;

/** Where a read borrows its buffer, and the buffer while it has one. Private. */
struct op_lender;
typedef struct edo_op_lend {
    struct op_lender *from;
    void *data;
} edo_op_lend;

/** What of which file is sent. Private. */
typedef struct edo_op_file {
    int fd;
    uint64_t offset;
} edo_op_file;

/** What the kernel is asked for. Its fields are private. */
typedef struct edo_op {
    uint8_t kind;   /**< enum op_kind */
    uint8_t dir;    /**< enum op_dir: which queue of the source it stands in */
    bool canceled;  /**< under the source's lock */
    uint8_t linked; /**< enum op_link: its place in the source's queue; under the source's lock */
    uint32_t state; /**< enum op_state; atomic: the only word both sides write */
    struct source *src;
    uint32_t gen;   /**< of the source when the op was made */
    int flags;      /**< of recv, send and the like; of a wait for readiness: what for */
    void *buf;      /**< by kind: bytes, an array, an address */
    size_t len;     /**< of what is at buf */
    int64_t result; /**< a count, a descriptor, 0, or a negative errno */
    edo_waker waker;
    struct edo_op *next, *prev;
    void *cookie; /**< completion drivers: what they keep about it */
} edo_op;

EDO_END_DECLS

#endif
