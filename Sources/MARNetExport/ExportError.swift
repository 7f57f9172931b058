// SPDX-License-Identifier: Apache-2.0

import MARNet

/// Why a model cannot be exported as asked.
public enum ExportError: CodedError, Sendable, Equatable {
  /// A file of Protocol Buffers holds 2 GiB at most; `noise` of the bytes are the constant noise.
  case tooLarge(path: String, bytes: Int, noise: Int)

  /// The coarse kind, for exit statuses.
  public var failureCode: Failure.Code { .configuration }

  /// Where, what was found, what was needed, one remedy.
  public var description: String {
    switch self {
    case .tooLarge(let path, let bytes, let noise):
      let remedy =
        noise > bytes / 2
        ? "Most of it is noise: ask for fewer '--draws' or '--steps', or '--sampler ddim'."
        : "Export a part, with '--heads alignment' or '--heads probe', or fit narrower heads."
      return "\(path): the graph would take \(Decimals.grouped(bytes)) bytes, and an ONNX file "
        + "holds fewer than 2,147,483,648, the limit of Protocol Buffers. \(remedy)"
    }
  }
}
