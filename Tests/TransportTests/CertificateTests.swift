import Foundation
import TestSupport
import Testing
import Transport

@Suite struct `certificates` {
  /// What a request to a fresh server gives, asked until the server is up or a minute is over, busy as the machine may be.
  private func ask(days: (from: String, to: String), isTrusted: Bool) async throws -> HTTPResponse {
    let folder = FileManager.default.temporaryDirectory.path + "/daunce-tls-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try SecureServer(folder: folder, days: days)
    defer { withExtendedLifetime(server) {} }
    let trust = TrustStore(environment: isTrusted ? ["SSL_CERT_FILE": folder + "/cert.pem"] : [:])
    let engine = try HTTPEngine(trust: trust)
    let request = HTTPRequest("GET", try HTTPAddress("https://127.0.0.1:\(server.port)/page"))
    let start = ContinuousClock.now
    while true {
      do {
        return try await engine.send(request)
      } catch let error as TransportError
        where error.code == .connect && ContinuousClock.now - start < .seconds(60)
      {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  @Test(.enabled(if: SecureServer.isPossible), .timeLimit(.minutes(4)))
  func `are trusted when the environment names them`() async throws {
    let valid = (from: "20200101000000Z", to: "20991231235959Z")
    #expect(try await ask(days: valid, isTrusted: true).status == 200)
    let error = try await #require(throws: TransportError.self) {
      try await ask(days: valid, isTrusted: false)
    }
    #expect(error.code == .certificate && !error.mayHaveArrived)
  }

  @Test(.enabled(if: SecureServer.isPossible), .timeLimit(.minutes(4)))
  func `are refused once expired, before anything is sent`() async throws {
    let error = try await #require(throws: TransportError.self) {
      try await ask(days: ("20200101000000Z", "20200201000000Z"), isTrusted: true)
    }
    #expect(error.code == .certificate && !error.mayHaveArrived && !error.isPassing)
    #expect(error.message.contains("expired"))
  }

  @Test func `come from the variables that other programs go by`() {
    #expect(TrustStore(environment: [:]) == TrustStore())
    #expect(TrustStore(environment: ["REQUESTS_CA_BUNDLE": "/no/r.pem"]).file == "/no/r.pem")
    let both = ["SSL_CERT_FILE": "/no/s.pem", "CURL_CA_BUNDLE": "/no/c.pem", "SSL_CERT_DIR": "/d"]
    #expect(TrustStore(environment: both) == TrustStore(file: "/no/s.pem", folder: "/d"))
    #expect(TrustStore(environment: ["SSL_CERT_FILE": ""]) == TrustStore())
    #expect(TrustStore(environment: ["REQUESTS_CA_BUNDLE": "/"]).folder == "/")
  }
}
