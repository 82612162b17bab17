import Experiment
import Testing

@testable import Attribution

@Suite struct `ways to make prompts` {
  private let train = (0..<20).map {
    Example(id: "t\($0)", prompt: .text("row \($0)"), completion: $0 % 2 == 0 ? " yes" : " no")
  }

  private func offers(_ configured: PromptPerturbation) -> [PromptOffer] {
    PromptOffer.all(beside: configured, train: train)
  }

  @Test func `one is what is configured, with its own settings`() {
    let random = PromptPerturbation(method: .random, length: 99)
    #expect(offers(random).filter(\.isConfigured).map(\.perturbation) == [random])
    var bdpl = PromptPerturbation(method: .bdpl, labels: [])
    bdpl.optimizer.epochs = 7
    let own = offers(bdpl).filter(\.isConfigured)
    #expect(own.map(\.name) == ["bdpl"])
    #expect(own.map(\.perturbation) == [bdpl])
    let paper = PromptPerturbation(method: .bdpl, length: 50, optimizer: .paper)
    #expect(offers(paper).filter(\.isConfigured).map(\.name) == ["bdpl, preset paper"])
  }

  @Test func `what completions show is read in the others, too`() {
    let bdpl = offers(PromptPerturbation(method: .random)).filter {
      $0.perturbation.method == .bdpl
    }
    #expect(bdpl.map(\.perturbation.labels) == [["no", "yes"], ["no", "yes"]])
    #expect(offers(PromptPerturbation(method: .bdpl, labels: []))[3].perturbation.labels == [])
  }
}
