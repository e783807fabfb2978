/*
 * edo/pty.h: pseudo-terminals, in which programs run that want to talk to a person.
 *
 *     edo_command command = {.program = "bash", .terminal = pty};
 *
 * What is written here is typed there, what the program writes there is read here, as the terminal's mode has it:
 * echoed, line by line, with \r\n at the ends of lines.
 */
#ifndef EDO_PTY_H
#define EDO_PTY_H

#include <edo/io.h>
#include <edo/stdio.h>

EDO_BEGIN_DECLS

/** The side of a pseudo-terminal that a person's screen and keyboard are at. */
typedef struct edo_pty edo_pty;

/**
 * Makes one, with a window of this size; NULL: of none.
 *
 * Returns   0; -EINVAL; -ENOMEM, -EMFILE, -ENOSPC and what else opening /dev/ptmx says; -EDO_ENORUNTIME, -EDO_ENOIO,
 *           -EDO_ESHUTDOWN, -EDO_EFORKED. Then *ret_pty is untouched.
 * Owns      the caller, until edo_pty_close.
 */
EDO_API_PROCESS int edo_pty_open(const edo_terminal_size *size, edo_pty **ret_pty);
/** Closes it: its programs are sent SIGHUP. Reads and writes that are waiting end. Never waits. 0; -EINVAL. */
EDO_API_PROCESS int edo_pty_close(edo_pty *pty);
/**
 * Its reader and writer, which are borrowed. A read is at its end when all programs that had the terminal open have
 * closed it. A shutdown of the writer does nothing; the end of the input is the byte 4, at the beginning of a line.
 */
EDO_API_PROCESS edo_io edo_pty_io(edo_pty *pty);
/** Gives it another size, of which its programs are told by SIGWINCH. 0; -EINVAL. */
EDO_API_PROCESS int edo_pty_resize(edo_pty *pty, edo_terminal_size size);
/** The path of the programs' side; NULL for NULL. It is good until the close. */
EDO_API_PROCESS const char *edo_pty_path(const edo_pty *pty);

EDO_END_DECLS

#endif
