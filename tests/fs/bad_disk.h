/*
 * bad_disk.h: a file system by FUSE in which things go wrong, answered by a process of the test's own.
 *
 * Its files are there from the beginning, each with 8192 bytes of which byte i is i * 7. What is the matter with
 * one is its name.
 */
#ifndef TESTS_FS_BAD_DISK_H
#define TESTS_FS_BAD_DISK_H

#define BAD_READ "read"   /* from 4096 on: -EIO */
#define BAD_WRITE "write" /* -EIO */
#define BAD_SYNC "sync"
#define BAD_CLOSE "close" /* each close of a descriptor */
#define BAD_SHORT "short" /* seven bytes at a time, to read and to write */
#define BAD_SIZE 8192

/* Mounts it at a folder that it makes, in mounts of the test's own; skips where there is no such thing. */
void bad_disk_mount(const char *folder);
void bad_disk_unmount(const char *folder);

#endif
