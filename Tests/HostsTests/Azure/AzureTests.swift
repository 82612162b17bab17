import Experiment
import Hosts
import Testing

@Suite struct `jobs at Azure` {
  @Test func `azure gets a byte order mark, its training type and a short suffix`() async throws {
    let host = FakeHost(name: "azure")
    _ = try await trainer(host).train(job())
    #expect(host.now.files.first?.content.starts(with: [0xEF, 0xBB, 0xBF]) == true)
    let order = try #require(host.orders.first)
    #expect(order["trainingType"] == "globalstandard")
    #expect(order["suffix"]?.string == "daunce-0123456789abcdef0123456789abcdef")
    #expect(order["metadata"] == nil)
  }

  @Test(arguments: [
    "https://x.openai.azure.com", "https://x.openai.azure.com/",
    "https://x.openai.azure.com/openai/v1", "https://x.openai.azure.com/openai/v1/",
  ])
  func `adds the base path once`(address: String) throws {
    let completed = try HostProfile.named("azure").completed(address)
    #expect(completed == "https://x.openai.azure.com/openai/v1")
  }
}
