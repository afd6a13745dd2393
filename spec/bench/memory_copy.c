/* memory_copy.c: a copy of a file's bytes into memory that nobody has touched: what reading a file of columns
 * into memory is held against.
 *
 *   memory_copy.of(path, threads) -> seconds
 *
 * The file is mapped and looked at before, so that its pages are there; each thread copies its share into
 * fresh memory, whose pages are part of a copy. */
#include "bench.h"
#include <fcntl.h>
#include <lauxlib.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_THREADS = 64 };

typedef struct share {
  char *to;
  const char *from;
  size_t bytes;
} share;

static void *copy(void *argument) {
  const share *s = argument;
  memcpy(s->to, s->from, s->bytes);
  return NULL;
}

static double copy_all(char *to, const char *from, size_t bytes, size_t threads) {
  pthread_t workers[MOST_THREADS];
  share shares[MOST_THREADS];
  double start = bench_now();
  for (size_t t = 0; t < threads; t++) {
    size_t at = bytes / threads * t;
    shares[t] = (share){to + at, from + at, t + 1 < threads ? bytes / threads : bytes - at};
    if (pthread_create(&workers[t], NULL, copy, &shares[t]) != 0) bench_die("memory_copy", "no thread");
  }
  for (size_t t = 0; t < threads; t++) pthread_join(workers[t], NULL);
  return bench_now() - start;
}

static int of(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  lua_Integer threads = luaL_checkinteger(L, 2);
  luaL_argcheck(L, threads > 0 && threads <= MOST_THREADS, 2, "1 to 64 threads");
  struct stat st;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0) return luaL_error(L, "%s: cannot be read", path);
  size_t bytes = (size_t)st.st_size;
  char *from = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
  char *to = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  close(fd);
  if (from == MAP_FAILED || to == MAP_FAILED) return luaL_error(L, "no memory for %s", path);
  lua_pushnumber(L, copy_all(to, from, bytes, (size_t)threads));
  munmap(from, bytes);
  munmap(to, bytes);
  return 1;
}

int luaopen_memory_copy(lua_State *L) {
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, of);
  lua_setfield(L, -2, "of");
  return 1;
}
