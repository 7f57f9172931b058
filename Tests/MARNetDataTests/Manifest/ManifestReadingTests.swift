// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import Foundation
import MARNetData
import Testing

/// What is understood of a manifest, and what is refused.
@Suite struct ManifestReadingTests {
  let folder: TemporaryFolder
  var path: String { folder.file("m.json") }

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String) throws -> FeatureManifest {
    try write(Array(text.utf8), to: path)
    return try FeatureManifest(contentsOfFile: path)
  }

  /// A Croissant document with `members` added.
  private static func document(_ members: String) -> String {
    #"{"@type":"sc:Dataset","conformsTo":"http://mlcommons.org/croissant/1.0","name":"n",\#(members)}"#
  }

  @Test func singleValuesStandForListsOfOne() throws {
    let manifest = try read(
      #"""
      {"@type":["Dataset"],"conformsTo":["http://mlcommons.org/croissant/1.1"],
      "name":{"en":"of several languages"},"license":["https://spdx.org/licenses/MIT","b"],
      "description":"d","citeAs":"c","url":"u",
      "distribution":{"encodingFormat":"application/x-hdf5","name":"f.h5","contentSize":"12 B",
      "sha256":"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"},
      "recordSet":{"@id":"s","dataType":["cr:Split"],"data":{"s/name":"Valid","s/rows":3}}}
      """#)
    var expected = FeatureManifest(name: "")
    expected.license = "https://spdx.org/licenses/MIT"
    expected.summary = "d"
    expected.citation = "c"
    expected.url = "u"
    expected.files = [
      .init(
        name: "f.h5", byteCount: 12,
        sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    ]
    expected.splits = [.init(split: .val, count: 3)]
    #expect(manifest == expected)
  }

  @Test func whatIsOfOtherKindsIsPassedOver() throws {
    let manifest = try read(
      Self.document(
        #"""
        "distribution":[{"encodingFormat":"application/zip","name":"images.zip","sha256":"x"}],
        "recordSet":[{"@id":"rows","data":[1,[2]]},{"@id":"colors","dataType":"sc:Enumeration",
        "data":[{"colors/name":"red"}]}],"marnet:features":{"classes":3,"more":[1]},"isPartOf":7
        """#))
    #expect(manifest.files == nil && manifest.splits == nil && manifest.classNames == nil)
    #expect(manifest.classCount == 3)
  }

  @Test func anEncoderGivesTheWidthsOfItsCalls() throws {
    let manifest = try read(
      #"""
      {"@type":"marnet:Encoder","name":"RepVGG","marnet:calls":[{"width":1280},{"width":2048},
      {"library":"without"},{"width":1280}]}
      """#)
    #expect(manifest.visual.widths == [1280, 2048])
    #expect(manifest.text.widths == [])
  }

  @Test func filesOutsideOfItsFolderStayClosed() throws {
    let manifest = try read(
      Self.document(
        #"""
        "marnet:features":{"classes":2,"layout":{"visual_key":"a/b","group":"g",
        "text_pool":"max","missing_text":"nan","unlabelled":"drop","allows_external_links":true,
        "allow_external_links":true,"text_join":{"paths":["/etc/passwd"],"key":"id"}}}
        """#))
    var expected = LayoutOptions()
    expected.visualKey = "a/b"
    expected.group = "g"
    expected.textPool = .max
    expected.missingText = .nan
    expected.unlabelled = .drop
    #expect(manifest.layout == expected)
  }

  @Test func flagsComeBeforeTheManifest() {
    var manifest = LayoutOptions()
    manifest.visualKey = "theirs"
    manifest.textKey = "theirs"
    manifest.idKey = "theirs"
    var flags = LayoutOptions()
    flags.visualKey = "mine"
    #expect(flags.filled(by: manifest).visualKey == "mine")
    #expect(flags.filled(by: manifest).textKey == "theirs")
    flags.textJoin = .init(paths: ["t.h5"], key: "id")
    #expect(flags.filled(by: manifest).textKey == nil)
    #expect(flags.filled(by: manifest).idKey == nil)
  }

  @Test(arguments: [
    ("", "it is not a JSON object that can be read"),
    ("[1]", "it is not a JSON object that can be read"),
    (#"{"name":"a"}"#, "'@type' is missing, or something else than is needed there"),
    (#"{"@type":"sc:Person"}"#, "its @type is neither sc:Dataset nor marnet:Encoder"),
    (
      #"{"@type":"sc:Dataset","name":"a"}"#,
      "it does not conform to http://mlcommons.org/croissant/1.0"
    ),
    (document(#""url":"u""#), "it says nothing of files, rows, classes or widths"),
    (
      document(#""marnet:features":{"visual":{"width":"wide"}}"#),
      "'marnet:features/visual/width' is missing, or something else than is needed there"
    ),
    (
      document(#""marnet:features":{"visual":{"width":1e40}}"#),
      "it is not a JSON object that can be read"
    ),
    (document(#""marnet:features":{"text":{"width":0}}"#), "a width of marnet:features is 0"),
    (document(#""marnet:features":{"classes":-4}"#), "marnet:features/classes is -4"),
    (
      document(#""recordSet":{"@id":"s","dataType":"cr:Split","data":[{"s/name":"dev"}]}"#),
      "a split is called 'dev', not train, val or test"
    ),
    (
      document(
        #""recordSet":{"@id":"s","dataType":"cr:Split","data":[{"s/name":"val"},{"s/name":"valid"}]}"#
      ), "split 'val' stands twice in it"
    ),
    (
      document(
        #""recordSet":{"@id":"s","dataType":"cr:Split","data":[{"s/name":"val","s/rows":-1}]}"#),
      "rows of 'val' is -1"
    ),
    (
      document(
        #""recordSet":{"@id":"classes","dataType":"sc:Enumeration","data":[{"classes/name":"a"},{"classes/name":"a"}]}"#
      ), "a class has no name, or that of another"
    ),
    (
      document(
        #""recordSet":{"@id":"classes","dataType":"sc:Enumeration","data":[{"classes/name":"a"}]},"marnet:features":{"classes":2}"#
      ), "it names 1 of 2 classes"
    ),
    (
      document(
        #""distribution":{"encodingFormat":"application/x-hdf5","name":"f","sha256":"12ab"}"#),
      "the sha256 of 'f' has no 64 hexadecimal digits"
    ),
    (
      #"{"@type":"marnet:Encoder","marnet:calls":[{"width":-1}]}"#,
      "a width of marnet:calls is -1"
    ),
    (#"{"@type":"marnet:Encoder"}"#, "it says nothing of files, rows, classes or widths"),
    (
      String(repeating: "[", count: 40) + String(repeating: "]", count: 40),
      "it is nested more than 32 deep"
    ),
    (
      "[" + String(repeating: "1,", count: 200_000) + "1]",
      "it holds more than 200,000 values"
    ),
  ])
  func refuses(text: String, reason: String) {
    let error = #expect(throws: ManifestError.self) { _ = try read(text) }
    #expect(error == .invalid(path: path, reason: reason))
    #expect(error?.kind == .content)
  }

  @Test func namesAreCutShort() throws {
    let name = String(repeating: "x", count: 200)
    let error = #expect(throws: ManifestError.self) {
      _ = try read(
        Self.document(
          #""recordSet":{"@id":"s","dataType":"cr:Split","data":[{"s/name":"\#(name)"}]}"#))
    }
    let shown = "'" + String(repeating: "x", count: 80) + "...'"
    #expect(
      error
        == .invalid(path: path, reason: "a split is called \(shown), not train, val or test"))
  }

  @Test(arguments: [0, 79, 80, 81])
  func namesOfFilesToo(count: Int) throws {
    try SmallFile.write(to: folder.file("f.h5"))
    let name = String(repeating: "é", count: count)
    let manifest = try read(
      Self.document(
        #"""
        "distribution":[{"encodingFormat":"application/x-hdf5","name":"\#(name)"},
        {"encodingFormat":"application/x-hdf5","name":"g.h5"}]
        """#))
    let file = try FeatureFile(path: folder.file("f.h5"), threads: 1)
    let facts = try file.facts(file.inspect(), checksums: false)
    let shown = count > 80 ? String(repeating: "é", count: 80) + "..." : name
    let needed = count == 0 ? "'', 'g.h5'" : "'g.h5', '\(shown)'"
    #expect(
      ManifestComparison(facts, with: manifest, at: path).mismatches == [
        .init(place: "files", found: "'f.h5'", needed: needed)
      ])
  }

  @Test func missingAndUnreadableOnes() throws {
    let missing = #expect(throws: ManifestError.self) {
      _ = try FeatureManifest(contentsOfFile: path)
    }
    #expect(missing == .notFound(path: path) && missing?.kind == .notFound)
    let device = #expect(throws: ManifestError.self) {
      _ = try FeatureManifest(contentsOfFile: "/dev/zero")
    }
    #expect(device?.kind == .inputOutput)
    #expect(device?.description.contains("it is a folder, a pipe or a device") == true)
    try write([], to: path)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 9 << 20)
    let large = #expect(throws: ManifestError.self) {
      _ = try FeatureManifest(contentsOfFile: path)
    }
    #expect(large?.kind == .inputOutput)
  }
}
