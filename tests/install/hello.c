/* hello.c: a program of somebody who has installed edo. */
#include <edo.h>

#include <stdio.h>

static int app(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    int rc = edo_sleep(EDO_MILLIS(1));

    if (rc == 0)
        printf("hello from edo %s\n", edo_version());
    return rc;
}

EDO_MAIN(app);
