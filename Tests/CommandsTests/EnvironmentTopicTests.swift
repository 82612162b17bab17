import Configuration
import Foundation
import Hosts
import Terminal
import Testing

@testable import Commands

@Suite struct EnvironmentTopicTests {
  private let topic = Topic.environment(of: .all)

  private var named: Set<String> {
    Set(
      topic.sections.flatMap(\.entries).flatMap { entry in
        entry.name.split(separator: ", ").map(String.init)
      }
    )
  }

  @Test func `it names every variable that a host's profile names, one that is new too`() throws {
    for host in HostRegistry.all.hosts {
      #expect(host.profile.secrets.isSubset(of: named), "\(host.profile.name)")
      let others = [host.profile.environment?.baseURL, host.profile.environment?.account]
      #expect(Set(others.compactMap(\.self)).isSubset(of: named), "\(host.profile.name)")
    }
    let text =
      "{ name: 'new', title: 'New', authorization: 'bearer', environment: { key: 'NEW_KEY' } }"
    let profile = try HostProfile.read(json5: Array(text.utf8))
    let more = Topic.environment(of: .all + [HostDefinition(profile)])
    #expect(more.sections.flatMap(\.entries).contains(Topic.Entry("NEW_KEY", "key of New")))
  }

  @Test func `it names every variable that the sources look up`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    var found: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path)
    where path.hasSuffix(".swift") && !path.hasPrefix("Benchmarks") {
      let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
      // However it is read, a variable's name is a text in capitals beside what reads it.
      for match in text.matches(of: /(?:environment\[|value\(|isSet\(|getenv\()"([A-Z][A-Z0-9_]+)"/)
      {
        found.insert(String(match.output.1))
      }
      for match in text.matches(of: /"([A-Z][A-Z0-9_]*_(?:KEY|TOKEN|URL|ENDPOINT|ID))"/) {
        found.insert(String(match.output.1))
      }
    }
    #expect(found.isSuperset(of: ["NO_COLOR", "TERM", "SSL_CERT_FILE", "OPENAI_API_KEY"]))
    #expect(found.subtracting(named).isEmpty, "\(found.subtracting(named).sorted())")
  }
}
