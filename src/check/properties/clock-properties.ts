import { describe, type NodeId } from "../../model/index.ts";
import { type Computation, emptyComputation, type Happening, happened, happenedBefore } from "../happens-before.ts";
import { type AnyProperty, property } from "../property.ts";

/** Whether a stamp is before another, as the clock orders them. */
export type StampOrder<Stamp> = (a: Stamp, b: Stamp) => boolean;

const at = ({ what, node, stamp }: Happening<unknown>): string => `the ${what} at process ${node} (${describe(stamp)})`;

/** A clock property that looks at each event as it comes. */
const watching = <Stamp>(
  id: string,
  text: string,
  look: (
    computation: Computation<Stamp>,
    happening: Happening<Stamp>,
    report: { premise(): void; violated(clause: string, a: Happening<Stamp>, b: Happening<Stamp>): void },
  ) => void,
): AnyProperty =>
  property<Computation<Stamp>>({
    id,
    kind: "safety",
    text,
    init: () => emptyComputation(),
    on(s, event, report) {
      const happening = happened(s, event);
      if (happening === undefined) return;
      look(s, happening, {
        premise: () => report.premise(),
        violated: (clause, a, b) => report.violated(clause, a.event, b.event),
      });
    },
  });

/**
 * HB1: happens-before is a strict partial order, within the order of time, and of two different events exactly one of
 * a → b, b → a, a ∥ b holds. The relation is closed anew here, from the direct steps alone.
 */
export const strictOrder = (id: string): AnyProperty =>
  property<Computation<unknown>>({
    id,
    kind: "safety",
    text: "Happens-before is irreflexive, asymmetric and transitive; two events are ordered one way or are concurrent.",
    init: () => emptyComputation(),
    on(s, event) {
      happened(s, event);
    },
    end({ events }, _prospect, report) {
      const reach = events.map(({ before }) => new Set(before));
      for (const middle of events)
        for (const after of reach)
          if (after.has(middle.number)) for (const first of reach[middle.number]!) after.add(first);
      for (const b of events)
        for (const a of events) {
          report.premise();
          const ab = reach[b.number]!.has(a.number);
          const ba = reach[a.number]!.has(b.number);
          if (ab && (ba || a.event >= b.event))
            report.violated(`${at(a)} is before and after ${at(b)}`, a.event, b.event);
          if (ab !== b.past.has(a.number))
            report.violated(`the past of ${at(b)} and the closure differ on ${at(a)}`, a.event, b.event);
        }
    },
  });

/** LC1, HLC1, the clock condition: a → b implies that the stamp of a is before that of b (Lamport 1978). */
export const clockCondition = <Stamp>(id: string, isBefore: StampOrder<Stamp>): AnyProperty =>
  watching<Stamp>(id, "If a → b, then the stamp of a is before the stamp of b.", ({ events }, b, report) => {
    // Orders of stamps are transitive, so the direct steps stand for all.
    for (const number of b.before) {
      const a = events[number]!;
      report.premise();
      if (!isBefore(a.stamp, b.stamp))
        report.violated(`${at(a)} happened before ${at(b)}, and its stamp is not before`, a, b);
    }
  });

/** VC1: stamps are ordered exactly as events are (Mattern 1989). */
export const characterisesCausality = <Stamp>(id: string, isBefore: StampOrder<Stamp>): AnyProperty =>
  watching<Stamp>(id, "The stamp of a is before that of b if and only if a → b.", ({ events }, b, report) => {
    for (const a of events) {
      if (a === b) continue;
      report.premise();
      const truly = happenedBefore(a, b);
      if (isBefore(a.stamp, b.stamp) !== truly)
        report.violated(
          truly
            ? `${at(a)} happened before ${at(b)}, and its stamp is not before`
            : `${at(a)} and ${at(b)} are concurrent, and the stamps are ordered`,
          a,
          b,
        );
      else if (isBefore(b.stamp, a.stamp))
        report.violated(`${at(b)} did not happen before ${at(a)}, and its stamp is before`, a, b);
    }
  });

/** What a Lamport clock does not promise: that ordered stamps mean ordered events. Stated to be broken. */
export const ordersOnlyCausality = <Stamp>(id: string, isBefore: StampOrder<Stamp>): AnyProperty =>
  watching<Stamp>(id, "If the stamp of a is before that of b, then a → b.", ({ events }, b, report) => {
    for (const a of events) {
      if (a === b || !isBefore(a.stamp, b.stamp)) continue;
      report.premise();
      if (!happenedBefore(a, b)) report.violated(`${at(a)} and ${at(b)} are concurrent`, a, b);
    }
  });

/** LC2: stamps order all events totally: no two have the same. */
export const totalOrderOfStamps = <Stamp>(id: string, compare: (a: Stamp, b: Stamp) => number): AnyProperty =>
  watching<Stamp>(id, "Of two different events one has the smaller stamp.", ({ events }, b, report) => {
    for (const a of events) {
      if (a === b) continue;
      report.premise();
      if (compare(a.stamp, b.stamp) === 0) report.violated(`${at(a)} and ${at(b)} have one stamp`, a, b);
    }
  });

/** HLC2: the time in a stamp is never behind the time of day, and at most as far ahead as two clocks differ. */
export const staysNearTimeOfDay = (id: string, differenceMsMax: number): AnyProperty =>
  property<Record<never, never>>({
    id,
    kind: "safety",
    text: "The time in a stamp is at least the time of day, and ahead of it by at most what two clocks differ.",
    init: () => ({}),
    on(_s, { kind, name, node, event, wall, args }, report) {
      if (kind !== "indication") return;
      report.premise();
      const { time } = args[name === "local" ? 1 : 2] as { readonly time: number };
      const aheadMs = time - Math.floor(wall);
      if (aheadMs < 0 || aheadMs > differenceMsMax + 1)
        report.violated(`a stamp of process ${node} is ${aheadMs} ms ahead of its time of day`, event);
    },
  });

/** MC1: what was measured is not negative. */
export const elapsedIsNotNegative = (id: string): AnyProperty =>
  property<Record<never, never>>({
    id,
    kind: "safety",
    text: "No elapsed time is negative.",
    init: () => ({}),
    on(_s, { kind, name, node, event, args: [what, elapsed] }, report) {
      if (kind !== "indication" || name !== "elapsed") return;
      report.premise();
      if ((elapsed as number) < 0)
        report.violated(`process ${node} measures ${String(elapsed)} ms for ${String(what)}`, event);
    },
  });

/** MC2: a monotonic clock never goes back while its process runs. */
export const monotonicNeverDecreases = (id: string): AnyProperty =>
  property<{ readonly last: Map<string, { readonly reading: number; readonly event: number }> }>({
    id,
    kind: "safety",
    text: "The readings of a monotonic clock never decrease.",
    init: () => ({ last: new Map() }),
    on(s, { node, incarnation, event, monotonic }, report) {
      const key = `${node}/${incarnation}`;
      const before = s.last.get(key);
      if (before !== undefined) {
        report.premise();
        if (monotonic < before.reading)
          report.violated(
            `the clock of process ${node} goes from ${before.reading} to ${monotonic}`,
            before.event,
            event,
          );
      }
      s.last.set(key, { reading: monotonic, event });
    },
  });

/** LEASE1: no two processes hold the lease at once. A process that stopped holds nothing. */
export const oneHolder = (id: string): AnyProperty =>
  property<{ readonly holders: Map<NodeId, number> }>({
    id,
    kind: "safety",
    text: "At no time do two processes hold the lease.",
    init: () => ({ holders: new Map() }),
    on(s, { kind, name, node, event }, report) {
      if (kind === "crash" || (kind === "indication" && name === "expired")) s.holders.delete(node);
      if (kind !== "indication" || name !== "acquired") return;
      report.premise();
      for (const [other, since] of s.holders)
        if (other !== node) report.violated(`processes ${other} and ${node} both hold the lease`, since, event);
      s.holders.set(node, event);
    },
  });

/** Clock readings have a resolution of a microsecond, and there are four in an estimate. */
const resolutionMs = 0.01;

/** Differences of wall clocks from true time, by process: constant where no clock steps or drifts. */
interface Offsets {
  readonly offsets: Map<NodeId, number>;
}

/** NTP1: the error of an offset is at most half of the delay. NTP2: it is none, if `share` of the delay is 0. */
export const offsetErrorWithin = (id: string, server: NodeId, share: number, text: string): AnyProperty =>
  property<Offsets>({
    id,
    kind: "safety",
    text,
    init: () => ({ offsets: new Map() }),
    on(s, { kind, name, node, event, wall, at: now, args }, report) {
      s.offsets.set(node, wall - now);
      if (kind !== "indication" || name !== "estimate") return;
      report.premise();
      const { offset, delay } = args[0] as { readonly offset: number; readonly delay: number };
      const truth = s.offsets.get(server)! - s.offsets.get(node)!;
      const errorMs = Math.abs(offset - truth);
      if (errorMs > delay * share + resolutionMs)
        report.violated(
          `process ${node} takes the server to be ${offset} ms ahead, and it is ${truth} ms ahead; the messages took ${delay} ms`,
          event,
        );
    },
  });

/** BK1: after a round of synchronisation any two clocks that were adjusted agree within their uncertainties. */
export const clocksAgree = (id: string): AnyProperty =>
  property<
    Offsets & {
      adjusted: { readonly node: NodeId; readonly offset: number; readonly off: number; readonly event: number }[];
    }
  >({
    id,
    kind: "safety",
    text: "Adjusted clocks differ by at most the sum of the uncertainties of their readings.",
    init: () => ({ offsets: new Map(), adjusted: [] }),
    on(s, { kind, name, node, event, wall, at: now, args }, report) {
      s.offsets.set(node, wall - now);
      if (kind !== "indication" || name !== "adjust") return;
      const mine = { node, offset: wall - now + (args[0] as number), off: args[1] as number, event };
      for (const other of s.adjusted) {
        if (other.node === node) continue;
        report.premise();
        const differenceMs = Math.abs(other.offset - mine.offset);
        if (differenceMs > other.off + mine.off + resolutionMs)
          report.violated(
            `the clocks of processes ${other.node} and ${node} differ by ${differenceMs} ms`,
            other.event,
            event,
          );
      }
      s.adjusted.push(mine);
    },
  });

/** EC1: a transaction that starts after another was made known has the larger timestamp (Corbett and others 2012). */
export const externallyConsistent = (id: string): AnyProperty =>
  property<{
    readonly started: Map<string, { readonly knew: readonly string[]; readonly event: number }>;
    readonly known: Map<string, { readonly timestamp: number; readonly event: number }>;
  }>({
    id,
    kind: "safety",
    text: "If a transaction starts after another was made known, its timestamp is larger.",
    init: () => ({ started: new Map(), known: new Map() }),
    on(s, { kind, name, event, args }, report) {
      const transaction = String(args[0]);
      if (kind === "request" && name === "commit") s.started.set(transaction, { knew: [...s.known.keys()], event });
      if (kind !== "indication" || name !== "committed") return;
      const timestamp = args[1] as number;
      s.known.set(transaction, { timestamp, event });
      for (const earlier of s.started.get(transaction)!.knew) {
        report.premise();
        const other = s.known.get(earlier)!;
        if (other.timestamp >= timestamp)
          report.violated(
            `${transaction} started after ${earlier} was made known, and its timestamp is ${timestamp}, not larger than ${other.timestamp}`,
            other.event,
            event,
          );
      }
    },
  });

/** EC2: every transaction of a process that stays up is made known. */
export const everyCommitEnds = (id: string): AnyProperty =>
  property<{ readonly owed: Map<string, NodeId> }>({
    id,
    kind: "liveness",
    text: "Every transaction of a process that stays up is eventually made known.",
    init: () => ({ owed: new Map() }),
    on(s, { kind, name, node, args: [transaction] }, report) {
      if (kind === "crash") {
        for (const [owed, at] of s.owed) if (at === node) s.owed.delete(owed);
      } else if (kind === "request") {
        report.premise();
        s.owed.set(String(transaction), node);
      } else if (kind === "indication" && name === "committed") s.owed.delete(String(transaction));
    },
    pending(s, { correct }) {
      for (const [transaction, node] of s.owed)
        if (correct.includes(node)) return `${transaction} of process ${node} is never made known`;
      return null;
    },
  });
