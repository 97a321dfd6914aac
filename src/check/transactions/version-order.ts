import { describe } from "../../model/plain.ts";
import type { PlainAnomalies } from "./anomaly.ts";
import { DependencyEdges, type DependencyGraph, dependency } from "./dependency-graph.ts";
import { Grouped } from "./grouped.ts";
import { inOrderOfCall } from "./order-edges.ts";
import { noVersion, type RegisterIndex } from "./register-index.ts";
import { strongComponents } from "./strong-components.ts";

/** What may be taken for granted of each key by itself. */
export interface VersionAssumptions {
  /** Each key alone is sequentially consistent: what a process finds there is never older than what it found before. */
  readonly sequentialKeys?: boolean;
  /** Each key alone is linearizable: nor is it older than what anybody had found, or left, when the call was made. */
  readonly linearizableKeys?: boolean;
}

/** What the model that is asked for implies of each key: who forbids to miss a write in an order keeps it by the key. */
export interface VersionImplications {
  readonly sessions: boolean;
  readonly realTime: boolean;
}

/** One version is older than another, and who says so. */
export interface VersionPair {
  readonly older: number;
  readonly newer: number;
  readonly reason: "initial" | "read-then-write" | "session" | "realtime";
  /** Whether that only holds if the model does that is asked for. */
  readonly isImplied?: boolean;
}

/** In which order the versions of each key came, as far as that can be inferred. */
export class VersionOrder {
  readonly pairs: readonly VersionPair[];
  /** Two versions whose order cannot be inferred, if there are any. */
  readonly unknown: readonly [number, number] | undefined;
  /** By version: its place among those of its key, where their order is known from end to end; -1 otherwise. */
  readonly place: Int32Array;
  readonly #index: RegisterIndex;

  constructor(
    index: RegisterIndex,
    { sequentialKeys = false, linearizableKeys = false }: VersionAssumptions,
    { sessions, realTime }: VersionImplications,
    anomalies: PlainAnomalies,
  ) {
    this.#index = index;
    const pairs = [...this.#readThenWrite()];
    if (sequentialKeys || sessions) this.#addSessions(pairs, !sequentialKeys);
    if (linearizableKeys || realTime) this.#addRealTime(pairs, !linearizableKeys);
    this.#addFirst(pairs);
    this.pairs = pairs;
    this.place = new Int32Array(index.versions).fill(-1);
    const certain = pairs.filter(({ isImplied }) => isImplied !== true);
    const { component, size } = strongComponents(this.#graph(certain), dependency.ww);
    if (sequentialKeys || linearizableKeys) this.#findCyclic(certain, component, size, anomalies);
    const gap = this.#rank(certain, component, this.place);
    this.unknown = certain.length === pairs.length ? gap : this.#rankAll(pairs);
  }

  /** A version as it stands in an order: of a transaction that wrote more than once, the last one. */
  standing(version: number): number {
    const { isIntermediate, keyOfWrite, writer } = this.#index;
    if (version === noVersion || writer[version] === undefined) return version;
    if (this.#index.writerOf(version) === noVersion) return noVersion;
    let last = version;
    for (let next = version; isIntermediate[last] === true; next++) {
      if (keyOfWrite[next] === keyOfWrite[version]) last = next;
    }
    return last;
  }

  *#readThenWrite(): Generator<VersionPair> {
    for (const { readFirst, wrote, transaction } of this.#index.uses) {
      if (wrote === noVersion || this.#index.committed[transaction] === 0) continue;
      for (const version of readFirst) {
        const older = this.standing(version);
        if (older !== noVersion) yield { older, newer: wrote, reason: "read-then-write" };
      }
    }
  }

  /** By use: the version that it found at first, and the one that it left behind. */
  #ends(): { readonly found: Int32Array; readonly left: Int32Array } {
    const { uses } = this.#index;
    const [found, left] = [new Int32Array(uses.length), new Int32Array(uses.length)];
    for (const [at, { read, readFirst, wrote }] of uses.entries()) {
      const isWriter = wrote !== noVersion;
      found[at] = this.standing(readFirst[0] ?? (isWriter ? wrote : (read[0] ?? noVersion)));
      left[at] = isWriter ? wrote : this.standing(read.at(-1) ?? noVersion);
    }
    return { found, left };
  }

  #addPair(pairs: VersionPair[], pair: VersionPair): void {
    const { older, newer } = pair;
    if (older !== noVersion && newer !== noVersion && older !== newer) pairs.push(pair);
  }

  /** The uses of what took effect, by the time of the call. */
  #usesByCall(): Int32Array {
    const { transactions, uses, committed } = this.#index;
    const of = new Grouped(
      transactions.length,
      uses.map(({ transaction }) => (committed[transaction] === 1 ? transaction : -1)),
    );
    return Int32Array.from([...inOrderOfCall(transactions)].flatMap((transaction) => [...of.of(transaction)]));
  }

  #endOf(use: number): number {
    const { status, returnedAt } = this.#index.transactions[this.#index.uses[use]!.transaction]!;
    return status === "ok" ? (returnedAt ?? Infinity) : Infinity;
  }

  #addSessions(pairs: VersionPair[], isImplied: boolean): void {
    const { transactions, uses } = this.#index;
    const { found, left } = this.#ends();
    const last = new Map<string, number>();
    for (const at of this.#usesByCall()) {
      const { transaction, key } = uses[at]!;
      const session = `${transactions[transaction]!.process} ${key}`;
      this.#addPair(pairs, { older: last.get(session) ?? noVersion, newer: found[at]!, reason: "session", isImplied });
      if (this.#endOf(at) < Infinity && left[at] !== noVersion) last.set(session, left[at]!);
    }
  }

  /** Of each key: what was left by the last ones to return before a call is older than what that call found. */
  #addRealTime(pairs: VersionPair[], isImplied: boolean): void {
    const { transactions, uses, keys } = this.#index;
    const { found, left } = this.#ends();
    const order = this.#usesByCall();
    const byKey = new Grouped(
      keys.length,
      order.map((at) => uses[at]!.key),
      order,
    );
    const called = Float64Array.from(uses, ({ transaction }) => transactions[transaction]!.invokedAt);
    const ended = Float64Array.from(uses, (_, at) => this.#endOf(at));
    for (let key = 0; key < keys.length; key++) {
      const returned = byKey
        .of(key)
        .filter((at) => ended[at]! < Infinity)
        .sort((a, b) => ended[a]! - ended[b]!);
      let over = 0;
      // Whoever returned before this was called is followed by one who was called after that.
      let latestCall = -Infinity;
      for (const at of byKey.of(key)) {
        for (; over < returned.length && ended[returned[over]!]! < called[at]!; over++) {
          latestCall = Math.max(latestCall, called[returned[over]!]!);
        }
        for (let back = over - 1; back >= 0 && ended[returned[back]!]! >= latestCall; back--) {
          this.#addPair(pairs, { older: left[returned[back]!]!, newer: found[at]!, reason: "realtime", isImplied });
        }
      }
    }
  }

  /** What was there before all writes is older than those that nothing else is known to be older than. */
  #addFirst(pairs: VersionPair[]): void {
    const hasOlder = new Uint8Array(this.#index.versions);
    for (const { newer, isImplied } of pairs) if (isImplied !== true) hasOlder[newer] = 1;
    for (const write of this.#index.installed()) {
      const initial = this.#index.initialOf(this.#index.keyOfWrite[write]!);
      if (hasOlder[write] === 0) pairs.push({ older: initial, newer: write, reason: "initial" });
    }
  }

  #graph(pairs: readonly VersionPair[]): DependencyGraph {
    const edges = new DependencyEdges(this.#index.versions);
    for (const { older, newer } of pairs) edges.add(older, newer, dependency.ww, 0);
    return edges.graph();
  }

  #rankAll(pairs: readonly VersionPair[]): readonly [number, number] | undefined {
    const { component } = strongComponents(this.#graph(pairs), dependency.ww);
    return this.#rank(pairs, component, new Int32Array(this.#index.versions));
  }

  /** Ranks the versions of each key that are in an order from end to end; tells of two that are not. */
  #rank(
    pairs: readonly VersionPair[],
    component: Int32Array,
    place: Int32Array,
  ): readonly [number, number] | undefined {
    const { keyOfWrite, keys, versions } = this.#index;
    const firstInitial = this.#index.initialOf(0);
    const ofKey = keys.map((_, key) => [this.#index.initialOf(key)]);
    for (const write of this.#index.installed()) ofKey[keyOfWrite[write]!]!.push(write);
    const follows = new Set(pairs.map(({ older, newer }) => older * versions + newer));
    let unknown: [number, number] | undefined;
    for (const all of ofKey) {
      all.sort((a, b) => component[b]! - component[a]!);
      const gap = all.findIndex((version, at) => {
        const next = all[at + 1];
        if (next === undefined || version >= firstInitial) return false;
        return !follows.has(version * versions + next);
      });
      if (gap >= 0) unknown ??= [all[gap]!, all[gap + 1]!];
      else for (const [at, version] of all.entries()) place[version] = at;
    }
    return unknown;
  }

  /** Versions that are older than themselves, if each key keeps what is assumed of it. */
  #findCyclic(pairs: readonly VersionPair[], component: Int32Array, size: Int32Array, anomalies: PlainAnomalies): void {
    const { writer, keyOfWrite, keys } = this.#index;
    const isCyclic = ({ older, newer }: VersionPair): boolean =>
      component[older] === component[newer] && size[component[older]!]! > 1;
    // Reads followed by writes in a circle are a G1c by themselves.
    const first = pairs.find((pair) => pair.reason !== "read-then-write" && isCyclic(pair));
    if (first === undefined) return;
    const versions = [...component.keys()].filter((version) => component[version] === component[first.older]);
    const { name } = keys[keyOfWrite[first.newer] ?? first.newer - this.#index.initialOf(0)]!;
    const named = versions.map((version) => describe(this.#index.valueOf[version] ?? null)).join(" and ");
    const tell = (): string =>
      `of the values ${named} of key ${name} each is older than the other, if the key keeps what is assumed`;
    const writers = versions.map((version) => writer[version]).filter((one) => one !== undefined);
    anomalies.add("cyclic-versions", writers, tell);
  }
}
