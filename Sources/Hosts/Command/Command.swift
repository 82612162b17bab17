extension HostDefinition {
  /// A program of the user's that trains, `trainer.command`; its models are read elsewhere.
  package static let command = HostDefinition(
    HostProfile(name: "command", title: "a program of yours", authorization: .none),
    access: .program(
      Program(
        identity: { "command \($0)" },
        trainer: { CommandTrainer($0, ledger: $1) }
      )
    )
  )
}
