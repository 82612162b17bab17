import Experiment
import Foundation
import Testing

@testable import Attribution

struct ProofEvidenceTests {
  private func nll(_ probability: Double) -> [Double?] { [-log(probability)] }

  /// θ0 trained again has .9 and .7, so seeds move a share by √(2·.02)/.8 = .25.
  private func evidence() throws -> ProofEvidence {
    let proof = Proof(
      of: [SuspectCluster(name: "c", rows: [0, 1], sources: [])],
      rows: 9
    )
    let readings: [Removal: [Double?]] = [
      proof.base: nll(1e-9), Removal([], pair: 0): nll(0.9), Removal([], pair: 1): nll(0.7),
      Removal([0, 1], pair: 0): nll(0.04), Removal([0], pair: 0): nll(0.08),
      Removal([1], pair: 0): nll(0.5),
    ]
    return try #require(ProofEvidence(proof, readings, target: nll(0.9)))
  }

  @Test func `two models that hardly show the behaviour differ by less than two that do`() throws {
    let evidence = try evidence()
    #expect(abs(evidence.spread().deviation - (2 * 0.02).squareRoot() / 0.8) < 1e-9)
    func width(_ with: [Int], _ without: [Int]) throws -> Double {
      let effect = try #require(evidence.effect(.init(with: with, without: without)))
      return effect.high - effect.low
    }
    let usual = try width([1], [0, 1])
    #expect(try abs(width([], [0, 1]) - usual) < 1e-9)
    // By p(1 − p): .08·.92 against .8·.2, θ0's.
    #expect(try abs(width([0], [0, 1]) / usual - 0.08 * 0.92 / (0.8 * 0.2)) < 1e-9)
  }
}
