/* Values of strings and lists: what memory they keep, and lists with many items equal. */
#include <stdlib.h>
#include <string.h>

#include "support/edo_test.h"

#include "blob.h"
#include "list.h"

EDO_TEST_PLAIN(an_empty_string_keeps_no_memory_of_a_long_one)
{
    static char text[100000];
    blob b = {0};

    assert_ok(blob_set(&b, (slice){text, sizeof text}));
    assert_ok(blob_set(&b, (slice){text, 0}));
    assert_int_equal(b.len, 0);
    assert_true(b.room <= 64);
    assert_ok(blob_set(&b, (slice){"a", 1}));
    assert_true(slice_equal(blob_slice(&b), slice_of("a")));
    blob_free(&b);
}

static void fill(list *l, const char *letters)
{
    for (; *letters; letters++)
        assert_ok(list_push(l, (slice){letters, 1}, false));
}

static void assert_list(const list *l, const char *letters)
{
    assert_int_equal(l->len, strlen(letters));
    for (size_t i = 0; i < l->len; i++)
        assert_true(slice_equal(list_at(l, i), (slice){letters + i, 1}));
}

/* What is left of "abacada" in a ring whose first is not at its beginning. */
static void assert_removal(uint64_t most, bool last_first, size_t removed, const char *left)
{
    list l = {0};

    for (size_t turned = 0; turned < 8; turned++) {
        fill(&l, "abacada");
        assert_int_equal(list_remove_equal(&l, slice_of("a"), most, last_first), removed);
        assert_list(&l, left);
        while (l.len)
            list_drop(&l, true);
        assert_ok(list_push(&l, slice_of("x"), false));
        list_drop(&l, true);
    }
    list_free(&l);
}

EDO_TEST_PLAIN(equal_items_go_from_either_end)
{
    assert_removal(1, false, 1, "bacada");
    assert_removal(3, false, 3, "bcda");
    assert_removal(UINT64_MAX, false, 4, "bcd");
    assert_removal(1, true, 1, "abacad");
    assert_removal(3, true, 3, "abcd");
    assert_removal(UINT64_MAX, true, 4, "bcd");
}

EDO_TEST_PLAIN(a_list_of_many_of_which_few_stay_is_small_again)
{
    for (int last_first = 0; last_first < 2; last_first++) {
        list l = {0};
        for (size_t i = 0; i < 50000; i++)
            assert_ok(list_push(&l, slice_of(i % 10000 ? "a" : "b"), i % 2));
        assert_int_equal(list_remove_equal(&l, slice_of("a"), UINT64_MAX, last_first), 49995);
        assert_list(&l, "bbbbb");
        assert_true(l.room <= 64);
        list_free(&l);
    }
}
