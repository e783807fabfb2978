/*
 * context/guard.h: what stops a stack that grows too far, by the means that there are.
 *
 * For stack.c and tests; the kinds are in stack.h.
 */
#ifndef CONTEXT_GUARD_H
#define CONTEXT_GUARD_H

#include "context/stack.h"

/* Guards the stack, whose memory hasn't been touched yet, by the best means left, and notes which.
 * Never fails: the last means is a canary. */
void guard_install(stack *s);
/* The guard's memory is about to be unmapped. */
void guard_remove(stack *s);
/* Before a stack is used, and after: a canary is written and looked at. Other kinds do nothing. */
void guard_arm(stack *s);
void guard_check(const stack *s);

#endif
