// SPDX-License-Identifier: Apache-2.0
// Only what Swift cannot import: HDF5's predefined types and property classes
// are macros that call H5open() and read a global.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H
#include <hdf5.h>
#endif
