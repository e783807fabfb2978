/* fp_control.c: rounding modes and exception masks, which a switch leaves alone. */
#include "context/context.h"

#if defined(__x86_64__)

void fp_control_save(fp_control *fp)
{
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(fp->mxcsr), "=m"(fp->x87));
}

void fp_control_load(const fp_control *fp)
{
    __asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(fp->mxcsr), "m"(fp->x87));
}

#elif defined(__aarch64__)

void fp_control_save(fp_control *fp)
{
    __asm__ volatile("mrs %0, fpcr" : "=r"(fp->fpcr));
}

void fp_control_load(const fp_control *fp)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(fp->fpcr));
}

#else

/* ucontext keeps them with each place. */
void fp_control_save(fp_control *fp)
{
    *fp = (fp_control){0};
}

void fp_control_load(const fp_control *fp)
{
    (void)fp;
}

#endif
