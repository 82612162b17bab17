import Foundation
import Statistics
import Synchronization

/// Feeds damaged inputs to everything that reads a reply or a file, and tells what goes wrong.
///
/// Each reader runs in a process of its own, so that a crash is a finding and not the end. An input is made from
/// the seed and its number alone: `--target NAME --seed S --input N` makes it again and prints it.
struct Mutation {
  private var folder = ""
  private var seconds = 60.0
  private var seed: UInt64 = 1
  private var target: String?
  private var input: Int?
  private var worker: (from: Int, mark: String)?

  private struct Usage: Error {}

  /// What `mutate` was asked for.
  ///
  /// - Parameter words: The words after it.
  /// - Throws: `Usage` for a word without its value.
  init(_ words: some Sequence<String>) throws {
    var words = Array(words)[...]
    while let word = words.popFirst() {
      guard word.hasPrefix("--") else {
        folder = word
        continue
      }
      guard let value = words.popFirst() else { throw Usage() }
      switch word {
      case "--seconds": seconds = Double(value) ?? seconds
      case "--seed": seed = UInt64(value) ?? seed
      case "--target": target = value
      case "--input": input = Int(value)
      case "--worker": worker = (Int(value) ?? 0, words.popFirst() ?? "")
      default: throw Usage()
      }
    }
  }

  /// One reader, and what is fed to it.
  private struct Reader {
    let name: String
    let run: (_ mutator: Mutator) async -> String?
    /// The damaged input.
    let input: (_ mutator: Mutator) async -> [UInt8]
  }

  // MARK: Inputs

  /// Every file of the folder, and every object in it that is called a body.
  private func recorded() -> [[UInt8]] {
    let root = URL(filePath: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var inputs: [[UInt8]] = []
    func collect(_ value: Any) {
      if let object = value as? [String: Any] {
        for (key, value) in object.sorted(by: { $0.key < $1.key }) {
          if key == "body", JSONSerialization.isValidJSONObject(value),
            let data = try? JSONSerialization.data(withJSONObject: value)
          {
            inputs.append([UInt8](data))
          }
          collect(value)
        }
      } else if let list = value as? [Any] {
        for value in list { collect(value) }
      }
    }
    for name in names.sorted() {
      guard let data = try? Data(contentsOf: root.appending(path: name)), data.count < 1 << 20
      else {
        continue
      }
      if let document = try? JSONSerialization.jsonObject(with: data) {
        collect(document)
      } else {
        inputs.append([UInt8](data))
      }
    }
    return inputs
  }

  private func readers(in folder: URL) async throws -> [Reader] {
    let recorded = recorded()
    let readings = ReadingTarget.all.map { name, target in
      Reader(name: name, run: { await target.run($0).finding }) { mutator in
        Array(await target.run(mutator).replies.joined(separator: [0x0A]))
      }
    }
    let files = try await FileTarget.all(in: folder).map { name, target in
      // A store and weights have nothing to do with replies.
      let seeds = target.seeds + (target.seeds[0].count > 10_000 ? [] : recorded)
      func input(_ mutator: Mutator) -> [UInt8] {
        var mutator = mutator
        let isOwn = mutator.below(4) > 0
        return mutator.damaged(mutator.one(of: isOwn ? target.seeds : seeds) ?? [])
      }
      return Reader(name: name, run: { await target.read(input($0)) }, input: input)
    }
    return readings + files
  }

  private func mutator(_ number: Int, _ others: [[UInt8]]) -> Mutator {
    Mutator(seed: seed, number: number, others: others)
  }

  // MARK: Running

  /// Runs all readers, or one, and prints a table.
  func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    if let worker { return try await work(in: folder, from: worker.from, mark: worker.mark) }
    let readers = try await readers(in: folder).filter { target == nil || $0.name == target }
    if let input, let reader = readers.first {
      let mutator = mutator(input, recorded())
      FileHandle.standardOutput.write(Data(await reader.input(mutator)))
      print("\n\(await reader.run(mutator) ?? "right")")
      return
    }
    print("reader               inputs  seconds  findings")
    for reader in readers {
      let (inputs, time, findings) = try supervise(
        reader.name,
        mark: folder.appending(path: "mark")
      )
      let columns = [
        (reader.name, -18), ("\(inputs)", 9), ("\(Int(time))", 8), ("\(findings.count)", 9),
      ]
      print(
        columns.map { text, width in
          let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
          return width < 0 ? text + blanks : blanks + text
        }.joined()
      )
      for finding in findings.prefix(5) { print("    \(finding)") }
    }
  }

  /// Lets child processes read until the time is over.
  private func supervise(
    _ name: String,
    mark: URL
  ) throws -> (inputs: Int, seconds: Double, findings: [String]) {
    let clock = ContinuousClock()
    let start = clock.now
    var findings: [String] = []
    var from = 0
    func left() -> Double { seconds - (clock.now - start) / .seconds(1) }
    repeat {
      try Data(count: 8).write(to: mark)
      let process = Process()
      process.executableURL = URL(filePath: CommandLine.arguments[0])
      process.arguments = [
        "mutate", folder, "--seconds", "\(max(1, left()))", "--seed", "\(seed)", "--target", name,
        "--worker", "\(from)", mark.path,
      ]
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      try process.run()
      let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      findings += output.split(separator: "\n").map(String.init)
      let number = [UInt8](try Data(contentsOf: mark)).reversed().reduce(0) { $0 << 8 | Int($1) }
      from = number + 1
      if process.terminationReason == .exit, process.terminationStatus == 0 { break }
      findings.append(
        process.terminationStatus == Self.hung
          ? "input \(number) took over a second"
          : "input \(number) ended the process: \(process.terminationStatus)"
      )
    } while findings.count < 20 && left() > 0
    return (from, (clock.now - start) / .seconds(1), findings)
  }

  private static let hung: Int32 = 99

  /// Reads inputs one after another, writing down the number of each before it is read.
  private func work(in folder: URL, from first: Int, mark: String) async throws {
    guard let reader = try await readers(in: folder).first(where: { $0.name == target }),
      let handle = FileHandle(forWritingAtPath: mark)
    else { throw Usage() }
    let others = recorded()
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    // Of this process's own time: the machine may be busy with other things.
    let began = Mutex(clock_t.max)
    let limit = clock_t(1) * 1_000_000
    Thread.detachNewThread {
      while true {
        Thread.sleep(forTimeInterval: 0.1)
        let start = began.withLock { $0 }
        if start < .max, Foundation.clock() - start > limit { _exit(Self.hung) }
      }
    }
    var number = first
    var findings = 0
    while clock.now < end, findings < 5 {
      try handle.seek(toOffset: 0)
      handle.write(withUnsafeBytes(of: UInt64(number).littleEndian) { Data($0) })
      began.withLock { $0 = Foundation.clock() }
      let finding = await reader.run(mutator(number, others))
      began.withLock { $0 = .max }
      if let finding {
        print("input \(number): \(finding)")
        findings += 1
      }
      number += 1
    }
  }
}
