import Attribution
import Configuration
import Experiment
import Hosts
import ReferenceModels

/// A configuration to begin with, as the text of a commented file.
struct InitialConfiguration: Sendable {
  /// Where the run trains, or reads losses if that is all the host does.
  let host: HostDefinition
  /// Path of the training rows, as the file names it.
  let train: String
  /// Path of the queries, as the file names it.
  let queries: String
  /// The tuned model to explain; `nil` lets the run tune it.
  var model: String?
  /// What it is tuned from.
  var base: String?
  /// Perturbed models; `nil` is the default.
  var models: Int?
  /// The hosts that may be named.
  var hosts = HostRegistry.all

  /// The file's text.
  ///
  /// - Parameter name: What the file is called, for the comment at its top.
  /// - Returns: Lines of JSON5, always the same for the same answers.
  func text(named name: String) -> String {
    var lines = [
      "// A run on \(host.profile.title), begun by 'daunce init'. What is left out has its default:",
      "// 'daunce config show \(name)' prints every value and where it comes from.",
      "{",
    ]
    lines += part(
      "data",
      [
        Line("train: \(quoted(train)),", "what the model was trained on, a row a line"),
        Line("queries: \(quoted(queries)),", "the behaviour to explain, in the same form"),
      ]
    )
    lines += target
    lines += part("trainer", trainer)
    if let scorer { lines += part("scorer", scorer) }
    lines += part("perturbation", perturbation)
    let cap = Line(
      "// budget: { dollars: 25 },",
      "ends the run before it costs more; default: no limit"
    )
    if !host.isEmbedded { lines += ["  \(cap.text) // \(cap.comment)"] }
    lines += [
      "  estimator: \"\(Defaults.estimator)\", // how losses become scores; the default picks one",
      "}",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A line of an object and what it means.
  private struct Line {
    let text: String
    let comment: String

    init(_ text: String, _ comment: String) {
      self.text = text
      self.comment = comment
    }
  }

  private func part(_ key: String, _ lines: [Line]) -> [String] {
    ["  \(key): {"] + lines.map { "    \($0.text) // \($0.comment)" } + ["  },"]
  }

  private func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).bytes, as: UTF8.self)
  }

  private var usual: Defaults.Models { host.isEmbedded ? Defaults.local : Defaults.hosted }

  private var target: [String] {
    if host.isEmbedded, model == nil { return [] }
    let said = model.map { "model: \(quoted($0))," } ?? "// model: \"ID\","
    var lines = [
      Line(said, "the tuned model to explain, θ0; without it the run tunes one from base")
    ]
    if !host.isEmbedded {
      let said = base.map { "base: \(quoted($0))," } ?? "// base: \"ID\","
      lines.append(Line(said, "what it was tuned from"))
    }
    if model == nil {
      lines.append(
        Line(
          "epochs: \(usual.target.epochs ?? 1),",
          "passes over all rows when the run tunes it; the default"
        )
      )
    }
    return part("target", lines)
  }

  /// Who trains: the host, or a program of the user's beside a host that only reads losses.
  private var trainer: [Line] {
    let trains = host.profile.training != nil || host.isEmbedded || host.program != nil
    let training = trains ? host : hosts.hosts.first { $0.program != nil } ?? host
    var lines = [Line("provider: \(quoted(training.profile.name)),", training.profile.title)]
    if training.program != nil {
      lines.append(
        Line(
          "command: [\"python3\", \"train.py\"],",
          "the program; configs/trainers/peft_lora.py is one"
        )
      )
    } else if !training.isEmbedded {
      lines += access(training.profile)
    }
    lines.append(
      Line(
        "// hyperparameters: \(words(usual.hyperparameters)),",
        "how each model is tuned; the default"
      )
    )
    if training.isEmbedded {
      let shape = Defaults.architecture
      lines.append(
        Line(
          "// architecture: { width: \(shape.width), layers: \(shape.layers), heads: \(shape.heads), "
            + "vocabulary: \(shape.vocabulary), context: \(shape.context) },",
          "the model's shape; the default"
        )
      )
    } else {
      let jobs = training.profile.training?.parallelJobs ?? 1
      lines.append(Line("// parallelJobs: \(jobs),", "fine-tunes side by side; the default"))
    }
    return lines
  }

  /// Who reads losses, where the trainer does not: the host itself, or a server of the user's own.
  private var scorer: [Line]? {
    let isTrainer = host.profile.training != nil || host.program != nil
    if host.isEmbedded || host.profile.scoring != nil && isTrainer { return nil }
    let reader = host.profile.scoring != nil ? host : hosts["vllm"] ?? host
    return [Line("provider: \(quoted(reader.profile.name)),", "reads the losses of tuned models")]
      + access(reader.profile)
      + [
        Line(
          "// method: \"\(Defaults.scoringMethod)\",",
          "how; the default takes the most exact way"
        )
      ]
  }

  /// Where a host is and where its key is found.
  private func access(_ profile: HostProfile) -> [Line] {
    var lines: [Line] = []
    let variable = profile.environment?.baseURL.map { ", or $\($0)" } ?? ""
    if let address = profile.baseURL {
      lines.append(
        Line("// baseURL: \(quoted(address)),", "where its API is; the default\(variable)")
      )
    } else {
      lines.append(Line("// baseURL: \"https://…\",", "where your API is\(variable)"))
    }
    guard let key = profile.environment?.key else { return lines }
    // A token in the environment goes before the usual key, but not before one that is named here.
    let isWritten = profile.authorization != .none && profile.environment?.token == nil
    lines.append(
      Line(
        (isWritten ? "" : "// ") + "apiKey: { env: \"\(key)\" },",
        "the variable that holds the key, or { file: \"PATH\" }; "
          + (profile.authorization == .none
            ? "default: none is sent unless it is set" : "the default")
      )
    )
    return lines
  }

  private var perturbation: [Line] {
    let count = models ?? usual.count
    var lines = [
      Line("models: \(count),", "K, models tuned on random subsets; default: \(usual.count)"),
      Line(
        "subsetRatio: \(usual.subsetRatio),",
        "share of the rows that each of them sees; the default"
      ),
    ]
    if let training = host.profile.training, !training.continuesTuned {
      lines.append(
        Line(
          "start: \"base\",",
          "this host cannot go on from θ0; default: \"\(usual.start.rawValue)\""
        )
      )
    } else {
      let other = usual.start == .base ? "target" : "base"
      lines.append(
        Line(
          "start: \"\(usual.start.rawValue)\",",
          "where they start, or \"\(other)\"; the default"
        )
      )
    }
    return lines + [Line("seed: \(Defaults.seed),", "of everything random; the default")]
  }

  private func words(_ values: Hyperparameters) -> String {
    let parts = [
      values.epochs.map { "epochs: \($0)" }, values.batchSize.map { "batchSize: \($0)" },
      values.learningRateMultiplier.map { "learningRateMultiplier: \(JSONText.shortest($0))" },
    ]
    return "{ " + parts.compactMap(\.self).joined(separator: ", ") + " }"
  }
}
