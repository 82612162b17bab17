import Foundation

/// An `openssl s_server` with its own certificate, ended with the value.
package final class SecureServer {
  /// Whether this machine has what it takes.
  package static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

  /// Port of 127.0.0.1 that it listens on, soon after it is made.
  package let port: Int
  private let process: Process

  /// Starts a server that gives away the file `page`.
  ///
  /// - Parameters:
  ///   - folder: Where its files are; `cert.pem` is the certificate.
  ///   - days: When the certificate begins and ceases to be valid, such as `20200101000000Z`.
  /// - Throws: `ScriptedFailure` when openssl refuses, and what the system says.
  package init(folder: String, days: (from: String, to: String)) throws {
    func run(_ arguments: [String]) throws -> Process {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      process.arguments = arguments
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      process.standardInput = FileHandle.nullDevice
      try process.start()
      return process
    }
    func make(_ arguments: [String]) throws {
      let process = try run(arguments)
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw ScriptedFailure("\(arguments)") }
    }
    try Data().write(to: URL(fileURLWithPath: folder + "/index.txt"))
    try Data("01\n".utf8).write(to: URL(fileURLWithPath: folder + "/serial"))
    let configuration = """
      [ca]
      default_ca = one
      [one]
      database = index.txt
      serial = serial
      new_certs_dir = .
      default_md = sha256
      policy = any
      x509_extensions = extensions
      [any]
      commonName = supplied
      [extensions]
      subjectAltName = IP:127.0.0.1
      basicConstraints = CA:TRUE
      """
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder + "/ca.cnf"))
    try Data("ok".utf8).write(to: URL(fileURLWithPath: folder + "/page"))
    try make([
      "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "request.pem",
      "-subj", "/CN=127.0.0.1",
    ])
    try make([
      "ca", "-batch", "-config", "ca.cnf", "-selfsign", "-keyfile", "key.pem", "-in",
      "request.pem", "-out", "cert.pem", "-startdate", days.from, "-enddate", days.to, "-notext",
    ])
    // A free port, given back just before the server takes it.
    let probe = try LoopbackServer { _ in .drop }
    port = probe.port
    probe.stop()
    process = try run([
      "s_server", "-quiet", "-WWW", "-accept", "127.0.0.1:\(port)", "-cert", "cert.pem", "-key",
      "key.pem",
    ])
  }

  // Dispatch's threads, and so their children, take no SIGTERM.
  deinit { kill(process.processIdentifier, SIGKILL) }
}
