import { CommanderError } from "commander";
import { failureOf } from "./cli-error.ts";
import { exitFault, exitUsage } from "./exit-code.ts";
import { makeProgram, packageVersion } from "./program.ts";

/** A reader that went away (`quorate lab | head -1`) is no error; there is only nobody left to write to. */
const endQuietlyWithoutReader = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
};

const say = (thrown: unknown): number => {
  const { exitCode, message, at } = failureOf(thrown);
  const sentence = message.replace(/^quorate: /, "");
  process.stderr.write(`quorate: ${sentence}${/[.!?`]$/.test(sentence) ? "" : "."}\n`);
  if (exitCode !== exitFault) return exitCode;
  const where = at === undefined ? "" : ` at ${at},`;
  process.stderr.write(
    `This is a fault of quorate, not yours. Please report it with the command that you gave and this line:\nquorate ${packageVersion},${where} Node ${process.versions.node}, ${process.platform}-${process.arch}\n`,
  );
  return exitCode;
};

endQuietlyWithoutReader();
const program = makeProgram((exitCode) => {
  process.exitCode = exitCode;
});
try {
  await program.parseAsync(process.argv);
} catch (thrown) {
  // Commander has said what was wrong; help and version are no errors.
  process.exitCode = thrown instanceof CommanderError ? (thrown.exitCode === 0 ? 0 : exitUsage) : say(thrown);
}
