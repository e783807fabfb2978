/* edo/fs_call.h: a call of the file system under way, as the beginning of the futures of such. Private to edo. */
#ifndef EDO_FS_CALL_H
#define EDO_FS_CALL_H

#include <edo/future.h>
#include <edo/job.h>

EDO_BEGIN_DECLS

/** Each of these futures begins with these two. */
typedef struct edo_fs_call {
    edo_future base;
    edo_job job;
} edo_fs_call;

EDO_END_DECLS

#endif
