// SPDX-License-Identifier: Apache-2.0
#include "marnet_checksum.h"

#include "dispatch.h"

/// Words of a block: its sums, the second weighted by up to this many, fit 32 bits.
enum { BLOCK_WORDS = 256 };

/// x modulo 65,535 as ones' complement has it: 65,535 for multiples other than 0.
MARNET_BODY uint32_t folded(uint64_t x) {
  uint32_t rest = (uint32_t)(x % 65535);
  return rest == 0 && x != 0 ? 65535 : rest;
}

MARNET_BODY uint32_t marnet_fletcher32_body(const uint8_t *bytes, size_t size) {
  uint64_t first = 0, second = 0;
  size_t words = size / 2, done = 0;
  for (; done + BLOCK_WORDS <= words; done += BLOCK_WORDS) {
    const uint8_t *block = bytes + 2 * done;
    uint32_t sum = 0, weighted = 0;
    for (uint32_t k = 0; k < BLOCK_WORDS; k++) {
      uint32_t word = (uint32_t)block[2 * k] << 8 | block[2 * k + 1];
      sum += word;
      weighted += (BLOCK_WORDS - k) * word;
    }
    second = folded(second + BLOCK_WORDS * first + weighted);
    first = folded(first + sum);
  }
  for (; done < words; done++) {
    first += (uint32_t)bytes[2 * done] << 8 | bytes[2 * done + 1];
    second += first;
  }
  if (size % 2) {
    first += (uint32_t)bytes[size - 1] << 8;
    second += first;
  }
  return folded(second) << 16 | folded(first);
}
MARNET_DISPATCH_VALUE(uint32_t, marnet_fletcher32, (const uint8_t *bytes, size_t size),
                      (bytes, size))

uint32_t marnet_crc32c(const uint8_t *bytes, size_t size) {
  // Bit by bit, without a table: it covers records of some hundred bytes, once an epoch.
  uint32_t crc = 0xFFFFFFFF;
  for (size_t k = 0; k < size; k++) {
    crc ^= bytes[k];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78 : 0);
  }
  return ~crc;
}
