import { never } from "./endpoint-order.ts";
import type { RegisterAccess } from "./register-view.ts";
import { staleRead } from "./stale-reads.ts";
import { initialVersion, noVersion, type Versions, versionsOf } from "./versions.ts";

/** Operations on one register, by number. */
export interface RegisterOperations {
  readonly accesses: readonly RegisterAccess[];
  /** By operation: the rank of its call. */
  readonly invoked: Int32Array;
  /** By operation: the rank of its return; `never` for one that may take effect at any time after its call, or not. */
  readonly returned: Int32Array;
}

/** `undecided`: only a search can tell. */
export type ZoneVerdict =
  | { readonly kind: "holds"; readonly order: readonly number[] }
  | {
      readonly kind: "violated";
      /** Operations that contradict each other, whatever else happened. */
      readonly suspects: readonly number[];
    }
  | { readonly kind: "undecided" };

/** It need not have taken effect. */
const unkept = -1;
const undecided: ZoneVerdict = { kind: "undecided" };

/** A contradiction between operations. */
class Contradiction {
  readonly suspects: readonly number[];

  constructor(suspects: readonly number[]) {
    this.suspects = suspects;
  }
}

/** Versions that follow each other at once, since each was written upon the one before. */
interface Chain {
  readonly versions: readonly number[];
  /** The operations of all its versions, in the order in which they take effect. */
  readonly operations: readonly number[];
  /** The first return and the last call, and whose they are. */
  readonly firstReturn: number;
  readonly lastCall: number;
  readonly first: number;
  readonly last: number;
}

/** A chain must hold the register from its first return to its last call, if the latter is later. */
const isForward = ({ firstReturn, lastCall }: Chain): boolean => firstReturn < lastCall;

/**
 * Decides a history of a register in which every value is written once. All operations of one value stand together in
 * every order, the write first; so do those of values that were written upon each other. Let a chain's zone reach from
 * its first return to its last call: if the former is earlier, the chain holds the register all that time, and no two
 * such zones may overlap; if the latter is, the chain fits into any moment between them, and only must not lie
 * within a zone of the first sort (Gibbons and Korach 1997, section 3; the chains, and what failed, are added here).
 */
class Zones {
  readonly #operations: RegisterOperations;
  readonly #versions: Versions;
  /** By operation: itself, if it must take effect; else one that needs it to have, or `unkept`. */
  readonly #keeper: Int32Array;
  /** By version: its readers. */
  readonly #readers: number[][];
  /** By version: the one that was written upon it, or -1. */
  readonly #next: Int32Array;

  constructor(operations: RegisterOperations, versions: Versions) {
    this.#operations = operations;
    this.#versions = versions;
    this.#keeper = new Int32Array(operations.accesses.length).fill(unkept);
    this.#keepNeeded();
    this.#readers = Array.from(versions.writers, () => []);
    this.#next = new Int32Array(versions.writers.length).fill(-1);
  }

  verdict(): ZoneVerdict {
    try {
      this.#link();
      const chains = this.#chains();
      const placed = this.#placed(chains);
      const order = this.#withFailed(placed);
      return order === undefined ? undecided : { kind: "holds", order };
    } catch (thrown) {
      if (thrown instanceof Contradiction) return { kind: "violated", suspects: this.#withKeepers(thrown.suspects) };
      throw thrown;
    }
  }

  /** What must take effect, and the writes that it depends on. Others need not have happened. */
  #keepNeeded(): void {
    const { returned } = this.#operations;
    const { versionOf, writers, basis } = this.#versions;
    const waiting: number[] = [];
    const keep = (operation: number, keeper: number): void => {
      if (operation < 0 || this.#keeper[operation] !== unkept) return;
      this.#keeper[operation] = keeper;
      waiting.push(operation);
    };
    for (let at = 0; at < returned.length; at++) if (returned[at] !== never) keep(at, at);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const version = versionOf[at]!;
      if (version === noVersion) continue;
      keep(writers[version]!, at);
      if (basis[version]! >= 0) keep(writers[basis[version]!]!, at);
    }
  }

  #isKept(operation: number): boolean {
    return this.#keeper[operation] !== unkept;
  }

  /** With a write that need not have happened goes what it is needed for. */
  #withKeepers(suspects: readonly number[]): readonly number[] {
    const all = new Set<number>();
    for (const suspect of suspects) {
      for (let at = suspect; !all.has(at); at = this.#keeper[at]!) all.add(at);
    }
    return [...all];
  }

  #isWriter(operation: number): boolean {
    const version = this.#versions.versionOf[operation]!;
    return version !== noVersion && this.#versions.writers[version] === operation;
  }

  /** Gives each version its readers and the one version that may follow it at once. */
  #link(): void {
    const { versionOf, writers, basis, impossible } = this.#versions;
    for (const [at, suspects] of impossible) if (this.#isKept(at)) throw new Contradiction(suspects);
    let twice: readonly number[] = [];
    for (let at = 0; at < versionOf.length; at++) {
      const version = versionOf[at]!;
      if (!this.#isKept(at) || version === noVersion) continue;
      const before = basis[version]!;
      if (!this.#isWriter(at)) this.#readers[version]!.push(at);
      else if (before >= 0) {
        if (this.#next[before]! >= 0) twice = [this.#next[before]!, version];
        else this.#next[before] = version;
      }
    }
    if (twice.length === 0) return;
    const told = twice.flatMap((version) => [...this.#spanOf(this.#grounded([version])), ...this.#tie(version)]);
    throw new Contradiction([...told, ...(basis[twice[0]!]! > 0 ? [writers[basis[twice[0]!]!]!] : [])]);
  }

  #chains(): readonly Chain[] {
    const { writers, basis } = this.#versions;
    const chains: Chain[] = [];
    let chained = 0;
    let versions = 0;
    for (let version = 0; version < writers.length; version++) {
      const isThere = version === initialVersion || this.#isKept(writers[version]!);
      if (!isThere) continue;
      versions++;
      if (basis[version]! >= 0) continue;
      const chain = this.#chainFrom(version);
      chained += chain.versions.length;
      chains.push(chain);
    }
    if (chained < versions) throw new Contradiction(this.#cycle(chains));
    return chains;
  }

  /** Versions that are in no chain were written upon each other in a circle. */
  #cycle(chains: readonly Chain[]): readonly number[] {
    const { writers } = this.#versions;
    const chained = new Set(chains.flatMap((chain) => chain.versions));
    return [...writers].filter((writer, version) => writer >= 0 && this.#isKept(writer) && !chained.has(version));
  }

  #chainFrom(start: number): Chain {
    const { invoked, returned } = this.#operations;
    const { writers } = this.#versions;
    const versions: number[] = [];
    const operations: number[] = [];
    let [first, last] = [-1, -1];
    // Before all time: the initial value was written there.
    let firstReturn = start === initialVersion ? -1 : never;
    let lastCall = -1;
    for (let version = start; version >= 0; version = this.#next[version]!) {
      versions.push(version);
      const readers = this.#readers[version]!;
      for (const group of writers[version]! >= 0 ? [[writers[version]!], readers] : [readers]) {
        for (const at of group) if (returned[at]! < lastCall) this.#contradict([last, at], versions);
        for (const at of group) {
          operations.push(at);
          if (returned[at]! < firstReturn) [firstReturn, first] = [returned[at]!, at];
          if (invoked[at]! > lastCall) [lastCall, last] = [invoked[at]!, at];
        }
      }
    }
    return { versions, operations, firstReturn, lastCall, first, last };
  }

  /** Operations of one or two chains, with what tells that they belong together: the writes between them. */
  #contradict(operations: readonly number[], ...chains: readonly (readonly number[])[]): never {
    const told = new Set(operations.filter((at) => at >= 0));
    for (const versions of chains) {
      const touched = operations.map((at) =>
        at < 0 ? versions.indexOf(initialVersion) : versions.indexOf(this.#versions.versionOf[at]!),
      );
      const within = touched.filter((at) => at >= 0);
      const span = versions.slice(Math.min(...within), Math.max(...within) + 1);
      for (const at of this.#spanOf(this.#grounded(span))) told.add(at);
    }
    throw new Contradiction([...told]);
  }

  /** What was appended to needs all that was appended before. */
  #grounded(versions: readonly number[]): readonly number[] {
    const { writers, basis } = this.#versions;
    const before: number[] = [];
    for (let version = versions[0]!; version > 0; version = basis[version]!) {
      const isAppend = this.#operations.accesses[writers[version]!]!.kind === "append";
      if (!isAppend || basis[version]! < 0) break;
      before.unshift(basis[version]!);
    }
    return [...before, ...versions];
  }

  /** What ties versions together: that each was written upon the one before. */
  #spanOf(versions: readonly number[]): readonly number[] {
    const { writers } = this.#versions;
    const told = versions.flatMap((version) => (writers[version]! >= 0 ? [writers[version]!] : []));
    return versions.length > 1 ? [...told, ...this.#tie(versions.at(-1)!)] : told;
  }

  /** An append does not say what it was appended to; a read of it, or of a later version, does. */
  #tie(version: number): readonly number[] {
    const writer = this.#versions.writers[version]!;
    if (writer >= 0 && this.#operations.accesses[writer]!.kind !== "append") return [];
    for (let at = version; at >= 0; at = this.#next[at]!) {
      if (this.#readers[at]!.length > 0) return [this.#readers[at]![0]!];
    }
    return [];
  }

  /** Puts the chains in an order, and gives each kept operation a moment. */
  #placed(chains: readonly Chain[]): Placement {
    const forward = chains.filter(isForward).sort((a, b) => a.firstReturn - b.firstReturn);
    for (let at = 1; at < forward.length; at++) {
      const [a, b] = [forward[at - 1]!, forward[at]!];
      if (b.firstReturn < a.lastCall) {
        this.#contradict([a.first, a.last, b.first, b.last], a.versions, b.versions);
      }
    }
    const placement = new Placement(this.#operations);
    for (const chain of forward) placement.addForward(chain);
    for (const chain of chains) {
      if (isForward(chain)) continue;
      const around = lastBefore(forward, chain.lastCall);
      const isInside = around !== undefined && chain.lastCall < around.lastCall;
      if (isInside && chain.firstReturn < around.lastCall) {
        this.#contradict([around.first, around.last, chain.first, chain.last], around.versions, chain.versions);
      }
      placement.addBackward(chain, isInside ? around.lastCall : chain.lastCall);
    }
    return placement;
  }

  /** Adds what says or changes nothing, and what failed because the value was another one. */
  #withFailed(placement: Placement): readonly number[] | undefined {
    const { accesses } = this.#operations;
    const { versionOf, differsFrom } = this.#versions;
    const failed: number[] = [];
    for (let at = 0; at < accesses.length; at++) {
      if (!this.#isKept(at) || versionOf[at] !== noVersion) continue;
      if (accesses[at]!.kind === "differs" && differsFrom.get(at) !== noVersion) failed.push(at);
      else placement.addAnywhere(at);
    }
    if (failed.length === 0) return placement.order();
    return placement.orderWith(failed, versionOf, (at) => this.#isWriter(at), differsFrom);
  }
}

/** The last of the chains, sorted by their first return, that has begun to hold the register before a rank. */
const lastBefore = (forward: readonly Chain[], rank: number): Chain | undefined => {
  let [low, high] = [0, forward.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (forward[middle]!.firstReturn < rank) low = middle + 1;
    else high = middle;
  }
  return forward[low - 1];
};

/** Moments between ranks: four to a rank. */
class Placement {
  readonly #operations: RegisterOperations;
  readonly #moments: number[] = [];
  /** Chains that stand at one moment stay together. */
  readonly #groups: number[] = [];
  readonly #placed: number[] = [];
  #group = 0;

  constructor(operations: RegisterOperations) {
    this.#operations = operations;
  }

  addForward({ operations, firstReturn }: Chain): void {
    let moment = 4 * firstReturn - 1;
    this.#group++;
    for (const at of operations) {
      moment = Math.max(moment, 4 * this.#operations.invoked[at]! + 1);
      this.#add(at, moment);
    }
  }

  /** At the moment after a call. */
  addBackward({ operations }: Chain, call: number): void {
    this.#group++;
    for (const at of operations) this.#add(at, 4 * call + 2);
  }

  addAnywhere(at: number): void {
    this.#group++;
    this.#add(at, 4 * this.#operations.invoked[at]! + 1);
  }

  order(): readonly number[] {
    return this.#sorted().map((index) => this.#placed[index]!);
  }

  /**
   * The order with operations at moments when the register does not hold a certain version: after the first write
   * within their time, if it is held when they are called. `undefined` when one finds no place in this order.
   */
  orderWith(
    failed: readonly number[],
    versionOf: Int32Array,
    isWriter: (at: number) => boolean,
    differsFrom: ReadonlyMap<number, number>,
  ): readonly number[] | undefined {
    const { invoked, returned } = this.#operations;
    const sorted = this.#sorted();
    const waiting = [...failed].sort((a, b) => invoked[a]! - invoked[b]!);
    const late: number[] = [];
    const order: number[] = [];
    let next = 0;
    let held = initialVersion;
    const callUpTo = (moment: number): void => {
      while (next < waiting.length && 4 * invoked[waiting[next]!]! + 1 <= moment) {
        const at = waiting[next++]!;
        if (differsFrom.get(at) === held) late.push(at);
        else order.push(at);
      }
    };
    for (const index of sorted) {
      const at = this.#placed[index]!;
      const moment = this.#moments[index]!;
      callUpTo(moment);
      order.push(at);
      if (!isWriter(at)) continue;
      held = versionOf[at]!;
      for (const other of late) if (4 * returned[other]! < moment) return undefined;
      order.push(...late.splice(0));
    }
    callUpTo(Number.POSITIVE_INFINITY);
    return late.length > 0 ? undefined : order;
  }

  #add(at: number, moment: number): void {
    this.#placed.push(at);
    this.#moments.push(moment);
    this.#groups.push(this.#group);
  }

  #sorted(): readonly number[] {
    const indices = Array.from(this.#placed.keys());
    return indices.sort(
      (a, b) => this.#moments[a]! - this.#moments[b]! || this.#groups[a]! - this.#groups[b]! || a - b,
    );
  }
}

/** Decides a history of one register where its values tell who read from whom, or where one cannot have been there. */
export const decideByZones = (operations: RegisterOperations, initial: unknown): ZoneVerdict => {
  const { accesses } = operations;
  const versions = versionsOf(accesses, initial);
  if (versions !== undefined) return new Zones(operations, versions).verdict();
  if (accesses.some(({ kind }) => kind === "append")) return undecided;
  const suspects = staleRead(operations, initial);
  return suspects === undefined ? undecided : { kind: "violated", suspects };
};
