/* io_report.c: what a mocked stream fails a test for, in words. */
#include "testing/io_report.h"

static const char *kind_name(edo_mock_kind kind)
{
    static const char *const names[] = {"a read", "a write", "a wait", "a read error",
                                        "a write error"};

    return names[kind];
}

/* Bytes as a person reads them, at most sixteen. */
static const char *show(const unsigned char *data, size_t len, char text[80])
{
    static const char digits[] = "0123456789abcdef";
    char *at = text;

    for (size_t i = 0; i < len && i < 16; i++) {
        if (data[i] >= ' ' && data[i] < 0x7f) {
            *at++ = (char)data[i];
        } else {
            *at++ = '\\';
            *at++ = 'x';
            *at++ = digits[data[i] >> 4];
            *at++ = digits[data[i] & 15];
        }
    }
    *at = 0;
    return text;
}

static size_t first_difference(const unsigned char *a, const unsigned char *b, size_t len)
{
    size_t i = 0;

    while (i < len && a[i] == b[i])
        i++;
    return i;
}

void io_report_difference(io_report by, const io_difference *d)
{
    char written[80], expected[80];
    size_t shorter = d->written_len < d->expected_len ? d->written_len : d->expected_len;
    size_t at = first_difference(d->written, d->expected, shorter);

    edo_test_fail(by.file, by.line,
                  "mock '%s': step %zu: from byte %zu on \"%s\" was written, \"%s\" is expected",
                  by.name, d->step + 1, d->from + at,
                  show(d->written + at, d->written_len - at, written),
                  show(d->expected + at, d->expected_len - at, expected));
}

void io_report_unexpected(io_report by, const io_script *s, const void *data, size_t len)
{
    char written[80];

    edo_test_fail(by.file, by.line,
                  "mock '%s': after its %zu steps \"%s\" was written, nothing is expected", by.name,
                  s->count, show(data, len, written));
}

void io_report_left(io_report by, const io_script *s, size_t first, size_t left)
{
    const io_step *step = s->steps + first;

    edo_test_fail(by.file, by.line,
                  "mock '%s' is released with %zu of its %zu steps to do: step %zu is %s of which "
                  "%zu bytes are left",
                  by.name, left, s->count, first + 1, kind_name(step->is.kind),
                  step->is.len - step->done);
}
