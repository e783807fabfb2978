/*
 * name_server.c: a name server for tests, on 127.0.0.1 at a port that it prints.
 *
 * hostN.test is 192.0.2.N. twice.test is answered at the second question only, and a stranger's answer comes
 * before its own; silent.test never is; any other name isn't there.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { HEADER = 12, NAME_ERROR = 3 };

/* The name in a question as text; where it ends. */
static size_t read_name(const unsigned char *text, size_t len, char *name, size_t room)
{
    size_t at = HEADER, used = 0;

    while (at < len && text[at] && used + text[at] + 1 < room) {
        memcpy(name + used, text + at + 1, text[at]);
        used += text[at];
        name[used++] = '.';
        at += text[at] + 1u;
    }
    name[used ? used - 1 : 0] = 0;
    return at + 5; /* the last label, the type and the class */
}

/* Appends the address of the name; the length of the whole. */
static size_t add_address(unsigned char *text, size_t end, unsigned char number)
{
    const unsigned char record[] = {0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, number};

    memcpy(text + end, record, sizeof record);
    text[7] = 1;
    return end + sizeof record;
}

int main(void)
{
    static unsigned twice;
    unsigned char text[4096 + 16];
    char name[256];
    struct sockaddr_in sin = {.sin_family = AF_INET}, from;
    socklen_t len = sizeof sin;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&sin, sizeof sin) ||
        getsockname(fd, (struct sockaddr *)&sin, &len))
        return 1;
    printf("%u\n", (unsigned)ntohs(sin.sin_port));
    fflush(stdout);
    for (;;) {
        socklen_t from_len = sizeof from;
        ssize_t n = recvfrom(fd, text, 4096, 0, (struct sockaddr *)&from, &from_len);
        if (n < HEADER + 5)
            continue;
        size_t end = read_name(text, (size_t)n, name, sizeof name);
        if (!strcasecmp(name, "silent.test") ||
            (!strcasecmp(name, "twice.test") && twice++ % 2 == 0))
            continue;
        text[2] |= 0x80;
        text[3] = 0x80;
        memset(text + 6, 0, 6); /* no answer, no additional records */
        if (!strncasecmp(name, "host", 4) && strstr(name, ".test")) {
            end = add_address(text, end, (unsigned char)atoi(name + 4));
        } else if (!strcasecmp(name, "twice.test")) {
            text[0] ^= 0xff; /* another id: not the answer */
            sendto(fd, text, add_address(text, end, 66), 0, (struct sockaddr *)&from, from_len);
            text[0] ^= 0xff;
            end = add_address(text, end, 22);
        } else {
            text[3] |= NAME_ERROR;
        }
        sendto(fd, text, end, 0, (struct sockaddr *)&from, from_len);
    }
}
