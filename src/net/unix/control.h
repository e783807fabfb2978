/* net/unix/control.h: descriptors and credentials, in the system's form and in ours. */
#ifndef NET_UNIX_CONTROL_H
#define NET_UNIX_CONTROL_H

#include <sys/socket.h>

#include <edo/unix_message.h>

#include "io/put_back.h"

/* Sends what it holds with `msg`. NULL: nothing. */
void unix_control_send(const edo_unix_control *control, struct msghdr *msg);
/* Makes `msg` ready to receive into it. NULL: the system closes what comes along. */
void unix_control_room(edo_unix_control *control, struct msghdr *msg);
/* `msg` was received into it: it holds what came, and what it held before is closed. NULL is fine. */
void unix_control_fill(edo_unix_control *control, const struct msghdr *msg);

/* Takes what it holds out of it. 0, and *ret is NULL if that is nothing; -ENOMEM, and it holds it still. */
int unix_control_keep(edo_unix_control *control, kept_extra **ret);
/* Undoes that. */
void unix_control_restore(edo_unix_control *control, kept_extra *extra);

#endif
