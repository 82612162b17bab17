import Configuration
import Experiment
import Hosts
import Testing

@testable import Commands

@Suite struct InitialConfigurationTests {
  private func text(_ host: HostDefinition, model: String? = nil, base: String? = nil) -> String {
    InitialConfiguration(
      host: host,
      train: "a \"b\".jsonl",
      queries: "queries.jsonl",
      model: model,
      base: base,
      models: 12
    ).text(named: "run.json5")
  }

  private func read(_ text: String) throws -> RunConfiguration {
    try RunConfiguration(json5: Array(text.utf8), folder: "", defaultName: "run")
  }

  @Test(arguments: HostRegistry.all.names)
  func `every host's file is read without a fault and says what was asked for`(
    name: String
  ) throws {
    let host = try #require(HostRegistry.all[name])
    for (model, base) in [("tuned", nil), (nil, "small"), ("tuned", "small")]
      as [(String?, String?)]
    {
      if host.isEmbedded, base != nil { continue }
      let text = text(host, model: model, base: base)
      let configuration = try read(text)
      #expect(configuration.data.train == "a \"b\".jsonl")
      #expect(configuration.perturbation.models == 12)
      #expect(configuration.target?.model == model)
      #expect(configuration.target?.base == base)
      let named = [configuration.trainer.endpoint, configuration.scorer.endpoint].map(\.provider)
      #expect(named.contains(name))
      for endpoint in named { #expect(HostRegistry.all[endpoint] != nil) }
      // Somebody trains, and somebody reads losses.
      let trainer = try #require(HostRegistry.all[named[0]])
      #expect(trainer.isEmbedded || trainer.program != nil || trainer.profile.training != nil)
      let scorer = try #require(HostRegistry.all[named[1]])
      #expect(scorer.isEmbedded || scorer.profile.scoring != nil)
      for line in text.split(separator: "\n").dropFirst(3) where line.contains(":") {
        #expect(line.contains("//") || line.hasSuffix("{"), "no comment: \(line)")
      }
    }
  }

  @Test func `the local one needs nothing but files`() throws {
    let configuration = try read(text(try #require(HostRegistry.all["local"])))
    #expect(configuration.target == nil)
    #expect(configuration.trainer.endpoint.provider == "local")
  }

  @Test(arguments: HostRegistry.all.names)
  func `what a comment leaves out can be taken in`(name: String) throws {
    let host = try #require(HostRegistry.all[name])
    // Each line that is a key behind a comment mark, but for the model, stands in its place.
    let opened = text(host, model: "tuned").split(separator: "\n").map { line in
      line.replacing(/^( +)\/\/ ([A-Za-z]+: )/) { "\($0.output.1)\($0.output.2)" }
    }
    _ = try read(opened.joined(separator: "\n"))
  }

  @Test(arguments: HostRegistry.builtIn.names)
  func `a key is named by its variable`(name: String) throws {
    let host = try #require(HostRegistry.all[name])
    let text = text(host, base: "small")
    guard let key = host.profile.environment?.key else { return }
    #expect(text.contains("apiKey: { env: \"\(key)\" }"))
    if host.profile.authorization != .none, host.profile.environment?.token == nil {
      let configuration = try read(text)
      #expect(
        [configuration.trainer.endpoint.apiKey, configuration.scorer.endpoint.apiKey]
          .contains(.environment(key))
      )
    }
  }
}
