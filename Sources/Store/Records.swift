package import Experiment

/// What a run is; settings and design change when it grows.
package struct Manifest: Sendable, Hashable {
  /// The run's settings as JSON, written by the module that understands them.
  package let settings: String
  /// Digest of the training examples.
  package let train: String
  /// Digest of the queries.
  package let queries: String
  /// How the scorer reads losses.
  package let method: String
  /// Version of the program that created the run.
  package let program: String
  /// Who is trained on what.
  package let design: SubsetDesign

  package init(
    settings: String,
    train: String,
    queries: String,
    method: String,
    program: String,
    design: SubsetDesign
  ) {
    self.settings = settings
    self.train = train
    self.queries = queries
    self.method = method
    self.program = program
    self.design = design
  }
}

/// One model of a run: θ0 is at position −1, the perturbed models at 0…K−1.
package struct ModelRecord: Sendable, Hashable {
  /// How far a model's training is.
  package enum Status: String, Sendable, Hashable {
    /// Not asked for yet.
    case planned
    /// Asked for, no answer recorded.
    case running
    /// Trained, or given.
    case succeeded
    /// Training was answered with an error.
    case failed
  }

  /// −1 for θ0, else the position in the run's design.
  package let position: Int
  /// The model's number in the store, by which losses, acts and money are kept.
  package let number: Int
  /// Key of its training job.
  package let key: String
  /// Seed of its training.
  package let seed: UInt64
  /// How far its training is.
  package let status: Status
  /// The provider's name of it, once trained.
  package let reference: ModelReference?
  /// The models after each epoch, when kept.
  package let checkpoints: [ModelReference]
  /// What it was trained with, as the provider echoed it.
  package let hyperparameters: Hyperparameters?
  /// Tokens it was trained on.
  package let tokens: Int?
  /// Why its training or reading last failed.
  package let error: String?
  /// When its training was asked for, in milliseconds since 1970.
  package let started: Int?
  /// When its training was answered, in milliseconds since 1970.
  package let ended: Int?
  /// Losses recorded: measured exactly.
  package let measured: Int
  /// Losses recorded: known by a bound.
  package let censored: Int
  /// Losses recorded: not measurable.
  package let missing: Int
  /// Pairs read a second time.
  package let repeated: Int

  /// Losses recorded, whatever their state.
  package var answered: Int { measured + censored + missing }
}

/// How far a run is, as of one moment.
package struct RunStanding: Sendable {
  /// When it last came to its end, in milliseconds since 1970; `nil` while work may go on.
  package let ended: Int?
  /// θ0, then the perturbed models in order.
  package let models: [ModelRecord]
  /// Money spent, by kind; empty when losses were never known.
  package let spending: [Spending]

  /// The same with the first of the perturbed models only.
  package func first(_ count: Int) -> RunStanding {
    RunStanding(ended: ended, models: Array(models.prefix(count + 1)), spending: spending)
  }
}

/// Everything of a run but its losses, as of one moment.
package struct RunContents: Sendable {
  /// The run's number in the store.
  package let run: Int
  /// What the run is.
  package let manifest: Manifest
  /// When it was created, in milliseconds since 1970.
  package let created: Int
  /// Its examples.
  package let corpus: Corpus
  /// How far it is.
  package let standing: RunStanding

  /// θ0, then the perturbed models in order.
  package var models: [ModelRecord] { standing.models }
}

/// One paid act, as it stands in the journal.
package struct Act: Sendable, Hashable {
  /// What was asked for.
  package enum Kind: String, Sendable, Hashable {
    /// A fine-tune.
    case train
    /// Losses of examples: one act for all that a model still lacks.
    case reading = "price"
    /// Second losses of examples, likewise.
    case `repeat`
  }

  /// Number in the order of asking.
  package let id: Int64
  /// What was asked for.
  package let kind: Kind
  /// The model concerned.
  package let model: Int
  /// The job's key, or the numbers of the examples that were not read yet.
  package let subject: String
  /// When it was asked, in milliseconds since 1970.
  package let asked: Int
  /// When it was answered, in milliseconds since 1970; `nil` when the outcome is unknown.
  package let answered: Int?
  /// `succeeded`, or the error; `nil` when the outcome is unknown.
  package let outcome: String?
}

/// A loss of one example, by the example's number.
package struct NumberedReading: Sendable, Hashable {
  /// The example's number: training rows first, then queries.
  package let example: Int
  /// Its loss.
  package let reading: LossReading

  package init(example: Int, reading: LossReading) {
    self.example = example
    self.reading = reading
  }
}

/// Both readings of a pair that was read twice.
package struct RepeatRecord: Sendable, Hashable {
  /// Model number.
  package let model: Int
  /// Example number.
  package let example: Int
  /// First reading.
  package let first: LossReading
  /// Second reading; its log-probabilities are not kept beyond the first token.
  package let second: LossReading
}
