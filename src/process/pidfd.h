/* process/pidfd.h: a descriptor that is readable when a child has ended. */
#ifndef PROCESS_PIDFD_H
#define PROCESS_PIDFD_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether the system has such descriptors, and lets us have them. */
bool pidfd_is_known(void);
/* A descriptor that serves as well for waiting, where it hasn't; or a negative errno. */
int pidfd_stand_in(pid_t pid);

#endif
