/* choose_test.c: drivers by their names. */
#include "driver/rig.h"

#include <stdio.h>
#include <stdlib.h>

static const driver_ops *chosen_by(const char *name)
{
    assert_int_equal(name ? setenv("EDO_DRIVER", name, 1) : unsetenv("EDO_DRIVER"), 0);
    return driver_choose();
}

EDO_TEST_PLAIN(without_a_name_it_is_epoll)
{
    assert_ptr_equal(chosen_by(NULL), &epoll_driver_ops);
    assert_ptr_equal(chosen_by(""), &epoll_driver_ops);
    assert_ptr_equal(chosen_by("epoll"), &epoll_driver_ops);
    assert_null(chosen_by("nobody"));
}

EDO_TEST_PLAIN(those_that_are_offered_are_found_as_far_as_there_is_room)
{
    enum { MANY = 12 };
    static char names[MANY][16];
    static driver_ops ops[MANY];
    unsigned found = 0;

    for (unsigned i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "driver %u", i);
        ops[i] = (driver_ops){.name = names[i]};
        driver_offer(&ops[i]);
        driver_offer(&ops[0]); /* once more: it takes no room */
    }
    while (found < MANY && chosen_by(names[found]) == &ops[found])
        found++;
    assert_in_range(found, 2, 7); /* the tests' own may be there */
    for (unsigned i = found; i < MANY; i++)
        assert_null(chosen_by(names[i]));
    assert_ptr_equal(chosen_by("epoll"), &epoll_driver_ops);
}
