import Experiment
import Hosts
import Testing

@Suite struct `jobs at Nebius` {
  @Test func `nebius gets absolute rates and no packing at the top level`() async throws {
    let host = FakeHost(name: "nebius") {
      $0.overrides["hyperparameters"] = ["n_epochs": 1, "batch_size": 32, "learning_rate": 2e-5]
    }
    let trained = try await trainer(host).train(job())
    #expect(
      host.orders.first?["hyperparameters"] == [
        "n_epochs": 1, "batch_size": 32, "learning_rate": 1e-5, "packing": false, "lora": true,
        "lora_r": 8, "lora_alpha": 8,
      ]
    )
    #expect(host.orders.first?["tags"] == ["0123456789abcdef0123456789abcdef"])
    #expect(trained.hyperparameters.learningRateMultiplier == 2)
  }
}
