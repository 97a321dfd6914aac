import { shedWhileFailing } from "./failing-core.ts";
import { isOutOfTime, Patience, timeReason } from "./patience.ts";
import {
  type Access,
  describeAccess,
  initially,
  type ReadsFrom,
  type ReadWriteHistory,
  readsFrom,
} from "./reads-from.ts";
import { TransitiveRelation } from "./transitive-relation.ts";

/** Why a history is not causal memory. */
export interface CausalCulprit {
  /** The sub-history at fault, in the order of invocation. */
  readonly operations: ReadWriteHistory;
  /** Whether the contradiction ends without any one of `operations`. */
  readonly minimal: boolean;
  readonly sentence: string;
}

/** How one process can have seen the history: all writes and its own reads, in an order that explains these. */
export interface SerialView {
  readonly process: number;
  readonly order: ReadWriteHistory;
}

/** The verdict on one history; `holds` and `violated` are exact. */
export type CausalVerdict =
  /** `views`: one of each process. */
  | { readonly verdict: "holds"; readonly views: readonly SerialView[] }
  | { readonly verdict: "violated"; readonly culprit: CausalCulprit }
  | { readonly verdict: "unknown"; readonly reason: string };

/** Limits of a check of causal consistency. */
export interface CausalLimits {
  /** What a read answers before any write; null by default. */
  readonly initial?: unknown;
  /** Words of bits that may be written, 500 million by default: some seconds, and 2,000 operations or so. */
  readonly workMax?: number;
  /** Memory for the relations between operations, a bit a pair: 1 GiB by default. */
  readonly bytesMax?: number;
  /** Asked now and then: true ends the check as unknown. The host has the clock. */
  readonly expired?: () => boolean;
}

/** The result of looking for a contradiction. */
type Finding =
  | { readonly kind: "none" }
  | { readonly kind: "contradiction"; readonly sentence: string }
  | { readonly kind: "budget" };

const none: Finding = { kind: "none" };
const contradiction = (sentence: string): Finding => ({ kind: "contradiction", sentence });

/** Looks for a contradiction in one history. */
class CausalMemory {
  readonly #from: ReadsFrom;
  readonly #causal: TransitiveRelation;
  readonly #writesOf: readonly (readonly number[])[];
  readonly #workMax: number;
  readonly #patience: Patience;
  readonly #views: SerialView[] | null;
  work = 0;

  /** @param views Collects the views of the processes, where a witness is wanted. */
  constructor(from: ReadsFrom, workMax: number, patience: Patience, views: SerialView[] | null) {
    this.#from = from;
    this.#views = views;
    this.#workMax = workMax;
    this.#patience = patience;
    this.#causal = new TransitiveRelation(from.accesses.length);
    const writesOf: number[][] = Array.from({ length: from.keys }, () => []);
    for (const [number, { isRead, key }] of from.accesses.entries()) if (!isRead) writesOf[key]!.push(number);
    this.#writesOf = writesOf;
  }

  finding(): Finding {
    this.#patience.look();
    const { outOfThinAir, sessions } = this.#from;
    if (outOfThinAir !== undefined) return contradiction(`${describeAccess(outOfThinAir)} answers what nobody wrote`);
    const cycle = this.#fillCausal();
    for (const session of cycle.kind === "none" ? sessions : []) {
      const found = this.#ofSession(session);
      if (found.kind !== "none") return found;
    }
    return cycle;
  }

  /** Program order and reads-from. What got no answer may take effect later, and precedes nothing by program order. */
  #fillCausal(): Finding {
    const { accesses, sessions } = this.#from;
    const pairs: [number, number][] = [];
    for (const session of sessions) {
      let last = -1;
      for (const number of session) {
        if (last >= 0) pairs.push([last, number]);
        if (accesses[number]!.isDetermined) last = number;
      }
    }
    for (const [number, { isRead, source }] of accesses.entries()) {
      if (isRead && source !== initially) pairs.push([source, number]);
    }
    for (const [first, second] of pairs) {
      this.#patience.look();
      this.#causal.add(first, second);
      if (this.#causal.has(first, first)) return contradiction(`${this.#told(first)} causally precedes itself`);
      if (this.#isSpent(this.#causal)) return { kind: "budget" };
    }
    this.work += this.#causal.work;
    return none;
  }

  /**
   * The order in which a process must have taken things to happen: what causally precedes what it did; and where it
   * reads a key from one write although another one came before the read, the other came before that write too.
   */
  #ofSession(session: readonly number[]): Finding {
    const own = new Set(session);
    const past = [...this.#from.accesses.keys()].filter((number) => {
      this.#patience.tick();
      return own.has(number) || session.some((later) => this.#causal.has(number, later));
    });
    const order = this.#causal.among(new Set(past));
    const reads = session.filter((number) => this.#access(number).isRead);
    for (let isStable = false; !isStable; ) {
      isStable = true;
      for (const read of reads) {
        const { key, source } = this.#access(read);
        for (const write of this.#writesOf[key]!) {
          this.#patience.tick();
          if (write === source || !order.has(write, read)) continue;
          if (source === initially) return this.#unseen(read, write);
          if (order.has(write, source)) continue;
          if (order.has(source, write)) return this.#reversed(read, write, source);
          this.#patience.look();
          order.add(write, source);
          isStable = false;
          if (this.#isSpent(order)) return { kind: "budget" };
        }
      }
    }
    this.work += order.work;
    this.#views?.push(this.#viewOf(session, past, order));
    return none;
  }

  /**
   * What the process did in its own order, each after what must come before it and nothing else: so no write comes between
   * one of its reads and the write that this read from. All other writes come last.
   */
  #viewOf(session: readonly number[], past: readonly number[], order: TransitiveRelation): SerialView {
    const { accesses } = this.#from;
    const ranked = this.#ranked(past, order);
    const placed = new Set<number>();
    for (const own of session) {
      // What got no answer may take effect later, or never.
      if (!this.#access(own).isDetermined) continue;
      for (const before of ranked) if (order.has(before, own)) placed.add(before);
      placed.add(own);
    }
    for (const left of this.#ranked([...accesses.keys()], this.#causal)) placed.add(left);
    const own = new Set(session);
    const seen = [...placed].map((number) => ({ number, ...this.#access(number) }));
    return {
      process: this.#access(session[0]!).operation.process,
      order: seen.filter(({ number, isRead }) => !isRead || own.has(number)).map(({ operation }) => operation),
    };
  }

  /** Some operations so that each comes after all that precede it. */
  #ranked(some: readonly number[], relation: TransitiveRelation): readonly number[] {
    const ranks = new Map<number, number>();
    for (const number of some) {
      this.#patience.tick();
      ranks.set(
        number,
        some.reduce((sum, before) => sum + (relation.has(before, number) ? 1 : 0), 0),
      );
    }
    return [...some].sort((a, b) => ranks.get(a)! - ranks.get(b)!);
  }

  #isSpent(relation: TransitiveRelation): boolean {
    return this.work + relation.work > this.#workMax;
  }

  #unseen(read: number, write: number): Finding {
    return contradiction(`${this.#told(read)} comes after ${this.#told(write)}, causally, and does not see it`);
  }

  #reversed(read: number, write: number, source: number): Finding {
    return contradiction(
      `${this.#told(read)} comes after ${this.#told(write)}, which for that process comes after ${this.#told(source)}`,
    );
  }

  #access(number: number): Access {
    return this.#from.accesses[number]!;
  }

  #told(number: number): string {
    return describeAccess(this.#access(number).operation);
  }
}

const foundWithin = (
  from: ReadsFrom,
  workMax: number,
  patience: Patience,
  views: SerialView[] | null = null,
): Finding | { readonly kind: "late" } => {
  try {
    return new CausalMemory(from, workMax, patience, views).finding();
  } catch (thrown) {
    if (isOutOfTime(thrown)) return { kind: "late" };
    throw thrown;
  }
};

/** Leaves out what is not needed: reads, and writes together with the reads from them; neither adds a contradiction. */
const smallest = (
  from: ReadsFrom,
  initial: unknown,
  workMax: number,
  expired: () => boolean,
): Omit<CausalCulprit, "sentence"> => {
  let work = 0;
  const kept = (shed: ReadonlySet<number>): ReadWriteHistory =>
    from.accesses
      .filter(({ source }, number) => !shed.has(number) && !shed.has(source))
      .map(({ operation }) => operation);
  const { shed, complete } = shedWhileFailing([...from.accesses.keys()], (some) => {
    if (work > workMax || expired()) return undefined;
    const memory = new CausalMemory(readsFrom(kept(some), initial), workMax, new Patience(), null);
    const { kind } = memory.finding();
    // A part of a history that is too small to write words still takes its time.
    work += memory.work + from.accesses.length;
    return kind === "budget" ? undefined : kind === "contradiction";
  });
  return { operations: kept(shed), minimal: complete };
};

/**
 * Whether each process can put all writes and its own reads in one order that keeps causality (program order and
 * reads-from) and explains its reads: causal memory (Ahamad et al. 1995), by the patterns that contradict it (Bouajjani
 * et al. 2017, CM). Processes may see concurrent writes in different orders.
 *
 * Throws `HistoryError` when a value is written twice to a key, or is the initial one.
 */
export const checkCausalConsistency = (
  history: ReadWriteHistory,
  { initial = null, workMax = 500_000_000, bytesMax = 1 << 30, expired = () => false }: CausalLimits = {},
): CausalVerdict => {
  const from = readsFrom(history, initial);
  const what = `${from.accesses.length} operations`;
  // One relation for all, and one for what one process knows.
  if ((from.accesses.length * from.accesses.length) / 4 > bytesMax)
    return { verdict: "unknown", reason: `${bytesMax} bytes do not suffice to decide ${what}` };
  const views: SerialView[] = [];
  const found = foundWithin(from, workMax, new Patience(expired), views);
  if (found.kind === "none") return { verdict: "holds", views };
  if (found.kind === "late") return { verdict: "unknown", reason: timeReason(what) };
  if (found.kind === "budget") {
    return { verdict: "unknown", reason: `${workMax} words of bits did not suffice to decide ${what}` };
  }
  const { operations, minimal } = smallest(from, initial, workMax / 10, expired);
  const smaller = foundWithin(readsFrom(operations, initial), workMax, new Patience(expired));
  const sentence = smaller.kind === "contradiction" ? smaller.sentence : found.sentence;
  return { verdict: "violated", culprit: { operations, minimal, sentence } };
};
