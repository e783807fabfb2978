/* edo/version.h: which edo this is. */
#ifndef EDO_VERSION_H
#define EDO_VERSION_H

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** One number a version, for comparisons: major * 1,000,000 + minor * 1,000 + patch. */
#define EDO_VERSION_NUMBER                                                                         \
    (EDO_VERSION_MAJOR * 1000000 + EDO_VERSION_MINOR * 1000 + EDO_VERSION_PATCH)

/** The version of the library that is running, as "0.1.0"; EDO_VERSION is that of the headers. */
EDO_API const char *edo_version(void);

EDO_END_DECLS

#endif
