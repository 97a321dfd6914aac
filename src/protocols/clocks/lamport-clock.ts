import type { NodeId } from "../../model/index.ts";
import type { EventClock } from "./stamped-links.ts";

/** A Lamport timestamp: the counter, and the process to tell equal counters apart. */
export interface LamportStamp {
  readonly time: number;
  readonly node: NodeId;
}

/** The two rules of the clock. */
export interface LamportRules {
  /** IR1: between two events of a process its counter grows. */
  tick(time: number): number;
  /** IR2: what is received is later than what was sent, and than everything here. */
  receive(own: number, theirs: number): number;
}

/** Lamport's rules with steps of one. */
export const lamportRules: LamportRules = {
  tick: (time) => time + 1,
  receive: (own, theirs) => Math.max(own, theirs) + 1,
};

/**
 * Lamport's logical clock: if a → b then L(a) < L(b) (LC1). Not the other way round: of two concurrent events one has the
 * smaller stamp. Counters alone order events weakly, several may have the same; counter and process order them totally.
 *
 * Source: Lamport 1978, Time, Clocks, and the Ordering of Events in a Distributed System, rules IR1 and IR2.
 */
export const lamportClock = ({
  rules: changed = {},
}: {
  readonly rules?: Partial<LamportRules>;
} = {}): EventClock<{ time: number }, LamportStamp> => {
  const rules: LamportRules = { ...lamportRules, ...changed };
  return {
    name: "Lamport clock",
    source: "Lamport 1978, rules IR1 and IR2",
    init: () => ({ time: 0 }),
    tick(s, { self }) {
      s.time = rules.tick(s.time);
      return { time: s.time, node: self };
    },
    receive(s, theirs, _from, { self }) {
      s.time = rules.receive(s.time, theirs.time);
      return { time: s.time, node: self };
    },
  };
};

/** Lamport's total order ⇒: by counter, then by process. Zero only for one and the same event. */
export const compareLamport = (a: LamportStamp, b: LamportStamp): number => a.time - b.time || a.node - b.node;
