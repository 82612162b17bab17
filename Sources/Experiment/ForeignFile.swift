/// What a file is that is not what it should be, and one line that makes it that.
///
/// It is asked once something was wrong, or about the first bytes only, so it may look at a whole
/// file. Nothing is guessed: what has no known shape gets no answer.
package struct ForeignFile: Sendable, Hashable {
  /// What it is, one phrase in lower case.
  package let reason: String
  /// How to convert it, in one line.
  package let hint: String

  init(_ reason: String, hint: String) {
    self.reason = reason
    self.hint = hint
  }

  /// What a file is by its first bytes if it is no text in UTF-8: another encoding, an archive, a
  /// table of another program, a page.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - file: Its name, for the conversion.
  package init?(notText bytes: some Collection<UInt8>, file: String) {
    let head = Array(bytes.prefix(512))
    let names = Names(file)
    guard let found = Self.encoding(head, names) ?? Self.container(head, bytes, names) else {
      return nil
    }
    self = found
  }

  // MARK: Encodings

  private static func encoding(_ head: [UInt8], _ names: Names) -> ForeignFile? {
    guard let name = encodingName(head) else { return nil }
    return ForeignFile(
      "\(name), not UTF-8",
      hint: "iconv -f \(name) -t UTF-8 \(names.input) > \(names.text); in PowerShell: "
        + "Get-Content \(names.input) | Set-Content -Encoding utf8 \(names.text)"
    )
  }

  /// UTF-16 or UTF-32, by its mark or by where the zeros of its first character are.
  private static func encodingName(_ head: [UInt8]) -> String? {
    let marks: [(String, [UInt8])] = [
      ("UTF-32", [0xFF, 0xFE, 0, 0]), ("UTF-32", [0, 0, 0xFE, 0xFF]), ("UTF-16", [0xFF, 0xFE]),
      ("UTF-16", [0xFE, 0xFF]),
    ]
    if let (name, _) = marks.first(where: { head.starts(with: $0.1) }) { return name }
    guard head.count >= 4 else { return nil }
    switch head.prefix(4).map({ $0 == 0 }) {
    case [false, true, true, true]: return "UTF-32LE"
    case [true, true, true, false]: return "UTF-32BE"
    case [false, true, false, true]: return "UTF-16LE"
    case [true, false, true, false]: return "UTF-16BE"
    default: return nil
    }
  }

  /// Text that is not UTF-8, such as Latin-1, or UTF-16 that was added to UTF-8.
  ///
  /// - Parameters:
  ///   - line: A line.
  ///   - names: The file's names.
  /// - Returns: What it is; `nil` for UTF-8.
  static func misencoded(_ line: ArraySlice<UInt8>, _ names: Names) -> ForeignFile? {
    let zeros = line.count { $0 == 0 }
    if zeros == line.count, zeros > 0 {
      return ForeignFile(
        "nothing but zero bytes, as a crash or a full disk leaves them",
        hint: "write the file again; without them: tr -d '\\000' < \(names.input) > \(names.rows)"
      )
    }
    if zeros * 3 > line.count {
      return ForeignFile(
        "UTF-16 within a file of UTF-8, as PowerShell's >> adds it",
        hint: "write the whole file in one encoding, UTF-8: Out-File -Encoding utf8 -Append"
      )
    }
    // A validator says that a byte is wrong, not which.
    guard zeros == 0, let place = firstInvalid(line) else { return nil }
    let byte = line[place]
    let digits = String(byte, radix: 16, uppercase: true)
    let isLatin = byte >= 0xA0
    let letter = isLatin ? " ('\(Character(Unicode.Scalar(byte)))' in Latin-1)" : ""
    return ForeignFile(
      "byte \(digits)\(letter) at column \(columns(line[..<place]) + 1) is not UTF-8",
      hint: "if the file is Latin-1 or Windows-1252: iconv -f WINDOWS-1252 -t UTF-8 "
        + "\(names.input) > \(names.text)"
    )
  }

  /// The first byte that belongs to no character.
  private static func firstInvalid(_ line: ArraySlice<UInt8>) -> Int? {
    var place = line.startIndex
    while place < line.endIndex {
      let lead = line[place]
      let length =
        switch lead {
        case 0..<0x80: 1
        case 0xC2..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0..<0xF5: 4
        default: 0
        }
      let character = line[place...].prefix(length)
      guard length > 0, character.count == length,
        length == 1 || String(validating: character, as: UTF8.self) != nil
      else { return place }
      place += length
    }
    return nil
  }

  /// Characters in bytes, as editors count columns.
  static func columns(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }

  // MARK: Containers

  private struct Signature {
    let bytes: [UInt8]
    let name: String
    let hint: (Names) -> String

    init(_ bytes: [UInt8], _ name: String, _ hint: @escaping (Names) -> String) {
      self.bytes = bytes
      self.name = name
      self.hint = hint
    }

    init(_ text: String, _ name: String, _ hint: @escaping (Names) -> String) {
      self.init(Array(text.utf8), name, hint)
    }
  }

  private static var signatures: [Signature] {
    [
      Signature([0x1F, 0x8B], "a gzip file") { "gunzip -c \($0.input) > \($0.unpacked)" },
      Signature([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file") {
        "zstd -dc \($0.input) > \($0.unpacked)"
      },
      Signature("BZh", "a bzip2 file") { "bunzip2 -c \($0.input) > \($0.unpacked)" },
      Signature([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz file") {
        "xz -dc \($0.input) > \($0.unpacked)"
      },
      Signature([0x04, 0x22, 0x4D, 0x18], "an lz4 file") { "lz4 -dc \($0.input) > \($0.unpacked)" },
      Signature([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive") { "7z x \($0.input)" },
      Signature("Rar!", "a RAR archive") { "unrar x \($0.input)" },
      Signature("PAR1", "a Parquet file") { $0.pandas("read_parquet") },
      Signature("ARROW1", "an Arrow file") { $0.pandas("read_feather") },
      Signature([0xFF, 0xFF, 0xFF, 0xFF], "an Arrow stream") { names in
        "python3 -c 'import pyarrow as a; a.ipc.open_stream(\"\(names.bare)\").read_pandas()"
          + ".to_json(\"\(names.bareRows)\", orient=\"records\", lines=True)'"
      },
      Signature([0xD0, 0xCF, 0x11, 0xE0], "an old Office file") { $0.pandas("read_excel") },
      Signature("SQLite format 3\0", "an SQLite database") { names in
        "export its rows: sqlite3 -json \(names.input) 'SELECT …' | jq -c '.[]' > \(names.rows)"
      },
      Signature("%PDF", "a PDF") { _ in "rows cannot be read out of it; ask for them as JSON Lines"
      },
      Signature("{\\rtf", "a rich text document") { _ in "save it as plain text in UTF-8" },
      Signature("Obj\u{1}", "an Avro file") { "avro cat \($0.input) > \($0.rows)" },
      Signature([0x93] + Array("NUMPY".utf8), "a NumPy array") { _ in
        "texts are wanted, not numbers"
      },
      Signature("version https://git-lfs", "a Git LFS pointer") {
        "git lfs pull --include \($0.input)"
      },
    ]
  }

  private static func container(
    _ head: [UInt8],
    _ bytes: some Collection<UInt8>,
    _ names: Names
  ) -> ForeignFile? {
    if let known = signatures.first(where: { head.starts(with: $0.bytes) }) {
      return ForeignFile("\(known.name), not text", hint: known.hint(names))
    }
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return zip(head, bytes, names) }
    if head.count > 261, head[257..<262].elementsEqual("ustar".utf8) {
      return ForeignFile("a tar archive", hint: "tar -xf \(names.input)")
    }
    if head.count > 1, head[0] == 0x80, (2...5).contains(head[1]) {
      return ForeignFile("a Python pickle", hint: "write it with json.dumps, an object a line")
    }
    let text = String(
      decoding: head.drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        .prefix(32),
      as: UTF8.self
    ).lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") {
      return ForeignFile(
        "a web page",
        hint: "download the file itself, such as behind 'raw' or 'resolve' in place of 'blob'"
      )
    }
    if text.hasPrefix("<?xml") {
      return ForeignFile("XML", hint: "convert it to JSON Lines: an object a line")
    }
    return nil
  }

  private static func zip(
    _ head: [UInt8],
    _ bytes: some Collection<UInt8>,
    _ names: Names
  ) -> ForeignFile {
    // Names of members stand in the clear before their contents and again at the end.
    let text = String(decoding: Array(bytes.prefix(4096)) + bytes.suffix(4096), as: UTF8.self)
    if text.contains("xl/") {
      return ForeignFile("an Excel workbook", hint: names.pandas("read_excel"))
    }
    if text.contains("word/") {
      return ForeignFile("a Word document", hint: "save it as plain text in UTF-8")
    }
    return ForeignFile("a zip archive", hint: "unzip \(names.input), and name what was in it")
  }
}

extension ForeignFile {
  /// A file's name and that of what becomes of it, as a shell reads them.
  struct Names {
    /// The name without quotes, for use within another language's.
    let bare: String

    init(_ file: String) { bare = file }

    /// The name.
    var input: String { Self.quoted(bare) }
    /// What rows are written to.
    var rows: String { Self.quoted(bareRows) }
    /// What the same text in another encoding is written to.
    var text: String {
      let (stem, ending) = Self.parts(bare)
      return Self.quoted(stem + ".utf8" + (ending.isEmpty ? "" : "." + ending))
    }
    /// What an archive of one file is unpacked to.
    var unpacked: String {
      let stem = Self.parts(bare).stem
      return Self.parts(stem).ending.isEmpty ? rows : Self.quoted(stem)
    }
    /// What rows are written to, without quotes.
    var bareRows: String {
      let (stem, ending) = Self.parts(bare)
      return stem + (ending == "jsonl" ? ".rows.jsonl" : ".jsonl")
    }

    /// A line of pandas that writes a table's rows.
    func pandas(_ reader: String) -> String {
      "python3 -c 'import pandas; pandas.\(reader)(\"\(bare)\").to_json(\"\(bareRows)\", "
        + "orient=\"records\", lines=True)'"
    }

    /// A line of jq that writes rows.
    func jq(_ program: String) -> String { "jq -c '\(program)' \(input) > \(rows)" }

    private static func parts(_ path: String) -> (stem: String, ending: String) {
      let start = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
      guard let dot = path[start...].lastIndex(of: "."), dot > start else { return (path, "") }
      return (String(path[..<dot]), String(path[path.index(after: dot)...]))
    }

    private static func quoted(_ text: String) -> String {
      let isPlain = text.utf8.allSatisfy { byte in
        byte >= 0x80 || UInt8(ascii: "-")...UInt8(ascii: "9") ~= byte
          || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || byte == UInt8(ascii: "_")
      }
      if isPlain, !text.hasPrefix("-") { return text }
      return "'"
        + text.split(separator: "'", omittingEmptySubsequences: false)
        .joined(separator: "'\\''") + "'"
    }
  }
}
