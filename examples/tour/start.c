/* start.c: the smallest program: main() is a task. */
#include <stdio.h>

#include <edo.h>

static int app(int argc, char **argv)
{
    (void)argc, (void)argv;
    int rc = edo_sleep(EDO_MILLIS(10)); /* others could run meanwhile */

    if (rc < 0)
        return rc;
    puts("good morning");
    return 0;
}

EDO_MAIN(app);
