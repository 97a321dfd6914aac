import {
  assert,
  type DiskImage,
  type EncodeTarget,
  type Frame,
  PlainDataError,
  type Storage,
  type Write,
} from "../../model/index.ts";
import { DiskFullError, LogCorruptError } from "../errors.ts";
import type { Files, LogFile } from "./files.ts";
import { putAppend, putCutBefore, putCutFrom, putDefine, putForget, putSet, putTrim } from "./frame-codec.ts";
import type { LiveIndex, LiveItem } from "./live-index.ts";
import { aligned, batchHeaderBytes, sealBatch, seedOf } from "./log-format.ts";
import { storageError } from "./node-files.ts";
import { Replay } from "./replay.ts";
import { type OpenSegment, Segments } from "./segments.ts";

/** What a write-ahead log is made of. */
export interface WriteAheadLogOptions {
  readonly directory: string;
  readonly files: Files;
  readonly segmentBytes: number;
  /** All frames up to this position survive. Positions are those given to `write`, ascending. */
  readonly onDurable: (position: number) => void;
  /** A write or a sync failed: the log takes nothing more. */
  readonly onFailure: (error: Error) => void;
  /** Space could not be reserved ahead; what is reserved already still takes some megabytes. */
  readonly onSpaceLow?: (error: Error) => void;
  /** Space could be reserved again. */
  readonly onSpaceBack?: () => void;
  /** An unfinished write was cut off the end. */
  readonly onTornTail?: (file: string, bytes: number) => void;
}

/** Space is reserved so far ahead, so that a batch changes no metadata of its file. */
const reserveBytesMax = 4 * 1024 * 1024;
/** Milliseconds until space is asked for again after there was none. */
const retryMs = 1_000;
/** A batch buffer that grew beyond this is not kept. */
const bufferBytesKeptMax = 8 * 1024 * 1024;
/** Bytes of live data that are said again in one batch: more would keep others waiting. */
const sliceBytes = 256 * 1024;
/** Milliseconds without a write after which the log says that all of it is synced. */
const idleMarkMs = 100;

const freshBuffer = (): EncodeTarget => ({ bytes: new Uint8Array(64 * 1024), at: batchHeaderBytes });

/** @throws LogCorruptError where batches that are whole do not amount to logs without holes. */
const imageOf = (replay: Replay, { path, end }: OpenSegment): DiskImage => {
  try {
    return replay.image();
  } catch (cause) {
    if (!(cause instanceof RangeError || cause instanceof PlainDataError)) throw cause;
    throw new LogCorruptError(path, end, `the log up to here is not whole (${cause.message})`);
  }
};

/**
 * The disk of one node. Frames are encoded when they are written and wait in one buffer; `flush` puts all that wait into
 * one batch: one write, one sync, off the event loop, one batch at a time. So whatever waits while a sync runs shares the
 * next one. Old segments are freed: what is still needed of them is said again at the end of the log, in slices.
 */
export class WriteAheadLog implements Storage {
  /** What the frames in the log amount to; whoever writes frames keeps it up to date. */
  readonly image: DiskImage;
  readonly #options: WriteAheadLogOptions;
  readonly #segments: Segments;
  readonly #sizes: Map<number, number>;
  readonly #live: LiveIndex;
  #segment: OpenSegment;
  #seed: number;
  #end: number;
  #chain: number;
  #reserved: number;
  #reserving: Promise<void> | null = null;
  #firstNeeded: number;
  #buffer: EncodeTarget = freshBuffer();
  /** The buffer of the batch before, once that is written. */
  #spare: EncodeTarget | null = null;
  #waiting = 0;
  #position = 0;
  /** The next batch begins a new segment. */
  #turning = false;
  #writing: Promise<void> | null = null;
  #writingSince = 0;
  #idle: NodeJS.Timeout | null = null;
  #marked = true;
  #over = false;
  #failure: Error | null = null;
  #prepared: Promise<LogFile> | null = null;
  /** Space could not be reserved; it is asked for again by this timer. */
  #spaceLow: NodeJS.Timeout | null = null;
  #isLow = false;
  #removing: Promise<void> | null = null;
  /** Segments before this one go when the batch that says so is durable. */
  #trimming = 0;
  /** How many paths and names were numbered in the segment that is written. */
  #defined: number;
  readonly #reserveBytes: number;
  #frames = 0;
  #syncs = 0;
  #syncMsMax = 0;

  private constructor(
    options: WriteAheadLogOptions,
    segments: Segments,
    sizes: Map<number, number>,
    segment: OpenSegment,
    replay: Replay,
    image: DiskImage,
  ) {
    this.#options = options;
    this.#segments = segments;
    this.#sizes = sizes;
    this.#segment = segment;
    this.#seed = seedOf(segment.header.salt);
    this.#end = segment.end;
    this.#chain = segment.chain;
    this.#reserveBytes = Math.min(reserveBytesMax, options.segmentBytes);
    this.#reserved = Math.max(segment.end, sizes.get(segment.header.sequence) ?? 0);
    sizes.delete(segment.header.sequence);
    this.#live = replay.live;
    this.#defined = replay.defined;
    this.#firstNeeded = replay.firstNeeded;
    this.image = image;
    if (segment.end >= options.segmentBytes) this.#turnSoon();
  }

  /**
   * Reads the log of a directory, or begins one there.
   *
   * @throws LogCorruptError, DiskFullError, StorageFailedError.
   */
  static async open(options: WriteAheadLogOptions): Promise<WriteAheadLog> {
    const { directory, files } = options;
    await files.makeDirectory(directory);
    const segments = new Segments(files, directory);
    const replay = new Replay();
    const { last, sizes, torn } = await segments.readAll(replay);
    if (last !== null && torn > 0) {
      sizes.set(last.header.sequence, last.end);
      options.onTornTail?.(last.path, torn);
    }
    const first = { sequence: 1, base: 0, firstNeeded: 1, chain: 0, previousEnd: 0 };
    const reserve = Math.min(reserveBytesMax, options.segmentBytes);
    const segment = last ?? (await segments.begin(first, await segments.prepare(1, reserve)));
    if (last === null) {
      replay.segment(1);
      sizes.set(1, segment.end + reserve);
    }
    const log = new WriteAheadLog(options, segments, sizes, segment, replay, imageOf(replay, segment));
    await log.#removeBefore(replay.firstNeeded);
    return log;
  }

  /** Frames written, syncs made, the longest sync in milliseconds. */
  get counts(): { readonly frames: number; readonly syncs: number; readonly syncMsMax: number } {
    return { frames: this.#frames, syncs: this.#syncs, syncMsMax: this.#syncMsMax };
  }

  /** The longest sync is counted anew. */
  resetMaxima(): void {
    this.#syncMsMax = 0;
  }

  /** Bytes of all segments, of what is still needed in them, and their number. */
  get size(): { readonly bytes: number; readonly live: number; readonly segments: number } {
    let bytes = 0;
    for (const size of this.#sizes.values()) bytes += size;
    return { bytes: bytes + this.#end, live: this.#live.bytes, segments: this.#sizes.size + 1 };
  }

  /** For how many milliseconds the write that is under way has been so; 0 when there is none. */
  get pendingMs(): number {
    return this.#writing === null ? 0 : performance.now() - this.#writingSince;
  }

  /** Takes all writes of one step. They survive once `onDurable` has named `position`. */
  write(frame: Frame, position: number): void {
    if (this.#over) return;
    for (const write of frame) this.#put(write);
    this.#waiting++;
    this.#frames++;
    this.#position = position;
  }

  /** Starts to write what waits, unless a batch is under way: then it follows that one. */
  flush(): void {
    if (this.#over || this.#writing !== null || this.#waiting === 0) return;
    this.#begin();
  }

  /** Takes a frame that belongs to no step; resolved when it survives. @throws the error with which the log failed. */
  async writeDurably(frame: Frame): Promise<void> {
    for (const write of frame) this.#put(write);
    this.#waiting++;
    await this.drained();
    if (this.#failure !== null) throw this.#failure;
  }

  /** Writes all that waits, says that all is synced, and gives the files back. Nothing is taken any more. */
  async close(): Promise<void> {
    if (!this.#over) {
      await this.drained();
      if (!this.#marked) this.#mark();
      await this.#writing;
    }
    await this.abandon();
  }

  /** Gives the files back after the write that is under way, as a crash would. */
  async abandon(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    if (this.#spaceLow !== null) clearTimeout(this.#spaceLow);
    this.#over = true;
    await this.#writing;
    await this.#reserving;
    // Whoever opens the directory next must not see files vanish.
    await this.#removing?.catch(() => undefined);
    const files = [this.#segment.file, await this.#prepared?.catch(() => null)];
    for (const file of files) await file?.close().catch(() => undefined);
  }

  /** Writes all that waits; resolved when it survives, or the log has failed. */
  async drained(): Promise<void> {
    while (!this.#over && (this.#waiting > 0 || this.#writing !== null)) {
      this.flush();
      await this.#writing;
    }
  }

  #put(write: Write): void {
    const live = this.#live;
    if (write.kind === "forget") {
      const any = live.anyAt(write.path);
      if (any === undefined) return;
      putForget(this.#buffer, this.#slot(any));
      live.forget(write.path);
      return;
    }
    const item = live.item(write.path, write.name);
    // Nothing lies below where it begins.
    if (write.kind === "cut-before" && write.index <= item.cut) return;
    const slot = this.#slot(item);
    if (write.kind === "set") live.set(item, putSet(this.#buffer, slot, write.value));
    else if (write.kind === "append") {
      const last = item.runs.at(-1);
      // A log without entries goes on where it was cut.
      const index = last === undefined ? item.cut : last.from + last.count;
      live.put(item, index, putAppend(this.#buffer, slot, index, write.value));
    } else if (write.kind === "cut-from") {
      putCutFrom(this.#buffer, slot, write.index);
      live.cutFrom(item, write.index);
    } else {
      putCutBefore(this.#buffer, slot, write.index);
      live.cutBefore(item, write.index);
    }
  }

  #slot(item: LiveItem): number {
    if (item.era === this.#live.era) return item.slot;
    putDefine(this.#buffer, item.path, item.name);
    this.#live.number(item, this.#defined++);
    return item.slot;
  }

  #begin(): void {
    this.#writing = this.#writeBatch().catch((cause: unknown) => {
      this.#writing = null;
      this.#fail(cause);
    });
  }

  async #writeBatch(): Promise<void> {
    this.#writingSince = performance.now();
    if (this.#turning) await this.#turn();
    const { target, bytes, start, position, trim } = this.#seal();
    if (this.#end > this.#reserved) {
      // Zeros on their way to the same place must not come after the batch.
      await this.#reserving;
      this.#reserved = Math.max(this.#reserved, this.#end);
    }
    await this.#segment.file.writeDurably(bytes, start);
    this.#syncs++;
    this.#syncMsMax = Math.max(this.#syncMsMax, performance.now() - this.#writingSince);
    this.#writing = null;
    if (target.bytes.length <= bufferBytesKeptMax) this.#spare = target;
    if (this.#over) return;
    this.#options.onDurable(position);
    if (trim > this.#firstNeeded) {
      this.#removing = this.#removeBefore(trim);
      await this.#removing;
    }
    this.#reserveAhead();
    this.#clean();
    this.#mindIdle();
  }

  /** Makes a batch of all that waits; what comes from now on goes into the next one. */
  #seal(): { target: EncodeTarget; bytes: Uint8Array; start: number; position: number; trim: number } {
    const target = this.#buffer;
    const start = this.#end;
    const length = aligned(target.at);
    if (length > target.bytes.length) target.bytes = padded(target.bytes, length);
    target.bytes.fill(0, target.at, length);
    const { base } = this.#segment.header;
    this.#chain = sealBatch(
      target.bytes.subarray(0, target.at),
      // One batch at a time: all before this one is synced.
      { frames: this.#waiting, chain: this.#chain, position: base + start, synced: base + start },
      this.#seed,
    );
    const sealed = {
      target,
      bytes: target.bytes.subarray(0, length),
      start,
      position: this.#position,
      trim: this.#trimming,
    };
    target.at = batchHeaderBytes;
    this.#marked = this.#waiting === 0;
    this.#waiting = 0;
    this.#buffer = this.#spare ?? freshBuffer();
    this.#spare = null;
    this.#end = start + length;
    if (this.#end >= this.#options.segmentBytes) this.#turnSoon();
    return sealed;
  }

  /** What is encoded from now on goes into the next segment, and its numbers are those of that one. */
  #turnSoon(): void {
    this.#turning = true;
    this.#live.segment = this.#segment.header.sequence + 1;
    this.#live.era++;
    this.#defined = 0;
  }

  async #turn(): Promise<void> {
    await this.#reserving;
    const old = this.#segment;
    const { sequence, base } = old.header;
    const header = {
      sequence: sequence + 1,
      base: base + this.#end,
      firstNeeded: this.#firstNeeded,
      chain: this.#chain,
      previousEnd: this.#end,
    };
    const prepared = this.#prepared ?? this.#segments.prepare(sequence + 1, this.#reserveBytes);
    this.#prepared = null;
    this.#segment = await this.#segments.begin(header, await prepared);
    await old.file.close();
    this.#sizes.set(sequence, this.#end);
    this.#seed = seedOf(this.#segment.header.salt);
    this.#end = this.#segment.end;
    this.#reserved = this.#end + this.#reserveBytes;
    this.#turning = false;
  }

  /** Keeps space ahead of the end, and the next segment ready when this one is nearly full. */
  #reserveAhead(): void {
    if (this.#reserving !== null || this.#turning || this.#reserved - this.#end > this.#reserveBytes / 2) return;
    if (this.#spaceLow !== null) return;
    const { segmentBytes } = this.#options;
    if (this.#reserved < segmentBytes) {
      const from = this.#reserved;
      const length = Math.min(this.#reserveBytes, segmentBytes - from);
      this.#reserving = this.#ahead(
        this.#segment.file.reserve(from, length).then(() => {
          this.#reserved = Math.max(this.#reserved, from + length);
        }),
      );
    } else if (this.#prepared === null) {
      const prepared = this.#segments.prepare(this.#segment.header.sequence + 1, this.#reserveBytes);
      this.#prepared = prepared;
      this.#reserving = this.#ahead(prepared.then(() => undefined));
    }
  }

  /** A full disk is said here first, while what is reserved still takes writes; the write that fails ends the log. */
  #ahead(work: Promise<void>): Promise<void> {
    return work.then(
      () => {
        this.#reserving = null;
        if (!this.#isLow) return;
        this.#isLow = false;
        this.#options.onSpaceBack?.();
      },
      (error: Error) => {
        this.#reserving = null;
        this.#prepared = null;
        if (!(error instanceof DiskFullError)) return this.#fail(error);
        // Not again at once: each attempt would take from what is left. And not with the next write only: none may come.
        this.#spaceLow = setTimeout(() => this.#askAgain(), retryMs).unref();
        if (this.#isLow) return;
        this.#isLow = true;
        this.#options.onSpaceLow?.(error);
      },
    );
  }

  #askAgain(): void {
    this.#spaceLow = null;
    if (!this.#over) this.#reserveAhead();
  }

  #fail(cause: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = storageError("write to", this.#segment.path, cause);
    this.#options.onFailure(this.#failure);
  }

  /** Frees the oldest segment, if nothing of it is needed; says again what is, if the log is mostly dead. */
  #clean(): void {
    const oldest = this.#sizes.keys().next().value;
    if (oldest === undefined || this.#trimming > oldest) return;
    const { bytes, live } = this.size;
    const isWorthIt = bytes > 2 * live + 2 * this.#options.segmentBytes;
    if (isWorthIt) this.#sayAgain(oldest);
    else if (this.#live.holder(oldest) !== undefined) return;
    if (this.#live.holder(oldest) === undefined) {
      this.#trimming = oldest + 1;
      putTrim(this.#buffer, this.#trimming);
    }
    this.#waiting++;
    this.flush();
  }

  /** Writes a slice of what is needed of a segment once more, so that the segment can go. */
  #sayAgain(segment: number): void {
    const start = this.#buffer.at;
    const isFull = (): boolean => this.#buffer.at - start >= sliceBytes;
    for (let item = this.#live.holder(segment); item !== undefined && !isFull(); item = this.#live.holder(segment)) {
      const module = this.image.get(item.path);
      if (item.recordSegment === segment)
        this.#put({ kind: "set", path: item.path, name: item.name, value: module?.records.get(item.name) });
      const log = module?.logs.get(item.name);
      const slot = this.#slot(item);
      if (item.cutSegment === segment) {
        putCutBefore(this.#buffer, slot, item.cut);
        this.#live.cutBefore(item, item.cut);
      }
      for (let run = runIn(item, segment); run !== undefined && !isFull(); run = runIn(item, segment)) {
        const index = run.from;
        assert(log !== undefined && index >= log.first, `${item.path}.${item.name} has no entry ${index} to keep`);
        this.#live.put(item, index, putAppend(this.#buffer, slot, index, log.entries[index - log.first]));
      }
    }
  }

  async #removeBefore(sequence: number): Promise<void> {
    this.#firstNeeded = sequence;
    for (const old of [...this.#sizes.keys()]) {
      if (old >= sequence) continue;
      this.#sizes.delete(old);
      this.#live.drop(old);
      await this.#segments.remove(old);
    }
  }

  /** When all is quiet, one empty batch says that everything before it is synced: damage there is damage from then on. */
  #mindIdle(): void {
    if (this.#marked || this.#waiting > 0) return;
    if (this.#idle === null) this.#idle = setTimeout(() => this.#mark(), idleMarkMs).unref();
    else this.#idle.refresh();
  }

  #mark(): void {
    if (!this.#over && !this.#marked && this.#writing === null && this.#waiting === 0) this.#begin();
  }
}

const padded = (bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> => {
  const wider = new Uint8Array(length);
  wider.set(bytes);
  return wider;
};

const runIn = ({ runs }: LiveItem, segment: number): LiveItem["runs"][number] | undefined =>
  runs.find((run) => run.segment === segment);
