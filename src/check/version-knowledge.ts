import type { Operation } from "./history.ts";
import { type Access, initially, type ReadsFrom, type ReadWriteInput } from "./reads-from.ts";
import { Interner } from "./transitions.ts";

/** What a checker of session guarantees may know beside the history. */
export interface SessionKnowledge {
  /** What a read answers before any write; null by default. */
  readonly initial?: unknown;
  /**
   * The order in which the system itself puts the values of a key, oldest first (by timestamps, versions, a log).
   * Without it, the only order that is known is that of one session's own writes.
   */
  versionOrder?(key: string | number | undefined): readonly unknown[];
  /**
   * The replica that answered a read. A replica only ever gains writes: what it once showed, it has.
   */
  replicaOf?(read: Operation<ReadWriteInput, unknown>): string | number | undefined;
}

/** Which of two writes is the older one, as far as anybody can know. */
export class VersionKnowledge {
  readonly #accesses: readonly Access[];
  readonly #versionOrder: SessionKnowledge["versionOrder"];
  /** By key: the place of each write in the version order. */
  readonly #places = new Map<number, ReadonlyMap<number, number>>();

  constructor({ accesses }: ReadsFrom, { versionOrder }: SessionKnowledge) {
    this.#accesses = accesses;
    this.#versionOrder = versionOrder;
  }

  /** Whether `first` is known to be older than `second`. What was there before all writes is older than any. */
  isOlder(first: number, second: number): boolean {
    if (first === second || second === initially) return false;
    if (first === initially) return true;
    if (this.#versionOrder !== undefined) {
      const places = this.#placesOf(this.#accesses[second]!);
      return (places.get(first) ?? Number.NaN) < (places.get(second) ?? Number.NaN);
    }
    return this.isEarlierOfSession(first, second);
  }

  /** Whether two writes are one session's, the first completed before the second was called. */
  isEarlierOfSession(first: number, second: number): boolean {
    const [a, b] = [this.#accesses[first]!, this.#accesses[second]!];
    return a.session === b.session && a.position < b.position && a.isDetermined;
  }

  #placesOf({ key, operation }: Access): ReadonlyMap<number, number> {
    let places = this.#places.get(key);
    if (places === undefined) {
      const values = new Interner<unknown>();
      const order = this.#versionOrder?.(operation.input.key) ?? [];
      for (const value of order) values.idOf(value);
      const known = values.size;
      const found = new Map<number, number>();
      for (const { source, isRead, key: other, operation: write } of this.#accesses) {
        if (isRead || other !== key || !("value" in write.input)) continue;
        const place = values.idOf(write.input.value);
        if (place < known) found.set(source, place);
      }
      places = found;
      this.#places.set(key, places);
    }
    return places;
  }
}
