/* targets.h: what fails, with which error, and what the library has to make of it. */
#ifndef FAULTS_TARGETS_H
#define FAULTS_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict {
    TELLS,  /* each fault has to reach the caller as an error */
    BEARS,  /* none may: the library gets by without */
    EITHER, /* depends on which call it hits */
};

typedef struct target {
    const char *name;
    uint64_t calls; /* bits, of the shim */
    int error;
    int told; /* what the caller is told, where that is another error */
    enum verdict verdict;
    enum verdict at_start; /* the same for the scenario start-up */
    bool after;            /* see fault_plan */
    bool for_ever;         /* may also fail without end */
} target;

extern const target targets[];
extern const size_t target_count;

/* Whether all its calls ask for memory. */
bool targets_memory(const target *t);

#endif
