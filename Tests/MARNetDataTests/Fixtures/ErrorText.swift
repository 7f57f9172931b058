// SPDX-License-Identifier: Apache-2.0

import FileFixtures
import MARNetData
import Testing

/// Expects `body` to throw exactly this text, in which the path of `folder` is left out.
func expectError(
  _ text: String, kind: DataErrorKind = .content, in folder: TemporaryFolder,
  location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: DataError.self, sourceLocation: location) { try body() }
  let shown = error?.description.replacing("\(folder.path)/", with: "")
  #expect(shown == text, sourceLocation: location)
  #expect(error?.kind == kind, sourceLocation: location)
}
