/*
 * control.c: descriptors and credentials on their way.
 *
 * Owner       A descriptor that was received is in exactly one place: in the `raw` bytes between the system's call
 *             and unix_control_fill, then in `fds` from `taken` on, or in an extra that was put back. Each of them
 *             closes what it still has when it goes.
 */
#include "net/unix/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/sys.h"

#ifndef SCM_PIDFD
#define SCM_PIDFD 4
#endif
#define CRED_SPACE CMSG_SPACE(sizeof(struct ucred))

typedef struct parcel {
    bool has_cred;
    bool cut, data_cut;
    edo_unix_cred cred;
    size_t count, taken; /* of fds */
} parcel;

struct edo_unix_control {
    parcel holds;
    bool received; /* what it holds is its own; else it is to be sent */
    size_t room;
    int *fds;   /* behind raw */
    size_t len; /* of raw: what is to be sent */
    _Alignas(struct cmsghdr) char raw[];
};

int edo_unix_control_new(size_t fds, edo_unix_control **ret_control)
{
    size_t space = CMSG_SPACE(fds * sizeof(int)) + CRED_SPACE;

    if (!ret_control || fds > EDO_UNIX_FDS_MAX)
        return -EINVAL;
    edo_unix_control *control = malloc(sizeof *control + space + fds * sizeof(int));
    if (!control)
        return -ENOMEM;
    *control = (edo_unix_control){.room = fds, .fds = (int *)(void *)(control->raw + space)};
    memset(control->raw, 0, space); /* the gaps between headers are sent, too */
    *ret_control = control;
    return 0;
}

static void close_fds(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sys_close(fds[i]);
}

void edo_unix_control_clear(edo_unix_control *control)
{
    if (!control)
        return;
    if (control->received)
        close_fds(control->fds + control->holds.taken, control->holds.count - control->holds.taken);
    control->holds = (parcel){0};
    control->received = false;
    control->len = 0;
}

void edo_unix_control_free(edo_unix_control *control)
{
    edo_unix_control_clear(control);
    free(control);
}

/* Between raw bytes and what they say. */

static struct cmsghdr *write_header(char *at, int type, const void *data, size_t len)
{
    struct cmsghdr *head = (struct cmsghdr *)(void *)at;

    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = type;
    head->cmsg_len = CMSG_LEN(len);
    memcpy(CMSG_DATA(head), data, len);
    return head;
}

/* Returns the length of raw. */
static size_t encode(char *raw, const parcel *holds, const int *fds)
{
    size_t len = 0, bytes = (holds->count - holds->taken) * sizeof(int);

    if (bytes) {
        write_header(raw, SCM_RIGHTS, fds + holds->taken, bytes);
        len += CMSG_SPACE(bytes);
    }
    if (holds->has_cred) {
        struct ucred cred = {holds->cred.pid, holds->cred.uid, holds->cred.gid};
        write_header(raw + len, SCM_CREDENTIALS, &cred, sizeof cred);
        len += CRED_SPACE;
    }
    return len;
}

/* The system fills what raw has room for, credentials or not; so there may be more than the user wants. */
static void receive_fds(edo_unix_control *control, const unsigned char *from, size_t count)
{
    int fd;

    for (size_t i = 0; i < count; i++) {
        memcpy(&fd, from + i * sizeof fd, sizeof fd);
        if (control->holds.count < control->room) {
            control->fds[control->holds.count++] = fd;
            continue;
        }
        sys_close(fd);
        control->holds.cut = true;
    }
}

static void decode(edo_unix_control *control, const struct cmsghdr *head)
{
    parcel *holds = &control->holds;
    size_t len = head->cmsg_len - CMSG_LEN(0);
    struct ucred cred;

    if (head->cmsg_level != SOL_SOCKET)
        return;
    if (head->cmsg_type == SCM_RIGHTS) {
        receive_fds(control, CMSG_DATA(head), len / sizeof(int));
    } else if (head->cmsg_type == SCM_CREDENTIALS && len == sizeof cred) {
        memcpy(&cred, CMSG_DATA(head), sizeof cred);
        holds->cred = (edo_unix_cred){cred.pid, cred.uid, cred.gid};
        holds->has_cred = true;
    } else if (head->cmsg_type == SCM_PIDFD && len == sizeof(int)) { /* nobody can want it */
        int pidfd;
        memcpy(&pidfd, CMSG_DATA(head), sizeof pidfd);
        if (pidfd >= 0)
            sys_close(pidfd);
    }
}

void unix_control_send(const edo_unix_control *control, struct msghdr *msg)
{
    if (!control || control->received || !control->len)
        return;
    msg->msg_control = (char *)(uintptr_t)control->raw;
    msg->msg_controllen = control->len;
}

void unix_control_room(edo_unix_control *control, struct msghdr *msg)
{
    msg->msg_control = control ? control->raw : NULL;
    msg->msg_controllen = control ? CMSG_SPACE(control->room * sizeof(int)) + CRED_SPACE : 0;
}

void unix_control_fill(edo_unix_control *control, const struct msghdr *msg)
{
    if (!control)
        return;
    edo_unix_control_clear(control);
    control->received = true;
    control->holds.cut = msg->msg_flags & MSG_CTRUNC;
    control->holds.data_cut = msg->msg_flags & MSG_TRUNC;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(msg); head;
         head = CMSG_NXTHDR((struct msghdr *)(uintptr_t)msg, head))
        decode(control, head);
}

/* Sending. */

static int check_outgoing(edo_unix_control *control)
{
    if (!control)
        return -EINVAL;
    if (control->received && !edo_unix_control_fds(control) && !control->holds.has_cred)
        edo_unix_control_clear(control); /* it was received into, and holds nothing */
    return control->received ? -EBUSY : 0;
}

int edo_unix_control_add_fd(edo_unix_control *control, int fd)
{
    int rc = check_outgoing(control);

    if (rc < 0 || fd < 0)
        return rc < 0 ? rc : -EINVAL;
    if (control->holds.count == control->room)
        return -ENOSPC;
    control->fds[control->holds.count++] = fd;
    control->len = encode(control->raw, &control->holds, control->fds);
    return 0;
}

int edo_unix_control_set_cred(edo_unix_control *control, const edo_unix_cred *cred)
{
    edo_unix_cred own = {sys_getpid(), sys_geteuid(), sys_getegid()};
    int rc = check_outgoing(control);

    if (rc < 0)
        return rc;
    control->holds.cred = cred ? *cred : own;
    control->holds.has_cred = true;
    control->len = encode(control->raw, &control->holds, control->fds);
    return 0;
}

/* What was received. */

size_t edo_unix_control_fds(const edo_unix_control *control)
{
    return control && control->received ? control->holds.count - control->holds.taken : 0;
}

int edo_unix_control_take_fd(edo_unix_control *control, int *ret_fd)
{
    if (!control || !ret_fd)
        return -EINVAL;
    if (edo_unix_control_fds(control) == 0)
        return -ENOENT;
    *ret_fd = control->fds[control->holds.taken++];
    return 0;
}

int edo_unix_control_cred(const edo_unix_control *control, edo_unix_cred *ret_cred)
{
    if (!control || !ret_cred)
        return -EINVAL;
    if (!control->received || !control->holds.has_cred)
        return -ENOENT;
    *ret_cred = control->holds.cred;
    return 0;
}

bool edo_unix_control_is_cut(const edo_unix_control *control)
{
    return control && control->holds.cut;
}

bool edo_unix_control_is_data_cut(const edo_unix_control *control)
{
    return control && control->holds.data_cut;
}

/* Putting back. */

typedef struct kept_parcel {
    kept_extra base;
    parcel holds;
    int fds[];
} kept_parcel;

static void release_parcel(kept_extra *extra)
{
    kept_parcel *kept = container_of(extra, kept_parcel, base);

    close_fds(kept->fds, kept->holds.count);
    free(kept);
}

/* As the system does: what there is no room for is closed, and the message says so. */
static void give_parcel(kept_extra *extra, struct msghdr *msg)
{
    kept_parcel *kept = container_of(extra, kept_parcel, base);
    size_t room = 0, had = kept->holds.count;

    if (msg->msg_control)
        room = container_of(msg->msg_control, edo_unix_control, raw)->room;
    if (had > room) {
        close_fds(kept->fds + room, had - room);
        kept->holds.count = room;
    }
    msg->msg_flags =
        (kept->holds.cut || had > room ? MSG_CTRUNC : 0) | (kept->holds.data_cut ? MSG_TRUNC : 0);
    if (msg->msg_control)
        msg->msg_controllen = encode(msg->msg_control, &kept->holds, kept->fds);
    free(kept);
}

int unix_control_keep(edo_unix_control *control, kept_extra **ret)
{
    size_t count = edo_unix_control_fds(control);

    *ret = NULL;
    if (!control || !control->received || (!count && !control->holds.has_cred))
        return 0;
    kept_parcel *kept = malloc(sizeof *kept + count * sizeof(int));
    if (!kept)
        return -ENOMEM;
    kept->base = (kept_extra){.give = give_parcel, .release = release_parcel};
    kept->holds = control->holds;
    kept->holds.count = count;
    kept->holds.taken = 0;
    memcpy(kept->fds, control->fds + control->holds.taken, count * sizeof(int));
    control->holds = (parcel){0};
    *ret = &kept->base;
    return 0;
}

void unix_control_restore(edo_unix_control *control, kept_extra *extra)
{
    if (!extra)
        return;
    kept_parcel *kept = container_of(extra, kept_parcel, base);
    control->holds = kept->holds;
    memcpy(control->fds, kept->fds, kept->holds.count * sizeof(int));
    free(kept);
}
