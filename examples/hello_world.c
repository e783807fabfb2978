/* hello_world.c: connects to a server, sends a line, prints what comes back. */
#include <stdio.h>
#include <string.h>

#include <edo.h>

static int app(int argc, char **argv)
{
    static const char hello[] = "hello, world\n";
    edo_tcp_stream *stream;
    char answer[128];
    int rc = edo_tcp_connect(argc > 1 ? argv[1] : "127.0.0.1:6142", &stream);

    if (rc < 0)
        return rc;
    puts("connected");
    rc = edo_tcp_write_all(stream, hello, strlen(hello));
    if (rc == 0)
        rc = edo_tcp_shutdown(stream, EDO_WRITE_HALF); /* so that the server reads the end */
    ssize_t n = 0;
    while (rc == 0 && (n = edo_tcp_read(stream, answer, sizeof answer)) > 0)
        fwrite(answer, 1, (size_t)n, stdout);
    edo_tcp_close(stream);
    return rc < 0 ? rc : (int)n;
}

EDO_MAIN(app);
