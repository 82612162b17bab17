import Files
import FoundationEssentials
import Kernels

/// Weights on disk: a magic line, a JSON header line, then little-endian floats.
struct WeightsFile {
  private struct Header: Codable {
    var architecture: Architecture
    var vocabulary: String
    var tokens: Int
    var digest: String
  }

  private static let magic = "daunce-weights-1\n"
  let path: String

  /// Writes a model so that a crash leaves either the whole file or none.
  func write(_ model: Transformer, vocabulary: String, tokens: Int) throws(ReferenceModelError) {
    let floats = model.parameters.bytes
    let header = Header(
      architecture: model.architecture,
      vocabulary: vocabulary,
      tokens: tokens,
      digest: Self.digest(floats[...])
    )
    do {
      let bytes = Array(Self.magic.utf8) + (try JSONEncoder().encode(header)) + [0x0A] + floats
      try PrivateFile.write(bytes, to: path)
    } catch {
      throw ReferenceModelError(
        .unwritable,
        "cannot write model weights '\(path)': \(systemWords(for: error))"
      )
    }
  }

  /// Reads a model back; `nil` when there is no file.
  func read(vocabulary: String) throws(ReferenceModelError) -> (model: Transformer, tokens: Int)? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      let data = [UInt8](try Data(contentsOf: URL(filePath: path)))
      guard data.starts(with: Self.magic.utf8) else { throw Damage("is not a weights file") }
      let body = data.dropFirst(Self.magic.utf8.count)
      guard let newline = body.firstIndex(of: 0x0A) else { throw Damage("has no header") }
      let header = try JSONDecoder().decode(Header.self, from: Data(body[..<newline]))
      guard header.vocabulary == vocabulary else {
        throw Damage("belongs to another training set's vocabulary")
      }
      let floats = body[body.index(after: newline)...]
      guard header.architecture.problem == nil,
        floats.count == Layout(header.architecture).count * 4,
        Self.digest(floats) == header.digest
      else { throw Damage("is damaged") }
      let model = Transformer(header.architecture)
      model.parameters.assign(bytes: floats)
      return (model, header.tokens)
    } catch let damage as Damage {
      throw ReferenceModelError(.damaged, "model weights '\(path)' \(damage.reason)")
    } catch {
      throw ReferenceModelError(
        .damaged,
        "cannot read model weights '\(path)': \(systemWords(for: error))"
      )
    }
  }

  private struct Damage: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// FNV-1a over 64-bit words: a check against torn or swapped bytes, not against an adversary.
  private static func digest(_ data: ArraySlice<UInt8>) -> String {
    var state: UInt64 = 0xcbf2_9ce4_8422_2325
    var word: UInt64 = 0
    var filled = 0
    for byte in data {
      word = word << 8 | UInt64(byte)
      filled += 1
      if filled == 8 {
        state = (state ^ word) &* 0x100_0000_01b3
        filled = 0
      }
    }
    return String((state ^ word) &* 0x100_0000_01b3, radix: 16)
  }
}
