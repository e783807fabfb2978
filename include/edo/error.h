/* edo/error.h: the codes that functions return, always negated: errno's, and these of edo's own. */
#ifndef EDO_ERROR_H
#define EDO_ERROR_H

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** edo's own codes. Numbers are fixed and never reused. Functions return them negated. */
enum {
    EDO_ESHUTDOWN = 5001,  /**< the runtime is shutting down, or is gone */
    EDO_ENORUNTIME = 5002, /**< needs a runtime, and this thread is in none */
    EDO_ENOTIME = 5003,    /**< needs timers, and the runtime was built without */
    EDO_ENOIO = 5004,      /**< needs a driver, and the runtime was built without */
    EDO_EFORKED = 5005,    /**< the runtime was inherited over fork(2) */
    EDO_EMISUSE = 5006,    /**< a misuse with no better name */
    EDO_ELAGGED = 5007,    /**< a slow receiver missed messages */
    EDO_EEOF = 5008,       /**< the end came inside a unit */
    EDO_EWRITEZERO = 5009, /**< a writer took nothing */
    EDO_ETOOLONG = 5010,   /**< a line, frame or name over its limit */

    /* The resolver's. */
    EDO_EAI_NONAME = 5101,  /**< no such host or service */
    EDO_EAI_NODATA = 5102,  /**< the host has no address of the kind asked for */
    EDO_EAI_AGAIN = 5103,   /**< nobody answered now; it may work later */
    EDO_EAI_FAIL = 5104,    /**< the name server said that it failed */
    EDO_EAI_FAMILY = 5105,  /**< no such family of addresses */
    EDO_EAI_SERVICE = 5106, /**< the service isn't there for this kind of socket */
};

/** A sentence for a result: takes codes of either sign, errno's and edo's. Never NULL. */
EDO_API const char *edo_strerror(int code);
/** The name of a code, as "ECONNRESET" or "EDO_ESHUTDOWN"; "UNKNOWN" for what nobody knows. */
EDO_API const char *edo_err_name(int code);
/** Whether a result says that the runtime ended: true for -EDO_ESHUTDOWN alone. */
EDO_API bool edo_is_shutdown(int64_t result);

EDO_END_DECLS

#endif
