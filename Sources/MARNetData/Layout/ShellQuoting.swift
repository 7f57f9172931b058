// SPDX-License-Identifier: Apache-2.0

/// `text` as one word of a shell.
package func shellQuoted(_ text: String) -> String {
  let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-=:,+@%")
  if !text.isEmpty && text.allSatisfy(plain.contains) { return text }
  return "'" + text.replacing("'", with: "'\\''") + "'"
}
