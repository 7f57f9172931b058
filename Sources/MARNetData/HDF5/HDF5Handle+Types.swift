// SPDX-License-Identifier: Apache-2.0

import CHDF5

/// The types in which this package writes.
extension HDF5Handle {
  static func int8() -> HDF5Handle { copy(of: chdf5_std_i8le) }
  static func uint64() -> HDF5Handle { copy(of: chdf5_std_u64le) }
  static func int32() -> HDF5Handle { copy(of: chdf5_std_i32le) }
  static func int64() -> HDF5Handle { copy(of: chdf5_std_i64le) }

  /// Variable-length UTF-8, which h5py reads as `str`.
  static func string() -> HDF5Handle {
    let type = copy(of: chdf5_c_string)
    HDF5Library.synchronized {
      H5Tset_size(type.id, chdf5_variable_length())
      H5Tset_cset(type.id, H5T_CSET_UTF8)
    }
    return type
  }

  /// The enum of FALSE and TRUE that h5py reads as `bool`.
  static func boolean() -> HDF5Handle {
    HDF5Library.synchronized {
      let type = HDF5Handle(owning: H5Tenum_create(chdf5_std_i8le()))
      for (name, value) in [("FALSE", Int8(0)), ("TRUE", Int8(1))] {
        withUnsafePointer(to: value) { _ = H5Tenum_insert(type.id, name, $0) }
      }
      return type
    }
  }

  /// A little-endian floating-point type.
  static func float(_ type: FeatureType) -> HDF5Handle {
    switch type {
    case .float32: return copy(of: chdf5_ieee_f32le)
    case .float64: return copy(of: chdf5_ieee_f64le)
    case .float16, .bfloat16:
      let half = copy(of: chdf5_ieee_f32le)
      guard let (mantissa, exponent) = type.floatFields else { return half }
      HDF5Library.synchronized {
        H5Tset_fields(half.id, 15, mantissa, exponent, 0, mantissa)
        H5Tset_size(half.id, 2)
        H5Tset_ebias(half.id, 1 << (exponent - 1) - 1)
      }
      return half
    case .int8, .uint8:
      preconditionFailure("\(type.rawValue) features are read, never written")
    }
  }

  private static func copy(of predefined: () -> hid_t) -> HDF5Handle {
    HDF5Library.synchronized { HDF5Handle(owning: H5Tcopy(predefined())) }
  }
}
