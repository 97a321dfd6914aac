import type { Operation } from "./history.ts";
import {
  type Access,
  describeAccess,
  initially,
  type ReadsFrom,
  type ReadWriteHistory,
  type ReadWriteInput,
  readsFrom,
} from "./reads-from.ts";
import { type SessionKnowledge, VersionKnowledge } from "./version-knowledge.ts";

/** The operations at fault, in the order in which the sentence tells them. */
export interface SessionCulprit {
  readonly operations: readonly Operation<ReadWriteInput, unknown>[];
  readonly sentence: string;
}

/** The verdict on one guarantee. `exercised` counts the operations that could have broken it. */
export type SessionVerdict =
  | { readonly verdict: "holds"; readonly exercised: number }
  | { readonly verdict: "violated"; readonly exercised: number; readonly culprit: SessionCulprit }
  | { readonly verdict: "unknown"; readonly exercised: number; readonly reason: string };

/** A walk over a history in search of one violation. */
class Walk {
  readonly from: ReadsFrom;
  readonly versions: VersionKnowledge;
  exercised = 0;
  culprit: SessionCulprit | undefined;

  constructor(history: ReadWriteHistory, knowledge: SessionKnowledge) {
    this.from = readsFrom(history, knowledge.initial);
    this.versions = new VersionKnowledge(this.from, knowledge);
  }

  access(number: number): Access {
    return this.from.accesses[number]!;
  }

  /** Keeps the first violation. */
  violated(numbers: readonly number[], tell: (names: readonly string[]) => string): void {
    const operations = numbers.map((number) => this.access(number).operation);
    this.culprit ??= { operations, sentence: tell(operations.map(describeAccess)) };
  }

  verdict(premise: string): SessionVerdict {
    const { exercised, culprit } = this;
    const { outOfThinAir } = this.from;
    if (outOfThinAir !== undefined) {
      const reason = `${describeAccess(outOfThinAir)} answers what nobody wrote: no guarantee can be told from that`;
      return { verdict: "unknown", exercised: 0, reason };
    }
    if (culprit !== undefined) return { verdict: "violated", exercised, culprit };
    if (exercised === 0) return { verdict: "unknown", exercised, reason: `never exercised: ${premise}` };
    return { verdict: "holds", exercised };
  }
}

/**
 * Read your writes (Terry et al. 1994): a read does not answer anything older than what its own session wrote before.
 * Throws `HistoryError` for a history in which a value is written twice.
 */
export const checkReadYourWrites = (history: ReadWriteHistory, knowledge: SessionKnowledge = {}): SessionVerdict => {
  const walk = new Walk(history, knowledge);
  for (const session of walk.from.sessions) {
    const newest = new Map<number, number>();
    for (const number of session) {
      const { isRead, isDetermined, key, source } = walk.access(number);
      const own = newest.get(key);
      if (!isRead) {
        if (isDetermined && (own === undefined || !walk.versions.isOlder(number, own))) newest.set(key, number);
      } else if (own !== undefined) {
        walk.exercised++;
        if (walk.versions.isOlder(source, own)) {
          walk.violated([own, number], ([write, read]) => `${read} answers something older than its own ${write}`);
        }
      }
    }
  }
  return walk.verdict("no session reads a key that it wrote");
};

/**
 * Monotonic reads (Terry et al. 1994): a read does not answer anything older than what its own session read before. A
 * value that was replaced by another in a session's reads is older, whatever else is known.
 */
export const checkMonotonicReads = (history: ReadWriteHistory, knowledge: SessionKnowledge = {}): SessionVerdict => {
  const walk = new Walk(history, knowledge);
  for (const session of walk.from.sessions) {
    const newest = new Map<number, number>();
    const replaced = new Set<string>();
    for (const number of session) {
      const { isRead, key, source } = walk.access(number);
      if (!isRead) continue;
      const last = newest.get(key);
      if (last === undefined) {
        newest.set(key, number);
        continue;
      }
      walk.exercised++;
      const lastSource = walk.access(last).source;
      if (source === lastSource) continue;
      if (walk.versions.isOlder(source, lastSource) || replaced.has(`${key} ${source}`)) {
        walk.violated(
          [last, number],
          ([before, after]) => `${after} comes after ${before} and answers something older`,
        );
      } else {
        replaced.add(`${key} ${lastSource}`);
        newest.set(key, number);
      }
    }
  }
  return walk.verdict("no session reads a key twice");
};

/**
 * Monotonic writes (Terry et al. 1994): no replica has a write without the earlier writes of the same session, and in
 * their order. A history shows it only through what one replica answers (`replicaOf`), or by the order of versions
 * (`versionOrder`); without either the verdict is unknown.
 */
export const checkMonotonicWrites = (history: ReadWriteHistory, knowledge: SessionKnowledge = {}): SessionVerdict =>
  checkReplicas(history, knowledge, {
    premise: "no replica shows a write of a session that wrote before",
    breaks: "monotonic writes",
    isImplied: ({ isRead, isDetermined }) => !isRead && isDetermined,
    isReplacedBy: (walk, older, newer) => walk.versions.isEarlierOfSession(older, newer),
  });

/**
 * Writes follow reads (Terry et al. 1994): no replica has a write without the writes that its session had read before,
 * and in that order. A history shows it only through `replicaOf` or `versionOrder`, as for monotonic writes.
 */
export const checkWritesFollowReads = (history: ReadWriteHistory, knowledge: SessionKnowledge = {}): SessionVerdict =>
  checkReplicas(history, knowledge, {
    premise: "no replica shows a write of a session that read before",
    breaks: "writes follow reads",
    isImplied: ({ isRead, source }) => isRead && source !== initially,
    isReplacedBy: (walk, older, newer) => {
      const { session, position } = walk.access(newer);
      const before = walk.from.sessions[session]!.slice(0, position);
      return before.some((number) => walk.access(number).isRead && walk.access(number).source === older);
    },
  });

/** What a write promises of every replica that has it. */
interface WritePromise {
  readonly premise: string;
  readonly breaks: string;
  /** Whether an earlier access of the writer's session implies that its source is there too. */
  isImplied(earlier: Access): boolean;
  /** Whether one write comes after another of the same key by this promise. */
  isReplacedBy(walk: Walk, older: number, newer: number): boolean;
}

/** Why a replica has a write: because it showed a later one. */
interface Evidence {
  readonly write: number;
  readonly implying: number;
  readonly shownBy: number;
}

/** What one replica must have, by key. */
class Replica {
  readonly #walk: Walk;
  readonly #promise: WritePromise;
  readonly #evidence = new Map<number, Evidence[]>();
  readonly #has = new Set<number>();
  /** By session: how many of its accesses have been looked at for what they imply. */
  readonly #looked = new Map<number, number>();

  constructor(walk: Walk, promise: WritePromise) {
    this.#walk = walk;
    this.#promise = promise;
  }

  /** The replica answered with a write: it has that one and all that it implies. */
  shows(write: number, shownBy: number): void {
    const open = [write];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (this.#has.has(next)) continue;
      this.#has.add(next);
      const { key, session, position } = this.#walk.access(next);
      const ofKey = this.#evidence.get(key) ?? [];
      this.#evidence.set(key, ofKey);
      ofKey.push({ write: next, implying: write, shownBy });
      const accesses = this.#walk.from.sessions[session]!;
      for (let at = this.#looked.get(session) ?? 0; at < position; at++) {
        const earlier = this.#walk.access(accesses[at]!);
        if (this.#promise.isImplied(earlier)) open.push(earlier.source);
      }
      this.#looked.set(session, Math.max(position, this.#looked.get(session) ?? 0));
    }
  }

  /** The replica answers a read: with nothing older than what it has. */
  answers(read: number): void {
    const { key, source } = this.#walk.access(read);
    for (const { write, implying, shownBy } of this.#evidence.get(key) ?? []) {
      this.#walk.exercised++;
      if (!this.#isMissing(source, write, implying)) continue;
      this.#walk.violated([write, implying, shownBy, read], (names) => this.#sentence(names));
    }
  }

  #isMissing(source: number, write: number, implying: number): boolean {
    if (source === write) return false;
    // What the replica showed itself says nothing about this promise, unless it now shows what that write follows.
    if (write === implying) return source !== initially && this.#promise.isReplacedBy(this.#walk, source, write);
    return this.#walk.versions.isOlder(source, write);
  }

  #sentence([write, implying, shownBy, read]: readonly string[]): string {
    const why = write === implying ? "" : `, so it has ${write} too`;
    return `${this.#promise.breaks}: the replica showed ${implying} in ${shownBy}${why}; yet ${read} answers something older`;
  }
}

/** All calls and returns of reads whose replica is known, in order. */
const replicaMoments = (
  { from: { accesses } }: Walk,
  replicaOf: NonNullable<SessionKnowledge["replicaOf"]>,
): readonly { readonly read: number; readonly replica: string | number; readonly isReturn: boolean }[] =>
  accesses
    .flatMap(({ isRead, operation, invoked, returned }, read) => {
      const replica = isRead ? replicaOf(operation) : undefined;
      if (replica === undefined) return [];
      return [
        { read, replica, isReturn: false, rank: invoked },
        { read, replica, isReturn: true, rank: returned },
      ];
    })
    .sort((a, b) => a.rank - b.rank);

const checkReplicas = (
  history: ReadWriteHistory,
  knowledge: SessionKnowledge,
  promise: WritePromise,
): SessionVerdict => {
  const walk = new Walk(history, knowledge);
  if (knowledge.replicaOf === undefined && knowledge.versionOrder === undefined) {
    const reason = `${promise.breaks} can only be told when it is known which replica answered, or how versions are ordered`;
    return { verdict: "unknown", exercised: 0, reason };
  }
  if (knowledge.versionOrder !== undefined) checkVersions(walk, promise);
  if (knowledge.replicaOf !== undefined) {
    const replicas = new Map<string | number, Replica>();
    for (const { read, replica: name, isReturn } of replicaMoments(walk, knowledge.replicaOf)) {
      const replica = replicas.get(name) ?? new Replica(walk, promise);
      replicas.set(name, replica);
      const { source } = walk.access(read);
      if (!isReturn) replica.answers(read);
      else if (source !== initially) replica.shows(source, read);
    }
  }
  return walk.verdict(promise.premise);
};

/** By the order of versions alone: a write comes after what it promises to follow. */
const checkVersions = (walk: Walk, promise: WritePromise): void => {
  for (const session of walk.from.sessions) {
    const newest = new Map<number, number>();
    for (const number of session) {
      const access = walk.access(number);
      const before = newest.get(access.key);
      if (!access.isRead && before !== undefined && before !== number) {
        walk.exercised++;
        if (walk.versions.isOlder(number, before)) {
          walk.violated(
            [before, number],
            ([first, second]) => `${promise.breaks}: ${second} became older than ${first}`,
          );
        }
      }
      const isNewer = before === undefined || !walk.versions.isOlder(access.source, before);
      if (promise.isImplied(access) && isNewer) newest.set(access.key, access.source);
    }
  }
};
