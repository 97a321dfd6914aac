import { describe } from "../../model/plain.ts";
import type { PlainAnomalies } from "./anomaly.ts";
import type { CycleStep } from "./cycle-search.ts";
import { type DependencyEdges, dependency } from "./dependency-graph.ts";
import { Grouped } from "./grouped.ts";
import { noVersion, type RegisterIndex, type RegisterUse } from "./register-index.ts";
import type { VersionOrder, VersionPair } from "./version-order.ts";

const { ww, wr, rw, wwBySession, rwBySession, wwByTime, rwByTime } = dependency;

/** How a dependency is told that rests on the order of two versions. */
const labelsOf = ({ isImplied, reason }: VersionPair): { readonly write: number; readonly read: number } => {
  if (isImplied !== true) return { write: ww, read: rw };
  return reason === "session" ? { write: wwBySession, read: rwBySession } : { write: wwByTime, read: rwByTime };
};

/** Finds who depends on whom by what was read and written, as far as the order of versions is known. */
export class RegisterDependencies {
  readonly #index: RegisterIndex;
  readonly #order: VersionOrder;
  readonly #anomalies: PlainAnomalies;

  constructor(index: RegisterIndex, order: VersionOrder, edges: DependencyEdges, anomalies: PlainAnomalies) {
    this.#index = index;
    this.#order = order;
    this.#anomalies = anomalies;
    const readers = this.#ofReads(edges);
    // Nobody wrote the first version of a key: where it seems to be the newer one, there is nobody to depend on.
    const written = order.pairs.filter((pair) => index.writerOf(pair.newer) !== noVersion);
    for (const pair of written) {
      const older = index.writerOf(pair.older);
      // Whoever read the older version before writing depends on it by that read; that the write came after it is
      // inferred only, and so must not make a cycle of writes alone.
      if (older !== noVersion && pair.reason !== "read-then-write") {
        edges.add(older, index.writerOf(pair.newer), labelsOf(pair).write, index.keyOfWrite[pair.newer]!);
      }
    }
    for (const read of [rw, rwBySession, rwByTime]) {
      this.#ofMissedWrites(
        edges,
        readers,
        written.filter((pair) => labelsOf(pair).read === read),
        read,
      );
    }
    this.#findLostUpdates();
  }

  #ofMissedWrites(edges: DependencyEdges, readers: Grouped, pairs: readonly VersionPair[], label: number): void {
    if (pairs.length === 0) return;
    const { versions } = this.#index;
    const writers = new Grouped(
      versions,
      pairs.map(({ older }) => older),
      pairs.map(({ newer }) => this.#index.writerOf(newer)),
    );
    for (let version = 0; version < versions; version++) {
      if (writers.sizeOf(version) === 0 || readers.sizeOf(version) === 0) continue;
      const sources = Array.from(readers.of(version), (vertex) => ({ vertex, label }));
      edges.addAll(sources, Int32Array.from(new Set(writers.of(version))), this.#keyOf(version));
    }
  }

  #keyOf(version: number): number {
    return this.#index.keyOfWrite[version] ?? version - this.#index.initialOf(0);
  }

  /** By version, who read it. What was read of a transaction that wrote again counts as its last version. */
  #ofReads(edges: DependencyEdges): Grouped {
    const versions: number[] = [];
    const readers: number[] = [];
    for (const { transaction, key, read } of this.#index.uses) {
      for (const version of read) {
        const writer = this.#index.writerOf(version);
        if (writer !== noVersion) edges.add(writer, transaction, wr, key);
        versions.push(this.#order.standing(version));
        readers.push(transaction);
      }
    }
    return new Grouped(this.#index.versions, versions, readers);
  }

  /** Of two that read one version and then write, the later one to take effect has missed the other. */
  #findLostUpdates(): void {
    const updater = new Map<number, number>();
    for (const { transaction, key, readFirst, wrote } of this.#index.uses) {
      if (wrote === noVersion || this.#index.committed[transaction] === 0) continue;
      for (const version of readFirst) {
        const other = updater.get(version);
        updater.set(version, transaction);
        if (other === undefined || other === transaction) continue;
        const value = describe(this.#index.valueOf[version] ?? null);
        const tell = (): string =>
          `T${other} and T${transaction} both read ${value} from key ${this.#index.keys[key]!.name} and then write it`;
        this.#anomalies.add("lost-update", [other, transaction], tell);
      }
    }
  }

  /** Whoever sees one write of a transaction sees all of them, of what it reads (Bailis et al. 2014). */
  findFracturedReads(isConcerned: (transaction: number) => boolean): void {
    const uses = this.#index.transactions.map((): RegisterUse[] => []);
    for (const use of this.#index.uses) if (isConcerned(use.transaction)) uses[use.transaction]!.push(use);
    for (const [reader, own] of uses.entries()) {
      for (const { key, read } of own) {
        for (const version of read) {
          const writer = this.#index.writerOf(version);
          if (writer === noVersion) continue;
          const torn = uses[writer]!.find(
            (other) =>
              other.key !== key && own.some((use) => use.key === other.key && this.#misses(use.read, other.wrote)),
          );
          if (torn === undefined) continue;
          const [seen, missed] = [key, torn.key].map((number) => this.#index.keys[number]!.name);
          const tell = (): string =>
            `T${reader} observed T${writer}'s write to key ${seen} and not its write to key ${missed}`;
          this.#anomalies.add("fractured-read", [writer, reader], tell);
          return;
        }
      }
    }
  }

  #misses(read: readonly number[], wrote: number): boolean {
    if (wrote === noVersion) return false;
    const { place } = this.#order;
    return read.some((version) => {
      const standing = this.#order.standing(version);
      if (standing === noVersion) return false;
      return standing >= this.#index.initialOf(0) || (place[standing]! >= 0 && place[standing]! < place[wrote]!);
    });
  }

  /** Why a transaction depends on another, in words. */
  explain({ from, to, label, key }: CycleStep): string {
    const { name } = this.#index.keys[key]!;
    if (label === wr) return `T${to} read ${this.#readFrom(from, to, key)} from key ${name}, which T${from} wrote`;
    const newer = describe(this.#writtenBy(to, key));
    if (label === ww)
      return `T${to} wrote ${newer} to key ${name} after T${from} wrote ${describe(this.#writtenBy(from, key))}`;
    const version = this.#useOf(from, key)?.read.find((one) => one !== noVersion);
    const older = describe(version === undefined ? null : (this.#index.valueOf[version] ?? null));
    return `T${from} read ${older} from key ${name}, before T${to} wrote ${newer}`;
  }

  #useOf(transaction: number, key: number): RegisterUse | undefined {
    return this.#index.uses.find((use) => use.transaction === transaction && use.key === key);
  }

  #readFrom(from: number, to: number, key: number): string {
    const version = this.#useOf(to, key)?.read.find((one) => this.#index.writerOf(one) === from);
    return describe(version === undefined ? undefined : this.#index.valueOf[version]);
  }

  #writtenBy(transaction: number, key: number): unknown {
    return this.#index.valueOf[this.#useOf(transaction, key)?.wrote ?? noVersion];
  }
}
