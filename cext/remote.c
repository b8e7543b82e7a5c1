#include "remote.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "gocompile.h"

enum { PATIENCE = 120 }; /* seconds that a connection may be silent */

/* Sends or receives all n bytes; returns whether that went well, else errno tells. */
static int
send_all(int fd, const void *data, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, data, n, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return 0;
        }
        data = (const char *)data + done;
        n -= (size_t)done;
    }
    return 1;
}

static int
receive_all(int fd, void *data, size_t n)
{
    while (n > 0) {
        ssize_t done = recv(fd, data, n, 0);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            errno = done == 0 ? ECONNRESET : errno;
            return 0;
        }
        data = (char *)data + done;
        n -= (size_t)done;
    }
    return 1;
}

static int
connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    struct timeval patience = {.tv_sec = PATIENCE};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    int result;
    do {
        result = connect(fd, (struct sockaddr *)&address, sizeof(address));
    } while (result < 0 && errno == EINTR);
    if (result < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* Returns the status, or -1 with errno. */
static int
ask(int fd, const void *snapshot, size_t n, const char *options, void **out, size_t *outn)
{
    uint32_t head[3], answer[2];
    size_t length = options == NULL ? 0 : strlen(options);
    if (n > UINT32_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    memcpy(head, "CJRC", 4);
    head[1] = (uint32_t)length;
    head[2] = (uint32_t)n;
    if (!send_all(fd, head, sizeof(head)) || !send_all(fd, options, length) || !send_all(fd, snapshot, n)
        || !receive_all(fd, answer, sizeof(answer))) {
        return -1;
    }
    if (answer[0] > CJ_COMPILE_BUG) {
        errno = EPROTO;
        return -1;
    }
    void *data = malloc(answer[1] + 1u);
    if (data == NULL) {
        return -1;
    }
    if (!receive_all(fd, data, answer[1])) {
        int error = errno;
        free(data);
        errno = error;
        return -1;
    }
    *out = data;
    *outn = answer[1];
    return (int)answer[0];
}

int
cj_remote_compile(const char *path, const void *snapshot, size_t n, const char *options, void **out, size_t *outn)
{
    int fd = connect_to(path);
    int status = fd < 0 ? -1 : ask(fd, snapshot, n, options, out, outn);
    if (status < 0) {
        char reason[512];
        snprintf(reason, sizeof(reason), "the compiler at %.300s does not answer: %s", path, strerror(errno));
        *out = strdup(reason);
        *outn = *out == NULL ? 0 : strlen(reason);
        status = CJ_COMPILE_GIVEN_UP;
    }
    if (fd >= 0) {
        close(fd);
    }
    return status;
}
