/* replace_order_test.c: what a replacement has on the disk, and when: by a fsync(2) of the test's own. */
#include "fs/place.h"

#include <sys/syscall.h>

#include "base/atomic.h"

enum { SYNCS = 4 };

/* What a sync was of, and what the name led to by then. */
typedef struct sync_seen {
    ino_t inode;
    off_t size;
    bool is_folder, is_replaced;
} sync_seen;

static sync_seen seen[SYNCS];
static unsigned syncs; /* atomic */
static unsigned fails; /* the first, the second: 1, 2 */

/* Before libc's. */
int fsync(int fd)
{
    unsigned i = a_fetch_add(&syncs, 1, acq_rel);
    struct stat about;

    if (i < SYNCS && fstat(fd, &about) == 0)
        seen[i] = (sync_seen){
            .inode = about.st_ino,
            .size = about.st_size,
            .is_folder = S_ISDIR(about.st_mode),
            .is_replaced = holds("file", "new contents"),
        };
    if (i + 1 != fails)
        return (int)syscall(SYS_fsync, fd);
    errno = EIO;
    return -1;
}

static int replace(const edo_fs_replace_opts *opts)
{
    put_file("file", "old");
    a_store(&syncs, 0, release);
    return edo_fs_replace("file", "new contents", 12, opts);
}

static ino_t inode_of(const char *path)
{
    struct stat about;

    assert_int_equal(stat(path, &about), 0);
    return about.st_ino;
}

EDO_TEST_BOTH(the_contents_are_on_the_disk_before_the_name_and_the_name_at_the_end)
{
    enter_place();
    assert_ok(replace(NULL));
    assert_true(holds("file", "new contents"));
    assert_int_equal(a_load(&syncs, acquire), 2);
    assert_false(seen[0].is_folder || seen[0].is_replaced);
    assert_int_equal(seen[0].size, 12);
    assert_int_equal(seen[0].inode, inode_of("file"));
    assert_true(seen[1].is_folder && seen[1].is_replaced);
    assert_int_equal(seen[1].inode, inode_of("."));
    leave_place();
}

EDO_TEST_BOTH(who_asks_for_it_waits_for_no_disk)
{
    enter_place();
    assert_ok(replace(EDO_OPTS(fs_replace, .no_sync = true)));
    assert_true(holds("file", "new contents"));
    assert_int_equal(a_load(&syncs, acquire), 0);
    leave_place();
}

EDO_TEST_BOTH(contents_that_do_not_reach_the_disk_replace_nothing)
{
    enter_place();
    fails = 1;
    assert_err(replace(NULL), -EIO);
    assert_true(holds("file", "old"));
    assert_int_equal(a_load(&syncs, acquire), 1);
    assert_ok(edo_fs_remove_file("file"));
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(place_path), 0); /* nothing else was left in it */
}

EDO_TEST_BOTH(a_name_that_does_not_reach_the_disk_is_an_error)
{
    enter_place();
    fails = 2;
    assert_err(replace(NULL), -EIO);
    assert_true(holds("file", "new contents"));
    assert_false(is_open(".") || is_open("file"));
    leave_place();
}
