/*
 * process/known.h: the children of this process that have a handle, or had one and haven't ended.
 *
 * A child is put here before it is begun and writes its number by itself: so whoever sees that some child has
 * ended finds it here, if it is one of ours.
 */
#ifndef PROCESS_KNOWN_H
#define PROCESS_KNOWN_H

#include <stdbool.h>
#include <sys/types.h>

typedef struct known_child known_child;
struct known_child {
    known_child *next, *prev;
    pid_t pid; /* atomic; 0: none yet */
};

void known_add(known_child *child);
void known_remove(known_child *child);
bool known_has(pid_t pid);

#endif
