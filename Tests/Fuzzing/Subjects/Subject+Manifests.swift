// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNet

extension Subject {
  /// A manifest given with `inspect --manifest`, and its comparison with a file.
  static let manifest = Subject(
    name: "manifest", fileName: "input.json", form: .text,
    makeCorpus: { corpus, place in
      try FuzzModel.features.write(to: place.file("features.h5"))
      let whole = try described(place.file("features.h5"))
      try write(whole.json, to: corpus.file("whole"))
      let encoder = #"{"@type":"marnet:Encoder","name":"a","marnet:calls":[{"width":8}]}"#
      try write(Array(encoder.utf8), to: corpus.file("encoder"))
      let strange = #"""
        {"@type":["Dataset"],"conformsTo":"http://mlcommons.org/croissant/1.1","license":["a","b"],
        "recordSet":{"@id":"s","dataType":"cr:Split","data":{"s/name":"valid","s/rows":3}}}
        """#
      try write(Array(strange.utf8), to: corpus.file("strange"))
    },
    parse: { path in
      let manifest = try FeatureManifest(contentsOfFile: path)
      let folder = path.dropLast("input.json".count)
      let file = try FeatureFile(path: folder + "features.h5", threads: 1)
      let facts = try file.facts(file.inspect(), checksums: false)
      let comparison = ManifestComparison(facts, with: manifest, at: path)
      if !comparison.mismatches.isEmpty {
        throw ManifestError.differs(
          paths: file.paths, manifests: [path], places: comparison.mismatches.count)
      }
    })

  private static func described(_ path: String) throws -> FeatureManifest {
    let file = try FeatureFile(path: path, threads: 1)
    return try FeatureManifest(
      describing: file.facts(file.inspect(), checksums: true), readAs: LayoutOptions())
  }
}
