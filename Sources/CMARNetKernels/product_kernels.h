// SPDX-License-Identifier: Apache-2.0
// The instances behind marnet_product.h, one file an instruction set.
#ifndef MARNET_PRODUCT_KERNELS_H
#define MARNET_PRODUCT_KERNELS_H

#include "marnet_product.h"

extern const marnet_product_kernel marnet_portable_float32, marnet_portable_rounded;
#if defined(__x86_64__)
extern const marnet_product_kernel marnet_avx2_float32, marnet_avx2_rounded;
extern const marnet_product_kernel marnet_avx512_float32, marnet_avx512_rounded;
extern const marnet_product_kernel marnet_avx512_bfloat16;
#endif

#endif
