/*
 * signal/registry.h: which eventfds each signal is written to.
 *
 * The process has one registry; listeners of all runtimes are in it.
 */
#ifndef SIGNAL_REGISTRY_H
#define SIGNAL_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a handler may be installed for it. */
bool signal_can_listen(int signo);
/*
 * From now on each delivery of the signal adds 1 to the eventfd. The first of a signal installs the
 * handler. 0; -ENOMEM; what sigaction(2) says. *ret_slot names the entry.
 */
int signal_register(int signo, int event_fd, uint32_t *ret_slot);
/* Takes the entry out, and returns when no handler can write to its eventfd any more. The last one
 * of a signal restores the disposition of before. */
void signal_unregister(int signo, uint32_t slot);

#endif
