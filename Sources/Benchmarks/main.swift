import Kernels
let n = 512
let a = Matrix(Buffer(count: n * n), rows: n, columns: n),
  b = Matrix(Buffer(count: n * n), rows: n, columns: n),
  c = Matrix(Buffer(count: n * n), rows: n, columns: n)
for i in 0..<n * n { a.buffer[i] = Float(i % 7) - 3; b.buffer[i] = Float(i % 5) - 2 }
for set in InstructionSet.supported {
  let s = Scratch(set)
  for (ta, tb) in [(false, false), (true, false), (false, true)] {
    var best = Double.infinity
    for _ in 0..<50 {
      let t = ContinuousClock().measure {
        multiply(a, b, into: c, transposingA: ta, transposingB: tb, scratch: s)
      }
      best = min(best, Double(t.components.attoseconds) * 1e-18 + Double(t.components.seconds))
    }
    print(set.name, ta, tb, 2 * Double(n * n * n) / best / 1e9)
  }
}
