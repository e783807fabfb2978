/* edo/main.h: a main() that runs a function in a runtime. */
#ifndef EDO_MAIN_H
#define EDO_MAIN_H

#include <edo/runtime.h>

EDO_BEGIN_DECLS

/**
 * Builds a runtime, runs `app(argc, argv)` in it and frees it.
 *
 * Returns   the exit status: what `app` returned; for a negative result 1, after a sentence with
 *           the error's name on stderr.
 */
EDO_API int edo_main(const edo_runtime_opts *opts, int (*app)(int argc, char **argv), int argc,
                     char **argv);

EDO_END_DECLS

/** Defines main(): `app` is an `int app(int argc, char **argv)`. */
#define EDO_MAIN(app) EDO_MAIN_WITH(app, NULL)
/** The same with options, a `const edo_runtime_opts *`. */
#define EDO_MAIN_WITH(app, opts)                                                                   \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return edo_main((opts), (app), argc, argv);                                                \
    }                                                                                              \
    struct edo_main_needs_a_semicolon

#endif
