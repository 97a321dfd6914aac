import { join } from "node:path";
import { decode } from "../../model/index.ts";
import { LogCorruptError } from "../errors.ts";
import type { Files } from "./files.ts";
import type { BatchHeader } from "./log-format.ts";
import { nodeFiles } from "./node-files.ts";
import { readSegment, type SegmentEnd, type SegmentSink } from "./segment-reader.ts";
import { segmentNames } from "./segments.ts";

/** One line of a log: what was done to which record or log of which module, and where in the file it stands. */
export type LogLine =
  | { readonly kind: "segment"; readonly file: string; readonly sequence: number }
  | { readonly kind: "batch"; readonly position: number; readonly synced: number; readonly frames: number }
  | {
      readonly kind: "set";
      readonly path: string;
      readonly name: string;
      readonly bytes: number;
      readonly value?: unknown;
    }
  | {
      readonly kind: "append";
      readonly path: string;
      readonly name: string;
      readonly index: number;
      readonly bytes: number;
      readonly value?: unknown;
    }
  | { readonly kind: "cut-from" | "cut-before"; readonly path: string; readonly name: string; readonly index: number }
  | { readonly kind: "forget"; readonly path: string }
  | { readonly kind: "trim"; readonly firstNeeded: number }
  | { readonly kind: "unfinished"; readonly file: string; readonly offset: number; readonly bytes: number };

/** What is wanted of a log. */
export interface ReadLogOptions {
  /** Decodes values too; without it their length alone is said, and none is shown. */
  readonly values?: boolean;
  readonly files?: Files;
}

class LineSink implements SegmentSink {
  readonly #values: boolean;
  #lines: LogLine[] = [];
  #bytes: Uint8Array = new Uint8Array(0);
  #names: (readonly [path: string, name: string])[] = [];

  constructor(values: boolean) {
    this.#values = values;
  }

  /** The lines since the last call. */
  take(): LogLine[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  segment(): void {
    this.#names = [];
  }

  source(bytes: Uint8Array): void {
    this.#bytes = bytes;
  }

  batch({ position, synced, frames }: BatchHeader): void {
    this.#lines.push({ kind: "batch", position, synced, frames });
  }

  define(bytes: Uint8Array, at: number, length: number): void {
    this.#names.push(decode(bytes.subarray(at, at + length)) as [string, string]);
  }

  set(slot: number, at: number, bytes: number): void {
    const [path, name] = this.#name(slot);
    this.#lines.push({ kind: "set", path, name, bytes, ...this.#value(at, bytes) });
  }

  append(slot: number, index: number, at: number, bytes: number): void {
    const [path, name] = this.#name(slot);
    this.#lines.push({ kind: "append", path, name, index, bytes, ...this.#value(at, bytes) });
  }

  cutFrom(slot: number, index: number): void {
    const [path, name] = this.#name(slot);
    this.#lines.push({ kind: "cut-from", path, name, index });
  }

  cutBefore(slot: number, index: number): void {
    const [path, name] = this.#name(slot);
    this.#lines.push({ kind: "cut-before", path, name, index });
  }

  forget(slot: number): void {
    this.#lines.push({ kind: "forget", path: this.#name(slot)[0] });
  }

  trim(firstNeeded: number): void {
    this.#lines.push({ kind: "trim", firstNeeded });
  }

  #name(slot: number): readonly [path: string, name: string] {
    const name = this.#names[slot];
    if (name === undefined) throw new RangeError(`nothing was said to have number ${slot}`);
    return name;
  }

  #value(at: number, length: number): { readonly value?: unknown } {
    return this.#values ? { value: decode(this.#bytes.subarray(at, at + length)) } : {};
  }
}

/** A replica that runs writes while its log is read, which can look like damage: damage is what stays. */
const readsMax = 3;

const readOne = async (
  files: Files,
  file: string,
  before: SegmentEnd | null,
  sink: LineSink,
): Promise<SegmentEnd | null> => {
  for (let reads = 1; ; reads++) {
    const bytes = await files.readSmall(file);
    if (bytes === null) return null;
    try {
      return readSegment({ file, bytes }, before, null, sink);
    } catch (error) {
      if (reads >= readsMax || !(error instanceof LogCorruptError)) throw error;
      sink.take();
    }
  }
};

/**
 * Reads the log of a data directory line by line and changes nothing; the replica may be running. Each segment is read
 * whole before its lines come.
 *
 * @throws LogCorruptError at the segment that is damaged, after the lines of those before it.
 */
export async function* readLog(directory: string, options: ReadLogOptions = {}): AsyncGenerator<LogLine> {
  const { values = false, files = nodeFiles } = options;
  const folder = join(directory, "log");
  const sink = new LineSink(values);
  let before: SegmentEnd | null = null;
  for (const name of segmentNames(await files.list(folder))) {
    const file = join(folder, name);
    const end: SegmentEnd | null = await readOne(files, file, before, sink);
    if (end === null) {
      // The replica that runs has freed it meanwhile, with all before it.
      before = null;
      continue;
    }
    yield { kind: "segment", file, sequence: end.header.sequence };
    yield* sink.take();
    if (end.torn > 0) yield { kind: "unfinished", file, offset: end.end, bytes: end.torn };
    before = end;
  }
}
