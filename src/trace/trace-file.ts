/*
 * A trace as a file: JSON lines. The first is the header `{format, version, scenario, model, parameters, seed, code,
 * nodes}`, each further one an event in the order of its id; the last line ends like the others. What JSON lacks is
 * tagged as plain-json.ts says.
 */
import { assert, type Trace, type TraceEvent, type TraceHeader, traceFormat, traceVersion } from "../model/index.ts";
import { TraceError } from "./trace-error.ts";
import { type Migration, migrationFor, noTraceFile, notATrace } from "./trace-migration.ts";
import { eventReader, malformed, type RawRecord, readHeader, toEventRecord, toHeaderRecord } from "./trace-record.ts";

/** Characters in one line. A state too large for it belongs in a replay, not in a trace. */
export const TRACE_LINE_LENGTH_MAX: number = 16_777_216;

/** Events in one file. */
export const TRACE_EVENTS_MAX: number = 10_000_000;

/**
 * The first line of a trace file, without its newline.
 *
 * @throws TraceError when a parameter or an edit is not plain data.
 */
export const headerLine = (header: TraceHeader): string => {
  assert(header.format === traceFormat && header.version === traceVersion, "a trace is written in the current version");
  return JSON.stringify(toHeaderRecord(header));
};

/**
 * The line of one event, without its newline.
 *
 * @throws TraceError when its data is not plain, or too large for one line.
 */
export const eventLine = (event: TraceEvent): string => {
  const line = JSON.stringify(toEventRecord(event));
  if (line.length <= TRACE_LINE_LENGTH_MAX) return line;
  throw new TraceError(
    `event ${event.id} takes ${line.length} of at most ${TRACE_LINE_LENGTH_MAX} characters; keep less data`,
  );
};

/** The lines of a trace file, each without its newline: for files too large for one string. */
export function* traceLines(trace: Trace): Generator<string> {
  yield headerLine(trace.header);
  for (const event of trace.events) yield eventLine(event);
}

/**
 * A trace as the text of its file.
 *
 * @throws TraceError when data in it is not plain.
 */
export const writeTrace = (trace: Trace): string => {
  let text = "";
  for (const line of traceLines(trace)) text += `${line}\n`;
  return text;
};

const brokenLine = (line: string): TraceError =>
  line.startsWith('{"header":')
    ? notATrace()
    : line.endsWith("}")
      ? malformed(`expected one JSON object, found ${JSON.stringify(line.slice(0, 40))}`)
      : new TraceError(
          "the line breaks off in the middle, as when its writer was killed; remove it, the lines before it are whole",
        );

/** What every trace file of every version begins with. */
const beginning = `{"format":"${traceFormat}"`;

/** The first line: what is no header at all is no line that got lost, but another file. */
const parseFirst = (line: string): RawRecord => {
  try {
    return parse(line);
  } catch (error) {
    const isOther = error instanceof TraceError && !line.startsWith(beginning) && !line.startsWith('{"header":');
    throw isOther ? noTraceFile(line) : error;
  }
};

const parse = (line: string): RawRecord => {
  if (line.length > TRACE_LINE_LENGTH_MAX) {
    throw new TraceError(
      `found ${line.length} characters, at most ${TRACE_LINE_LENGTH_MAX} are read; give a trace file`,
    );
  }
  if (!line.startsWith("{")) throw malformed(`expected a JSON object, found ${JSON.stringify(line.slice(0, 40))}`);
  try {
    return JSON.parse(line) as RawRecord;
  } catch {
    throw brokenLine(line);
  }
};

/** Reads a trace file line by line, as the lines arrive. */
export class TraceReader {
  readonly #events: TraceEvent[] = [];
  #header: TraceHeader | undefined;
  #migration: Migration | undefined;
  #readEvent: ((raw: RawRecord) => TraceEvent) | undefined;
  #line = 0;
  #blank = 0;

  /**
   * Takes the next line, with or without the end of line.
   *
   * @throws TraceError naming the line, what was expected, and the remedy.
   */
  push(line: string): void {
    this.#line++;
    try {
      this.#take(line.trim());
    } catch (error) {
      throw error instanceof TraceError && error.line === undefined ? new TraceError(error.message, this.#line) : error;
    }
  }

  /**
   * The trace that the lines so far make.
   *
   * @throws TraceError when there was no header yet.
   */
  end(): Trace {
    if (this.#header !== undefined) return { header: this.#header, events: this.#events };
    throw new TraceError("the file is empty; expected a header line, as --trace FILE writes it", 1);
  }

  #take(line: string): void {
    if (line === "") {
      this.#blank ||= this.#line;
      return;
    }
    if (this.#blank > 0) throw new TraceError("expected no empty line here; remove it", this.#blank);
    const raw = this.#readEvent === undefined ? parseFirst(line) : parse(line);
    if (this.#readEvent === undefined) this.#takeHeader(raw);
    else this.#takeEvent(raw, this.#readEvent);
  }

  #takeHeader(raw: RawRecord): void {
    this.#migration = migrationFor(raw);
    this.#header = readHeader(this.#migration.header(raw));
    this.#readEvent = eventReader(this.#header);
  }

  #takeEvent(raw: RawRecord, read: (raw: RawRecord) => TraceEvent): void {
    assert(this.#migration !== undefined, "the header comes before the events");
    if (this.#events.length === TRACE_EVENTS_MAX) {
      throw new TraceError(`at most ${TRACE_EVENTS_MAX} events are read; cut the file after the line before this one`);
    }
    this.#events.push(read(this.#migration.event(raw)));
  }
}

function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    const next = end < 0 ? text.length : end;
    yield text.slice(start, next);
    start = next + 1;
  }
}

/**
 * Reads a trace of this or an older version, from the text of its file or from its lines.
 *
 * @throws TraceError when it is malformed, newer than this program, or larger than the limits.
 */
export const readTrace = (source: string | Iterable<string>): Trace => {
  const reader = new TraceReader();
  for (const line of typeof source === "string" ? linesOf(source) : source) reader.push(line);
  return reader.end();
};
