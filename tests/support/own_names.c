/* own_names.c: the resolver's files, in a mount namespace; a name server that says NXDOMAIN. */
#include "support/own_names.h"

#include "support/edo_test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/atomic.h"

static unsigned asked; /* atomic */

/* Puts `text` in the place of a file. */
static void replace(const char *path, const char *text)
{
    char name[] = "/tmp/edo-own-names-XXXXXX";
    int fd = mkstemp(name);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, 0644), 0);
    close(fd);
    int rc = mount(name, path, NULL, MS_BIND, NULL);
    unlink(name);
    if (rc != 0)
        EDO_SKIP(OWN_NAMES_SKIP);
}

/* Answers with the question, marked as a response of the code 3. */
static void *deny(void *arg)
{
    int fd = *(int *)arg;
    unsigned char message[512];
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    ssize_t n;

    while ((n = recvfrom(fd, message, sizeof message, 0, (struct sockaddr *)&from, &len)) >= 12) {
        message[2] = (unsigned char)(message[2] | 0x80);
        message[3] = 0x80 | 3;
        a_fetch_add(&asked, 1, relaxed);
        sendto(fd, message, (size_t)n, 0, (struct sockaddr *)&from, len);
    }
    return NULL;
}

static void start_server(void)
{
    static int fd;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(53)};

    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
    pthread_detach(start_thread(deny, &fd));
}

void own_names(const char *hosts)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        EDO_SKIP(OWN_NAMES_SKIP);
    replace("/etc/hosts", hosts);
    replace("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:2\n");
    replace("/etc/nsswitch.conf", "hosts: files dns\nservices: files\n");
    start_server();
}

unsigned own_names_asked(void)
{
    return a_load(&asked, relaxed);
}
