import Experiment
import Testing

struct SuspectsTests {
  @Test func `a cluster's rows are ascending, each once`() {
    let cluster = SuspectCluster(name: "c", rows: [5, 1, 5, 3], sources: ["bm25"])
    #expect(cluster.rows == [1, 3, 5])
    #expect(cluster.word == nil && cluster.strength == nil)
  }
}
