// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "test_process.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int open_terminal(int pair[2], int columns) {
  char name[128];
  pair[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (pair[0] < 0 || grantpt(pair[0]) || unlockpt(pair[0])) return errno;
  if (ptsname_r(pair[0], name, sizeof name)) return errno;
  pair[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  return pair[1] < 0 ? errno : test_process_resize(pair[0], columns);
}

int test_process_resize(int terminal, int columns) {
  struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
  return ioctl(terminal, TIOCSWINSZ, &size) ? errno : 0;
}

int test_process_begin(
    const char *path, char *const *arguments, char *const *variables, const char *folder,
    int columns, int ends[2], pid_t *process) {
  int output[2], messages[2];
  if (pipe2(output, O_CLOEXEC)) return errno;
  int status = columns ? open_terminal(messages, columns) : pipe2(messages, O_CLOEXEC) ? errno : 0;
  if (status) return status;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, messages[1], STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder);
  // HDF5 opens files without O_CLOEXEC: a child that inherited one would hold its lock, and
  // a test beside this one could not open it again.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // The thread that runs a test may block signals, and a shell's background job ignores them.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  status = posix_spawn(process, path, &actions, &attributes, arguments, variables);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  close(messages[1]);
  ends[0] = output[0];
  ends[1] = messages[0];
  return status;
}

static void report_crash(int number) {
  void *frames[24];
  backtrace_symbols_fd(frames, backtrace(frames, 24), STDERR_FILENO);
  signal(number, SIG_DFL);
  raise(number);
}

void test_process_report_crashes(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // The first call loads a library, for which a crash may leave no room.
  void *frame;
  backtrace(&frame, 1);
  // A stack that overflowed has no room for the report.
  stack_t stack = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
  sigaltstack(&stack, NULL);
  int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGTRAP};
  struct sigaction action = {.sa_handler = report_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &action, NULL);
}
