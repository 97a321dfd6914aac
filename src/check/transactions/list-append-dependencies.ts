import { describe } from "../../model/plain.ts";
import type { PlainAnomalies } from "./anomaly.ts";
import type { CycleStep } from "./cycle-search.ts";
import { type DependencyEdges, dependency } from "./dependency-graph.ts";
import { type ListAppendIndex, type ListKey, nobody } from "./list-append-index.ts";
import type { TransactionValue } from "./transaction.ts";

const { ww, wr, rw } = dependency;

/** Appends that took effect after all that anybody read: their writers, in no known order. */
export interface Unobserved {
  readonly key: number;
  /** Distinct transactions. */
  readonly writers: Int32Array;
}

interface Source {
  readonly vertex: number;
  readonly label: number;
}

/** What a transaction has done with a key so far. */
class OwnUse {
  transaction: number = nobody;
  /** Its last append, or `nobody`. */
  append: number = nobody;
  /** How much it read that is not its own; -1 before the first read. */
  external = -1;

  reset(transaction: number): void {
    this.transaction = transaction;
    this.append = nobody;
    this.external = -1;
  }
}

/** Finds who depends on whom by what was appended and read, and the anomalies that a transaction shows by itself. */
export class ListAppendDependencies {
  readonly unobserved: readonly Unobserved[];
  readonly #index: ListAppendIndex;
  readonly #edges: DependencyEdges;
  readonly #anomalies: PlainAnomalies;
  readonly #uses: readonly OwnUse[];
  /** By key and length of what was read: the next committed writer who is not the last one's. */
  readonly #next: readonly Int32Array[];
  /** By key and length of what was read: who read just this and then appended. */
  readonly #updater: readonly Int32Array[];
  /** By key: who comes before what nobody read. */
  readonly #last: Source[][];

  constructor(index: ListAppendIndex, edges: DependencyEdges, anomalies: PlainAnomalies) {
    this.#index = index;
    this.#edges = edges;
    this.#anomalies = anomalies;
    this.#uses = index.keys.map(() => new OwnUse());
    this.#updater = index.keys.map(({ at }) => new Int32Array(at.length + 1).fill(nobody));
    this.#last = index.keys.map(() => []);
    this.#next = index.keys.map((key, number) => this.#ofWrites(key, number));
    this.unobserved = this.#findUnobserved();
    const isOpen = new Uint8Array(index.keys.length);
    for (const { key } of this.unobserved) isOpen[key] = 1;
    this.#ofReads(isOpen);
    for (const { key, writers } of this.unobserved) edges.addAll(this.#last[key]!, writers, key);
  }

  /** The order of writes, and by length of what was read the writer who comes next. */
  #ofWrites(key: ListKey, number: number): Int32Array {
    const { at } = key;
    const next = new Int32Array(at.length + 1).fill(nobody);
    let following = nobody;
    let afterThat = nobody;
    for (let place = at.length - 1; place >= 0; place--) {
      const writer = this.#index.committedWriter(at[place]!);
      next[place + 1] = writer === following && writer !== nobody ? afterThat : following;
      if (writer === nobody || writer === following) continue;
      if (following !== nobody) this.#edges.add(writer, following, ww, number);
      else this.#last[number]!.push({ vertex: writer, label: ww });
      afterThat = following;
      following = writer;
    }
    next[0] = following;
    if (key.firstAborted < at.length) this.#findDirtyUpdate(key);
    return next;
  }

  #findDirtyUpdate({ at, firstAborted, name }: ListKey): void {
    const aborted = this.#index.writer[at[firstAborted]!]!;
    for (let place = firstAborted + 1; place < at.length; place++) {
      const writer = this.#index.committedWriter(at[place]!);
      if (writer === nobody) continue;
      const tell = (): string =>
        `T${writer} committed an append to key ${name} on top of one of T${aborted}, which was aborted`;
      this.#anomalies.add("dirty-update", [aborted, writer], tell);
      return;
    }
  }

  #findUnobserved(): readonly Unobserved[] {
    const { appends, place, writer, committed, keyOfAppend, keys } = this.#index;
    const writers: number[][] = keys.map(() => []);
    for (let append = 0; append < appends; append++) {
      const [by, key] = [writer[append]!, keyOfAppend[append]!];
      if (place[append]! >= 0 || committed[by] === 0 || keys[key]!.isContradicted) continue;
      const ofKey = writers[key]!;
      if (ofKey.at(-1) !== by) ofKey.push(by);
    }
    return writers.flatMap((ofKey, key) => (ofKey.length === 0 ? [] : [{ key, writers: Int32Array.from(ofKey) }]));
  }

  #ofReads(isOpen: Uint8Array): void {
    const { transactions, firstOperation, keyOfOperation } = this.#index;
    let append = 0;
    for (let at = 0; at < transactions.length; at++) {
      const { operations, status } = transactions[at]!;
      let place = firstOperation[at]!;
      for (const operation of operations) {
        const key = keyOfOperation[place++]!;
        if (operation.kind === "append") {
          if (status === "ok") this.#appends(at, key, append);
          append++;
        } else if (status === "ok" && operation.value !== undefined) {
          this.#reads(at, key, operation.value ?? [], isOpen[key] === 1);
        }
      }
    }
  }

  #useOf(by: number, key: number): OwnUse {
    const use = this.#uses[key]!;
    if (use.transaction !== by) use.reset(by);
    return use;
  }

  #appends(by: number, number: number, append: number): void {
    const use = this.#useOf(by, number);
    if (use.append === nobody && use.external >= 0) this.#updates(by, number, use.external);
    use.append = append;
  }

  /** Whoever reads a list and appends to it must not miss another who did the same. */
  #updates(by: number, number: number, length: number): void {
    const updater = this.#updater[number]!;
    if (length >= updater.length) return;
    const other = updater[length]!;
    updater[length] = by;
    if (other === nobody || other === by) return;
    const key = this.#index.keys[number]!;
    this.#anomalies.add(
      "lost-update",
      [other, by],
      () =>
        `T${other} and T${by} both read ${describe(key.longest.slice(0, length))} from key ${key.name} and then append to it`,
    );
  }

  #reads(by: number, number: number, list: readonly TransactionValue[], isOpen: boolean): void {
    const key = this.#index.keys[number]!;
    const use = this.#useOf(by, number);
    const length = this.#external(by, key, list, use);
    if (list.length > key.firstAborted || list.length > key.at.length) this.#findAborted(by, key, list);
    const last = length > 0 ? key.appendAt(list, length - 1) : nobody;
    const writer = this.#index.committedWriter(last);
    if (writer !== nobody) {
      this.#edges.add(writer, by, wr, number);
      if (this.#index.isIntermediate[last] === 1 && writer !== by)
        this.#readsIntermediate(by, key, list, length, writer);
    }
    if (length > key.at.length) return;
    const next = this.#next[number]![length]!;
    if (next !== nobody) this.#edges.add(by, next, rw, number);
    else if (isOpen) this.#last[number]!.push({ vertex: by, label: rw });
  }

  /** How much of a list is not the reader's own. Its own appends stand at the end, all of them, and the rest stays. */
  #external(by: number, key: ListKey, list: readonly TransactionValue[], use: OwnUse): number {
    const { writer, previousOwn } = this.#index;
    let length = list.length;
    let own = use.append;
    let isInternal = true;
    for (; length > 0; length--) {
      const append = key.appendAt(list, length - 1);
      if (append === nobody || writer[append] !== by) break;
      if (append !== own) isInternal = false;
      own = own === nobody ? nobody : previousOwn[own]!;
    }
    if (own !== nobody || (use.external >= 0 && use.external !== length)) isInternal = false;
    if (!isInternal) {
      this.#anomalies.add(
        "internal",
        [by],
        () => `T${by} reads ${describe(list)} from key ${key.name}, which is not what it read or appended there before`,
      );
    }
    use.external = length;
    return length;
  }

  #findAborted(by: number, key: ListKey, list: readonly TransactionValue[]): void {
    const seen = new Set<TransactionValue>();
    for (const [place, value] of list.entries()) {
      const append = key.appendAt(list, place);
      if (append >= 0 && this.#index.isAborted(append)) {
        const writer = this.#index.writer[append]!;
        const tell = (): string =>
          `T${by} observed T${writer}'s append of ${describe(value)} to key ${key.name}, and T${writer} was aborted`;
        this.#anomalies.add("G1a", [writer, by], tell);
      }
      if (!key.appendOf.has(value)) {
        const tell = (): string => `T${by} reads ${describe(value)} from key ${key.name}, which nobody appended`;
        this.#anomalies.add("unexpected-element", [by], tell);
      } else if (seen.has(value)) {
        const tell = (): string => `T${by} reads ${describe(value)} twice in one list from key ${key.name}`;
        this.#anomalies.add("duplicate-elements", [by], tell);
      }
      seen.add(value);
    }
  }

  #readsIntermediate(
    by: number,
    { name }: ListKey,
    list: readonly TransactionValue[],
    length: number,
    writer: number,
  ): void {
    this.#anomalies.add(
      "G1b",
      [writer, by],
      () =>
        `T${by} observed T${writer}'s append of ${describe(list[length - 1])} to key ${name}, and T${writer} appended to it again`,
    );
  }

  /** Whoever sees one append of a transaction sees all of them, of what it reads (Bailis et al. 2014). */
  findFracturedReads(isConcerned: (transaction: number) => boolean): void {
    const { transactions } = this.#index;
    for (let at = 0; at < transactions.length; at++) {
      if (transactions[at]!.status !== "ok" || !isConcerned(at)) continue;
      const reads = this.#readsOf(at);
      for (const { writer, key } of reads) {
        if (writer === nobody || !isConcerned(writer)) continue;
        const torn = reads.find((other) => other.key !== key && this.#misses(other.key, other.length, writer));
        if (torn === undefined) continue;
        const [seen, missed] = [key, torn.key].map((number) => this.#index.keys[number]!.name);
        const tell = (): string =>
          `T${at} observed T${writer}'s append to key ${seen} and not its append to key ${missed}`;
        this.#anomalies.add("fractured-read", [writer, at], tell);
        return;
      }
    }
  }

  /** What a transaction read: how much that is not its own, and by whom the last of it was appended. */
  #readsOf(by: number): readonly { readonly key: number; readonly length: number; readonly writer: number }[] {
    const { transactions, keys, firstOperation, keyOfOperation, committed } = this.#index;
    return transactions[by]!.operations.flatMap((operation, place) => {
      if (operation.kind !== "read" || operation.value === undefined) return [];
      const number = keyOfOperation[firstOperation[by]! + place]!;
      const list = operation.value ?? [];
      let length = list.length;
      while (length > 0 && this.#writerAt(keys[number]!, list, length) === by) length--;
      const writer = length > 0 ? this.#writerAt(keys[number]!, list, length) : nobody;
      return [{ key: number, length, writer: writer !== nobody && committed[writer] === 1 ? writer : nobody }];
    });
  }

  #misses(number: number, length: number, writer: number): boolean {
    const { operations } = this.#index.transactions[writer]!;
    const { name, appendOf } = this.#index.keys[number]!;
    return operations.some(({ kind, key, value }) => {
      const append = kind === "append" && key === name ? appendOf.get(value as TransactionValue) : undefined;
      if (append === undefined || append === nobody) return false;
      const place = this.#index.place[append]!;
      return place < 0 ? !this.#index.keys[number]!.isContradicted : place >= length;
    });
  }

  /** Why a transaction depends on another, in words. */
  explain({ from, to, label, key: number }: CycleStep): string {
    const key = this.#index.keys[number]!;
    if (label === wr) {
      return `T${to} observed T${from}'s append of ${this.#observed(from, to, number)} to key ${key.name}`;
    }
    const appended = describe(this.#valueBy(to, number));
    if (label === rw) return `T${from} did not observe T${to}'s append of ${appended} to key ${key.name}`;
    return `T${to} appended ${appended} to key ${key.name} after T${from} appended ${describe(this.#valueBy(from, number))}`;
  }

  /** What a transaction appended to a key, the last of it. */
  #valueBy(by: number, number: number): TransactionValue | undefined {
    const { name } = this.#index.keys[number]!;
    const own = this.#index.transactions[by]!.operations.filter(({ kind, key }) => kind === "append" && key === name);
    return own.at(-1)?.value as TransactionValue | undefined;
  }

  #observed(from: number, to: number, number: number): string {
    const key = this.#index.keys[number]!;
    const isFrom = (list: readonly TransactionValue[]): boolean => {
      let length = list.length;
      while (length > 0 && this.#writerAt(key, list, length) === to) length--;
      return length > 0 && this.#writerAt(key, list, length) === from;
    };
    for (const operation of this.#index.transactions[to]!.operations) {
      if (operation.kind !== "read" || operation.key !== key.name || !isFrom(operation.value ?? [])) continue;
      const list = operation.value ?? [];
      return describe(list.findLast((_, place) => this.#writerAt(key, list, place + 1) === from));
    }
    return "a value";
  }

  #writerAt(key: ListKey, list: readonly TransactionValue[], length: number): number {
    const append = key.appendAt(list, length - 1);
    return append === nobody ? nobody : this.#index.writer[append]!;
  }
}
