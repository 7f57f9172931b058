// SPDX-License-Identifier: Apache-2.0

// Makes one act of writing fail with ENOSPC, or that and all after it: preloaded into a process,
// it counts what the process writes below the folder FAIL_FOLDER. FAIL_AT names the act that
// fails, from 1; FAIL_STAYS set keeps the disk full; FAIL_COUNT names a file that receives the
// number of acts.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int acts;
static const char *folder;
static int fail_at, stays;

static const char *real_folder(void) {
  static char path[PATH_MAX];
  const char *name = getenv("FAIL_FOLDER");
  return name && realpath(name, path) ? path : NULL;
}

__attribute__((constructor)) static void begin(void) {
  folder = real_folder();
  const char *at = getenv("FAIL_AT");
  fail_at = at ? atoi(at) : 0;
  stays = getenv("FAIL_STAYS") != NULL;
}

__attribute__((destructor)) static void end(void) {
  const char *name = getenv("FAIL_COUNT");
  FILE *file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d\n", atomic_load(&acts));
  fclose(file);
}

// Whether the act on `path` is to fail.
static int fails(const char *path) {
  if (!folder || !path || strncmp(path, folder, strlen(folder))) return 0;
  int act = atomic_fetch_add(&acts, 1) + 1;
  if (!fail_at || act < fail_at || (act > fail_at && !stays)) return 0;
  errno = ENOSPC;
  return 1;
}

static int descriptor_fails(int descriptor) {
  char link[64], path[PATH_MAX];
  struct stat status;
  // A folder that cannot be flushed is no failure to the tool: it is not counted.
  if (fstat(descriptor, &status) || !S_ISREG(status.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fails(path);
}

static int path_fails(const char *name) {
  char copy[PATH_MAX], path[PATH_MAX];
  snprintf(copy, sizeof copy, "%s", name);
  char *slash = strrchr(copy, '/');
  if (slash) *slash = 0;
  return realpath(slash ? (*copy ? copy : "/") : ".", path) ? fails(path) : 0;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int descriptor, const void *bytes, size_t count) {
  return descriptor_fails(descriptor) ? -1 : NEXT(write)(descriptor, bytes, count);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  return descriptor_fails(descriptor) ? -1 : NEXT(pwrite)(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  return descriptor_fails(descriptor) ? -1 : NEXT(pwrite64)(descriptor, bytes, count, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
  return descriptor_fails(descriptor) ? -1 : NEXT(writev)(descriptor, parts, count);
}

int fsync(int descriptor) {
  return descriptor_fails(descriptor) ? -1 : NEXT(fsync)(descriptor);
}

int ftruncate(int descriptor, off_t length) {
  return descriptor_fails(descriptor) ? -1 : NEXT(ftruncate)(descriptor, length);
}

int ftruncate64(int descriptor, off64_t length) {
  return descriptor_fails(descriptor) ? -1 : NEXT(ftruncate64)(descriptor, length);
}

int rename(const char *from, const char *to) {
  return path_fails(to) ? -1 : NEXT(rename)(from, to);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  return path_fails(to) ? -1 : NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode) {
  return path_fails(path) ? -1 : NEXT(mkdir)(path, mode);
}

#define MODE(flags)                                     \
  mode_t mode = 0;                                      \
  if ((flags) & O_CREAT) {                              \
    va_list arguments;                                  \
    va_start(arguments, flags);                         \
    mode = va_arg(arguments, mode_t);                   \
    va_end(arguments);                                  \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  return (flags & O_CREAT) && path_fails(path) ? -1 : NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags)
  return (flags & O_CREAT) && path_fails(path) ? -1 : NEXT(open64)(path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
  MODE(flags)
  return (flags & O_CREAT) && path_fails(path) ? -1 : NEXT(openat)(at, path, flags, mode);
}
