import { failureOf } from "./cli-error.ts";
import { exitFault } from "./exit-code.ts";
import { packageVersion } from "./package-version.ts";
import { complain } from "./terminal.ts";

/** An error's message as one sentence on one line. */
export const asSentence = (message: string): string => {
  const sentence = message.replace(/^quorate: /, "").replaceAll(/\s*\n\s*/g, " ");
  return /[.!?`]$/.test(sentence) ? sentence : `${sentence}.`;
};

/**
 * Writes one sentence on what ended the command to stderr, and for a fault of ours the request to report it with all
 * that a report needs. Returns the exit code.
 */
export const sayFailure = (thrown: unknown): number => {
  const { exitCode, message, at } = failureOf(thrown);
  complain(`quorate: ${asSentence(message)}`);
  if (exitCode !== exitFault) return exitCode;
  const where = at === undefined ? "" : ` at ${at},`;
  complain("This is a fault of quorate, not yours. Please report it with the command that you gave and this line:");
  process.stderr.write(
    `quorate ${packageVersion},${where} Node ${process.versions.node}, ${process.platform}-${process.arch}\n`,
  );
  return exitCode;
};
