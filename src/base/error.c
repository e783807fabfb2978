/*
 * error.c: names and sentences for codes, errno's from the C library, edo's own from a table.
 *
 * Every answer is a constant: nothing is allocated, translated or kept by thread.
 */
#include <edo/error.h>

#include <limits.h>
#include <string.h>

#include "base/macros.h"

typedef struct error_text {
    const char *name;
    const char *sentence;
} error_text;

#define FIRST_OWN EDO_ESHUTDOWN

static const error_text own[] = {
    [EDO_ESHUTDOWN - FIRST_OWN] = {"EDO_ESHUTDOWN", "The runtime is shutting down"},
    [EDO_ENORUNTIME - FIRST_OWN] = {"EDO_ENORUNTIME", "Not inside a runtime"},
    [EDO_ENOTIME - FIRST_OWN] = {"EDO_ENOTIME", "The runtime has no timers"},
    [EDO_ENOIO - FIRST_OWN] = {"EDO_ENOIO", "The runtime has no I/O driver"},
    [EDO_EFORKED - FIRST_OWN] = {"EDO_EFORKED", "The runtime was inherited over fork"},
    [EDO_EMISUSE - FIRST_OWN] = {"EDO_EMISUSE", "Not allowed in this state"},
    [EDO_ELAGGED - FIRST_OWN] = {"EDO_ELAGGED", "Receiver lagged behind and missed messages"},
    [EDO_EEOF - FIRST_OWN] = {"EDO_EEOF", "Unexpected end"},
    [EDO_EWRITEZERO - FIRST_OWN] = {"EDO_EWRITEZERO", "Writer took nothing"},
    [EDO_ETOOLONG - FIRST_OWN] = {"EDO_ETOOLONG", "Over the limit of length"},
};

#define FIRST_OF_RESOLVER EDO_EAI_NONAME

static const error_text resolver[] = {
    [EDO_EAI_NONAME - FIRST_OF_RESOLVER] = {"EDO_EAI_NONAME", "No such host or service"},
    [EDO_EAI_NODATA - FIRST_OF_RESOLVER] = {"EDO_EAI_NODATA", "The host has no such address"},
    [EDO_EAI_AGAIN - FIRST_OF_RESOLVER] = {"EDO_EAI_AGAIN", "No name server answered"},
    [EDO_EAI_FAIL - FIRST_OF_RESOLVER] = {"EDO_EAI_FAIL", "The name server failed"},
    [EDO_EAI_FAMILY - FIRST_OF_RESOLVER] = {"EDO_EAI_FAMILY", "No such family of addresses"},
    [EDO_EAI_SERVICE - FIRST_OF_RESOLVER] = {"EDO_EAI_SERVICE", "No such service for the socket"},
};

/* The code without its sign; INT_MIN, which has no opposite, is no code either way. */
static int magnitude(int code)
{
    return code == INT_MIN ? INT_MAX : code < 0 ? -code : code;
}

static const error_text *own_text(int code)
{
    int index = magnitude(code) - FIRST_OWN;

    if (index >= 0 && index < (int)array_len(own))
        return &own[index];
    index -= FIRST_OF_RESOLVER - FIRST_OWN;
    return index >= 0 && index < (int)array_len(resolver) ? &resolver[index] : NULL;
}

const char *edo_strerror(int code)
{
    const error_text *text = own_text(code);
    const char *sentence = text ? text->sentence : strerrordesc_np(magnitude(code));

    return sentence ? sentence : "Unknown error";
}

const char *edo_err_name(int code)
{
    const error_text *text = own_text(code);
    const char *name = text ? text->name : strerrorname_np(magnitude(code));

    return name ? name : "UNKNOWN";
}

bool edo_is_shutdown(int64_t result)
{
    return result == -EDO_ESHUTDOWN;
}
