import { CommanderError } from "commander";
import { exitUsage } from "./exit-code.ts";
import { makeProgram } from "./program.ts";
import { sayFailure } from "./say-failure.ts";

/** Runs one command line, says what is wrong with it or with us on stderr, and returns the exit code. */
export const runCommandLine = async (args: readonly string[]): Promise<number> => {
  let exitCode = 0;
  const program = makeProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (thrown) {
    // Commander has said what was wrong; help and version are no errors.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : exitUsage;
    return sayFailure(thrown);
  }
};
