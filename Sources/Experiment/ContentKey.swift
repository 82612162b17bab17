/// A key made of content: what is equal has equal keys, in every version of the program.
///
/// Each value is added under a name and in a fixed encoding, never by its description, so that renaming
/// something in the code changes no key. Whoever changes what is added raises `version`.
public struct ContentKey: Sendable {
  private var digest = Digest()

  /// Begins a key.
  ///
  /// - Parameters:
  ///   - kind: What is keyed, such as `job`.
  ///   - version: Version of the encoding, from 1.
  public init(_ kind: String, version: Int) {
    digest.update(kind)
    add("version", version)
  }

  /// Adds a text, or that there is none.
  public mutating func add(_ name: String, _ value: String?) {
    digest.update(name)
    guard let value else { return digest.update([0]) }
    digest.update([1])
    digest.update(value)
  }

  /// Adds a whole number, or that there is none.
  public mutating func add(_ name: String, _ value: Int?) {
    add(name, bits: value.map { UInt64(bitPattern: Int64($0)) })
  }

  /// Adds a seed.
  public mutating func add(_ name: String, _ value: UInt64) { add(name, bits: value) }

  /// Adds a number by its bits, or that there is none; −0 counts as 0.
  public mutating func add(_ name: String, _ value: Double?) {
    add(name, bits: value.map { ($0 == 0 ? 0 : $0).bitPattern })
  }

  /// Adds a truth value.
  public mutating func add(_ name: String, _ value: Bool) { add(name, bits: value ? 1 : 0) }

  /// Adds texts in their order, or that there are none.
  public mutating func add(_ name: String, _ values: [String]?) {
    add(name, values?.count)
    for value in values ?? [] { digest.update(value) }
  }

  /// Adds whole numbers in their order, or that there are none.
  public mutating func add(_ name: String, _ values: [Int]?) {
    add(name, words: values?.map { UInt64(bitPattern: Int64($0)) })
  }

  /// Adds numbers in their order by their bits, or that there are none; −0 counts as 0.
  public mutating func add(_ name: String, _ values: [Double]?) {
    add(name, words: values?.map { ($0 == 0 ? 0 : $0).bitPattern })
  }

  /// Adds training rows in their order, each by its own digest.
  ///
  /// - Parameters:
  ///   - name: What they are.
  ///   - rows: All that decides what training on a row does, see `Example.trainingDigest`.
  ///   - weights: Weight of each, same count; `nil` when all are 1.
  public mutating func add(_ name: String, _ rows: [Digest], weights: [Double]? = nil) {
    add(name, rows.count)
    for (position, row) in rows.enumerated() {
      digest.update(row.description)
      add("weight", weights?[position] ?? 1)
    }
  }

  private mutating func add(_ name: String, bits: UInt64?) {
    digest.update(name)
    guard let bits else { return digest.update([0]) }
    digest.update([1])
    digest.update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }

  private mutating func add(_ name: String, words: [UInt64]?) {
    add(name, words?.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * (words?.count ?? 0))
    for word in words ?? [] {
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    digest.update(bytes)
  }

  /// 32 lower-case hexadecimal digits.
  public var text: String { digest.description }
}

extension Example {
  /// Digest of all that decides what training on the example does: its row, not its id and tags.
  public var trainingDigest: Digest {
    var digest = Digest()
    updateTraining(&digest)
    return digest
  }
}

extension Hyperparameters {
  /// Adds what is asked for; what is left to the provider counts as such.
  public func add(to key: inout ContentKey) {
    key.add("epochs", epochs)
    key.add("batchSize", batchSize)
    key.add("learningRateMultiplier", learningRateMultiplier)
  }
}
