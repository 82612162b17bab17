package import Experiment
import Kernels
import Statistics

/// Size of an image that a row of features holds, in the order channel, y, x.
package struct ImageShape: Sendable, Hashable, Codable {
  /// Values a pixel.
  package var channels: Int
  /// Rows of pixels.
  package var height: Int
  /// Columns of pixels.
  package var width: Int

  package init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Numbers an image.
  package var count: Int { channels * height * width }
}

/// Blocks of convolution, nonlinearity and 2×2 mean pooling, then a linear layer.
///
/// Convolutions have stride 1 and no padding; pooling drops an odd last row or column.
package struct ConvolutionalNetwork: DifferentiableModel {
  package let layers: [Layer]
  private let data: LabelledData
  private let activation: Activation
  private let blocks: [Block]

  /// One convolution and what it is applied to.
  private struct Block: Sendable {
    let layer: Layer
    let input: ImageShape
    let kernel: Int

    /// The size of the convolution's result.
    var convolved: ImageShape {
      ImageShape(
        channels: layer.outputs,
        height: input.height - kernel + 1,
        width: input.width - kernel + 1
      )
    }

    /// The size of the block's result.
    var pooled: ImageShape {
      let shape = convolved
      return ImageShape(
        channels: shape.channels,
        height: shape.height / 2,
        width: shape.width / 2
      )
    }

    /// Where each patch's values lie among images in rows; patches in the order image, y, x, their
    /// values in the order channel, y, x.
    func patches(images: Int) -> [Int32] {
      let shape = convolved
      var result: [Int32] = []
      result.reserveCapacity(images * shape.height * shape.width * layer.inputs)
      for image in 0..<images {
        for y in 0..<shape.height {
          for x in 0..<shape.width {
            for channel in 0..<input.channels {
              for dy in 0..<kernel {
                let row = ((image * input.channels + channel) * input.height + y + dy)
                let start = row * input.width + x
                for dx in 0..<kernel { result.append(Int32(start + dx)) }
              }
            }
          }
        }
      }
      return result
    }

    /// Where the four values of each mean lie among the convolution's rows (image, y, x) × channels;
    /// means in the order image, channel, y, x.
    func windows(images: Int) -> [Int32] {
      let (from, to) = (convolved, pooled)
      var result: [Int32] = []
      result.reserveCapacity(images * to.count * 4)
      for image in 0..<images {
        for channel in 0..<to.channels {
          for y in 0..<to.height {
            for x in 0..<to.width {
              for (dy, dx) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let pixel = (image * from.height + 2 * y + dy) * from.width + 2 * x + dx
                result.append(Int32(pixel * from.channels + channel))
              }
            }
          }
        }
      }
      return result
    }
  }

  /// Creates a family of models on images.
  ///
  /// - Parameters:
  ///   - data: All examples.
  ///   - images: Size of the image in each row of features.
  ///   - channels: Channels that each convolution gives, first to last, at least one.
  ///   - kernel: Height and width of each convolution's window.
  ///   - activation: What follows each convolution.
  /// - Throws: `ReferenceModelError` when the images do not fit the features or are too small.
  package init(
    _ data: LabelledData,
    images: ImageShape,
    channels: [Int],
    kernel: Int = 3,
    activation: Activation = .relu
  ) throws(ReferenceModelError) {
    guard images.channels > 0, images.height > 0, images.width > 0,
      images.count == data.features.columns
    else {
      throw ReferenceModelError(
        .architecture,
        "images of \(images.channels)×\(images.height)×\(images.width) do not fill rows of "
          + "\(data.features.columns) features",
        hint: "channels × height × width must be the number of features"
      )
    }
    guard !channels.isEmpty, channels.allSatisfy({ $0 > 0 }), kernel > 0 else {
      throw ReferenceModelError(
        .architecture,
        "a convolutional network needs at least one convolution, with at least one channel and a "
          + "window of at least 1"
      )
    }
    var blocks: [Block] = []
    var shape = images
    var offset = 0
    for (index, count) in channels.enumerated() {
      let layer = Layer(
        name: "convolution \(index + 1)",
        offset: offset,
        inputs: shape.channels * kernel * kernel,
        outputs: count
      )
      let block = Block(layer: layer, input: shape, kernel: kernel)
      guard block.pooled.height > 0, block.pooled.width > 0 else {
        throw ReferenceModelError(
          .architecture,
          "convolution \(index + 1) sees images of \(shape.height)×\(shape.width), too small for a "
            + "window of \(kernel) and 2×2 pooling",
          hint: "use fewer convolutions"
        )
      }
      blocks.append(block)
      shape = block.pooled
      offset = layer.range.upperBound
    }
    let last = Layer(name: "linear", offset: offset, inputs: shape.count, outputs: data.classes)
    layers = blocks.map(\.layer) + [last]
    self.data = data
    self.activation = activation
    self.blocks = blocks
  }

  package var count: Int { data.labels.count }

  /// Normal weights of variance 1/inputs, biases 0.
  package func initialParameters(seed: UInt64) -> [Double] {
    layers.initialParameters(seed: seed)
  }

  package func batch(of members: [Int]) -> Batch {
    var graph = Graph()
    var node: Graph.Node?
    for block in blocks {
      let shape = block.convolved
      let rows = members.count * shape.height * shape.width
      let patches = block.patches(images: members.count)
      let seen: Graph.Node
      if let node {
        let columns = block.layer.inputs
        seen = graph.append(
          .arrangement(node, rows: rows, columns: columns, sources: patches)
        )
      } else {
        let pixels = data.features.rows(members).values
        let values = patches.map { pixels[Int($0)] }
        let columns = block.layer.inputs
        seen = graph.append(.constant(DoubleMatrix(rows: rows, columns: columns, values: values)))
      }
      let convolved = graph.append(.affine(seen, block.layer))
      let active = graph.append(.activation(convolved, activation))
      let means = members.count * block.pooled.count
      let windows = graph.append(
        .arrangement(
          active,
          rows: means,
          columns: 4,
          sources: block.windows(images: members.count)
        )
      )
      let mean = DoubleMatrix(rows: 4, columns: 1, values: [0.25, 0.25, 0.25, 0.25])
      let pooled = graph.append(.product(windows, mean))
      node = graph.append(
        .arrangement(
          pooled,
          rows: members.count,
          columns: block.pooled.count,
          sources: (0..<Int32(means)).map(\.self)
        )
      )
    }
    if let node, let last = layers.last { _ = graph.append(.affine(node, last)) }
    return Batch(graph: graph, labels: members.map { data.labels[$0] })
  }

  package func add(to key: inout ContentKey) {
    key.add("model", "convolution")
    for block in blocks {
      key.add("image", [block.input.channels, block.input.height, block.input.width])
      key.add("kernel", block.kernel)
      key.add("channels", block.layer.outputs)
    }
    key.add("activation", activation.rawValue)
    data.add(to: &key)
  }
}
