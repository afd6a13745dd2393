#include "loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct loopback {
  int fd, port;
  loopback_fn serve;
  void *arg;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t none;
  int served; /* connections that are */
};

typedef struct visit {
  loopback *l;
  int fd;
} visit;

static void *serve_one(void *arg) {
  visit v = *(visit *)arg;
  free(arg);
  v.l->serve(v.fd, v.l->arg);
  close(v.fd);
  pthread_mutex_lock(&v.l->lock);
  if (--v.l->served == 0) pthread_cond_broadcast(&v.l->none);
  pthread_mutex_unlock(&v.l->lock);
  return NULL;
}

static void *serve_all(void *arg) {
  loopback *l = arg;
  int fd;
  while ((fd = accept(l->fd, NULL, NULL)) >= 0) {
    pthread_t thread;
    visit *v = malloc(sizeof *v);
    *v = (visit){l, fd};
    pthread_mutex_lock(&l->lock);
    l->served++;
    pthread_mutex_unlock(&l->lock);
    pthread_create(&thread, NULL, serve_one, v);
    pthread_detach(thread);
  }
  return NULL;
}

loopback *loopback_open(loopback_fn serve, void *arg) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof at;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 || listen(fd, 8) != 0 ||
      getsockname(fd, (struct sockaddr *)&at, &n) != 0) {
    if (fd >= 0) close(fd);
    return NULL;
  }
  loopback *l = calloc(1, sizeof *l);
  l->fd = fd;
  l->port = ntohs(at.sin_port);
  l->serve = serve;
  l->arg = arg;
  pthread_mutex_init(&l->lock, NULL);
  pthread_cond_init(&l->none, NULL);
  pthread_create(&l->thread, NULL, serve_all, l);
  return l;
}

int loopback_port(const loopback *l) {
  return l->port;
}

void loopback_close(loopback *l) {
  shutdown(l->fd, SHUT_RDWR);
  pthread_join(l->thread, NULL);
  close(l->fd);
  pthread_mutex_lock(&l->lock);
  while (l->served) pthread_cond_wait(&l->none, &l->lock);
  pthread_mutex_unlock(&l->lock);
  pthread_cond_destroy(&l->none);
  pthread_mutex_destroy(&l->lock);
  free(l);
}

bool loopback_say(int fd, const void *bytes, size_t n) {
  const char *at = bytes;
  while (n > 0) {
    ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
    if (k <= 0) return false;
    at += k;
    n -= (size_t)k;
  }
  return true;
}

bool loopback_read(int fd, void *bytes, size_t n) {
  char *at = bytes;
  while (n > 0) {
    ssize_t k = recv(fd, at, n, 0);
    if (k <= 0) return false;
    at += k;
    n -= (size_t)k;
  }
  return true;
}

void loopback_wait(int fd) {
  char byte;
  while (recv(fd, &byte, 1, 0) > 0) {
  }
}
