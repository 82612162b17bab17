import Foundation
import TestSupport

/// Real servers and clients that are tried when an environment variable says where they are.
///
/// None is started or installed here. Each suite's comment has the commands that set its server up;
/// all of them together, with every server up:
///
///     DAUNCE_REAL_VLLM=http://127.0.0.1:8101/v1 DAUNCE_REAL_BASE=$PWD/models/smollm2-hf \
///     DAUNCE_REAL_PYTHON=$PWD/vv/bin/python DAUNCE_REAL_LLAMA=http://127.0.0.1:8102 \
///     DAUNCE_REAL_FAKEAI=http://127.0.0.1:8120/v1 DAUNCE_REAL_OPENAI_PYTHON=$PWD/ov/bin/python \
///     swift test --disable-xctest --filter RealServers
enum RealServer: String {
  /// Base URL of a vLLM server.
  case vllm = "DAUNCE_REAL_VLLM"
  /// Folder of the model it serves, which it also calls the model.
  case base = "DAUNCE_REAL_BASE"
  /// A Python with torch, transformers and peft.
  case python = "DAUNCE_REAL_PYTHON"
  /// Base URL of llama.cpp's server.
  case llama = "DAUNCE_REAL_LLAMA"
  /// Base URL of fakeai.
  case fakeai = "DAUNCE_REAL_FAKEAI"
  /// A Python with the `openai` package.
  case openaiPython = "DAUNCE_REAL_OPENAI_PYTHON"

  /// What the variable says; `nil` when it is not set.
  var place: String? {
    ProcessInfo.processInfo.environment[rawValue].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether all of these are there.
  static func are(_ servers: RealServer...) -> Bool { servers.allSatisfy { $0.place != nil } }

  /// A file of the package.
  static func file(_ path: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: path).path
  }

  /// Runs another program to its end.
  ///
  /// - Parameter words: The program and its arguments.
  /// - Returns: Its exit status and its standard output.
  /// - Throws: What the system says when it cannot be started.
  @concurrent
  static func run(_ words: [String]) async throws -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: words[0])
    process.arguments = Array(words.dropFirst())
    process.standardOutput = pipe
    try process.start()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

/// The loss of a row, as `daunce score --json` and transformers_nll.py print it.
struct LossRow: Decodable {
  /// Id of the example.
  let id: String
  /// Negative log-likelihood in nats.
  let nll: Double
  /// Tokens of the completion.
  let tokens: Int
  /// How it was read; only `daunce` says so.
  let method: String?

  /// Reads JSON Lines.
  static func lines(_ text: String) throws -> [LossRow] {
    try text.split(separator: "\n").map {
      try JSONDecoder().decode(LossRow.self, from: Data($0.utf8))
    }
  }
}
