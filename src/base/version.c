/* version.c: the version that this libedo was built as. */
#include <edo/version.h>

const char *edo_version(void)
{
    return EDO_VERSION;
}
