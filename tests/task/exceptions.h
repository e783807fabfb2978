/* exceptions.h: functions of tasks that are written in C++. */
#ifndef TESTS_TASK_EXCEPTIONS_H
#define TESTS_TASK_EXCEPTIONS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Throws and catches 20 times; *arg counts. 0. */
int catch_across_waits(void *arg);
/* Unwinds by an exception when it is cancelled; *arg counts the destructors. -ECANCELED. */
int unwind_a_cancelled_task(void *arg);
/* Throws out of a function that borrows a value of the task, which is left by the throw; *arg counts
 * the values that were destroyed. 0. */
int throw_out_of_a_borrow(void *arg);
/* Waits while it has caught one exception and then two. 0. */
int wait_in_a_catch(void *arg);
/* Where the calling thread notes its exceptions: two words. */
void *exceptions_of_thread(void);

#ifdef __cplusplus
}
#endif

#endif
