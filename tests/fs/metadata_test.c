/* metadata_test.c: what is at a path, and changing its permissions and times. */
#include "fs/place.h"

#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/un.h>

static void same_time(struct timespec a, struct timespec b)
{
    assert_int_equal(a.tv_sec, b.tv_sec);
    assert_int_equal(a.tv_nsec, b.tv_nsec);
}

static void as_stat_says(const edo_metadata *about, const struct stat *said)
{
    assert_int_equal(about->mode, said->st_mode & 07777);
    assert_int_equal(about->size, said->st_size);
    assert_int_equal(about->blocks, said->st_blocks);
    assert_int_equal(about->block_size, said->st_blksize);
    assert_int_equal(about->uid, said->st_uid);
    assert_int_equal(about->gid, said->st_gid);
    assert_int_equal(about->links, said->st_nlink);
    assert_int_equal(about->inode, said->st_ino);
    assert_int_equal(about->device, said->st_dev);
    assert_int_equal(about->special, said->st_rdev);
    same_time(about->accessed, said->st_atim);
    same_time(about->modified, said->st_mtim);
    same_time(about->changed, said->st_ctim);
}

EDO_TEST_BOTH(metadata_agrees_with_stat) /* fs-059 */
{
    edo_metadata about;
    struct stat said;

    enter_place();
    put_file("file", "fourteen bytes");
    assert_int_equal(chmod("file", 04640), 0);
    assert_int_equal(symlink("file", "link"), 0);
    assert_ok(edo_fs_metadata("link", &about));
    assert_int_equal(stat("link", &said), 0);
    as_stat_says(&about, &said);
    assert_int_equal(about.type, EDO_FILE_REGULAR);
    assert_int_equal(about.size, 14);
    assert_ok(edo_fs_symlink_metadata("link", &about));
    assert_int_equal(lstat("link", &said), 0);
    as_stat_says(&about, &said);
    assert_int_equal(about.type, EDO_FILE_SYMLINK);
    assert_ok(edo_fs_metadata("/dev/null", &about));
    assert_int_equal(stat("/dev/null", &said), 0);
    as_stat_says(&about, &said);
    assert_err(edo_fs_metadata("none", &about), -ENOENT);
    leave_place();
}

static edo_file_type type_of(const char *path)
{
    edo_metadata about;

    assert_ok(edo_fs_symlink_metadata(path, &about));
    return about.type;
}

EDO_TEST_BOTH(each_type_is_told) /* fs-059 */
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = "socket"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    enter_place();
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    put_file("file", "");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(type_of("."), EDO_FILE_DIR);
    assert_int_equal(type_of("file"), EDO_FILE_REGULAR);
    assert_int_equal(type_of("link"), EDO_FILE_SYMLINK);
    assert_int_equal(type_of("fifo"), EDO_FILE_FIFO);
    assert_int_equal(type_of("socket"), EDO_FILE_SOCKET);
    assert_int_equal(type_of("/dev/null"), EDO_FILE_CHAR_DEVICE);
    close(fd);
    leave_place();
}

EDO_TEST_BOTH(whether_a_path_is_there) /* fs-058 */
{
    enter_place();
    put_file("file", "");
    assert_int_equal(symlink("none", "dangling"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    for (int i = 0; i < 2; i++) { /* before and after the system has looked for it */
        assert_int_equal(edo_fs_try_exists("file"), 1);
        assert_int_equal(edo_fs_try_exists("none"), 0);
        assert_int_equal(edo_fs_try_exists("dangling"), 0);
        assert_err(edo_fs_try_exists("file/x"), -ENOTDIR);
        assert_err(edo_fs_try_exists("loop"), -ELOOP);
        assert_err(edo_fs_try_exists(long_name(256)), -ENAMETOOLONG);
        assert_err(edo_fs_try_exists(long_name(4097)), -ENAMETOOLONG);
    }
    leave_place();
}

/* On a thread that isn't root any more; others of the process stay what they are. */
static void *look_as_nobody(void *arg)
{
    (void)arg;
    if (geteuid() == 0)
        assert_int_equal(setfsuid(65534), 0);
    assert_err(edo_fs_try_exists("closed/file"), -EACCES);
    return NULL;
}

EDO_TEST_PLAIN(whether_a_path_is_there_can_be_a_secret) /* fs-058 */
{
    enter_place();
    assert_int_equal(chmod(".", 0755), 0);
    assert_ok(edo_fs_create_dir("closed"));
    put_file("closed/file", "");
    assert_ok(edo_fs_set_permissions("closed", 0600));
    join_thread(start_thread(look_as_nobody, NULL));
    assert_ok(edo_fs_set_permissions("closed", 0700));
    leave_place();
}

enum { FILES = 512, LOOKS = 10000 };

static int look(void *arg)
{
    char name[32];

    snprintf(name, sizeof name, "file-%d", (int)(intptr_t)arg % FILES);
    return edo_fs_try_exists(name);
}

EDO_TEST_BOTH(many_look_at_a_time) /* fs-060 */
{
    unsigned looks = test_count(LOOKS);
    edo_join_set *set;
    edo_joined joined;
    char name[32];

    enter_quick_place();
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "file-%d", i);
        put_file(name, "");
    }
    assert_ok(edo_join_set_new(&set));
    for (unsigned i = 0; i < looks; i++)
        assert_ok(edo_join_set_spawn(set, look, (void *)(intptr_t)i, NULL));
    for (unsigned i = 0; i < looks; i++) {
        assert_int_equal(edo_join_set_next(set, &joined), 1);
        assert_int_equal(joined.result, 1);
    }
    edo_join_set_free(set);
    leave_place();
}

EDO_TEST_BOTH(permissions_are_set) /* fs-061 */
{
    enter_place();
    put_file("file", "");
    assert_ok(edo_fs_set_permissions("file", 0400));
    assert_int_equal(mode_of("file"), 0400);
    assert_ok(edo_fs_set_permissions("file", 02755));
    assert_int_equal(mode_of("file"), 02755);
    assert_err(edo_fs_set_permissions("none", 0400), -ENOENT);
    leave_place();
}

static void has_times(const char *path, struct timespec accessed, struct timespec modified)
{
    edo_metadata about;

    assert_ok(edo_fs_symlink_metadata(path, &about));
    same_time(about.accessed, accessed);
    same_time(about.modified, modified);
}

EDO_TEST_BOTH(times_are_set) /* fs-062 */
{
    const struct timespec before_1970 = {-86400, 123456789}, after_2038 = {4102444800, 987654321};

    enter_place();
    put_file("file", "");
    assert_int_equal(symlink("file", "link"), 0);
    assert_ok(edo_fs_set_times("link", &(edo_file_times){&before_1970, &after_2038}));
    has_times("file", before_1970, after_2038);
    assert_ok(edo_fs_set_symlink_times("link", &(edo_file_times){&after_2038, &before_1970}));
    has_times("link", after_2038, before_1970);
    has_times("file", before_1970, after_2038);
    assert_ok(edo_fs_set_times("file", &(edo_file_times){.modified = &before_1970}));
    has_times("file", before_1970, before_1970);
    assert_ok(edo_fs_set_times("file", &(edo_file_times){.accessed = &after_2038}));
    has_times("file", after_2038, before_1970);
    assert_err(edo_fs_set_times("none", &(edo_file_times){&after_2038, NULL}), -ENOENT);
    leave_place();
}
