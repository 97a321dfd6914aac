import { describe, traceFormat, traceVersion } from "../model/index.ts";
import { TraceError } from "./trace-error.ts";
import type { RawRecord } from "./trace-record.ts";

/** How the lines of one version become lines of the next. Only what changed between the two is touched. */
export interface Migration {
  readonly header: (raw: RawRecord) => RawRecord;
  readonly event: (raw: RawRecord) => RawRecord;
}

/**
 * The migrations from each older version to the next, by the older one. When `traceVersion` grows, an entry for the
 * version before it is added here and a file of that version stays in test/corpus/traces.
 */
export const migrations: ReadonlyMap<number, Migration> = new Map();

/** The error for a document of `exportJson` where a trace file is expected. */
export const notATrace = (): TraceError =>
  new TraceError("this is an export for other programs, not a trace; give the file it was exported from");

/** The error for a file that does not begin as a trace does. */
export const noTraceFile = (line: string): TraceError =>
  new TraceError(
    `this is no trace file: one begins with {"format":"${traceFormat}","version":${traceVersion},…}, this one with ${JSON.stringify(line.slice(0, 40))}; give a file that --trace FILE wrote`,
  );

/** A file of another program, or of a version that this one cannot read, gets the remedy for exactly that. */
const versionOf = (raw: RawRecord): number => {
  const { format, version, header } = raw as { readonly [field: string]: unknown };
  if (format === undefined && header !== undefined) throw notATrace();
  if (format !== traceFormat) throw noTraceFile(JSON.stringify(raw));
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    throw new TraceError(`version: expected a whole number from 1, found ${describe(version, 40)}; restore this line`);
  }
  return version as number;
};

/**
 * What turns the lines of a file with this first line into lines of version `current`.
 *
 * @throws TraceError when the line is no header, or its version is newer than `current`.
 */
export const migrationFor = (
  firstLine: RawRecord,
  current: number = traceVersion,
  table: ReadonlyMap<number, Migration> = migrations,
): Migration => {
  const version = versionOf(firstLine);
  if (version > current) {
    throw new TraceError(
      `this is version ${version} of the trace format and this quorate reads up to ${current}; update quorate`,
    );
  }
  const steps: Migration[] = [];
  for (let from = version; from < current; from++) {
    const step = table.get(from);
    if (step === undefined)
      throw new TraceError(`traces of version ${from} can no longer be read; use an older quorate`);
    steps.push(step);
  }
  return {
    header: (raw) => ({ ...steps.reduce((line, step) => step.header(line), raw), version: current }),
    event: (raw) => steps.reduce((line, step) => step.event(line), raw),
  };
};
