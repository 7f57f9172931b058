// SPDX-License-Identifier: Apache-2.0

/// The version of this package, stored with every model.
public enum ToolVersion {
  /// Semantic version; see CHANGELOG.md.
  public static let current = "0.1.0"
}
