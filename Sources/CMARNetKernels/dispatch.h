// SPDX-License-Identifier: Apache-2.0
// One body, three instances: portable, with AVX2 and FMA, and with AVX-512, each where the
// processor has it. The body is forced inline so that each instance is compiled for its target.
#ifndef MARNET_DISPATCH_H
#define MARNET_DISPATCH_H

#define MARNET_BODY static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define MARNET_WIDE __attribute__((target("avx2,fma")))
#define MARNET_WIDEST \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq"), min_vector_width(512)))
static inline int marnet_has_wide(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
static inline int marnet_has_widest(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
#define MARNET_DISPATCH_VALUE(type, name, parameters, arguments)                        \
  type name##_scalar parameters { return name##_body arguments; }                      \
  MARNET_WIDE static type name##_wide parameters { return name##_body arguments; }     \
  MARNET_WIDEST static type name##_widest parameters { return name##_body arguments; } \
  type name parameters {                                                               \
    return marnet_has_widest() ? name##_widest arguments                               \
           : marnet_has_wide() ? name##_wide arguments                                 \
                               : name##_scalar arguments;                              \
  }
#else
#define MARNET_DISPATCH_VALUE(type, name, parameters, arguments)   \
  type name##_scalar parameters { return name##_body arguments; } \
  type name parameters { return name##_body arguments; }
#endif

#define MARNET_DISPATCH(name, parameters, arguments) \
  MARNET_DISPATCH_VALUE(void, name, parameters, arguments)

#endif
