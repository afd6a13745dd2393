/* scratch.h: where a C test may have a file, below $TMPDIR or /tmp. */
#ifndef BLOTTER_SPEC_SCRATCH_H
#define BLOTTER_SPEC_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch_folder[4000];

static void scratch_remove(void) {
  rmdir(scratch_folder);
}

/* The path of `name` in a new folder of this process, which goes when the process ends, if it is empty. */
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
