// SPDX-License-Identifier: Apache-2.0
// Counts allocations and retains of one thread. An executable's own malloc takes the place of
// glibc's in the whole process.
#define _GNU_SOURCE
#include "test_counting.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Sanitizers put an allocator of their own in the same place.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

// __GLIBC__ is defined by any of its headers.
#if defined(__linux__) && defined(__GLIBC__) && !defined(IS_SANITIZED)

static __thread bool counting;
static __thread long allocation_count;
static __thread long retain_count;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  allocation_count += counting;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocation_count += counting;
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  allocation_count += counting;
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocation_count += counting;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  allocation_count += counting;
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}

// The program's own swift_retain takes the place of the runtime's for code of the program.
// Callers keep values in registers that C would not preserve.
#define REFERENCE_COUNTING __attribute__((preserve_most))
typedef void *retain_function(void *object) REFERENCE_COUNTING;
typedef void *retain_n_function(void *object, uint32_t count) REFERENCE_COUNTING;
static retain_function *plain_retain;
static retain_n_function *plain_retain_n;

__attribute__((constructor)) static void find_plain(void) {
  plain_retain = (retain_function *)dlsym(RTLD_NEXT, "swift_retain");
  plain_retain_n = (retain_n_function *)dlsym(RTLD_NEXT, "swift_retain_n");
}

REFERENCE_COUNTING void *swift_retain(void *object) {
  retain_count += counting;
  return plain_retain(object);
}

REFERENCE_COUNTING void *swift_retain_n(void *object, uint32_t count) {
  if (counting) retain_count += count;
  return plain_retain_n(object, count);
}

int test_counting_is_available(void) { return 1; }

void test_counting_begin(void) {
  allocation_count = 0;
  retain_count = 0;
  counting = true;
}

void test_counting_end(long *allocations, long *retains) {
  counting = false;
  *allocations = allocation_count;
  *retains = retain_count;
}
#else
int test_counting_is_available(void) { return 0; }
void test_counting_begin(void) {}
void test_counting_end(long *allocations, long *retains) { *allocations = *retains = 0; }
#endif
