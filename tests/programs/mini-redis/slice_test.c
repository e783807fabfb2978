/* Words, numbers and patterns. */
#include <string.h>

#include "support/edo_test.h"

#include "slice.h"

EDO_TEST_PLAIN(a_word_is_the_whole_of_it)
{
    static const char word[8] = "ex",
                      text[] = "ex\0ex"; /* a zero in what a client sends is a byte like others */

    assert_true(slice_is(slice_of("eX"), "ex"));
    assert_false(slice_is(slice_of("e"), "ex"));
    assert_false(slice_is(slice_of("exa"), "ex"));
    for (size_t len = 3; len < sizeof text; len++)
        assert_false(slice_is((slice){text, len}, word));
    assert_true(slice_is((slice){text, 0}, ""));
}

static bool is_int(const char *text, int64_t expected)
{
    int64_t n;

    return slice_to_int(slice_of(text), &n) && n == expected;
}

static bool is_no_int(const char *text)
{
    int64_t n;

    return !slice_to_int(slice_of(text), &n);
}

EDO_TEST_PLAIN(a_number_is_read_in_the_one_form_it_has)
{
    assert_true(is_int("0", 0));
    assert_true(is_int("-1", -1));
    assert_true(is_int("9223372036854775807", INT64_MAX));
    assert_true(is_int("-9223372036854775808", INT64_MIN));
    const char *none[] = {"",
                          "-",
                          "+1",
                          "01",
                          "-0",
                          "-01",
                          " 1",
                          "1 ",
                          "1.0",
                          "0x1",
                          "1e3",
                          "9223372036854775808",
                          "-9223372036854775809",
                          "99999999999999999999"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(is_no_int(none[i]));
}

static void assert_int_text(int64_t n, const char *expected)
{
    char text[INT_TEXT_MAX];
    size_t len = int_to_text(n, text);

    assert_true(slice_equal((slice){text, len}, slice_of(expected)));
}

EDO_TEST_PLAIN(a_number_is_written_as_it_is_read)
{
    assert_int_text(0, "0");
    assert_int_text(-7, "-7");
    assert_int_text(INT64_MAX, "9223372036854775807");
    assert_int_text(INT64_MIN, "-9223372036854775808");
}

static bool matches(const char *text, const char *pattern)
{
    return slice_matches(slice_of(text), slice_of(pattern));
}

EDO_TEST_PLAIN(a_pattern_fits_what_it_describes)
{
    assert_true(matches("", ""));
    assert_true(matches("", "*"));
    assert_true(matches("hello", "h?llo"));
    assert_true(matches("hello", "h[ae]llo"));
    assert_true(matches("hello", "h[^a]llo"));
    assert_true(matches("hello", "h[a-f]llo"));
    assert_true(matches("hello", "h[f-a]llo"));
    assert_true(matches("hello", "*l*o"));
    assert_true(matches("h*", "h\\*"));
    assert_true(matches("h[]", "h\\[]"));
    assert_true(matches("a]", "a[\\]]"));
    assert_false(matches("hello", "hell"));
    assert_false(matches("hello", "h[^e]llo"));
    assert_false(matches("hallo", "h\\*llo"));
    assert_false(matches("", "?"));
    assert_false(matches("Hello", "hello"));
}

EDO_TEST_PLAIN(a_pattern_of_many_stars_takes_no_longer_than_both_lengths)
{
    char text[4001], pattern[401];

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i + 1 < sizeof pattern; i += 2)
        memcpy(pattern + i, "a*", 2);
    pattern[sizeof pattern - 2] = 'b';
    pattern[sizeof pattern - 1] = '\0';
    assert_false(matches(text, pattern)); /* one that tries every star anew doesn't end */
}
