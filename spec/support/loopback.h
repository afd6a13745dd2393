/* loopback.h: a server on the loopback for tests of what talks to one: each connection is served in a thread
 * of its own by a function of the test, which reads and says what it likes and returns to hang up. */
#ifndef BLOTTER_SPEC_LOOPBACK_H
#define BLOTTER_SPEC_LOOPBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct loopback loopback;
typedef void (*loopback_fn)(int fd, void *arg);

loopback *loopback_open(loopback_fn serve, void *arg); /* NULL when there is no port */
int loopback_port(const loopback *l);
/* Waits for the connections that are served: the test has closed its own ends. */
void loopback_close(loopback *l);

bool loopback_say(int fd, const void *bytes, size_t n); /* false when the other end is gone */
bool loopback_read(int fd, void *bytes, size_t n);      /* all of them, or false */
/* Until the other end hangs up. */
void loopback_wait(int fd);

#endif
