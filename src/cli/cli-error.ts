import { exitFault, exitMissing, exitStorage, exitUnavailable, exitUsage } from "./exit-code.ts";

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

/** The exit codes of errors that say by their code what is at fault: the input, the disk, or that nobody answers. */
const exitCodes: ReadonlyMap<string, number> = new Map([
  ["CERTIFICATE", exitUsage],
  ["COMMAND", exitUnavailable],
  ["CONFIGURATION", exitUsage],
  ["DIRECTORY_LOCKED", exitUsage],
  ["DIRECTORY_REFUSED", exitUsage],
  ["DISK_FULL", exitStorage],
  ["HISTORY_FORMAT", exitUsage],
  ["KEY_VALUE", exitUsage],
  ["LISTEN", exitUsage],
  ["LOG_CORRUPT", exitStorage],
  ["MACHINE_STATE", exitUsage],
  ["OPERATOR", exitUnavailable],
  ["QUERY", exitUnavailable],
  ["SNAPSHOT_VERSION", exitUsage],
  ["STORAGE_FAILED", exitStorage],
  ["TRACE_FORMAT", exitUsage],
  ["USAGE", exitUsage],
]);

/** The first line of the stack that is in this package, without the folders above it. */
const placeOf = ({ stack = "" }: Error): string | undefined => /(?:dist|src)\/[^\s)]+:\d+:\d+/.exec(stack)?.[0];

/** What an error means for the user. Whatever nobody foresaw is a fault of ours. */
export const failureOf = (thrown: unknown): Failure => {
  if (thrown instanceof CliError) return { exitCode: thrown.exitCode, message: thrown.message };
  if (!(thrown instanceof Error)) return { exitCode: exitFault, message: String(thrown) };
  const { code } = thrown as Error & { readonly code?: unknown };
  const exitCode = typeof code === "string" ? exitCodes.get(code) : undefined;
  if (exitCode !== undefined) return { exitCode, message: thrown.message };
  return { exitCode: exitFault, message: thrown.message, at: placeOf(thrown) };
};
