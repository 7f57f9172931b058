// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import MARNetDense

/// A file of events that TensorBoard follows while it grows: records of TFRecord, each written
/// at once, so that a reader sees whole ones only and a process that is killed leaves no other.
package final class EventFile {
  package let path: String
  private let output: OutputDescriptor

  /// Begins a new file in the directory of a run, which is made where it is missing.
  ///
  /// - Parameter step: the first that will be written; what files that lie there already say of
  ///   it and later ones is out of date.
  /// - Throws: `DataError.cannotWrite`.
  package init(run directory: String, from step: Int) throws(DataError) {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw .cannotWrite(path: directory, reason: Self.reason(error))
    }
    path = "\(directory)/\(Self.name(after: Self.latest(in: directory)))"
    output = try OutputDescriptor(creating: path, shownAs: path)
    let now = Date.now.timeIntervalSince1970
    try write(EventMessage.version(wallTime: now))
    try write(EventMessage.start(step: step, wallTime: now))
  }

  /// Appends a record.
  ///
  /// - Throws: `DataError.cannotWrite`.
  package func write(_ event: ProtobufMessage) throws(DataError) {
    let record = Self.record(event.bytes)
    var failure: DataError?
    record.withUnsafeBytes { bytes in
      do throws(DataError) { try output.write(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// `data` as TFRecord frames it: its length in 64 bits, the masked check of the length, the
  /// data, the masked check of the data; numbers little-endian.
  package static func record(_ data: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(data.count))
    return length + littleEndian(CastagnoliChecksum.masked(length)) + data
      + littleEndian(CastagnoliChecksum.masked(data))
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  private static let prefix = "events.out.tfevents."

  /// The largest time, in seconds, in the names of the files of a run: TensorBoard reads them in
  /// the order of their names.
  private static func latest(in directory: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix(prefix) else { return nil }
      return Int(name.dropFirst(prefix.count).prefix { $0.isNumber })
    }.max() ?? 0
  }

  private static func name(after latest: Int) -> String {
    let seconds = max(Int(Date.now.timeIntervalSince1970), latest + 1)
    var host = [CChar](repeating: 0, count: 256)
    gethostname(&host, host.count - 1)
    let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let name = String(decoding: bytes, as: UTF8.self).filter { $0 != "/" }
    return "\(prefix)\(seconds).\(name.isEmpty ? "localhost" : name)."
      + "\(ProcessInfo.processInfo.processIdentifier)"
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard let underlying, underlying.domain == NSPOSIXErrorDomain else {
      return error.localizedDescription
    }
    return String(cString: strerror(Int32(underlying.code)))
  }
}
