// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import MARNetStudy

/// What a shell offers for the values of arguments and options.
extension CompletionKind {
  /// HDF5 files; other names can still be typed.
  static var featureFiles: CompletionKind { .file(extensions: ["h5", "hdf5"]) }

  /// Tables of a comparison and what stands in them.
  static var contenders: CompletionKind {
    .list(Contender.Table.allCases.map(\.rawValue) + Contender.all.map(\.id))
  }
}
