// SPDX-License-Identifier: Apache-2.0
#ifndef COPENBLAS_SHIM_H
#define COPENBLAS_SHIM_H
#include <cblas.h>
#include <stddef.h>

// LAPACK is inside OpenBLAS, but its header is a separate package. The two sizes are
// the hidden lengths of the Fortran strings.
void ssyevd_(const char *job, const char *triangle, const int *n, float *a, const int *lda,
             float *values, float *work, const int *work_size, int *integers,
             const int *integers_size, int *info, size_t job_length, size_t triangle_length);

#endif
