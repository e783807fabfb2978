/*
 * numbers.c: numbers in a stream.
 *
 * The bytes are in the order of the stream until the number is whole, or gone: turning them over is the
 * only thing that is done to them, so signed numbers and floats are no different.
 */
#include <edo/numbers.h>

#include <errno.h>
#include <string.h>

#include <edo/await.h>

#include "io/part.h"

#define IS_BIG_MACHINE (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* Between the machine's order and the stream's. */
static void turn(unsigned char *dest, const unsigned char *from, size_t width, bool is_big)
{
    bool as_it_is = is_big == IS_BIG_MACHINE;

    for (size_t i = 0; i < width; i++)
        dest[i] = from[as_it_is ? i : width - 1 - i];
}

/* Reading. */

static edo_poll read_poll(edo_future *base, const edo_waker *waker)
{
    edo_read_number_future *fut = container_of(base, edo_read_number_future, base);
    unsigned char value[sizeof fut->bytes];

    if (!reader_is_good(fut->from) || !fut->ret)
        return edo_future_finish(base, -EINVAL);
    while (fut->done < fut->width) {
        if (part_read(base, fut->from, &fut->t, EDO_TRANSFER_READ, fut->bytes + fut->done,
                      fut->width - fut->done, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result <= 0)
            return edo_future_finish(base, fut->t.result ? fut->t.result : -EDO_EEOF);
        fut->done += (size_t)fut->t.result;
    }
    turn(value, fut->bytes, fut->width, fut->is_big);
    memcpy(fut->ret, value, fut->width);
    return edo_future_finish(base, 0);
}

static void read_cancel(edo_future *base)
{
    edo_read_number_future *fut = container_of(base, edo_read_number_future, base);

    part_read_cancel(fut->from, &fut->t);
}

static void read_put_back(edo_future *base)
{
    edo_read_number_future *fut = container_of(base, edo_read_number_future, base);

    if ((size_t)fut->t.result != fut->done || edo_reader_put_back(fut->from, &fut->t) < 0)
        return;
    fut->done = 0;
    base->result = -ECANCELED;
}

static const edo_future_ops read_ops = {
    .poll = read_poll,
    .cancel = read_cancel,
    .put_back = read_put_back,
    .name = "read_number",
    .flags = EDO_FUTURE_RESTARTS,
};

static edo_read_number_future read_number(edo_reader from, void *ret, size_t width, bool is_big)
{
    return (edo_read_number_future){.base = EDO_FUTURE_INIT(&read_ops),
                                    .from = from,
                                    .ret = ret,
                                    .width = (uint8_t)width,
                                    .is_big = is_big};
}

/* Writing. */

static edo_poll write_poll(edo_future *base, const edo_waker *waker)
{
    edo_write_number_future *fut = container_of(base, edo_write_number_future, base);

    if (!writer_is_good(fut->to))
        return edo_future_finish(base, -EINVAL);
    while (fut->done < fut->width) {
        if (part_write(base, fut->to, &fut->t, EDO_TRANSFER_WRITE, fut->bytes + fut->done,
                       fut->width - fut->done, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result < 0)
            return edo_future_finish(base, fut->t.result);
        fut->done += (size_t)fut->t.result;
    }
    return edo_future_finish(base, 0);
}

static void write_cancel(edo_future *base)
{
    edo_write_number_future *fut = container_of(base, edo_write_number_future, base);

    part_write_cancel(fut->to, &fut->t);
}

static const edo_future_ops write_ops = {
    .poll = write_poll,
    .cancel = write_cancel,
    .name = "write_number",
    .flags = EDO_FUTURE_RESTARTS,
};

static edo_write_number_future write_number(edo_writer to, const void *value, size_t width,
                                            bool is_big)
{
    edo_write_number_future fut = {
        .base = EDO_FUTURE_INIT(&write_ops), .to = to, .width = (uint8_t)width};

    turn(fut.bytes, value, width, is_big);
    return fut;
}

/* Each type and order. */

#define NUMBER(name, type, is_big)                                                                 \
    edo_read_number_future edo_read_##name##_async(edo_reader from, type *ret_value)               \
    {                                                                                              \
        return read_number(from, ret_value, sizeof(type), is_big);                                 \
    }                                                                                              \
    int edo_read_##name(edo_reader from, type *ret_value)                                          \
    {                                                                                              \
        edo_read_number_future fut = edo_read_##name##_async(from, ret_value);                     \
        return (int)edo_await(&fut.base);                                                          \
    }                                                                                              \
    edo_write_number_future edo_write_##name##_async(edo_writer to, type value)                    \
    {                                                                                              \
        return write_number(to, &value, sizeof(type), is_big);                                     \
    }                                                                                              \
    int edo_write_##name(edo_writer to, type value)                                                \
    {                                                                                              \
        edo_write_number_future fut = edo_write_##name##_async(to, value);                         \
        return (int)edo_await(&fut.base);                                                          \
    }
#define BOTH_ORDERS(name, type)                                                                    \
    NUMBER(name##_be, type, true)                                                                  \
    NUMBER(name##_le, type, false)

NUMBER(u8, uint8_t, true)
NUMBER(i8, int8_t, true)
BOTH_ORDERS(u16, uint16_t)
BOTH_ORDERS(i16, int16_t)
BOTH_ORDERS(u32, uint32_t)
BOTH_ORDERS(i32, int32_t)
BOTH_ORDERS(u64, uint64_t)
BOTH_ORDERS(i64, int64_t)
BOTH_ORDERS(f32, float)
BOTH_ORDERS(f64, double)
#ifdef __SIZEOF_INT128__
BOTH_ORDERS(u128, edo_u128)
BOTH_ORDERS(i128, edo_i128)
#endif
