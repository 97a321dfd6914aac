/** Entries of one log that lie in one segment, one behind the other. */
interface Run {
  readonly segment: number;
  from: number;
  count: number;
  bytes: number;
}

/** A record or log of a module, and where the bytes lie that are still needed of it. */
export interface LiveItem {
  readonly path: string;
  readonly name: string;
  /** Its number in the segment that is written, if `era` is that of the index. */
  slot: number;
  era: number;
  /** Where its value was set last, -1 if never. */
  recordSegment: number;
  recordBytes: number;
  /** Where its first index was moved last, -1 if never; and to which. */
  cutSegment: number;
  cut: number;
  readonly runs: Run[];
}

/** What an operation takes beside its value, about. */
const operationBytes = 8;

/**
 * Knows for each segment how many of its bytes are still needed, and by what: a segment without any can go, one with few
 * is emptied by saying them again.
 */
export class LiveIndex {
  /** The segment that operations go to now. */
  segment = 0;
  /** Counts the segments that were begun: numbers of items are those of one segment. */
  era = 0;
  readonly #items = new Map<string, Map<string, LiveItem>>();
  readonly #bytes = new Map<number, number>();
  readonly #holders = new Map<number, Set<LiveItem>>();
  #total = 0;

  /** Bytes that are still needed, in all segments. */
  get bytes(): number {
    return this.#total;
  }

  /** The item of this path and name, made if absent. */
  item(path: string, name: string): LiveItem {
    let names = this.#items.get(path);
    if (names === undefined) {
      names = new Map();
      this.#items.set(path, names);
    }
    let item = names.get(name);
    if (item === undefined) {
      item = {
        path,
        name,
        slot: 0,
        era: -1,
        recordSegment: -1,
        recordBytes: 0,
        cutSegment: -1,
        cut: 0,
        runs: [],
      };
      names.set(name, item);
    }
    return item;
  }

  /** Any item at a path, or undefined. */
  anyAt(path: string): LiveItem | undefined {
    return this.#items.get(path)?.values().next().value;
  }

  /** The item has this number until the segment ends. */
  number(item: LiveItem, slot: number): void {
    item.slot = slot;
    item.era = this.era;
  }

  /** A record was set here and now. */
  set(item: LiveItem, bytes: number): void {
    if (item.recordSegment >= 0) this.#count(item.recordSegment, -item.recordBytes);
    item.recordSegment = this.segment;
    item.recordBytes = bytes + operationBytes;
    this.#hold(item, item.recordBytes);
  }

  /** An entry of a log was written here: a new one, or an old one again. */
  put(item: LiveItem, index: number, value: number): void {
    const { runs } = item;
    const bytes = value + operationBytes;
    const last = runs.at(-1);
    if (last === undefined || index >= last.from + last.count) this.#extend(runs, runs.length, index, bytes);
    else this.#move(runs, index, bytes);
    this.#hold(item, bytes);
  }

  /** The entries from an index on are needed no more. */
  cutFrom({ runs }: LiveItem, index: number): void {
    for (let last = runs.at(-1); last !== undefined && last.from + last.count > index; last = runs.at(-1)) {
      this.#shrink(last, last.from + last.count - Math.max(last.from, index));
      if (last.count > 0) return;
      runs.pop();
    }
  }

  /** The entries before an index are needed no more, but where the log begins is. */
  cutBefore(item: LiveItem, index: number): void {
    const { runs } = item;
    if (item.cutSegment >= 0) this.#count(item.cutSegment, -operationBytes);
    item.cutSegment = this.segment;
    item.cut = Math.max(item.cut, index);
    this.#hold(item, operationBytes);
    for (let first = runs[0]; first !== undefined && first.from < index; first = runs[0]) {
      const gone = Math.min(first.count, index - first.from);
      this.#shrink(first, gone);
      first.from += gone;
      if (first.count > 0) return;
      runs.shift();
    }
  }

  /** Nothing at this path is needed any more; returns what was there. */
  forget(path: string): readonly LiveItem[] {
    const items = [...(this.#items.get(path)?.values() ?? [])];
    for (const item of items) {
      if (item.recordSegment >= 0) this.#count(item.recordSegment, -item.recordBytes);
      if (item.cutSegment >= 0) this.#count(item.cutSegment, -operationBytes);
      for (const { segment, bytes } of item.runs) this.#count(segment, -bytes);
      for (const holders of this.#holders.values()) holders.delete(item);
    }
    this.#items.delete(path);
    return items;
  }

  /** Something that is needed of this segment, or undefined: then it can go. */
  holder(segment: number): LiveItem | undefined {
    const holders = this.#holders.get(segment);
    for (const item of holders ?? []) {
      const { recordSegment, cutSegment, runs } = item;
      if (recordSegment === segment || cutSegment === segment || runs.some((run) => run.segment === segment))
        return item;
      holders?.delete(item);
    }
    return undefined;
  }

  /** A segment is gone. */
  drop(segment: number): void {
    this.#holders.delete(segment);
    this.#bytes.delete(segment);
  }

  /** Bytes of a segment that are still needed. */
  bytesIn(segment: number): number {
    return this.#bytes.get(segment) ?? 0;
  }

  #hold(item: LiveItem, bytes: number): void {
    this.#count(this.segment, bytes);
    let holders = this.#holders.get(this.segment);
    if (holders === undefined) {
      holders = new Set();
      this.#holders.set(this.segment, holders);
    }
    holders.add(item);
  }

  #count(segment: number, bytes: number): void {
    this.#bytes.set(segment, (this.#bytes.get(segment) ?? 0) + bytes);
    this.#total += bytes;
  }

  /** How long each entry was is not kept: what goes from a run goes in proportion. */
  #shrink(run: Run, count: number): number {
    const bytes = count === run.count ? run.bytes : Math.floor((run.bytes * count) / run.count);
    run.count -= count;
    run.bytes -= bytes;
    this.#count(run.segment, -bytes);
    return bytes;
  }

  /** Puts an entry behind the run before `at`, or begins one there. */
  #extend(runs: Run[], at: number, index: number, bytes: number): void {
    const before = runs[at - 1];
    if (before !== undefined && before.segment === this.segment && before.from + before.count === index) {
      before.count++;
      before.bytes += bytes;
    } else runs.splice(at, 0, { segment: this.segment, from: index, count: 1, bytes });
  }

  /** An entry that lies in an older segment, or in one that is gone, is here from now on. */
  #move(runs: Run[], index: number, bytes: number): void {
    let at = runs.findIndex((run) => index < run.from + run.count);
    const run = runs[at]!;
    if (index >= run.from) {
      const before = index - run.from;
      const beforeBytes = this.#shrinkFront(run, before);
      this.#shrink(run, 1);
      run.from++;
      if (before > 0)
        runs.splice(at++, 0, { segment: run.segment, from: index - before, count: before, bytes: beforeBytes });
      if (run.count === 0) runs.splice(at, 1);
    }
    this.#extend(runs, at, index, bytes);
  }

  /** Takes the first entries out of a run without counting their bytes away: they stay where they are. */
  #shrinkFront(run: Run, count: number): number {
    if (count === 0) return 0;
    const bytes = this.#shrink(run, count);
    this.#count(run.segment, bytes);
    run.from += count;
    return bytes;
  }
}
