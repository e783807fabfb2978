/* file_forms.c: what one does with a file's reader, writer and seeker, in the words of files. */
#include <edo/file.h>

#include <edo/await.h>

edo_read_future edo_file_read_async(edo_file *file, void *buf, size_t len)
{
    return edo_read_async(edo_file_reader(file), buf, len);
}

ssize_t edo_file_read(edo_file *file, void *buf, size_t len)
{
    return edo_read(edo_file_reader(file), buf, len);
}

edo_read_future edo_file_readv_async(edo_file *file, const struct iovec *iov, size_t count)
{
    return edo_readv_async(edo_file_reader(file), iov, count);
}

ssize_t edo_file_readv(edo_file *file, const struct iovec *iov, size_t count)
{
    return edo_readv(edo_file_reader(file), iov, count);
}

edo_write_future edo_file_write_async(edo_file *file, const void *buf, size_t len)
{
    return edo_write_async(edo_file_writer(file), buf, len);
}

ssize_t edo_file_write(edo_file *file, const void *buf, size_t len)
{
    return edo_write(edo_file_writer(file), buf, len);
}

edo_write_future edo_file_writev_async(edo_file *file, const struct iovec *iov, size_t count)
{
    return edo_writev_async(edo_file_writer(file), iov, count);
}

ssize_t edo_file_writev(edo_file *file, const struct iovec *iov, size_t count)
{
    return edo_writev(edo_file_writer(file), iov, count);
}

edo_write_all_future edo_file_write_all_async(edo_file *file, const void *buf, size_t len)
{
    return edo_write_all_async(edo_file_writer(file), buf, len);
}

int edo_file_write_all(edo_file *file, const void *buf, size_t len, size_t *ret_done)
{
    return edo_write_all(edo_file_writer(file), buf, len, ret_done);
}

edo_seek_future edo_file_seek_async(edo_file *file, int64_t offset, int whence)
{
    return edo_seek_async(edo_file_seeker(file), offset, whence);
}

int64_t edo_file_seek(edo_file *file, int64_t offset, int whence)
{
    return edo_seek(edo_file_seeker(file), offset, whence);
}
