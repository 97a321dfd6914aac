import { type DiskImage, decode, decodeWithin, logImage, moduleImage } from "../../model/index.ts";
import { valueLengthBefore } from "./frame-codec.ts";
import { LiveIndex, type LiveItem } from "./live-index.ts";
import type { SegmentSink } from "./segment-reader.ts";

/**
 * Where a value lies that was read and not decoded yet, since most are dead by the end of the log: the number of its
 * source, times 2^32, plus its offset. One number for an entry, so that millions of them make no work for the collector.
 */
type Place = number;

const offsets = 0x1_0000_0000;
const nowhere: Place = -1;

interface ReplayedLog {
  /** Index of `entries[0]`; meaningless while it is empty. */
  base: number;
  /** Where a cut from below left its first entry; 0 if none did. */
  cut: number;
  entries: Place[];
}

interface Replayed {
  readonly item: LiveItem;
  record: Place;
  log: ReplayedLog | undefined;
}

/** Entries that may be missing between two of a log while it is read. */
const holesMax = 16_777_216;

/** A source of which so much is still needed stays in memory whole, and its bytes are not copied. */
const sharedFrom = 0.5;

/**
 * What the operations of a log amount to, one after the other. It may begin in the middle: what older segments still
 * had to say was said again before they went.
 */
export class Replay implements SegmentSink {
  readonly live: LiveIndex = new LiveIndex();
  /** Segments before this one are not needed. */
  firstNeeded = 0;
  readonly #sources: { readonly bytes: Uint8Array; readonly segment: number }[] = [];
  #slots: Replayed[] = [];
  readonly #all = new Map<LiveItem, Replayed>();

  /** Another segment begins: its numbers for paths are its own. */
  segment(sequence: number): void {
    this.live.segment = sequence;
    this.#slots = [];
    this.live.era++;
  }

  /** How many paths and names have a number in the segment that was begun last. */
  get defined(): number {
    return this.#slots.length;
  }

  /** The bytes in which the operations to come point. They are kept, as long as a value in them is. */
  source(bytes: Uint8Array): void {
    this.#sources.push({ bytes, segment: this.live.segment });
  }

  define(bytes: Uint8Array, at: number, length: number): void {
    const said = decode(bytes.subarray(at, at + length));
    if (!Array.isArray(said) || typeof said[0] !== "string" || typeof said[1] !== "string")
      throw new RangeError("no path and name");
    const item = this.live.item(said[0], said[1]);
    this.live.number(item, this.#slots.length);
    this.#slots.push(this.#replayed(item));
  }

  set(slot: number, at: number, length: number): void {
    const replayed = this.#slot(slot);
    replayed.record = this.#place(at);
    this.live.set(replayed.item, length);
  }

  append(slot: number, index: number, at: number, length: number): void {
    const replayed = this.#slot(slot);
    const log = this.#log(replayed);
    if (log.entries.length === 0) log.base = index;
    const behind = index - log.base;
    // What older segments held comes later, when it was said again: until then there are holes.
    const holes = behind < 0 ? -behind : behind - log.entries.length;
    if (holes > holesMax) throw new RangeError(`entry ${index} is ${holes} entries away from the others of its log`);
    if (behind < 0) {
      log.entries = new Array<Place>(holes).fill(nowhere).concat(log.entries);
      log.base = index;
    } else for (let hole = 0; hole < holes; hole++) log.entries.push(nowhere);
    log.entries[index - log.base] = this.#place(at);
    this.live.put(replayed.item, index, length);
  }

  cutFrom(slot: number, index: number): void {
    const replayed = this.#slot(slot);
    const log = this.#log(replayed);
    log.entries.length = Math.min(log.entries.length, Math.max(0, index - log.base));
    this.live.cutFrom(replayed.item, index);
  }

  cutBefore(slot: number, index: number): void {
    const replayed = this.#slot(slot);
    const log = this.#log(replayed);
    log.cut = Math.max(log.cut, index);
    if (index > log.base) {
      log.entries.splice(0, index - log.base);
      log.base = index;
    }
    this.live.cutBefore(replayed.item, index);
  }

  forget(slot: number): void {
    const { path } = this.#slot(slot).item;
    for (const item of this.live.forget(path)) {
      this.#all.delete(item);
    }
  }

  trim(sequence: number): void {
    this.firstNeeded = Math.max(this.firstNeeded, sequence);
  }

  /** @throws RangeError where an entry of a log is missing, PlainDataError where a value cannot be read. */
  image(): DiskImage {
    const image: DiskImage = new Map();
    const shares = this.#sources.map(({ bytes, segment }) => this.live.bytesIn(segment) > sharedFrom * bytes.length);
    for (const [{ path, name }, { record, log }] of this.#all) {
      if (record !== nowhere) moduleImage(image, path).records.set(name, this.#value(record, shares));
      if (log === undefined) continue;
      const kept = logImage(moduleImage(image, path), name);
      if (log.entries.length > 0 && log.base !== log.cut)
        throw new RangeError(`${path}.${name} has no entry ${log.cut}`);
      kept.first = log.cut;
      kept.entries = log.entries.map((place, at) => {
        if (place === nowhere) throw new RangeError(`${path}.${name} has no entry ${log.cut + at}`);
        return this.#value(place, shares);
      });
    }
    return image;
  }

  #place(at: number): Place {
    return (this.#sources.length - 1) * offsets + at;
  }

  #value(place: Place, shares: readonly boolean[]): unknown {
    const source = Math.floor(place / offsets);
    const { bytes } = this.#sources[source]!;
    const at = place % offsets;
    return decodeWithin(bytes, at, at + valueLengthBefore(bytes, at), shares[source]);
  }

  #slot(slot: number): Replayed {
    const replayed = this.#slots[slot];
    if (replayed === undefined) throw new RangeError(`nothing was said to have number ${slot}`);
    return replayed;
  }

  #replayed(item: LiveItem): Replayed {
    let replayed = this.#all.get(item);
    if (replayed === undefined) {
      replayed = { item, record: nowhere, log: undefined };
      this.#all.set(item, replayed);
    }
    return replayed;
  }

  #log(replayed: Replayed): ReplayedLog {
    replayed.log ??= { base: 0, cut: 0, entries: [] };
    return replayed.log;
  }
}
