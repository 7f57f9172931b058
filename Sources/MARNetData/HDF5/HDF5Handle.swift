// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// Owns one HDF5 identifier and closes it with its last reference.
///
/// `Sendable` because the identifier never changes and every use of it goes
/// through `HDF5Library.synchronized`.
final class HDF5Handle: Sendable {
  let id: hid_t

  /// Takes over `id`, which a successful call returned.
  init(owning id: hid_t) {
    precondition(id >= 0, "a handle needs a valid identifier; got \(id)")
    self.id = id
  }

  deinit { HDF5Library.synchronized { _ = H5Idec_ref(id) } }
}
