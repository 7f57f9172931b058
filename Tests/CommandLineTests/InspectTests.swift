// SPDX-License-Identifier: Apache-2.0

import Foundation
import MARNet
import Testing

/// `inspect` and `synthesize`.
@Suite struct InspectTests {
  @Test func printsOneJSONDocument() throws {
    let bench = try Fitted.shared.get()
    let result = try bench.run(["inspect", "features.h5", "--json"]).succeeded()
    #expect(result.messages.isEmpty)
    let object = try result.object()
    #expect(
      object.keys.sorted() == [
        "class_names", "layouts", "names_classes", "notes", "path", "problems", "splits",
      ])
    #expect((object["problems"] as? [String])?.isEmpty == true)
    let splits = try #require(object["splits"] as? [[String: Any]])
    try #require(splits.compactMap { $0["split"] as? String } == ["train", "test"])
    #expect(splits[0]["row_count"] as? Int == 300)
    #expect(splits[0]["visual_width"] as? Int == 24)
    #expect(splits[0]["text_width"] as? Int == 8)
  }

  @Test func saysThatFitAcceptsTheFile() throws {
    let bench = try Fitted.shared.get()
    let result = try bench.run(["inspect", "features.h5"]).succeeded()
    #expect(result.outputLines.last == "'fit' accepts this file.")
  }

  @Test func saysWhatFitWouldRefuse() throws {
    let models = try Fitted.shared.get()
    let bench = try Workbench()
    try EditedFile.copy(models.path("features.h5"), to: bench.path("bad.h5")) { file in
      file.rows[.train]?.visual[17, 3] = .nan
    }
    let inspected = try bench.run(["inspect", "bad.h5"]).succeeded()
    let refused = try bench.run(["fit", "bad.h5"])
    #expect(refused.status == 65)
    let reason = try #require(refused.messages.split(separator: "error: ").last)
    #expect(inspected.output.contains("'fit' would refuse this file:\n  \(reason)"))
  }

  @Test func synthesizeRepeatsItselfAndTakesEverySize() throws {
    let bench = try Workbench()
    let options = [
      "--classes", "3", "--val-rows", "10", "--dtype", "float16", "--labelled", "0.5",
      "--with-text", "0.5",
    ]
    try bench.synthesize("a.h5", options)
    Thread.sleep(forTimeInterval: 1.1)  // HDF5 would write the time, to the second
    try bench.synthesize("b.h5", options)
    try bench.synthesize("c.h5", options + ["--seed", "1"])
    let files = try bench.contents(of: ".")
    #expect(files["a.h5"] == files["b.h5"])
    #expect(files["a.h5"] != files["c.h5"])
    let file = try FeatureFile(path: bench.path("a.h5"))
    #expect(file.splits == [.train, .val, .test])
    #expect(try file.classNames.count == 3)
  }

  @Test(arguments: [
    ["--rows", "0"], ["--classes", "1"], ["--labelled", "0"], ["--visual-width", "0"],
  ])
  func synthesizeRefusesSizesThatMakeNoFile(options: [String]) throws {
    let bench = try Workbench()
    let result = try bench.run(["synthesize", "a.h5"] + options)
    #expect(result.status == 78)
    #expect(result.messages.hasPrefix("error: synthetic features:"))
    #expect(bench.folder.names.isEmpty)
  }
}
