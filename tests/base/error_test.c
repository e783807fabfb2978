/* error_test.c: names and sentences of codes; the version. */
#include "support/edo_test.h"

#include <limits.h>
#include <string.h>

static const int own[] = {EDO_ESHUTDOWN,  EDO_ENORUNTIME, EDO_ENOTIME,    EDO_ENOIO,
                          EDO_EFORKED,    EDO_EMISUSE,    EDO_ELAGGED,    EDO_EEOF,
                          EDO_EWRITEZERO, EDO_ETOOLONG,   EDO_EAI_NONAME, EDO_EAI_NODATA,
                          EDO_EAI_AGAIN,  EDO_EAI_FAIL,   EDO_EAI_FAMILY, EDO_EAI_SERVICE};
#define OWN (sizeof own / sizeof *own)

EDO_TEST_PLAIN(errors_of_the_system_have_names)
{
    assert_string_equal(edo_err_name(-ECONNRESET), "ECONNRESET");
    assert_string_equal(edo_err_name(ECONNRESET), "ECONNRESET");
    assert_string_equal(edo_err_name(-EPIPE), "EPIPE");
    assert_string_equal(edo_err_name(-ECANCELED), "ECANCELED");
    assert_string_equal(edo_strerror(-EPIPE), "Broken pipe");
    assert_string_equal(edo_strerror(EPIPE), "Broken pipe");
}

EDO_TEST_PLAIN(errors_of_edo_have_names) /* sync-015 */
{
    assert_string_equal(edo_err_name(-EDO_ESHUTDOWN), "EDO_ESHUTDOWN");
    assert_string_equal(edo_err_name(EDO_ETOOLONG), "EDO_ETOOLONG");
    for (size_t i = 0; i < OWN; i++) {
        assert_string_equal(edo_err_name(own[i]), edo_err_name(-own[i]));
        assert_string_not_equal(edo_err_name(own[i]), "UNKNOWN");
        assert_string_equal(edo_strerror(own[i]), edo_strerror(-own[i]));
        for (int code = 0; code < 200; code++)
            assert_string_not_equal(edo_strerror(own[i]), edo_strerror(code));
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(edo_err_name(own[i]), edo_err_name(own[j]));
            assert_string_not_equal(edo_strerror(own[i]), edo_strerror(own[j]));
        }
    }
}

static void *set_own_errno(void *arg)
{
    (void)arg;
    errno = ENOENT;
    assert_ptr_equal(edo_errno_location(), &errno);
    return edo_errno_location();
}

EDO_TEST_PLAIN(errno_is_of_the_thread_that_asks)
{
    errno = EPIPE;
    assert_ptr_not_equal(join_thread(start_thread(set_own_errno, NULL)), edo_errno_location());
    assert_int_equal(*edo_errno_location(), EPIPE);
}

EDO_TEST_PLAIN(errors_nobody_knows_are_unknown)
{
    static const int unknown[] = {4999, 5000, 5011, -5011, 100000, INT_MAX, INT_MIN, INT_MIN + 1};

    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_string_equal(edo_err_name(unknown[i]), "UNKNOWN");
        assert_string_equal(edo_strerror(unknown[i]), "Unknown error");
    }
}

EDO_TEST_PLAIN(shutdown_is_told_from_other_results)
{
    assert_true(edo_is_shutdown(-EDO_ESHUTDOWN));
    assert_false(edo_is_shutdown(EDO_ESHUTDOWN)); /* a count */
    assert_false(edo_is_shutdown(0));
    assert_false(edo_is_shutdown(-ECANCELED));
}

EDO_TEST_PLAIN(version_is_that_of_the_headers)
{
    assert_string_equal(edo_version(), EDO_VERSION);
    assert_true(EDO_VERSION_NUMBER < 1000000000);
}
