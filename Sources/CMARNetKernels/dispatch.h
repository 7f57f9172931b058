// SPDX-License-Identifier: Apache-2.0
// One body, two instances: portable, and with AVX2 and FMA where the processor has
// them. The body is forced inline so that each instance is compiled for its target.
#ifndef MARNET_DISPATCH_H
#define MARNET_DISPATCH_H

#define MARNET_BODY static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define MARNET_WIDE __attribute__((target("avx2,fma")))
static inline int marnet_has_wide(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#define MARNET_DISPATCH_VALUE(type, name, parameters, arguments)                      \
  type name##_scalar parameters { return name##_body arguments; }                     \
  MARNET_WIDE static type name##_wide parameters { return name##_body arguments; }    \
  type name parameters {                                                              \
    return marnet_has_wide() ? name##_wide arguments : name##_scalar arguments;       \
  }
#define MARNET_DISPATCH(name, parameters, arguments)                    \
  void name##_scalar parameters { name##_body arguments; }              \
  MARNET_WIDE static void name##_wide parameters { name##_body arguments; } \
  void name parameters {                                                \
    if (marnet_has_wide())                                              \
      name##_wide arguments;                                            \
    else                                                                \
      name##_scalar arguments;                                          \
  }
#else
#define MARNET_DISPATCH_VALUE(type, name, parameters, arguments)  \
  type name##_scalar parameters { return name##_body arguments; } \
  type name parameters { return name##_body arguments; }
#define MARNET_DISPATCH(name, parameters, arguments)       \
  void name##_scalar parameters { name##_body arguments; } \
  void name parameters { name##_body arguments; }
#endif

#endif
