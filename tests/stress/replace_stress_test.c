/* replace_stress_test.c: a program that is killed while it replaces a file leaves the old contents or the new. */
#include "fs/place.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/atomic.h"

enum { WORDS = 20000, KILLS = 60 };

typedef struct version {
    uint32_t words[WORDS]; /* each is the version's number */
} version;

static void make_version(version *v, uint32_t number)
{
    for (int i = 0; i < WORDS; i++)
        v->words[i] = number;
}

/* The number of the version that is there. */
static uint32_t look(void)
{
    static version found;
    int fd = open("file", O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(read(fd, &found, sizeof found), sizeof found);
    assert_int_equal(read(fd, &found, 1), 0);
    close(fd);
    for (int i = 1; i < WORDS; i++)
        assert_int_equal(found.words[i], found.words[0]);
    return found.words[0];
}

/* Until it is killed. *done counts what has returned. */
static _Noreturn void replace_for_ever(uint32_t number, uint32_t *done)
{
    static version v;

    for (;;) {
        make_version(&v, ++number);
        if (edo_fs_replace("file", &v, sizeof v, NULL) < 0)
            _exit(1);
        a_store(done, number, release);
    }
}

static void replace_until_killed(uint32_t number, uint32_t *done)
{
    int status;

    a_store(done, number, relaxed);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        replace_for_ever(number, done);
    wait_until(a_load(done, acquire) > number + number % 3);
    for (unsigned spins = number * 7919 % 100000; spins > 0; spins--)
        __asm__ volatile("" ::: "memory"); /* a different moment each time */
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

EDO_TEST_PLAIN(a_kill_amid_a_replacement_leaves_old_or_new)
{
    unsigned kills = test_count(KILLS);
    uint32_t *done =
        mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint32_t number = 0;

    assert_true(done != MAP_FAILED);
    enter_quick_place();
    for (unsigned i = 0; i < kills; i++) {
        replace_until_killed(number, done);
        uint32_t is = look(), told = a_load(done, acquire);
        assert_in_range(is, told,
                        told + 1); /* what has returned is there; one more may have been made */
        number = is;
    }
    leave_place();
}
