import { type Command, CommanderError } from "commander";
import { usage } from "./cli-error.ts";
import { exitUsage } from "./exit-code.ts";
import { nearest, quoteBack } from "./nearest.ts";
import { makeProgram } from "./program.ts";
import { sayFailure } from "./say-failure.ts";

const helpWord = "help";

/**
 * What `quorate help kv put` asks for, null where no help on a command is asked for. Commander prints the help of the whole
 * program for a command that it does not know, and looks at the first word only.
 */
const helpAsked = (program: Command, args: readonly string[]): Command | null => {
  const at = args.indexOf(helpWord);
  const words = args.slice(at + 1);
  const before = args.slice(0, Math.max(at, 0));
  if (at < 0 || words.length === 0 || [...before, ...words].some((word) => word.startsWith("-"))) return null;
  let command = program;
  for (const word of before) {
    const inner = command.commands.find((one) => one.name() === word);
    // An argument of a command, which happens to be this word.
    if (inner === undefined) return null;
    command = inner;
  }
  if (command.commands.length === 0) return null;
  for (const word of words) {
    const names = command.commands.map((one) => one.name());
    const inner = command.commands.find((one) => one.name() === word);
    if (inner === undefined) {
      const meant = nearest(word, names);
      throw usage(
        `there is no command ${quoteBack(word)}${meant === undefined ? `: \`${pathOf(command)} --help\` lists what there is` : `, did you mean ${meant}?`}`,
      );
    }
    command = inner;
  }
  return command;
};

/** The words by which a command is called. */
const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** Runs one command line, says what is wrong with it or with us on stderr, and returns the exit code. */
export const runCommandLine = async (args: readonly string[]): Promise<number> => {
  let exitCode = 0;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    const helped = helpAsked(program, args);
    if (helped !== null) {
      helped.outputHelp();
      return 0;
    }
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (thrown) {
    // Commander has said what was wrong; help and version are no errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitUsage;
    return sayFailure(thrown);
  }
};
