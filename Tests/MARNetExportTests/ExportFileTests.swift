// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNet
import MARNetExport
import Testing

/// Files that `exportONNX` writes, and those it refuses to.
@Suite struct ExportFileTests {
  @Test func theFileIsWhatTheReportSays() throws {
    let folder = try TemporaryFolder()
    let model = try ExportedModel.fit()
    let report = try model.exportONNX(to: folder.file("m.onnx"))
    let written = try bytes(of: folder.file("m.onnx"))
    #expect(written.count == report.byteCount)
    #expect(report.inputs == ["visual [N, 20]", "noise [noise_rows, 2, 1, 6]"])
    #expect(report.outputs == ["probabilities [N, 4]", "prediction [N]"])
    #expect(folder.names == ["m.onnx"])
    let text = String(decoding: written, as: UTF8.self)
    #expect(text.contains(#"["class_0","class_1","class_2","class_3"]"#))
    #expect(text.contains(model.dataFingerprint) && text.contains(model.fingerprint))
    try model.exportONNX(to: folder.file("again.onnx"))
    #expect(try bytes(of: folder.file("again.onnx")) == written)
  }

  @Test func whatIsThereStays() throws {
    let folder = try TemporaryFolder()
    let model = try ExportedModel.fit()
    let path = folder.file("m.onnx")
    try write(Array("mine".utf8), to: path)
    #expect(throws: ModelError.outputExists(path: path)) { try model.exportONNX(to: path) }
    #expect(try bytes(of: path) == Array("mine".utf8))
    try model.exportONNX(to: path, overwrite: true)
    #expect(try bytes(of: path).count > 1_000)
    #expect(throws: DataError.self) { try model.exportONNX(to: folder.file("none/m.onnx")) }
  }

  /// 4,000 draws of 4,000 steps of noise: refused before any of it is drawn.
  @Test func graphsBeyondTheLimitOfTheFormatAreRefused() throws {
    let folder = try TemporaryFolder()
    let model = try ExportedModel.fit(.paper, textWidth: 50) {
      $0.reconstruction.diffusionSteps = 4_000
      $0.sampling.steps = 2
    }
    var options = ExportOptions()
    options.scoring.sampler = .ddpm
    options.scoring.draws = 4_000
    let error = #expect(throws: ExportError.self) {
      try model.exportONNX(to: folder.file("m.onnx"), options)
    }
    guard case .tooLarge(_, let bytes, let noise)? = error else { return }
    #expect(noise == 4_000 * 4_000 * 50 * 4)
    #expect(bytes > noise)
    #expect(folder.names.isEmpty)
    let failure = try Failure(#require(error))
    #expect(failure.exitStatus == 78)
  }

  @Test func refusalsSayWhatToDo() {
    #expect(
      ExportError.tooLarge(path: "m.onnx", bytes: 3_000_000_000, noise: 2_900_000_000).description
        == "m.onnx: the graph would take 3,000,000,000 bytes, and an ONNX file holds fewer than "
        + "2,147,483,648, the limit of Protocol Buffers. Most of it is noise: ask for fewer "
        + "'--draws' or '--steps', or '--sampler ddim'.")
    #expect(
      ExportError.tooLarge(path: "m.onnx", bytes: 3_000_000_000, noise: 40).description.hasSuffix(
        "Export a part, with '--heads alignment' or '--heads probe', or fit narrower heads."))
  }
}
