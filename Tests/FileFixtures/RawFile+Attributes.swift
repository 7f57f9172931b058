// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MARNetData

extension RawFile {
  /// The ways in which a string lies in an attribute.
  package enum TextKind: CaseIterable, Sendable { case variable, terminated, padded, spaces, array }

  /// A string attribute of the object `owner`.
  package func attribute(
    _ owner: String, _ name: String, text: String, kind: TextKind = .variable
  ) {
    HDF5Library.synchronized {
      let type = H5Tcopy(chdf5_c_string())
      let size = text.utf8.count + 3
      if kind == .variable || kind == .array {
        H5Tset_size(type, chdf5_variable_length())
        H5Tset_cset(type, H5T_CSET_UTF8)
        text.withCString { pointer in
          write(owner, name, type, kind == .array ? [1] : [], [pointer])
        }
      } else {
        H5Tset_size(type, size)
        if kind == .padded { H5Tset_strpad(type, H5T_STR_NULLPAD) }
        if kind == .spaces { H5Tset_strpad(type, H5T_STR_SPACEPAD) }
        let padding: UInt8 = kind == .spaces ? 32 : 0
        let bytes = Array(text.utf8) + [UInt8](repeating: padding, count: 3)
        write(owner, name, type, [], bytes)
      }
      H5Tclose(type)
    }
  }

  /// A numerical attribute of the object `owner`, stored as `type`; a scalar where `shape` is
  /// empty.
  package func attribute(
    _ owner: String, _ name: String, numbers: [Double], shape: [Int] = [], type: hid_t? = nil
  ) {
    HDF5Library.synchronized {
      let memory = chdf5_ieee_f64le()
      write(owner, name, type ?? memory, shape, numbers, memory: memory)
    }
  }

  /// Integers, which HDF5 converts from 64 bits to `type`.
  package func attribute(
    _ owner: String, _ name: String, integers: [Int64], shape: [Int] = [], type: hid_t? = nil
  ) {
    HDF5Library.synchronized {
      let memory = chdf5_std_i64le()
      write(owner, name, type ?? memory, shape, integers, memory: memory)
    }
  }

  /// Takes an attribute away, where there is one.
  package func removeAttribute(_ owner: String, _ name: String) {
    HDF5Library.synchronized { _ = H5Adelete_by_name(id, owner, name, 0) }
  }

  private func write<Value: BitwiseCopyable>(
    _ owner: String, _ name: String, _ type: hid_t, _ shape: [Int], _ values: [Value],
    memory: hid_t? = nil
  ) {
    let object = H5Oopen(id, owner, 0)
    let space = Storage().space(of: shape)
    let attribute = H5Acreate2(object, name, type, space, 0, 0)
    let status = values.withUnsafeBytes { H5Awrite(attribute, memory ?? type, $0.baseAddress) }
    precondition(status >= 0, "attribute \(name) of \(owner)")
    H5Aclose(attribute)
    H5Sclose(space)
    H5Oclose(object)
  }
}
