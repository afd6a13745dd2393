/* scratch.h: where a C test may have a file, below $TMPDIR or /tmp. */
#ifndef BLOTTER_SPEC_SCRATCH_H
#define BLOTTER_SPEC_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch_folder[4000];

/* A writer that is killed while it compacts leaves its new file there. */
static void scratch_remove(void) {
  DIR *dir = opendir(scratch_folder);
  if (!dir) return;
  for (struct dirent *e; (e = readdir(dir));) unlinkat(dirfd(dir), e->d_name, 0);
  closedir(dir);
  rmdir(scratch_folder);
}

/* The path of `name` in a new folder of this process, which goes with its files when the process ends. */
static inline void scratch_path(char *out, size_t n, const char *name) {
  const char *dir = getenv("TMPDIR");
  int length =
      snprintf(scratch_folder, sizeof scratch_folder, "%s/blotter-XXXXXX", dir && *dir ? dir : "/tmp");
  if (length < 0 || (size_t)length >= sizeof scratch_folder || !mkdtemp(scratch_folder) ||
      (size_t)snprintf(out, n, "%s/%s", scratch_folder, name) >= n) {
    perror("a folder for a test");
    exit(1);
  }
  atexit(scratch_remove);
}

#endif
