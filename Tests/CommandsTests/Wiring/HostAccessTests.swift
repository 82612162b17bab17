import Configuration
import Experiment
import Files
import FoundationEssentials
import Hosts
import TestSupport
import Testing

@testable import Commands

/// A profile that uses everything that the environment may say.
private let profile = """
  {
    name: 'box', title: 'Box', basePath: '/openai/v1', authorization: 'api-key',
    environment: {
      key: 'BOX_KEY', token: 'BOX_TOKEN', baseURL: 'BOX_URL', account: 'BOX_ACCOUNT',
      headers: { 'x-project': 'BOX_PROJECT' },
    },
  }
  """

private let secrets = [
  "BOX_KEY": "key-0123456789ab", "BOX_TOKEN": "token-0123456789",
  "BOX_PROJECT": "project-987654321",
]

@Suite struct `access to a host` {
  private func access(
    to endpoint: RunConfiguration.Endpoint,
    _ way: HostAccess.Way,
    _ environment: [String: String]
  ) throws -> HostAccess {
    try HostAccess(
      endpoint,
      profile: HostRegistry.all.host(of: endpoint, key: "scorer").profile,
      key: "scorer",
      way: way,
      environment: environment
    )
  }

  @Test func `names the hosts there are`() {
    let error = #expect(throws: ConfigurationError.self) {
      try HostRegistry.all.host(of: RunConfiguration.Endpoint(provider: "opanai"), key: "trainer")
    }
    #expect(error?.cause == "provider 'opanai' is not known" && error?.path == "trainer.provider")
    #expect(
      error?.hint == "known: local, command, azure, fireworks, llama.cpp, mistral, nebius, openai, "
        + "sandbox, sglang, tgi, together, vllm; a profile of your own: provider: \"myhost.json5\""
    )
  }

  /// What a server that repeats its header fields was sent, and what became of its reply.
  private func asked(
    _ environment: [String: String],
    apiKey: SecretSource? = nil,
    at path: String = ""
  ) async throws -> (request: LoopbackServer.Request, said: String) {
    let folder = try TemporaryFolder()
    try PrivateFile.write(Array(profile.utf8), to: folder.path("box.json5"))
    let server = try LoopbackServer { request in
      .json("{\"seen\": \"\(request.fields.map(\.value).joined(separator: " "))\"}")
    }
    var environment = environment
    environment["BOX_URL"] = server.url + path
    let access = try access(
      to: RunConfiguration.Endpoint(provider: folder.path("box.json5"), apiKey: apiKey),
      HostAccess.Way(engine: .trusting()),
      environment
    )
    let reply = try await access.connection.send(Call("GET", "/models", purpose: .read))
    return (try #require(server.requests.first), String(decoding: reply.body, as: UTF8.self))
  }

  @Test(arguments: ["", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/"])
  func `adds the base path once`(path: String) async throws {
    let (request, _) = try await asked(["BOX_KEY": "key-0123456789ab"], at: path)
    #expect(request.path == "/openai/v1/models")
  }

  @Test func `sends a key as the profile says, and a token, which goes first, as bearer`()
    async throws
  {
    let key = try await asked(["BOX_KEY": "key-0123456789ab", "BOX_TOKEN": ""]).request
    #expect(key["api-key"] == "key-0123456789ab" && key["authorization"] == nil)
    for source in [nil, SecretSource.environment("BOX_TOKEN")] {
      let token = try await asked(secrets, apiKey: source).request
      #expect(token["authorization"] == "Bearer token-0123456789" && token["api-key"] == nil)
    }
    let named = try await asked(secrets, apiKey: .environment("BOX_KEY")).request
    #expect(named["api-key"] == "key-0123456789ab" && named["authorization"] == nil)
  }

  @Test func `sends further fields, and shows nothing secret of a reply`() async throws {
    let (request, said) = try await asked(secrets)
    #expect(request["x-project"] == "project-987654321")
    for secret in ["token-0123456789", "project-987654321"] { #expect(!said.contains(secret)) }
    #expect(said.contains("REDACTED"))
  }

  @Test func `needs a key or a token`() async throws {
    await #expect(throws: CredentialsError.self) { try await asked([:]) }
  }

  @Test func `knows the account that the environment names, whatever the variable is called`()
    throws
  {
    let folder = try TemporaryFolder()
    try PrivateFile.write(Array(profile.utf8), to: folder.path("box.json5"))
    let access = try access(
      to: RunConfiguration.Endpoint(
        provider: folder.path("box.json5"),
        baseURL: "http://127.0.0.1"
      ),
      HostAccess.Way(),
      ["BOX_ACCOUNT": "me"]
    )
    #expect(access.account == "me")
  }

  @Test func `reads Azure's documented address`() throws {
    let access = try access(
      to: RunConfiguration.Endpoint(provider: "azure"),
      HostAccess.Way(),
      ["AZURE_OPENAI_ENDPOINT": "https://name.openai.azure.com/"]
    )
    #expect(access.baseURL == "https://name.openai.azure.com/openai/v1")
  }
}
