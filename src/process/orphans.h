/* process/orphans.h: children whose handles were given up before they had ended. */
#ifndef PROCESS_ORPHANS_H
#define PROCESS_ORPHANS_H

#include <edo/process.h>

/* Has it waited for, and freed then. Its descriptor is in no driver any more. */
void orphans_take(edo_process *child);

#endif
