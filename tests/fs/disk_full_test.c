/* disk_full_test.c: a file system without room. */
#include "fs/mounts.h"
#include "support/netns.h"

#include <dirent.h>

#define ROOM (256 << 10)

/* A file system of the test's own at "small". */
static void mount_small(void)
{
    enter_own_mounts();
    assert_int_equal(mkdir("small", 0700), 0);
    if (mount("edo", "small", "tmpfs", 0, "size=256k") != 0)
        EDO_SKIP(NO_MOUNTS);
}

static unsigned names_in_small(void)
{
    DIR *dir = opendir("small");
    unsigned count = 0;

    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static int without_room(void *arg)
{
    static char many[ROOM];
    uint64_t done = 0;

    (void)arg;
    assert_ok(edo_fs_replace("small/file", "old", 3, NULL));
    assert_err(edo_fs_replace("small/file", many, sizeof many, NULL), -ENOSPC);
    assert_true(holds("small/file", "old"));
    assert_int_equal(names_in_small(), 1); /* what there was no room for is gone */
    assert_ok(edo_fs_replace("large", many, sizeof many, NULL));
    assert_err(edo_fs_copy("large", "small/copy", &done), -ENOSPC);
    assert_in_range(done, 4096, ROOM - 4096);
    struct stat about;
    assert_int_equal(stat("small/copy", &about), 0);
    assert_int_equal(about.st_size, done);
    assert_err(edo_fs_replace("small/file", many, 65536, NULL), -ENOSPC);
    assert_true(holds("small/file", "old"));
    assert_err(edo_fs_rename("large", "small/large"), -EXDEV);
    assert_ok(edo_fs_remove_file("small/copy"));
    assert_ok(edo_fs_remove_file("small/file"));
    return 0;
}

EDO_TEST_PLAIN(a_full_disk_leaves_the_old_contents) /* fs-041 */
{
    enter_place();
    mount_small();
    check_in_both(without_room, NULL);
    assert_int_equal(umount("small"), 0);
    leave_place();
}
