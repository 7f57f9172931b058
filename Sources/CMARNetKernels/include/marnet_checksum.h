// SPDX-License-Identifier: Apache-2.0
#ifndef MARNET_CHECKSUM_H
#define MARNET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// Fletcher's checksum of 32 bits as HDF5's filter takes it: over big-endian words of 16 bits
/// (a last odd byte is the upper half of one), both sums modulo 65,535, where only sums over
/// nothing but zeros are 0. The second sum is the upper half.
uint32_t marnet_fletcher32(const uint8_t *bytes, size_t size);
/// The portable twin, exported for the tests: equal.
uint32_t marnet_fletcher32_scalar(const uint8_t *bytes, size_t size);

/// The cyclic redundancy check of 32 bits with Castagnoli's polynomial 0x1EDC6F41, reflected, as
/// iSCSI has it (RFC 3720, appendix B.4): "123456789" gives 0xE3069283.
uint32_t marnet_crc32c(const uint8_t *bytes, size_t size);

#endif
