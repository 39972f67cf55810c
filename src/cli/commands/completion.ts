import { Argument, type Command } from "commander";

/** What a shell offers when somebody presses Tab. */
export function declareCompletion(program: Command): void {
  program
    .command("completion")
    .description("print what a shell needs to complete commands, verbs, options, and the topics, subscribers and channels of the folder")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
Put one of these where it is read at each start:
  bash, in ~/.bashrc                 eval "$(busbar completion bash)"
  zsh, in ~/.zshrc after compinit    eval "$(busbar completion zsh)"
  fish                               busbar completion fish > ~/.config/fish/completions/busbar.fish
Where busbar is a package of the project: npx busbar completion …, with alias busbar='npx busbar' before it.`,
    )
    .action(async (shell: string, _options: object, command: Command) =>
      (await import("../completion.ts")).completion(shell, command.parent ?? command),
    );
}
