/*
 * measure.c -- runs a program and says what it took: milliseconds on the wall, milliseconds of
 * processor time of all its threads, and the most memory it ever had, in KiB.
 *
 * usage: measure OUTPUT PROGRAM [ARGUMENT...]
 * The program's standard output goes to OUTPUT; its exit status is ours.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long wall_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long ms_of(const struct timeval *time)
{
  return (long)time->tv_sec * 1000 + (long)time->tv_usec / 1000;
}

static void become(const char *output, char **program)
{
  int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (out >= 0 && dup2(out, STDOUT_FILENO) >= 0)
    execvp(program[0], program);
  fprintf(stderr, "measure: %s: %s\n", out < 0 ? output : program[0], strerror(errno));
  _exit(127);
}

int main(int argc, char **argv)
{
  struct rusage used;
  int status;
  if (argc < 3) {
    fputs("usage: measure OUTPUT PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  long begin = wall_ms();
  pid_t child = fork();
  if (child == 0)
    become(argv[1], argv + 2);
  if (child < 0 || wait4(child, &status, 0, &used) != child) {
    perror("measure");
    return 127;
  }
  printf("%ld %ld %ld\n", wall_ms() - begin, ms_of(&used.ru_utime) + ms_of(&used.ru_stime),
         used.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
