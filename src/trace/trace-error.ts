/**
 * A trace that cannot be read or written: malformed, of a newer version, or beyond a limit. The message names the line
 * (where there is one), what was expected, what was found, and the remedy.
 */
export class TraceError extends Error {
  override readonly name: string = "TraceError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "TRACE_FORMAT" = "TRACE_FORMAT";
  /** The line of the file, 1 is the header; undefined where the trace did not come from a file. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(line === undefined ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}
