/*
 * edo/numbers.h: integers and floating-point numbers in a stream: big-endian (be), as the protocols of the
 * internet have them, or little-endian (le). A float or double is sent as the 32 or 64 bits of IEEE 754.
 *
 * On top of a buffered writer or reader; each is a call of the writer or reader otherwise.
 */
#ifndef EDO_NUMBERS_H
#define EDO_NUMBERS_H

#include <edo/io.h>

EDO_BEGIN_DECLS

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 edo_i128;
__extension__ typedef unsigned __int128 edo_u128;
#endif

/** A read of a number under way. Its fields but done are private. */
typedef struct edo_read_number_future {
    edo_future base;
    size_t done; /**< bytes of it read so far */
    edo_reader from;
    void *ret;
    uint8_t width;
    bool is_big;
    unsigned char bytes[16];
    edo_transfer t;
} edo_read_number_future;

/*
 * Each reads one number, which is written to *ret_value when it is whole.
 *
 * Returns   0; -EINVAL; -EDO_EEOF when the end comes before or inside of it; what the reader says; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless all of it is there.
 * Cancel    says how much it took, in `done`: the future keeps these bytes, and goes on with the rest if it
 *           is begun anew. What a losing arm has read by a single call is put back, where the
 *           reader can; else its success stands.
 */

/** A byte. */
EDO_API_IO int edo_read_u8(edo_reader from, uint8_t *ret_value);
EDO_API_IO int edo_read_i8(edo_reader from, int8_t *ret_value);
/** The same as futures. */
EDO_API_IO edo_read_number_future edo_read_u8_async(edo_reader from, uint8_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_i8_async(edo_reader from, int8_t *ret_value);

/** 16 to 64 bits, and floating-point numbers. */
EDO_API_IO int edo_read_u16_be(edo_reader from, uint16_t *ret_value);
EDO_API_IO int edo_read_u16_le(edo_reader from, uint16_t *ret_value);
EDO_API_IO int edo_read_i16_be(edo_reader from, int16_t *ret_value);
EDO_API_IO int edo_read_i16_le(edo_reader from, int16_t *ret_value);
EDO_API_IO int edo_read_u32_be(edo_reader from, uint32_t *ret_value);
EDO_API_IO int edo_read_u32_le(edo_reader from, uint32_t *ret_value);
EDO_API_IO int edo_read_i32_be(edo_reader from, int32_t *ret_value);
EDO_API_IO int edo_read_i32_le(edo_reader from, int32_t *ret_value);
EDO_API_IO int edo_read_u64_be(edo_reader from, uint64_t *ret_value);
EDO_API_IO int edo_read_u64_le(edo_reader from, uint64_t *ret_value);
EDO_API_IO int edo_read_i64_be(edo_reader from, int64_t *ret_value);
EDO_API_IO int edo_read_i64_le(edo_reader from, int64_t *ret_value);
EDO_API_IO int edo_read_f32_be(edo_reader from, float *ret_value);
EDO_API_IO int edo_read_f32_le(edo_reader from, float *ret_value);
EDO_API_IO int edo_read_f64_be(edo_reader from, double *ret_value);
EDO_API_IO int edo_read_f64_le(edo_reader from, double *ret_value);
/** The same as futures. */
EDO_API_IO edo_read_number_future edo_read_u16_be_async(edo_reader from, uint16_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_u16_le_async(edo_reader from, uint16_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_i16_be_async(edo_reader from, int16_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_i16_le_async(edo_reader from, int16_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_u32_be_async(edo_reader from, uint32_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_u32_le_async(edo_reader from, uint32_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_i32_be_async(edo_reader from, int32_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_i32_le_async(edo_reader from, int32_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_u64_be_async(edo_reader from, uint64_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_u64_le_async(edo_reader from, uint64_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_i64_be_async(edo_reader from, int64_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_i64_le_async(edo_reader from, int64_t *ret_value);
EDO_API_IO edo_read_number_future edo_read_f32_be_async(edo_reader from, float *ret_value);
EDO_API_IO edo_read_number_future edo_read_f32_le_async(edo_reader from, float *ret_value);
EDO_API_IO edo_read_number_future edo_read_f64_be_async(edo_reader from, double *ret_value);
EDO_API_IO edo_read_number_future edo_read_f64_le_async(edo_reader from, double *ret_value);

#ifdef __SIZEOF_INT128__
/** 128 bits, where the compiler has them. */
EDO_API_IO int edo_read_u128_be(edo_reader from, edo_u128 *ret_value);
EDO_API_IO int edo_read_u128_le(edo_reader from, edo_u128 *ret_value);
EDO_API_IO int edo_read_i128_be(edo_reader from, edo_i128 *ret_value);
EDO_API_IO int edo_read_i128_le(edo_reader from, edo_i128 *ret_value);
EDO_API_IO edo_read_number_future edo_read_u128_be_async(edo_reader from, edo_u128 *ret_value);
EDO_API_IO edo_read_number_future edo_read_u128_le_async(edo_reader from, edo_u128 *ret_value);
EDO_API_IO edo_read_number_future edo_read_i128_be_async(edo_reader from, edo_i128 *ret_value);
EDO_API_IO edo_read_number_future edo_read_i128_le_async(edo_reader from, edo_i128 *ret_value);
#endif

/** A write of a number under way. Its fields but done are private. */
typedef struct edo_write_number_future {
    edo_future base;
    size_t done; /**< bytes of it given so far */
    edo_writer to;
    uint8_t width;
    unsigned char bytes[16];
    edo_transfer t;
} edo_write_number_future;

/*
 * Each writes one number.
 *
 * Returns   0; -EINVAL; -EDO_EWRITEZERO: the writer took nothing; what the writer says; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */

/** A byte. */
EDO_API_IO int edo_write_u8(edo_writer to, uint8_t value);
EDO_API_IO int edo_write_i8(edo_writer to, int8_t value);
/** The same as futures. */
EDO_API_IO edo_write_number_future edo_write_u8_async(edo_writer to, uint8_t value);
EDO_API_IO edo_write_number_future edo_write_i8_async(edo_writer to, int8_t value);

/** 16 to 64 bits, and floating-point numbers. */
EDO_API_IO int edo_write_u16_be(edo_writer to, uint16_t value);
EDO_API_IO int edo_write_u16_le(edo_writer to, uint16_t value);
EDO_API_IO int edo_write_i16_be(edo_writer to, int16_t value);
EDO_API_IO int edo_write_i16_le(edo_writer to, int16_t value);
EDO_API_IO int edo_write_u32_be(edo_writer to, uint32_t value);
EDO_API_IO int edo_write_u32_le(edo_writer to, uint32_t value);
EDO_API_IO int edo_write_i32_be(edo_writer to, int32_t value);
EDO_API_IO int edo_write_i32_le(edo_writer to, int32_t value);
EDO_API_IO int edo_write_u64_be(edo_writer to, uint64_t value);
EDO_API_IO int edo_write_u64_le(edo_writer to, uint64_t value);
EDO_API_IO int edo_write_i64_be(edo_writer to, int64_t value);
EDO_API_IO int edo_write_i64_le(edo_writer to, int64_t value);
EDO_API_IO int edo_write_f32_be(edo_writer to, float value);
EDO_API_IO int edo_write_f32_le(edo_writer to, float value);
EDO_API_IO int edo_write_f64_be(edo_writer to, double value);
EDO_API_IO int edo_write_f64_le(edo_writer to, double value);
/** The same as futures. */
EDO_API_IO edo_write_number_future edo_write_u16_be_async(edo_writer to, uint16_t value);
EDO_API_IO edo_write_number_future edo_write_u16_le_async(edo_writer to, uint16_t value);
EDO_API_IO edo_write_number_future edo_write_i16_be_async(edo_writer to, int16_t value);
EDO_API_IO edo_write_number_future edo_write_i16_le_async(edo_writer to, int16_t value);
EDO_API_IO edo_write_number_future edo_write_u32_be_async(edo_writer to, uint32_t value);
EDO_API_IO edo_write_number_future edo_write_u32_le_async(edo_writer to, uint32_t value);
EDO_API_IO edo_write_number_future edo_write_i32_be_async(edo_writer to, int32_t value);
EDO_API_IO edo_write_number_future edo_write_i32_le_async(edo_writer to, int32_t value);
EDO_API_IO edo_write_number_future edo_write_u64_be_async(edo_writer to, uint64_t value);
EDO_API_IO edo_write_number_future edo_write_u64_le_async(edo_writer to, uint64_t value);
EDO_API_IO edo_write_number_future edo_write_i64_be_async(edo_writer to, int64_t value);
EDO_API_IO edo_write_number_future edo_write_i64_le_async(edo_writer to, int64_t value);
EDO_API_IO edo_write_number_future edo_write_f32_be_async(edo_writer to, float value);
EDO_API_IO edo_write_number_future edo_write_f32_le_async(edo_writer to, float value);
EDO_API_IO edo_write_number_future edo_write_f64_be_async(edo_writer to, double value);
EDO_API_IO edo_write_number_future edo_write_f64_le_async(edo_writer to, double value);

#ifdef __SIZEOF_INT128__
/** 128 bits, where the compiler has them. */
EDO_API_IO int edo_write_u128_be(edo_writer to, edo_u128 value);
EDO_API_IO int edo_write_u128_le(edo_writer to, edo_u128 value);
EDO_API_IO int edo_write_i128_be(edo_writer to, edo_i128 value);
EDO_API_IO int edo_write_i128_le(edo_writer to, edo_i128 value);
EDO_API_IO edo_write_number_future edo_write_u128_be_async(edo_writer to, edo_u128 value);
EDO_API_IO edo_write_number_future edo_write_u128_le_async(edo_writer to, edo_u128 value);
EDO_API_IO edo_write_number_future edo_write_i128_be_async(edo_writer to, edo_i128 value);
EDO_API_IO edo_write_number_future edo_write_i128_le_async(edo_writer to, edo_i128 value);
#endif

EDO_END_DECLS

#endif
