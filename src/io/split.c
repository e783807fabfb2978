/* split.c: what both halves of something share, until the last of them is freed. */
#include <edo/split.h>

#include <stdlib.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "io/transfer.h"

struct edo_read_half {
    struct split *split;
};
struct edo_write_half {
    struct split *split;
};

typedef struct split {
    edo_io io;
    edo_split_opts opts;
    uint32_t halves; /* that are not freed; atomic */
    edo_read_half read;
    edo_write_half write;
} split;

int edo_split(edo_io io, const edo_split_opts *opts, edo_read_half **ret_read,
              edo_write_half **ret_write)
{
    if (!reader_is_good(io.reader) || !writer_is_good(io.writer) || !ret_read || !ret_write)
        return -EINVAL;
    split *s = malloc(sizeof *s);
    if (!s)
        return -ENOMEM;
    *s = (split){.io = io, .halves = 2, .read.split = s, .write.split = s};
    if (opts)
        s->opts = *opts;
    *ret_read = &s->read;
    *ret_write = &s->write;
    return 0;
}

edo_reader edo_read_half_reader(const edo_read_half *half)
{
    return half ? half->split->io.reader : (edo_reader){0};
}

edo_writer edo_write_half_writer(const edo_write_half *half)
{
    return half ? half->split->io.writer : (edo_writer){0};
}

bool edo_halves_match(const edo_read_half *read, const edo_write_half *write)
{
    return read && write && read->split == write->split;
}

int edo_unsplit(edo_read_half *read, edo_write_half *write, edo_io *ret_io)
{
    if (!edo_halves_match(read, write) || !ret_io)
        return -EINVAL;
    *ret_io = read->split->io;
    free(read->split);
    return 0;
}

static void free_half(split *s)
{
    /* release: what was done with this half is over. acquire, where it is the last: with the other too. */
    if (a_fetch_sub(&s->halves, 1, acq_rel) > 1)
        return;
    if (s->opts.release)
        s->opts.release(s->opts.arg);
    free(s);
}

void edo_read_half_free(edo_read_half *half)
{
    if (half)
        free_half(half->split);
}

void edo_write_half_free(edo_write_half *half)
{
    if (half)
        free_half(half->split);
}
