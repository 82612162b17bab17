import Foundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// `daunce sandbox` as a process of its own, on a port that was free.
struct SandboxProcess {
  /// What the sandbox was asked for, as it says itself.
  struct Log: Decodable {
    /// How often something was done: answered whole, or with a reply that was cut.
    struct Count: Decodable {
      let served: Int
      let cut: Int
    }

    /// Jobs made.
    struct Jobs: Decodable {
      let served: Int
      let cut: Int
      let metadata: [String: [String: Count]]
    }

    /// One text read under one model.
    struct Pair: Decodable {
      let model: String
      let prompt: String
      let served: Int
    }

    /// All losses.
    struct Readings: Decodable {
      let pairs: [Pair]
    }

    let requests: Int
    let faults: [String: Int]
    let jobs: Jobs
    let prices: Readings
  }

  /// What a list of the API holds, as far as it matters here.
  struct Resource: Decodable {
    let id: String
    let status: String?
    let metadata: [String: String]?
  }

  private struct List: Decodable {
    let data: [Resource]
  }

  /// The base URL, which ends in `/v1`.
  let url: String
  private let process: DaunceProcess

  /// Starts a sandbox.
  ///
  /// - Parameters:
  ///   - folder: Where it runs.
  ///   - flags: Its further command line.
  /// - Throws: What the system says when it cannot be started.
  init(in folder: URL, _ flags: String...) async throws {
    process = try DaunceProcess(
      ["sandbox", "--port", "0", "--vocabulary", "train.jsonl", "-q"] + flags,
      in: folder
    )
    url = try await process.firstLine()
  }

  /// Ends the sandbox.
  func stop() async throws {
    process.send(SIGTERM)
    _ = try await process.ending()
  }

  /// What it was asked for so far.
  func log() async throws -> Log {
    try await get(Log.self, url.dropLast(2) + "sandbox/log")
  }

  /// What it has of a kind: `files`, `models` or `fine_tuning/jobs`.
  func list(_ kind: String) async throws -> [Resource] {
    try await get(List.self, url + "/\(kind)?limit=100").data
  }

  /// Asks until it is answered: a sandbox with faults fails everyone.
  private func get<Value: Decodable>(_ type: Value.Type, _ address: some StringProtocol)
    async throws -> Value
  {
    let url = try #require(URL(string: String(address)))
    for _ in 0..<20 {
      guard let (data, response) = try? await URLSession.shared.data(from: url),
        (response as? HTTPURLResponse)?.statusCode == 200,
        let value = try? JSONDecoder().decode(type, from: data)
      else { continue }
      return value
    }
    throw CocoaError(.fileReadUnknown)
  }
}
