/* io_mock_test.c: a stream that plays a script, and what it says when the script isn't kept. */
#include "testing/failures.h"

#include <pthread.h>

#include <edo/testing_io.h>

#define COUNT(steps) (sizeof(steps) / sizeof *(steps))

static edo_io_mock *mock_of(const edo_mock_step *steps, size_t count)
{
    edo_io_mock *mock;

    assert_ok(edo_io_mock_new("mock", steps, count, &mock));
    return mock;
}

static ssize_t read_text(edo_io_mock *mock, char *text, size_t room)
{
    memset(text, 0, room);
    return edo_read(edo_io_mock_reader(mock), text, room);
}

EDO_TEST_BOTH(reads_come_in_the_order_of_the_script) /* test-util-023 */
{
    const edo_mock_step script[] = {edo_mock_read("hello "), edo_mock_read("world!")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    char text[256];

    assert_int_equal(read_text(mock, text, sizeof text), 6);
    assert_string_equal(text, "hello ");
    assert_int_equal(read_text(mock, text, sizeof text), 6);
    assert_string_equal(text, "world!");
    edo_io_mock_release(mock);
}

EDO_TEST(a_short_read_takes_a_part_and_none_takes_two) /* test-util-024 */
{
    const edo_mock_step script[] = {edo_mock_read("hello "), edo_mock_read(""),
                                    edo_mock_read("world!")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    char text[256] = "";

    assert_int_equal(read_text(mock, text, 4), 4);
    assert_string_equal(text, "hell");
    assert_int_equal(read_text(mock, text, 256), 2);
    assert_string_equal(text, "o ");
    assert_int_equal(read_text(mock, text, 256), 6);
    edo_io_mock_release(mock);
}

EDO_TEST(behind_the_script_is_the_end) /* test-util-025 */
{
    const edo_mock_step script[] = {edo_mock_read("x")};
    edo_io_mock *mock = mock_of(script, 1);
    char text[8];

    assert_int_equal(read_text(mock, text, 8), 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(read_text(mock, text, 8), 0);
    edo_io_mock_release(mock);
}

static edo_io_mock *mock_with_handle(const edo_mock_step *steps, size_t count,
                                     edo_io_mock_handle **ret_handle)
{
    edo_io_mock *mock;

    assert_ok(edo_io_mock_new_with("mock", steps, count,
                                   EDO_OPTS(io_mock, .ret_handle = ret_handle), &mock));
    return mock;
}

EDO_TEST(with_a_handle_the_end_is_waited_for) /* test-util-025 */
{
    edo_io_mock_handle *handle;
    edo_io_mock *mock = mock_with_handle(NULL, 0, &handle);
    char text[8];

    edo_read_future read = edo_read_async(edo_io_mock_reader(mock), text, 8);
    assert_pending(&read.base);
    assert_ok(edo_io_mock_add(handle, edo_mock_read("abc")));
    assert_woken(1);
    assert_ready_eq(&read.base, 3);
    edo_read_future end = edo_read_async(edo_io_mock_reader(mock), text, 8);
    assert_pending(&end.base);
    edo_io_mock_handle_release(handle);
    assert_woken(1);
    assert_ready_eq(&end.base, 0);
    edo_io_mock_release(mock);
}

EDO_TEST(an_error_is_read_once_and_in_its_place) /* test-util-026 */
{
    const edo_mock_step script[] = {edo_mock_read("before"), edo_mock_read_error(-ECONNRESET),
                                    edo_mock_read("after")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    char text[256];

    assert_int_equal(read_text(mock, text, 256), 6);
    assert_err(read_text(mock, text, 256), -ECONNRESET);
    assert_int_equal(read_text(mock, text, 256), 5);
    assert_string_equal(text, "after");
    assert_int_equal(read_text(mock, text, 256), 0);
    edo_io_mock_release(mock);
}

EDO_TEST_BOTH(writes_are_what_the_script_expects) /* test-util-027 */
{
    const edo_mock_step script[] = {edo_mock_write("hello "), edo_mock_write("world!"),
                                    edo_mock_write("hello "), edo_mock_write("world!")};
    edo_io_mock *mock = mock_of(script, COUNT(script));

    assert_ok(edo_write_all(edo_io_mock_writer(mock), "hello ", 6, NULL));
    assert_ok(edo_write_all(edo_io_mock_writer(mock), "world!", 6, NULL));
    assert_int_equal(edo_write(edo_io_mock_writer(mock), "hello world!", 12), 12);
    edo_io_mock_release(mock);
}

EDO_TEST(a_write_may_be_a_part_of_a_step)
{
    const edo_mock_step script[] = {edo_mock_write("hello")};
    edo_io_mock *mock = mock_of(script, 1);

    assert_int_equal(edo_write(edo_io_mock_writer(mock), "hel", 3), 3);
    assert_int_equal(edo_write(edo_io_mock_writer(mock), "lo", 2), 2);
    edo_io_mock_release(mock);
}

static void check_write(edo_io_mock *mock, const char *text, int64_t expected)
{
    assert_int_equal(edo_write(edo_io_mock_writer(mock), text, strlen(text)), expected);
}

EDO_TEST(a_write_that_differs_fails_the_test) /* test-util-028 */
{
    const edo_mock_step script[] = {edo_mock_read("x"), edo_mock_write("GET /\r\n")};
    edo_io_mock *mock;
    char byte[1];

    int line = __LINE__ + 1;
    assert_ok(edo_io_mock_new("client", script, 2, &mock));
    assert_int_equal(edo_read(edo_io_mock_reader(mock), byte, 1), 1);
    check_fails(check_write(mock, "GET \n/", -EIO),
                "mock 'client': step 2: from byte 4 on \"\\x0a/\" was written, "
                "\"/\\x0d\\x0a\" is expected");
    assert_string_equal(failure_file, __FILE__);
    assert_int_equal(failure_line, line);
    edo_io_mock_release(mock);
}

EDO_TEST(a_difference_is_found_behind_what_was_written_before) /* test-util-028 */
{
    const edo_mock_step script[] = {edo_mock_write("abcdefgh")};
    edo_io_mock *mock = mock_of(script, 1);

    check_write(mock, "abc", 3);
    check_fails(check_write(mock, "dEf", -EIO),
                "step 1: from byte 4 on \"Ef\" was written, \"efgh\" is expected");
    edo_io_mock_release(mock);
}

EDO_TEST(a_write_error_comes_once_and_writes_nothing) /* test-util-029 */
{
    const edo_mock_step script[] = {edo_mock_write_error(-EPIPE), edo_mock_write("abc")};
    edo_io_mock *mock = mock_of(script, COUNT(script));

    check_write(mock, "abc", -EPIPE);
    check_write(mock, "abc", 3);
    edo_io_mock_release(mock);
}

EDO_TEST(a_write_that_nobody_expects_fails_the_test) /* test-util-030 */
{
    const edo_mock_step script[] = {edo_mock_write("abc")};
    edo_io_mock *mock = mock_of(script, 1);

    check_write(mock, "abcd", 3); /* short, as of any writer */
    check_fails(check_write(mock, "d", -EIO),
                "mock 'mock': after its 1 steps \"d\" was written, nothing is expected");
    edo_io_mock_release(mock);
}

EDO_TEST(a_read_waits_for_a_write_before_it) /* test-util-031 */
{
    const edo_mock_step script[] = {edo_mock_write("ping"), edo_mock_read("pong")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    char text[8] = "";

    edo_read_future read = edo_read_async(edo_io_mock_reader(mock), text, 8);
    assert_pending(&read.base);
    check_write(mock, "pi", 2);
    assert_woken(0); /* the rest of it is missing */
    assert_pending(&read.base);
    check_write(mock, "ng", 2);
    assert_woken(1);
    assert_ready_eq(&read.base, 4);
    assert_string_equal(text, "pong");
    edo_io_mock_release(mock);
}

EDO_TEST(a_write_passes_no_error_and_no_wait) /* test-util-032 */
{
    const edo_mock_step script[] = {edo_mock_read("a"),        edo_mock_write("1"),
                                    edo_mock_read_error(-EIO), edo_mock_write("2"),
                                    edo_mock_read("b"),        edo_mock_wait(EDO_SECONDS(1)),
                                    edo_mock_write("3")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    edo_instant start = edo_now();
    char text[8];

    check_write(mock, "123", 1); /* over what was not read */
    edo_write_future write = edo_write_async(edo_io_mock_writer(mock), "23", 2);
    assert_pending(&write.base);
    assert_int_equal(read_text(mock, text, 8), 1);
    assert_pending(&write.base);
    assert_err(read_text(mock, text, 8), -EIO);
    assert_woken(1);
    assert_ready_eq(&write.base, 1);
    edo_write_future last = edo_write_async(edo_io_mock_writer(mock), "3", 1);
    assert_pending(&last.base);
    assert_int_equal(read_text(mock, text, 8), 1);
    assert_woken(1);
    assert_int_equal(edo_elapsed(start).ns, 0); /* up to here nothing has waited */
    assert_int_equal(edo_await(&last.base), 1);
    assert_true(edo_elapsed(start).ns >= EDO_SECONDS(1).ns);
    edo_io_mock_release(mock);
}

EDO_TEST(a_write_error_is_not_passed) /* test-util-032 */
{
    const edo_mock_step script[] = {edo_mock_write("1"), edo_mock_write_error(-EPIPE),
                                    edo_mock_write("2")};
    edo_io_mock *mock = mock_of(script, COUNT(script));

    check_write(mock, "12", 1);
    check_write(mock, "2", -EPIPE);
    check_write(mock, "2", 1);
    edo_io_mock_release(mock);
}

EDO_TEST(waits_take_their_time) /* test-util-033 */
{
    const edo_mock_step script[] = {edo_mock_wait(EDO_SECONDS(1)),
                                    edo_mock_read("a"),
                                    edo_mock_read("b"),
                                    edo_mock_wait(EDO_SECONDS(1)),
                                    edo_mock_wait(EDO_SECONDS(1)),
                                    edo_mock_read("c"),
                                    edo_mock_wait(EDO_MILLIS(0)),
                                    edo_mock_read("d")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    edo_instant start = edo_now();
    char text[8];

    assert_int_equal(read_text(mock, text, 8), 1);
    assert_in_range(edo_elapsed(start).ns, EDO_SECONDS(1).ns, EDO_MILLIS(1002).ns);
    start = edo_now();
    assert_int_equal(read_text(mock, text, 8), 1);
    assert_int_equal(edo_elapsed(start).ns, 0);
    assert_int_equal(read_text(mock, text, 8), 1);
    assert_in_range(edo_elapsed(start).ns, EDO_SECONDS(2).ns, EDO_MILLIS(2004).ns);
    start = edo_now();
    assert_int_equal(read_text(mock, text, 8), 1);
    assert_in_range(edo_elapsed(start).ns, EDO_MILLIS(1).ns, EDO_MILLIS(3).ns);
    assert_string_equal(text, "d");
    edo_io_mock_release(mock);
}

EDO_TEST(a_wait_holds_up_writes) /* test-util-034 */
{
    const edo_mock_step script[] = {edo_mock_wait(EDO_SECONDS(1)), edo_mock_write("abc")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    edo_instant start = edo_now();

    check_write(mock, "abc", 3);
    assert_true(edo_elapsed(start).ns >= EDO_SECONDS(1).ns);
    edo_io_mock_release(mock);
}

/* The wait ends between two polls of a read and a write that both stand in it. */
EDO_TEST(a_wait_that_ends_between_two_looks_is_over) /* test-util-034 */
{
    const edo_mock_step script[] = {edo_mock_wait(EDO_SECONDS(1)), edo_mock_write("abc"),
                                    edo_mock_wait(EDO_SECONDS(1)), edo_mock_read("def")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    edo_instant start = edo_now();
    char text[8];

    edo_read_future read = edo_read_async(edo_io_mock_reader(mock), text, 8);
    edo_write_future write = edo_write_async(edo_io_mock_writer(mock), "abc", 3);
    assert_pending(&read.base);
    assert_pending(&write.base);
    assert_ok(edo_sleep(EDO_SECONDS(5))); /* nobody looks */
    assert_ready_eq(&write.base, 3);
    assert_int_equal(edo_await(&read.base), 3);
    assert_true(edo_elapsed(start).ns >= EDO_SECONDS(6).ns);
    edo_io_mock_release(mock);
}

static int add_steps(void *arg)
{
    edo_io_mock_handle *handle = arg;
    char text[6] = "late ";

    edo_yield();
    assert_ok(edo_io_mock_add(handle, edo_mock_read(text)));
    memset(text, 'x', sizeof text - 1); /* it was copied */
    edo_yield();
    assert_ok(edo_io_mock_add(handle, edo_mock_write("reply")));
    edo_yield();
    assert_ok(edo_io_mock_add(handle, edo_mock_read_error(-EIO)));
    assert_ok(edo_io_mock_add(handle, edo_mock_write_error(-EPIPE)));
    edo_io_mock_handle_release(handle);
    return 0;
}

EDO_TEST_BOTH(a_handle_adds_steps_behind_the_others) /* test-util-035 */
{
    const edo_mock_step script[] = {edo_mock_read("first")};
    edo_io_mock_handle *handle;
    edo_io_mock *mock = mock_with_handle(script, 1, &handle);
    char text[16];

    assert_ok(edo_spawn(add_steps, handle, NULL));
    assert_int_equal(read_text(mock, text, 16), 5);
    assert_string_equal(text, "first");
    assert_int_equal(read_text(mock, text, 16), 5);
    assert_string_equal(text, "late ");
    check_write(mock, "reply", 5);
    assert_err(read_text(mock, text, 16), -EIO);
    check_write(mock, "x", -EPIPE);
    assert_int_equal(read_text(mock, text, 16), 0);
    edo_io_mock_release(mock);
}

EDO_TEST(what_the_script_has_still_fails_the_test) /* test-util-036 */
{
    const edo_mock_step script[] = {edo_mock_read("hello"), edo_mock_write("abc"),
                                    edo_mock_wait(EDO_SECONDS(1)), edo_mock_read("x")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    char text[8];

    assert_int_equal(read_text(mock, text, 2), 2);
    check_fails(edo_io_mock_release(mock), "mock 'mock' is released with 3 of its 4 steps to do: "
                                           "step 1 is a read of which 3 bytes are left");
    mock = mock_of(script + 1, 1);
    check_fails(edo_io_mock_release(mock), "1 of its 1 steps to do: step 1 is a write of which 3");
}

EDO_TEST(waits_and_errors_may_be_left_over) /* test-util-036 */
{
    const edo_mock_step script[] = {edo_mock_wait(EDO_SECONDS(1)), edo_mock_read_error(-EIO),
                                    edo_mock_write_error(-EIO)};

    edo_io_mock_release(mock_of(script, COUNT(script)));
    edo_io_mock_release(NULL);
    assert_int_equal(edo_test_failures(), 0);
}

EDO_TEST(a_test_that_has_failed_fails_once) /* test-util-037 */
{
    const edo_mock_step script[] = {edo_mock_write("abc"), edo_mock_read("left over")};
    edo_io_mock *mock = mock_of(script, COUNT(script));

    failures = 0;
    edo_test_on_failure(catch_failure);
    check_write(mock, "x", -EIO);
    edo_io_mock_release(mock);
    edo_test_on_failure(fail_again);
    assert_int_equal(failures, 1);
    assert_non_null(strstr(failure_text, "was written"));
}

EDO_TEST(one_script_is_played_by_two_mocks) /* test-util-038 */
{
    const edo_mock_step script[] = {edo_mock_read("abc"), edo_mock_write("def")};
    edo_io_mock *one = mock_of(script, 2), *two = mock_of(script, 2);
    char text[8];

    assert_int_equal(read_text(one, text, 8), 3);
    check_write(one, "def", 3);
    edo_io_mock_release(one);
    assert_int_equal(read_text(two, text, 8), 3);
    check_write(two, "def", 3);
    edo_io_mock_release(two);
}

EDO_TEST(flush_and_shutdown_are_ready_and_the_name_is_said) /* test-util-039 */
{
    const edo_mock_step script[] = {edo_mock_write("abc")};
    edo_io_mock *mock;

    assert_ok(edo_io_mock_new("a name", script, 1, &mock));
    edo_write_future flush = edo_flush_async(edo_io_mock_writer(mock));
    assert_ready_eq(&flush.base, 0);
    edo_write_future shutdown = edo_shutdown_async(edo_io_mock_writer(mock));
    assert_ready_eq(&shutdown.base, 0);
    check_fails(check_write(mock, "x", -EIO), "mock 'a name'");
    edo_io_mock_release(mock);
    assert_ok(edo_io_mock_new("another", script, 1, &mock));
    check_fails(edo_io_mock_release(mock), "mock 'another'");
}

EDO_TEST_BOTH(it_is_a_reader_and_writer_like_any_other) /* test-util-040 */
{
    const edo_mock_step script[] = {edo_mock_read("one\ntw"), edo_mock_wait(EDO_MILLIS(5)),
                                    edo_mock_read("o\nrest"), edo_mock_write("re"),
                                    edo_mock_write("st")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    edo_buf_reader reader;
    char *line;

    edo_io both = edo_io_mock_io(mock);
    assert_ok(edo_buf_reader_init(&reader, both.reader, NULL));
    edo_pieces lines = edo_lines(edo_buf_reader_reader(&reader));
    assert_int_equal(edo_pieces_next(&lines, &line, NULL), 1);
    assert_string_equal(line, "one");
    assert_int_equal(edo_pieces_next(&lines, &line, NULL), 1);
    assert_string_equal(line, "two");
    edo_pieces_fini(&lines);
    uint64_t done;
    assert_ok(edo_copy(edo_buf_reader_reader(&reader), both.writer, &done));
    assert_int_equal(done, 4);
    edo_buf_reader_fini(&reader);
    edo_io_mock_release(mock);
}

EDO_TEST(a_cancelled_read_takes_nothing_of_the_script) /* test-util-040 */
{
    const edo_mock_step script[] = {edo_mock_wait(EDO_SECONDS(1)), edo_mock_write("x"),
                                    edo_mock_read("abc")};
    edo_io_mock *mock = mock_of(script, COUNT(script));
    char text[8];

    for (int i = 0; i < 2; i++) { /* in the wait, and before the write */
        edo_read_future read = edo_read_async(edo_io_mock_reader(mock), text, 8);
        assert_pending(&read.base);
        edo_future_cancel(&read.base);
        assert_int_equal(edo_await(&read.base), -ECANCELED);
        edo_sleep(EDO_SECONDS(2));
    }
    edo_read_future read = edo_read_async(edo_io_mock_reader(mock), text, 8);
    edo_sleep_future sleep = edo_sleep_async(EDO_SECONDS(1));
    assert_int_equal(edo_select(&read.base, &sleep.base), 1);
    assert_err(read.base.result, -ECANCELED);
    check_write(mock, "x", 1);
    edo_read_future lost = edo_read_async(edo_io_mock_reader(mock), text, 8);
    assert_ready_eq(&lost.base, 3);
    edo_future_put_back(&lost.base);
    assert_err(lost.base.result, -ECANCELED);
    assert_int_equal(read_text(mock, text, 8), 3);
    assert_string_equal(text, "abc");
    edo_io_mock_release(mock);
}

EDO_TEST(what_was_taken_before_a_cancel_is_reported) /* test-util-041 */
{
    const edo_mock_step script[] = {edo_mock_read("abc"), edo_mock_write("defg")};
    edo_io_mock *mock;
    char text[8] = "";

    assert_ok(edo_io_mock_new_with("mock", script, 2, EDO_OPTS(io_mock, .is_late = true), &mock));
    edo_read_future read = edo_read_async(edo_io_mock_reader(mock), text, 8);
    assert_pending(&read.base);
    edo_future_cancel(&read.base);
    assert_ready_eq(&read.base, 3);
    assert_string_equal(text, "abc");
    edo_write_future write = edo_write_async(edo_io_mock_writer(mock), "de", 2);
    assert_pending(&write.base);
    edo_future_cancel(&write.base);
    assert_ready_eq(&write.base, 2);
    assert_ok(edo_write_all(edo_io_mock_writer(mock), "fg", 2, NULL));
    edo_io_mock_release(mock);
}

EDO_TEST(nonsense_makes_no_mock)
{
    const edo_mock_step bad[] = {
        edo_mock_read_error(5), edo_mock_read_bytes(NULL, 3), {.kind = (edo_mock_kind)9}};
    edo_io_mock_handle *handle;
    edo_io_mock *mock = NULL;

    for (int i = 0; i < 3; i++)
        assert_err(edo_io_mock_new("mock", bad + i, 1, &mock), -EINVAL);
    assert_err(edo_io_mock_new(NULL, NULL, 0, &mock), -EINVAL);
    assert_err(edo_io_mock_new("mock", NULL, 1, &mock), -EINVAL);
    assert_null(mock);
    mock = mock_with_handle(NULL, 0, &handle);
    assert_err(edo_io_mock_add(handle, bad[0]), -EINVAL);
    assert_err(edo_io_mock_add(NULL, edo_mock_read("x")), -EINVAL);
    edo_io_mock_release(mock);
    edo_io_mock_handle_release(handle); /* the mock may go first */
    edo_io_mock_handle_release(NULL);
}
