/* measure.c: runs a command and prints the most memory that it held.
 *
 *   measure ENGINE QUESTION COMMAND [ARGUMENT ...]   prints   ENGINE QUESTION 1 MIB 0 */
#include "bench.h"
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc < 4) bench_die("usage", "measure ENGINE QUESTION COMMAND [ARGUMENT ...]");
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[3], argv + 3);
    perror(argv[3]);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) < 0) bench_die("measure", "no child");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return 1;
  bench_line(argv[1], argv[2], 1, (double)used.ru_maxrss / 1024, 0, "");
  return 0;
}
