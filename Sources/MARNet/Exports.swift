// SPDX-License-Identifier: Apache-2.0

// The public calls of this module take and return these rooms' types, so importing MARNet
// alone must be enough to name them.
@_exported import MARNetData
@_exported import struct MARNetDense.Matrix
