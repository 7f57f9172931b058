// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "product_kernels.h"

#if defined(__x86_64__)
static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

static int has_bfloat16(void) {
  return has_avx512() && __builtin_cpu_supports("avx512bf16");
}
#endif

const marnet_product_kernel *marnet_product_named(const char *instructions, int rounds) {
#if defined(__x86_64__)
  if (strcmp(instructions, "avx512bf16") == 0)
    return rounds && has_bfloat16() ? &marnet_avx512_bfloat16 : NULL;
  if (strcmp(instructions, "avx512") == 0)
    return !has_avx512() ? NULL : rounds ? &marnet_avx512_rounded : &marnet_avx512_float32;
  if (strcmp(instructions, "avx2") == 0)
    return !has_avx2() ? NULL : rounds ? &marnet_avx2_rounded : &marnet_avx2_float32;
#endif
  if (strcmp(instructions, "portable") == 0)
    return rounds ? &marnet_portable_rounded : &marnet_portable_float32;
  return NULL;
}

const marnet_product_kernel *marnet_product_best(int rounds) {
  static const char *const order[] = {"avx512bf16", "avx512", "avx2", "portable"};
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    const marnet_product_kernel *kernel = marnet_product_named(order[i], rounds);
    if (kernel) return kernel;
  }
  return &marnet_portable_float32;
}

size_t marnet_product_panel_count(const marnet_product_kernel *kernel, size_t k, size_t n) {
  size_t units = (k + kernel->unit_width - 1) / kernel->unit_width;
  return (n + kernel->columns - 1) / kernel->columns * kernel->columns * units;
}
