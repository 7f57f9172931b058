// SPDX-License-Identifier: Apache-2.0
// Swift's Glibc module is imported without _GNU_SOURCE, which hides the affinity mask.
#define _GNU_SOURCE
#ifdef __linux__
#include <malloc.h>
#endif
#include "marnet_processors.h"

#include <unistd.h>

#ifdef __linux__
#include <sched.h>
#endif

int marnet_available_processors(void) {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

void marnet_return_blocks(int size) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, size);
#else
  (void)size;
#endif
}
