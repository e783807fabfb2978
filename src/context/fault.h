/* context/fault.h: where the code stood that a signal interrupted. */
#ifndef CONTEXT_FAULT_H
#define CONTEXT_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "base/sys.h"

typedef struct fault_place {
    uintptr_t pc, sp;       /* 0: not known for this processor */
    size_t alternate_stack; /* size of the stack that the handler may use; 0: the interrupted one */
} fault_place;

/* From a handler's third argument. */
fault_place fault_place_of(const void *machine);
/* If the signal has ended this system call with EINTR, it begins anew when the handler returns. */
void fault_restart_call(void *machine, const sys_call_place *call);

#endif
