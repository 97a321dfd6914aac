import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { LogCorruptError } from "../errors.ts";
import type { Files, LogFile } from "./files.ts";
import { readSegmentHeader, type SegmentHeader, segmentHeaderBytes, segmentHeaderOf } from "./log-format.ts";
import type { Replay } from "./replay.ts";
import { readSegment, type SegmentEnd } from "./segment-reader.ts";

const suffix = ".wal";
/** A segment that is not whole yet; what a crash leaves of one is removed. */
const unfinished = ".new";

/** The names of the segments among those of a directory. */
export const segmentNames = (names: readonly string[]): string[] => names.filter((name) => name.endsWith(suffix));

const nameOf = (sequence: number): string => `${sequence.toString().padStart(16, "0")}${suffix}`;

/** An open segment and where it ends. */
export interface OpenSegment {
  readonly file: LogFile;
  readonly path: string;
  readonly header: SegmentHeader;
  readonly end: number;
  readonly chain: number;
}

/** What a directory of segments held. */
export interface SegmentsRead {
  /** The last segment, ready for more; null in a directory without any. */
  readonly last: OpenSegment | null;
  /** Sizes of all segments by sequence, oldest first. */
  readonly sizes: Map<number, number>;
  /** Bytes of an unfinished write that were cut off the end. */
  readonly torn: number;
}

/** The segment files of one log. */
export class Segments {
  readonly #files: Files;
  readonly #directory: string;

  constructor(files: Files, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** Where a segment lies. */
  path(sequence: number): string {
    return join(this.#directory, nameOf(sequence));
  }

  /** Reads all segments, oldest first, and cuts what a crash left unfinished. @throws LogCorruptError. */
  async readAll(replay: Replay): Promise<SegmentsRead> {
    const names = await this.#names();
    const sizes = new Map<number, number>();
    let before: SegmentEnd | null = null;
    let reading = this.#read(names[0]);
    for (let at = 0; at < names.length; at++) {
      const path = join(this.#directory, names[at]!);
      const bytes: Uint8Array = await reading;
      // While this one is taken in, the next one is read.
      reading = this.#read(names[at + 1]);
      const header = readSegmentHeader(bytes);
      if (typeof header !== "string" && nameOf(header.sequence) !== names[at])
        throw new LogCorruptError(path, 0, `this is segment ${header.sequence} under another name`);
      const next: SegmentHeader | null = at + 1 < names.length ? await this.#header(names[at + 1]!) : null;
      before = readSegment({ file: path, bytes }, before, next, replay);
      sizes.set(before.header.sequence, bytes.length);
    }
    if (before === null) return { last: null, sizes, torn: 0 };
    this.#checkFirst(sizes, replay);
    return { last: await this.#reopen(before), sizes, torn: before.torn };
  }

  /** A file for the segment to come: filled with zeros, without a header and without its name. */
  async prepare(sequence: number, reserveBytes: number): Promise<LogFile> {
    const path = this.path(sequence) + unfinished;
    await this.#files.remove(path);
    const file = await this.#files.open(path);
    await file.reserve(0, segmentHeaderBytes + reserveBytes);
    return file;
  }

  /** Makes a prepared file a segment: it has its name only once its header is durable. */
  async begin(header: Omit<SegmentHeader, "salt">, file: LogFile): Promise<OpenSegment> {
    const whole: SegmentHeader = {
      sequence: header.sequence,
      base: header.base,
      salt: randomBytes(6).readUIntLE(0, 6),
      firstNeeded: header.firstNeeded,
      chain: header.chain,
      previousEnd: header.previousEnd,
    };
    const path = this.path(header.sequence);
    await file.writeDurably(segmentHeaderOf(whole), 0);
    await this.#files.rename(path + unfinished, path);
    return { file, path, header: whole, end: segmentHeaderBytes, chain: header.chain };
  }

  /** A segment that nobody needs. */
  remove(sequence: number): Promise<void> {
    return this.#files.remove(this.path(sequence));
  }

  async #names(): Promise<string[]> {
    const all = await this.#files.list(this.#directory);
    for (const name of all) if (name.endsWith(unfinished)) await this.#files.remove(join(this.#directory, name));
    return segmentNames(all);
  }

  async #read(name: string | undefined): Promise<Uint8Array> {
    if (name === undefined) return new Uint8Array(0);
    const file = await this.#files.open(join(this.#directory, name));
    try {
      const bytes = new Uint8Array(new ArrayBuffer(await file.size()));
      return bytes.subarray(0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  }

  async #header(name: string): Promise<SegmentHeader> {
    const path = join(this.#directory, name);
    const file = await this.#files.open(path);
    try {
      const bytes = new Uint8Array(segmentHeaderBytes);
      const header = readSegmentHeader(bytes.subarray(0, await file.read(bytes, 0)));
      if (typeof header === "string") throw new LogCorruptError(path, 0, header);
      return header;
    } finally {
      await file.close();
    }
  }

  #checkFirst(sizes: ReadonlyMap<number, number>, { firstNeeded }: Replay): void {
    const first = Math.min(...sizes.keys());
    const needed = Math.max(firstNeeded, 1);
    if (first > needed) throw new LogCorruptError(this.path(needed), 0, "this segment is gone");
  }

  async #reopen({ header, end, chain, torn }: SegmentEnd): Promise<OpenSegment> {
    const path = this.path(header.sequence);
    const file = await this.#files.open(path);
    if (torn > 0) await file.truncate(end);
    // What the process before wrote and did not see synced is taken for durable from here on: so it has to be.
    await file.sync();
    return { file, path, header, end, chain };
  }
}
