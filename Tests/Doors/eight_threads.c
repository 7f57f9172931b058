// SPDX-License-Identifier: Apache-2.0

// Eight threads score with one model at once, while others load, fail and free.
//   eight_threads MODEL WIDTH CLASSES

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marnet.h"

enum { THREADS = 8, ROWS = 700, ROUNDS = 12 };

static const char *directory;
static int64_t width, classes;
static marnet_model *model;
static float *values, *expected;

static void *work(void *number) {
  long thread = (long)number;
  float *found = malloc(sizeof(float) * (size_t)(ROWS * classes));
  long failures = 0;
  for (int round = 0; round < ROUNDS; round++) {
    marnet_matrix rows = {values, MARNET_FLOAT32, ROWS, width, width, 1};
    const char *options = (thread + round) % 2 ? "{\"threads\": 1}" : NULL;
    failures += marnet_score(model, &rows, options, found, NULL, NULL, NULL) != MARNET_OK;
    failures += memcmp(found, expected, sizeof(float) * (size_t)(ROWS * classes)) != 0;
    // Each thread has its own last error.
    char path[40];
    snprintf(path, sizeof path, "none-%ld", thread);
    marnet_model *other = NULL;
    failures += marnet_load(path, &other) != MARNET_NOT_FOUND || other != NULL;
    failures += strstr(marnet_last_error(), path) == NULL;
    failures += marnet_load(directory, &other) != MARNET_OK;
    failures += strcmp(marnet_last_error(), "") != 0;
    marnet_free(other);
  }
  free(found);
  return (void *)failures;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  directory = arguments[1];
  width = atol(arguments[2]);
  classes = atol(arguments[3]);
  values = malloc(sizeof(float) * (size_t)(ROWS * width));
  expected = malloc(sizeof(float) * (size_t)(ROWS * classes));
  for (int i = 0; i < ROWS * width; i++) values[i] = (float)rand() / (float)RAND_MAX;
  marnet_matrix rows = {values, MARNET_FLOAT32, ROWS, width, width, 1};
  if (marnet_load(directory, &model) ||
      marnet_score(model, &rows, NULL, expected, NULL, NULL, NULL)) {
    fprintf(stderr, "%s\n", marnet_last_error());
    return 1;
  }
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, work, (void *)i);
  long failures = 0;
  for (int i = 0; i < THREADS; i++) {
    void *result;
    pthread_join(threads[i], &result);
    failures += (long)result;
  }
  marnet_free(model);
  free(values);
  free(expected);
  if (failures) fprintf(stderr, "%ld failures\n", failures);
  return failures != 0;
}
