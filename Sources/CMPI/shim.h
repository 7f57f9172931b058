// SPDX-License-Identifier: Apache-2.0
// Where mpi.h is: pkg-config says it, and what to link. Swift imports none of it (CMARNetMPI).
#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H
#include <mpi.h>
#endif
