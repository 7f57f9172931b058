// SPDX-License-Identifier: Apache-2.0
#ifndef MARNET_SHA256_H
#define MARNET_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// Feeds `count` blocks of 64 bytes to SHA-256 (FIPS 180-4, section 6.2.2): replaces `state` by
/// the hash value after them.
void marnet_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

#endif
