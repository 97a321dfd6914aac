import { exitFault, exitMissing, exitUsage } from "./exit-code.ts";

/** Ends the command with one sentence and an exit code. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "CLI" = "CLI";
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Bad usage or bad input: names the thing and the remedy. */
export const usage = (message: string): CliError => new CliError(exitUsage, message);

/** Something is missing on this machine: names the command that installs it. */
export const missing = (message: string): CliError => new CliError(exitMissing, message);

/** How a command failed: plain data, so that a worker can say it. */
export interface Failure {
  readonly exitCode: number;
  readonly message: string;
  /** Where, for a report of a fault of ours. */
  readonly at?: string | undefined;
}

/** Errors that say by their code that the input is at fault. */
const usageCodes: ReadonlySet<string> = new Set(["USAGE", "TRACE_FORMAT", "HISTORY_FORMAT"]);

/** The first line of the stack that is in this package, without the folders above it. */
const placeOf = ({ stack = "" }: Error): string | undefined => /(?:dist|src)\/[^\s)]+:\d+:\d+/.exec(stack)?.[0];

/** What an error means for the user. Whatever nobody foresaw is a fault of ours. */
export const failureOf = (thrown: unknown): Failure => {
  if (thrown instanceof CliError) return { exitCode: thrown.exitCode, message: thrown.message };
  if (!(thrown instanceof Error)) return { exitCode: exitFault, message: String(thrown) };
  const { code } = thrown as Error & { readonly code?: unknown };
  if (typeof code === "string" && usageCodes.has(code)) return { exitCode: exitUsage, message: thrown.message };
  return { exitCode: exitFault, message: thrown.message, at: placeOf(thrown) };
};
