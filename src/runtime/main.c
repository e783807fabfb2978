/* main.c: what EDO_MAIN's main() does. */
#include <edo/main.h>

#include <edo/error.h>

#include "base/report.h"

typedef struct main_call {
    int (*app)(int argc, char **argv);
    int argc;
    char **argv;
} main_call;

static int run_app(void *arg)
{
    main_call *call = arg;

    return call->app(call->argc, call->argv);
}

int edo_main(const edo_runtime_opts *opts, int (*app)(int argc, char **argv), int argc, char **argv)
{
    main_call call = {.app = app, .argc = argc, .argv = argv};
    edo_runtime *runtime;
    int rc = edo_runtime_new(opts, &runtime);

    if (rc < 0) {
        report("the runtime could not be built: %s (%s)", edo_err_name(rc), edo_strerror(rc));
        return 1;
    }
    rc = edo_block_on(runtime, run_app, &call);
    edo_runtime_free(runtime);
    if (rc >= 0)
        return rc;
    report("main returned %s (%s): exit status 1; handle the error in the program's main "
           "function to end otherwise",
           edo_err_name(rc), edo_strerror(rc));
    return 1;
}
