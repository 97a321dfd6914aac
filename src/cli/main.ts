import { missing } from "./cli-error.ts";
import { exitFault } from "./exit-code.ts";
import { sayFailure } from "./say-failure.ts";

/** Whatever nobody caught, wherever it is thrown, ends the command with a sentence instead of a stack trace. */
const end = (thrown: unknown): never => process.exit(sayFailure(thrown));

/** A reader that went away (`quorate lab | head -1`) is no error; there is only nobody left to write to. */
const endWithoutReader = (): void => {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    end(missing(`the output cannot be written (${error.code ?? error.message}): is the disk full?`));
  });
  // Where complaints cannot be written either, the code is all that is left to say.
  process.stderr.on("error", () => process.exit(process.exitCode ?? exitFault));
};

process.on("uncaughtException", end);
process.on("unhandledRejection", end);
endWithoutReader();
// Loaded here, so that a part that cannot be loaded is told like any other fault.
const { runCommandLine } = await import("./command-line.ts");
process.exitCode = await runCommandLine(process.argv.slice(2));
