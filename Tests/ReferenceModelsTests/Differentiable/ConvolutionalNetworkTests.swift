import Foundation
import Kernels
import Testing

@testable import ReferenceModels

/// What PyTorch gives for a small network; `Oracle/influence.py` of the white-box tests made the file.
private struct Fixture: Decodable {
  struct Examples: Decodable {
    let count: Int
    let features: [Double]
    let labels: [Int]
  }

  struct Derivatives: Decodable {
    let logits: [Double]
    let losses: [Double]
    let margins: [Double]
    let lossGradients: [Double]
    let marginGradients: [Double]
    let direction: [Double]
    let hessianProduct: [Double]
    let gaussNewtonProduct: [Double]
  }

  let outputs: Int
  let parameters: [Double]
  let train: Examples
  let derivatives: Derivatives
}

struct ConvolutionalNetworkTests {
  @Test func `logits, losses and derivatives are PyTorch's`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let file = folder.appending(path: "../../WhiteBoxTests/Oracle/convolutional.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    let data = LabelledData(
      features: DoubleMatrix(
        rows: fixture.train.count,
        columns: 36,
        values: fixture.train.features
      ),
      labels: fixture.train.labels,
      classes: fixture.outputs
    )
    let model = try ConvolutionalNetwork(
      data,
      images: ImageShape(channels: 1, height: 6, width: 6),
      channels: [4]
    )
    let (at, expected) = (fixture.parameters, fixture.derivatives)
    let all = Array(0..<model.count)
    let batch = model.batch(of: all)
    let share = 1 / Double(model.count)
    let direction = expected.direction
    let pairs: [([Double], [Double])] = [
      (batch.logits(at: at).values, expected.logits),
      (batch.losses(at: at), expected.losses),
      (batch.margins(at: at), expected.margins),
      (model.gradients(of: [0, 1, 2], at: at).values, expected.lossGradients),
      (model.marginGradients(of: [0, 1, 2], at: at).values, expected.marginGradients),
      (batch.hessianProduct(at: at, with: direction).map { $0 * share }, expected.hessianProduct),
      (
        batch.gaussNewtonProduct(at: at, with: direction).map { $0 * share },
        expected.gaussNewtonProduct
      ),
    ]
    for (values, truth) in pairs {
      #expect(values.count == truth.count)
      for (value, other) in zip(values, truth) {
        #expect(abs(value - other) < 1e-9 * (1 + abs(other)))
      }
    }
  }

  @Test func `images that do not fill the features, or are too small, are named`() {
    let data = generatedData(count: 4, features: 36, classes: 2, seed: 1)
    func problem(_ shape: ImageShape, channels: [Int]) -> String {
      let error = #expect(throws: ReferenceModelError.self) {
        try ConvolutionalNetwork(data, images: shape, channels: channels)
      }
      return error?.description ?? ""
    }
    let six = ImageShape(channels: 1, height: 6, width: 6)
    let seven = ImageShape(channels: 1, height: 6, width: 7)
    #expect(problem(seven, channels: [4]).contains("1×6×7 do not fill rows of 36 features"))
    #expect(problem(six, channels: [4, 4]).contains("convolution 2 sees images of 2×2"))
    #expect(problem(six, channels: []).contains("at least one convolution"))
  }
}
