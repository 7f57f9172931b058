// SPDX-License-Identifier: Apache-2.0
// Decompression of LZF, the format of h5py's filter "lzf".
//
// A stream is a sequence of items. Control byte c < 32: c + 1 bytes follow, which are copied.
// Otherwise the item repeats what was written before: the upper three bits give its length
// less 2 (7: one more byte is added to it), the lower five and the next byte how far back it
// begins, less 1. It may overlap itself.
//
// Sources are not trusted: nothing outside of them is read, nothing outside of the target is
// read or written.
#ifndef MARNET_LZF_H
#define MARNET_LZF_H

#include <stddef.h>
#include <stdint.h>

/// Bytes that `source` expands to; 0 when an item is cut short or repeats what was never
/// written.
size_t marnet_lzf_expanded_size(const uint8_t *source, size_t source_size);

/// Expands `source` to exactly `target_size` bytes; 0 when it is damaged or has another size,
/// and the target is undefined then.
int marnet_lzf_expand(const uint8_t *source, size_t source_size, uint8_t *target,
                      size_t target_size);

#endif
