/* edo/macros.h: what every header of edo is written with. */
#ifndef EDO_MACROS_H
#define EDO_MACROS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <edo/features.h>

#ifdef __cplusplus
#define EDO_BEGIN_DECLS extern "C" {
#define EDO_END_DECLS }
#else
#define EDO_BEGIN_DECLS
#define EDO_END_DECLS
#endif

/** The caller has to look at the result. */
#define EDO_CHECK __attribute__((warn_unused_result))

/** Of a variable: `fn(&variable)` is called wherever its block is left. */
#define EDO_CLEANUP(fn) __attribute__((cleanup(fn)))

#define EDO_STRINGIFY_(x) #x
#define EDO_STRINGIFY(x) EDO_STRINGIFY_(x)
/** The place of this line, as the literal "file:line". */
#define EDO_HERE __FILE__ ":" EDO_STRINGIFY(__LINE__)

#ifndef __cplusplus
/** Options written in place: EDO_OPTS(spawn, .name = "reader") is a `const edo_spawn_opts *`. */
#define EDO_OPTS(kind, ...) (&(edo_##kind##_opts){__VA_ARGS__})
#endif

#endif
