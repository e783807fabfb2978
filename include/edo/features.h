/*
 * edo/features.h: which parts this libedo was built with, and what it says of the others.
 *
 * Each declaration begins with the part that it needs: EDO_API_TCP. EDO_API alone is always there. The
 * types are there in every build; calling a function of a part that is not is an error of the compiler's,
 * which names the option of CMake that brings it. EDO_WITH_X is 1 or 0.
 */
#ifndef EDO_FEATURES_H
#define EDO_FEATURES_H

#include <edo/config.h>

/** Marks what libedo offers; everything else is hidden. */
#define EDO_API __attribute__((visibility("default")))

#if defined __clang__ || __GNUC__ >= 12
#define EDO_LACKS_(option)                                                                         \
    __attribute__((unavailable("this libedo was built without it: cmake -D" option "=ON")))
#else
#define EDO_LACKS_(option)                                                                         \
    __attribute__((error("this libedo was built without it: cmake -D" option "=ON")))
#endif

#if EDO_WITH_TIME
#define EDO_API_TIME EDO_API
#else
#define EDO_API_TIME EDO_LACKS_("EDO_WITH_TIME")
#endif
#if EDO_WITH_SYNC
#define EDO_API_SYNC EDO_API
#else
#define EDO_API_SYNC EDO_LACKS_("EDO_WITH_SYNC")
#endif
#if EDO_WITH_SCOPES
#define EDO_API_SCOPES EDO_API
#else
#define EDO_API_SCOPES EDO_LACKS_("EDO_WITH_SCOPES")
#endif
#if EDO_WITH_BLOCKING
#define EDO_API_BLOCKING EDO_API
#else
#define EDO_API_BLOCKING EDO_LACKS_("EDO_WITH_BLOCKING")
#endif
#if EDO_WITH_SETS
#define EDO_API_SETS EDO_API
#else
#define EDO_API_SETS EDO_LACKS_("EDO_WITH_SETS")
#endif
#if EDO_WITH_LOCAL
#define EDO_API_LOCAL EDO_API
#else
#define EDO_API_LOCAL EDO_LACKS_("EDO_WITH_LOCAL")
#endif
#if EDO_WITH_IO
#define EDO_API_IO EDO_API
#else
#define EDO_API_IO EDO_LACKS_("EDO_WITH_IO")
#endif
#if EDO_WITH_STDIO
#define EDO_API_STDIO EDO_API
#else
#define EDO_API_STDIO EDO_LACKS_("EDO_WITH_STDIO")
#endif
#if EDO_WITH_NET
#define EDO_API_NET EDO_API
#else
#define EDO_API_NET EDO_LACKS_("EDO_WITH_NET")
#endif
#if EDO_WITH_DNS
#define EDO_API_DNS EDO_API
#else
#define EDO_API_DNS EDO_LACKS_("EDO_WITH_DNS")
#endif
#if EDO_WITH_TCP
#define EDO_API_TCP EDO_API
#else
#define EDO_API_TCP EDO_LACKS_("EDO_WITH_TCP")
#endif
#if EDO_WITH_UNIX
#define EDO_API_UNIX EDO_API
#else
#define EDO_API_UNIX EDO_LACKS_("EDO_WITH_UNIX")
#endif
#if EDO_WITH_PIPE
#define EDO_API_PIPE EDO_API
#else
#define EDO_API_PIPE EDO_LACKS_("EDO_WITH_PIPE")
#endif
#if EDO_WITH_SERVE
#define EDO_API_SERVE EDO_API
#else
#define EDO_API_SERVE EDO_LACKS_("EDO_WITH_SERVE")
#endif
#if EDO_WITH_UDP
#define EDO_API_UDP EDO_API
#else
#define EDO_API_UDP EDO_LACKS_("EDO_WITH_UDP")
#endif
#if EDO_WITH_FS
#define EDO_API_FS EDO_API
#else
#define EDO_API_FS EDO_LACKS_("EDO_WITH_FS")
#endif
#if EDO_WITH_SIGNAL
#define EDO_API_SIGNAL EDO_API
#else
#define EDO_API_SIGNAL EDO_LACKS_("EDO_WITH_SIGNAL")
#endif
#if EDO_WITH_PROCESS
#define EDO_API_PROCESS EDO_API
#else
#define EDO_API_PROCESS EDO_LACKS_("EDO_WITH_PROCESS")
#endif
#if EDO_WITH_STREAM
#define EDO_API_STREAM EDO_API
#else
#define EDO_API_STREAM EDO_LACKS_("EDO_WITH_STREAM")
#endif
#if EDO_WITH_STREAM_WRAP
#define EDO_API_STREAM_WRAP EDO_API
#else
#define EDO_API_STREAM_WRAP EDO_LACKS_("EDO_WITH_STREAM_WRAP")
#endif
#if EDO_WITH_CODEC
#define EDO_API_CODEC EDO_API
#else
#define EDO_API_CODEC EDO_LACKS_("EDO_WITH_CODEC")
#endif
#if EDO_WITH_UDP_FRAMED
#define EDO_API_UDP_FRAMED EDO_API
#else
#define EDO_API_UDP_FRAMED EDO_LACKS_("EDO_WITH_UDP_FRAMED")
#endif
#if EDO_WITH_TEST_UTIL
#define EDO_API_TEST_UTIL EDO_API
#else
#define EDO_API_TEST_UTIL EDO_LACKS_("EDO_WITH_TEST_UTIL")
#endif

#endif
