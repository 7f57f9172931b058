// SPDX-License-Identifier: Apache-2.0

// Opens the shared library, loads a model and scores one row; prints the milliseconds of each step,
// of all three, and of processor time, all threads.
//   first_score LIBRARY MODEL

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "marnet.h"

static double clock_now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return 1e3 * time.tv_sec + 1e-6 * time.tv_nsec;
}

static double now(void) { return clock_now(CLOCK_MONOTONIC); }

static void *symbol(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return found;
}

int main(int count, char **arguments) {
  if (count != 3) return 64;
  double start = now(), used = clock_now(CLOCK_PROCESS_CPUTIME_ID);
  void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  __typeof__(&marnet_load) load = symbol(library, "marnet_load");
  __typeof__(&marnet_sizes) sizes = symbol(library, "marnet_sizes");
  __typeof__(&marnet_score) score = symbol(library, "marnet_score");
  __typeof__(&marnet_last_error) last_error = symbol(library, "marnet_last_error");
  double opened = now();
  marnet_model *model;
  int64_t classes, width;
  if (load(arguments[2], &model) || sizes(model, &classes, &width, NULL, NULL)) {
    fprintf(stderr, "%s\n", last_error());
    return 1;
  }
  double loaded = now();
  float *row = calloc(width, sizeof *row), *probabilities = calloc(classes, sizeof *row);
  marnet_matrix rows = {row, MARNET_FLOAT32, 1, width, width, 1};
  if (score(model, &rows, NULL, probabilities, NULL, NULL, NULL)) {
    fprintf(stderr, "%s\n", last_error());
    return 1;
  }
  double scored = now();
  used = clock_now(CLOCK_PROCESS_CPUTIME_ID) - used;
  printf("{\"open\": %.2f, \"load\": %.2f, \"score\": %.2f, \"all\": %.2f, \"processor\": %.2f}\n",
         opened - start, loaded - opened, scored - loaded, scored - start, used);
}
