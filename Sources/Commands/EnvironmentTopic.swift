import Hosts
import Terminal

extension Topic {
  /// Every environment variable that the program reads; those of hosts as their profiles say it.
  static func environment(of hosts: HostRegistry) -> Topic {
    Topic(
      "environment",
      "environment variables and what they do",
      sections: [
        Section("keys and addresses of hosts", hosts.variables),
        Section(
          "connections",
          [
            Entry("SSL_CERT_FILE", "file of certificates to trust, in place of the system's"),
            Entry("CURL_CA_BUNDLE", "the same, where SSL_CERT_FILE is not set"),
            Entry("REQUESTS_CA_BUNDLE", "the same, where neither of them is set"),
            Entry("SSL_CERT_DIR", "folder of certificates to trust"),
            Entry(
              "https_proxy, http_proxy, all_proxy, no_proxy",
              "proxies, as curl takes them; nothing for this machine goes through one"
            ),
          ]
        ),
        Section(
          "output",
          [
            Entry("NO_COLOR", "set to anything: no colour"),
            Entry("CLICOLOR_FORCE", "set to anything but 0: colour also where nobody looks"),
            Entry("TERM", "dumb: no colour, and progress as lines"),
          ]
        ),
        Section(
          "files and programs",
          [
            Entry("TMPDIR", "where demo and sandbox keep files for as long as they run"),
            Entry("PATH", "where trainer.command is looked for"),
          ]
        ),
        Section(
          "keys by other names",
          [
            Entry(
              "any name",
              "in a configuration, apiKey: { env: \"NAME\" } reads the variable NAME"
            )
          ]
        ),
      ]
    )
  }
}

extension HostRegistry {
  /// The variables of every host, in the order of their names; one that several hosts read says so once.
  fileprivate var variables: [Topic.Entry] {
    var entries: [(name: String, meanings: [String])] = []
    for variable in hosts.flatMap(\.profile.variables) {
      if let place = entries.firstIndex(where: { $0.name == variable.name }) {
        entries[place].meanings.append(variable.meaning)
      } else {
        entries.append((variable.name, [variable.meaning]))
      }
    }
    return entries.sorted { $0.name < $1.name }
      .map { Topic.Entry($0.name, $0.meanings.joined(separator: "; ")) }
  }
}

extension HostProfile {
  /// The variables that are read for the host.
  fileprivate var variables: [Topic.Entry] {
    var entries: [Topic.Entry] = []
    func add(_ name: String?, _ meaning: String) {
      if let name { entries.append(Topic.Entry(name, meaning)) }
    }
    add(environment?.key, "key of \(title)" + (authorization == .none ? ", if it wants one" : ""))
    add(environment?.token, "token of \(title), which goes before the key")
    add(environment?.baseURL, "address of \(title)")
    add(environment?.account, "account at \(title)")
    for (header, name) in (environment?.headers ?? [:]).sorted(by: { $0.key < $1.key }) {
      add(name, "sent to \(title) as \(header)")
    }
    for name in serving?.management?.keys ?? [] {
      add(name, "token of \(title) to make and delete deployments")
    }
    return entries
  }
}
