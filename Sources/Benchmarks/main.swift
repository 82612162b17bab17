import Foundation

// Prints this program's side of the comparisons in the README; each line names what it measured.

let names = CommandLine.arguments.dropFirst()
let known: [(name: String, run: () async throws -> Void)] = [
  ("multiply", multiplication), ("training", training), ("scoring", scoring), ("replies", replies),
]
if names.first == "hosted" {
  try await hosted(names.dropFirst())
} else if names.first == "fits" {
  try await fits(names.dropFirst())
} else if names.first == "chance" {
  try chance(names.dropFirst())
} else if names.first == "strict" {
  try await strict(names.dropFirst())
} else if names.first == "mutate" {
  try await Mutation(names.dropFirst()).run()
} else if let unknown = names.first(where: { name in
  name != "sequences" && !known.contains { $0.name == name }
}) {
  print(
    "unknown benchmark '\(unknown)'; choose of multiply, training, scoring, replies, fits, hosted, "
      + "chance, strict, mutate, sequences"
  )
  exit(64)
} else if names.contains("sequences") {
  try printSequences()
} else {
  for benchmark in known where names.isEmpty || names.contains(benchmark.name) {
    try await benchmark.run()
  }
}
