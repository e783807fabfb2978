/* forms_test.c: the forms of each operation on files and folders that other tests have no need of. */
#include "support/edo_test.h"

#include <edo.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

static edo_temp *folder;

static const char *in(const char *name)
{
    static char paths[4][4096];
    static unsigned at;
    char *path = paths[at++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", edo_temp_path(folder), name);
    return path;
}

/* Awaits a future of any kind. */
#define await(fut) edo_await(&(fut).base)

static void make_and_list(void)
{
    edo_metadata metadata;
    edo_dir_entry entry;
    edo_dir *dir;

    edo_fs_future made = edo_fs_create_dir_async(in("a"));
    assert_ok(await(made));
    made = edo_fs_create_dir_all_async(in("a/b/c"));
    assert_ok(await(made));
    made = edo_fs_create_dir_with_async(in("d"), EDO_OPTS(fs_create_dir, .mode = 0700));
    assert_ok(await(made));
    edo_fs_future opened = edo_dir_open_async(in("a"), &dir);
    assert_ok(await(opened));
    edo_dir_next_future next = edo_dir_next_async(dir, &entry);
    assert_int_equal(await(next), 1);
    assert_string_equal(entry.name, "b");
    edo_fs_future look = edo_dir_metadata_async(dir, "b", &metadata);
    assert_ok(await(look));
    assert_int_equal(metadata.type, EDO_FILE_DIR);
    edo_dir_close(dir);
    edo_fs_future removed = edo_fs_remove_dir_async(in("d"));
    assert_ok(await(removed));
    edo_fs_remove_future all = edo_fs_remove_dir_all_async(in("a"));
    assert_ok(await(all));
    edo_fs_future there = edo_fs_try_exists_async(in("a"));
    assert_int_equal(await(there), 0);
}

EDO_TEST_BOTH(folders_by_their_futures)
{
    edo_temp_new_future temp = edo_temp_dir_new_async(NULL, &folder);

    assert_ok(await(temp));
    make_and_list();
    edo_temp_close_future closed = edo_temp_close_async(folder);
    assert_ok(await(closed));
}

static void change_names(void)
{
    char *target, *whole;

    edo_fs_future linked = edo_fs_hard_link_async(in("one"), in("two"));
    assert_ok(await(linked));
    linked = edo_fs_symlink_async("two", in("link"));
    assert_ok(await(linked));
    edo_fs_future read = edo_fs_read_link_async(in("link"), &target);
    assert_ok(await(read));
    assert_string_equal(target, "two");
    free(target);
    read = edo_fs_canonicalize_async(in("link"), &whole);
    assert_ok(await(read));
    assert_string_equal(strrchr(whole, '/'), "/two");
    free(whole);
    edo_fs_future renamed = edo_fs_rename_async(in("one"), in("three"));
    assert_ok(await(renamed));
    edo_fs_future removed = edo_fs_remove_file_async(in("three"));
    assert_ok(await(removed));
}

static void change_metadata(void)
{
    struct timespec at = {.tv_sec = 1000};
    edo_file_times times = {.modified = &at};
    edo_metadata metadata;

    edo_fs_future set = edo_fs_set_permissions_async(in("two"), 0640);
    assert_ok(await(set));
    set = edo_fs_set_times_async(in("link"), &times);
    assert_ok(await(set));
    edo_fs_future look = edo_fs_metadata_async(in("link"), &metadata);
    assert_ok(await(look));
    assert_int_equal(metadata.mode, 0640);
    assert_int_equal(metadata.modified.tv_sec, 1000);
    at.tv_sec = 2000;
    set = edo_fs_set_symlink_times_async(in("link"), &times);
    assert_ok(await(set));
    look = edo_fs_symlink_metadata_async(in("link"), &metadata);
    assert_ok(await(look));
    assert_int_equal(metadata.type, EDO_FILE_SYMLINK);
    assert_int_equal(metadata.modified.tv_sec, 2000);
}

static void assert_contents(const char *path, const char *expected)
{
    edo_buf buf = {0};
    edo_fs_whole_future read = edo_fs_read_async(path, &buf);

    assert_ok(await(read));
    assert_int_equal(buf.len, strlen(expected));
    assert_memory_equal(buf.data, expected, buf.len);
    edo_buf_clear(&buf);
    read = edo_fs_read_to_string_async(path, &buf);
    assert_ok(await(read));
    assert_int_equal(read.done, strlen(expected));
    edo_buf_fini(&buf);
}

EDO_TEST_BOTH(names_by_their_futures)
{
    assert_ok(edo_temp_dir_new(NULL, &folder));
    edo_fs_whole_future written = edo_fs_write_async(in("one"), "first", 5);
    assert_ok(await(written));
    assert_int_equal(written.done, 5);
    change_names();
    change_metadata();
    edo_fs_replace_future replaced = edo_fs_replace_async(in("two"), "second", 6, NULL);
    assert_ok(await(replaced));
    assert_contents(in("link"), "second");
    edo_fs_copy_future copied = edo_fs_copy_async(in("two"), in("copy"));
    assert_ok(await(copied));
    assert_contents(in("copy"), "second");
    assert_ok(edo_temp_close(folder));
}

static void move_about(edo_file *file)
{
    struct iovec out[] = {{"cd", 2}, {"ef", 2}};
    char buf[8] = "";
    struct iovec into[] = {{buf, 1}, {buf + 1, 3}};

    edo_write_all_future all = edo_file_write_all_async(file, "ab", 2);
    assert_ok(await(all));
    edo_write_future write = edo_file_writev_async(file, out, 2);
    assert_int_equal(await(write), 4);
    write = edo_file_write_async(file, "gh", 2);
    assert_int_equal(await(write), 2);
    edo_seek_future seek = edo_file_seek_async(file, 2, SEEK_SET);
    assert_int_equal(await(seek), 2);
    edo_read_future read = edo_file_readv_async(file, into, 2);
    assert_int_equal(await(read), 4);
    assert_memory_equal(buf, "cdef", 4);
    read = edo_file_read_async(file, buf, 8);
    assert_int_equal(await(read), 2);
    assert_memory_equal(buf, "gh", 2);
    assert_int_equal(edo_seek(edo_file_seeker(file), -1, SEEK_END), 7);
}

static void stay_there(edo_file *file)
{
    struct iovec out[] = {{"1", 1}, {"23", 2}};
    char buf[8] = "";
    struct iovec into[] = {{buf, 2}, {buf + 2, 6}};

    edo_file_at_future at = edo_file_write_at_async(file, "0", 1, 0);
    assert_int_equal(await(at), 1);
    at = edo_file_writev_at_async(file, out, 2, 1);
    assert_int_equal(await(at), 3);
    at = edo_file_writev_all_at_async(file, out, 2, 5);
    assert_ok(await(at));
    at = edo_file_write_all_at_async(file, "4", 1, 4);
    assert_ok(await(at));
    at = edo_file_readv_at_async(file, into, 2, 0);
    assert_int_equal(await(at), 8);
    assert_memory_equal(buf, "01234123", 8);
    at = edo_file_read_at_async(file, buf, 2, 6);
    assert_int_equal(await(at), 2);
    assert_memory_equal(buf, "23", 2);
    at = edo_file_read_exact_at_async(file, buf, 2, 7);
    assert_err(await(at), -EDO_EEOF);
    assert_int_equal(edo_file_position(file), 7); /* as it was left */
}

static void change_the_file(edo_file *file)
{
    struct timespec at = {.tv_sec = 3000};
    edo_file_times times = {.modified = &at};
    edo_metadata metadata;

    edo_file_future set = edo_file_set_len_async(file, 3);
    assert_ok(await(set));
    set = edo_file_set_permissions_async(file, 0600);
    assert_ok(await(set));
    set = edo_file_set_times_async(file, &times);
    assert_ok(await(set));
    set = edo_file_sync_data_async(file);
    assert_ok(await(set));
    set = edo_file_sync_all_async(file);
    assert_ok(await(set));
    assert_ok(edo_file_sync_data(file));
    edo_file_future look = edo_file_metadata_async(file, &metadata);
    assert_ok(await(look));
    assert_int_equal(metadata.size, 3);
    assert_int_equal(metadata.mode, 0600);
    assert_int_equal(metadata.modified.tv_sec, 3000);
    at.tv_sec = 4000;
    assert_ok(edo_file_set_times(file, &times));
    assert_ok(edo_file_metadata(file, &metadata));
    assert_int_equal(metadata.modified.tv_sec, 4000);
}

EDO_TEST_BOTH(open_files_by_their_futures)
{
    edo_file *file;

    assert_ok(edo_temp_dir_new(NULL, &folder));
    edo_file_open_future opened = edo_file_create_async(in("file"), &file);
    assert_ok(await(opened));
    edo_file_close(file);
    opened = edo_file_open_async(in("file"), EDO_OPTS(file, .read = true, .write = true), &file);
    assert_ok(await(opened));
    move_about(file);
    stay_there(file);
    change_the_file(file);
    edo_file_close(file);
    assert_ok(edo_temp_close(folder));
}
