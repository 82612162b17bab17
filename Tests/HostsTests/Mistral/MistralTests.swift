import Experiment
import Hosts
import Testing

@Suite struct `jobs at Mistral` {
  @Test func `mistral gets a list of files, and tells no batch size`() async throws {
    let host = FakeHost(name: "mistral") { $0.scripts = [[["status": "SUCCESS"]]] }
    host.change { $0.overrides["fine_tuned_model"] = "ft:mistral" }
    let trained = try await trainer(host).train(job())
    let order = try #require(host.orders.first)
    #expect(order["training_files"] == [["file_id": "file-1", "weight": 1]])
    #expect(order["hyperparameters"] == ["epochs": 1, "learning_rate": 1e-4])
    #expect(trained.hyperparameters.batchSize == nil)
  }
}
