/* numbers_test.c: numbers of every width in both orders, as bytes and back. */
#include "io/feed.h"

/* Writes `value` twice, compares the bytes, reads it back twice: by the calls and by the futures that are given, in
 * which `to` and `in`, `from` and `out` are what they work on. */
#define check_goes_and_comes(type, value, text, write, write_later, read, read_later)              \
    do {                                                                                           \
        const type in = (value);                                                                   \
        type out, first;                                                                           \
        edo_buf wire = {0};                                                                        \
        edo_writer to = edo_buf_as_writer(&wire);                                                  \
        edo_reader from = edo_buf_as_reader(&wire);                                                \
        assert_ok(write);                                                                          \
        edo_write_number_future written = write_later;                                             \
        assert_ready_eq(&written.base, 0);                                                         \
        assert_int_equal(wire.len, 2 * (sizeof text - 1));                                         \
        assert_memory_equal(wire.data, text, sizeof text - 1);                                     \
        assert_memory_equal(wire.data + sizeof text - 1, text, sizeof text - 1);                   \
        memset(&out, 0x55, sizeof out);                                                            \
        assert_ok(read);                                                                           \
        memcpy(&first, &out, sizeof out);                                                          \
        memset(&out, 0x55, sizeof out);                                                            \
        edo_read_number_future got = read_later;                                                   \
        assert_ready_eq(&got.base, 0);                                                             \
        assert_memory_equal(&in, &first, sizeof in);                                               \
        assert_memory_equal(&in, &out, sizeof in);                                                 \
        assert_int_equal(wire.len, 0);                                                             \
        edo_buf_fini(&wire);                                                                       \
    } while (0)

EDO_TEST(bytes_go_and_come) /* io-019 */
{
    check_goes_and_comes(uint8_t, 0xab, "\xab", edo_write_u8(to, in), edo_write_u8_async(to, in),
                         edo_read_u8(from, &out), edo_read_u8_async(from, &out));
    check_goes_and_comes(uint8_t, 0, "\0", edo_write_u8(to, in), edo_write_u8_async(to, in),
                         edo_read_u8(from, &out), edo_read_u8_async(from, &out));
    check_goes_and_comes(int8_t, -2, "\xfe", edo_write_i8(to, in), edo_write_i8_async(to, in),
                         edo_read_i8(from, &out), edo_read_i8_async(from, &out));
}

EDO_TEST(integers_go_and_come_in_both_orders) /* io-019 */
{
    check_goes_and_comes(uint16_t, 0x0102, "\x01\x02", edo_write_u16_be(to, in),
                         edo_write_u16_be_async(to, in), edo_read_u16_be(from, &out),
                         edo_read_u16_be_async(from, &out));
    check_goes_and_comes(uint16_t, 0x0102, "\x02\x01", edo_write_u16_le(to, in),
                         edo_write_u16_le_async(to, in), edo_read_u16_le(from, &out),
                         edo_read_u16_le_async(from, &out));
    check_goes_and_comes(int16_t, -2, "\xff\xfe", edo_write_i16_be(to, in),
                         edo_write_i16_be_async(to, in), edo_read_i16_be(from, &out),
                         edo_read_i16_be_async(from, &out));
    check_goes_and_comes(int16_t, -2, "\xfe\xff", edo_write_i16_le(to, in),
                         edo_write_i16_le_async(to, in), edo_read_i16_le(from, &out),
                         edo_read_i16_le_async(from, &out));
    check_goes_and_comes(uint32_t, 0x81020304, "\x81\x02\x03\x04", edo_write_u32_be(to, in),
                         edo_write_u32_be_async(to, in), edo_read_u32_be(from, &out),
                         edo_read_u32_be_async(from, &out));
    check_goes_and_comes(uint32_t, 0x81020304, "\x04\x03\x02\x81", edo_write_u32_le(to, in),
                         edo_write_u32_le_async(to, in), edo_read_u32_le(from, &out),
                         edo_read_u32_le_async(from, &out));
    check_goes_and_comes(int32_t, INT32_MIN, "\x80\0\0\0", edo_write_i32_be(to, in),
                         edo_write_i32_be_async(to, in), edo_read_i32_be(from, &out),
                         edo_read_i32_be_async(from, &out));
    check_goes_and_comes(int32_t, INT32_MIN, "\0\0\0\x80", edo_write_i32_le(to, in),
                         edo_write_i32_le_async(to, in), edo_read_i32_le(from, &out),
                         edo_read_i32_le_async(from, &out));
    check_goes_and_comes(uint64_t, 0x8102030405060708, "\x81\x02\x03\x04\x05\x06\x07\x08",
                         edo_write_u64_be(to, in), edo_write_u64_be_async(to, in),
                         edo_read_u64_be(from, &out), edo_read_u64_be_async(from, &out));
    check_goes_and_comes(uint64_t, 0x8102030405060708, "\x08\x07\x06\x05\x04\x03\x02\x81",
                         edo_write_u64_le(to, in), edo_write_u64_le_async(to, in),
                         edo_read_u64_le(from, &out), edo_read_u64_le_async(from, &out));
    check_goes_and_comes(int64_t, -3, "\xff\xff\xff\xff\xff\xff\xff\xfd", edo_write_i64_be(to, in),
                         edo_write_i64_be_async(to, in), edo_read_i64_be(from, &out),
                         edo_read_i64_be_async(from, &out));
    check_goes_and_comes(int64_t, -3, "\xfd\xff\xff\xff\xff\xff\xff\xff", edo_write_i64_le(to, in),
                         edo_write_i64_le_async(to, in), edo_read_i64_le(from, &out),
                         edo_read_i64_le_async(from, &out));
}

EDO_TEST(floats_go_and_come_as_their_bits) /* io-019 */
{
    check_goes_and_comes(float, 1.5f, "\x3f\xc0\0\0", edo_write_f32_be(to, in),
                         edo_write_f32_be_async(to, in), edo_read_f32_be(from, &out),
                         edo_read_f32_be_async(from, &out));
    check_goes_and_comes(float, -1.5f, "\0\0\xc0\xbf", edo_write_f32_le(to, in),
                         edo_write_f32_le_async(to, in), edo_read_f32_le(from, &out),
                         edo_read_f32_le_async(from, &out));
    check_goes_and_comes(double, -2.5, "\xc0\x04\0\0\0\0\0\0", edo_write_f64_be(to, in),
                         edo_write_f64_be_async(to, in), edo_read_f64_be(from, &out),
                         edo_read_f64_be_async(from, &out));
    check_goes_and_comes(double, 2.5, "\0\0\0\0\0\0\x04\x40", edo_write_f64_le(to, in),
                         edo_write_f64_le_async(to, in), edo_read_f64_le(from, &out),
                         edo_read_f64_le_async(from, &out));
    check_goes_and_comes(double, -0.0, "\x80\0\0\0\0\0\0\0", edo_write_f64_be(to, in),
                         edo_write_f64_be_async(to, in), edo_read_f64_be(from, &out),
                         edo_read_f64_be_async(from, &out));
}

#ifdef __SIZEOF_INT128__
EDO_TEST(integers_of_128_bits_go_and_come) /* io-019 */
{
    edo_u128 big = (edo_u128)0x8102030405060708 << 64 | 0x090a0b0c0d0e0f10;

    check_goes_and_comes(edo_u128, big,
                         "\x81\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10",
                         edo_write_u128_be(to, in), edo_write_u128_be_async(to, in),
                         edo_read_u128_be(from, &out), edo_read_u128_be_async(from, &out));
    check_goes_and_comes(edo_u128, big,
                         "\x10\x0f\x0e\x0d\x0c\x0b\x0a\x09\x08\x07\x06\x05\x04\x03\x02\x81",
                         edo_write_u128_le(to, in), edo_write_u128_le_async(to, in),
                         edo_read_u128_le(from, &out), edo_read_u128_le_async(from, &out));
    check_goes_and_comes(edo_i128, -2,
                         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
                         edo_write_i128_be(to, in), edo_write_i128_be_async(to, in),
                         edo_read_i128_be(from, &out), edo_read_i128_be_async(from, &out));
    check_goes_and_comes(edo_i128, -2,
                         "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                         edo_write_i128_le(to, in), edo_write_i128_le_async(to, in),
                         edo_read_i128_le(from, &out), edo_read_i128_le_async(from, &out));
}
#endif

EDO_TEST(the_end_inside_of_a_number_is_told) /* io-020 */
{
    feed f = feed_of("abc");
    uint32_t value = 7;
    edo_read_number_future read = edo_read_u32_be_async(feed_reader(&f), &value);

    assert_err(edo_await(&read.base), -EDO_EEOF);
    assert_int_equal(read.done, 3);
    assert_int_equal(value, 7);
    assert_err(edo_read_u32_le(feed_reader(&f), &value), -EDO_EEOF); /* nothing is no number */
}

EDO_TEST_BOTH(a_number_comes_a_byte_at_a_time) /* io-021 */
{
    feed f = feed_of("\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03");
    uint64_t value;
    uint16_t small;

    f.step = 1;
    f.waits = true;
    assert_ok(edo_read_u64_be(feed_reader(&f), &value));
    assert_true(value == 0x0102030405060708);
    assert_ok(edo_read_u16_le(feed_reader(&f), &small));
    assert_int_equal(small, 0x0201);
    assert_int_equal(f.at, 10);
    drain d = {.step = 1, .waits = true};
    assert_ok(edo_write_u32_be(drain_writer(&d), 0x41424344));
    check_got(&d, "ABCD");
    assert_int_equal(d.calls, 4);
    edo_buf_fini(&d.got);
}

/* A timeout in a loop that keeps the future loses no byte of a number. */
EDO_TEST(a_number_that_was_cut_short_goes_on)
{
    feed f = feed_of("\x01\x02\x03\x04");
    uint32_t value = 0;

    f.step = 2;
    f.waits = true;
    edo_read_number_future read = edo_read_u32_be_async(feed_reader(&f), &value);
    assert_pending(&read.base);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, -ECANCELED);
    assert_int_equal(read.done, 2);
    assert_memory_equal(read.bytes, "\x01\x02", 2);
    edo_future other = edo_ready(0);
    edo_future *arms[2] = {&other, &read.base};
    read.base = (edo_future)EDO_FUTURE_INIT(read.base.ops); /* as edo_select_keep begins it anew */
    arms[0] = NULL;
    assert_int_equal(edo_select_array(arms, 2), 1);
    assert_int_equal(value, 0x01020304);
}
