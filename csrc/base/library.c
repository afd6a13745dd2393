#include "library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *open_any(const blt_library *l) {
  const char *named = l->variable ? getenv(l->variable) : NULL;
  if (named && *named) return dlopen(named, RTLD_NOW | RTLD_LOCAL);
  void *handle = dlopen(l->files[0], RTLD_NOW | RTLD_LOCAL);
  return handle || !l->files[1] ? handle : dlopen(l->files[1], RTLD_NOW | RTLD_LOCAL);
}

/* A data pointer becomes one to a function by its bytes, as POSIX wants it. */
static const char *find_all(const blt_library *l, void *handle) {
  for (const blt_library_symbol *s = l->symbols; s->name; s++) {
    void *address = dlsym(handle, s->name);
    if (!address) return s->name;
    memcpy(s->function, &address, sizeof address);
  }
  return NULL;
}

static void look_for(blt_library *l, const char **lacks) {
  void *handle = open_any(l);
  if (!handle) return;
  *lacks = find_all(l, handle);
  l->there = !*lacks;
  if (!l->there)
    dlclose(handle);
  else if (l->begin)
    l->begin();
}

bool blt_library_load(blt_library *l, const char **lacks) {
  *lacks = NULL;
  pthread_mutex_lock(&lock);
  if (!l->there) look_for(l, lacks);
  bool there = l->there;
  pthread_mutex_unlock(&lock);
  return there;
}
