/* assert.c: how a test fails, and the assertions of edo/testing.h. */
#include <edo/testing.h>

#include <edo/error.h>

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX 1024

static void print_and_abort(const char *text, const char *file, int line)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, text);
    abort();
}

static atomic_uint failures;
static void (*on_failure)(const char *text, const char *file, int line) = print_and_abort;

void edo_test_on_failure(void (*hook)(const char *text, const char *file, int line))
{
    on_failure = hook ? hook : print_and_abort;
}

void edo_test_fail(const char *file, int line, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    atomic_fetch_add(&failures, 1);
    on_failure(text, file, line);
}

unsigned edo_test_failures(void)
{
    return atomic_load(&failures);
}

/* A result as people read it. */
static const char *show(int64_t result, char *buf, size_t size)
{
    if (result < 0 && result > -1000000)
        snprintf(buf, size, "-%s (%lld)", edo_err_name((int)result), (long long)result);
    else
        snprintf(buf, size, "%lld", (long long)result);
    return buf;
}

/* Fails with "text: what" and the caller's message, whose format is the first of args, or NULL. */
static void fail_with(const char *file, int line, const char *text, const char *what, va_list args)
{
    char message[TEXT_MAX / 2] = "";
    const char *format = va_arg(args, const char *);

    if (format)
        vsnprintf(message, sizeof message, format, args);
    edo_test_fail(file, line, "%s: %s%s%s", text, what, format ? ": " : "", message);
}

/* Fails, from within an assertion, whose last named parameter is `last`. */
#define FAIL(last, ...)                                                                            \
    do {                                                                                           \
        char what_[256];                                                                           \
        va_list args_;                                                                             \
        snprintf(what_, sizeof what_, __VA_ARGS__);                                                \
        va_start(args_, last);                                                                     \
        fail_with(file, line, text, what_, args_);                                                 \
        va_end(args_);                                                                             \
    } while (0)

void edo_test_assert_pending(const char *file, int line, const char *text, edo_future *fut, ...)
{
    char is[64];

    if (edo_test_poll(fut) != EDO_PENDING)
        FAIL(fut, "is ready with %s, should be pending", show(fut->result, is, sizeof is));
}

int64_t edo_test_assert_ready(const char *file, int line, const char *text, edo_future *fut, ...)
{
    if (edo_test_poll(fut) != EDO_READY)
        FAIL(fut, "is pending, should be ready");
    return fut->result;
}

int64_t edo_test_assert_ready_ok(const char *file, int line, const char *text, edo_future *fut, ...)
{
    char is[64];

    if (edo_test_poll(fut) != EDO_READY)
        FAIL(fut, "is pending, should be ready");
    else if (fut->result < 0)
        FAIL(fut, "failed with %s", show(fut->result, is, sizeof is));
    return fut->result;
}

int64_t edo_test_assert_ready_err(const char *file, int line, const char *text, edo_future *fut,
                                  ...)
{
    if (edo_test_poll(fut) != EDO_READY)
        FAIL(fut, "is pending, should be ready");
    else if (fut->result >= 0)
        FAIL(fut, "succeeded with %lld, should fail", (long long)fut->result);
    return fut->result;
}

void edo_test_assert_ready_eq(const char *file, int line, const char *text, edo_future *fut,
                              int64_t expected, ...)
{
    char is[64], should[64];

    if (edo_test_poll(fut) != EDO_READY)
        FAIL(expected, "is pending, should be ready with %s",
             show(expected, should, sizeof should));
    else if (fut->result != expected)
        FAIL(expected, "is ready with %s, should be %s", show(fut->result, is, sizeof is),
             show(expected, should, sizeof should));
}

void edo_test_assert_woken(const char *file, int line, const char *text, unsigned expected, ...)
{
    unsigned count = edo_test_wake_count();

    if (count != expected)
        FAIL(expected, "woken %u times since the latest poll, should be %u", count, expected);
}

void edo_test_assert_ok(const char *file, int line, const char *text, int64_t rc, ...)
{
    char is[64];

    if (rc != 0)
        FAIL(rc, "is %s, should be 0", show(rc, is, sizeof is));
}

void edo_test_assert_err(const char *file, int line, const char *text, int64_t rc, int64_t expected,
                         ...)
{
    char is[64], should[64];

    if (expected > 0)
        expected = -expected; /* EPIPE means -EPIPE */
    if (rc != expected)
        FAIL(expected, "is %s, should be %s", show(rc, is, sizeof is),
             show(expected, should, sizeof should));
}
