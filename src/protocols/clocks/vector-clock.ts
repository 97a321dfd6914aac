import { type NodeId, perNode } from "../../model/index.ts";
import type { EventClock } from "./stamped-links.ts";

/** For each process, how many of its events the stamped event knows of. */
export type VectorStamp = readonly number[];

/** The rules of the clock. */
export interface VectorRules {
  /** What a process knows after a receipt. */
  receive(own: VectorStamp, theirs: VectorStamp, self: NodeId, from: NodeId): VectorStamp;
  /** What travels with a message. */
  carried(stamp: VectorStamp, self: NodeId): VectorStamp;
}

const bump = (stamp: VectorStamp, node: NodeId): VectorStamp => stamp.with(node, stamp[node]! + 1);

/** Entry by entry the larger one: what is known by either. */
export const mergeVectors = (a: VectorStamp, b: VectorStamp): VectorStamp =>
  a.map((count, node) => Math.max(count, b[node]!));

/**
 * Merge, then count the receipt itself. Without the increment a message's sending and its receipt have one vector, so
 * that a → b without V(a) < V(b): one message shows it.
 */
export const vectorRules: VectorRules = {
  receive: (own, theirs, self) => bump(mergeVectors(own, theirs), self),
  carried: (stamp) => stamp,
};

/**
 * The vector clock: V(a) < V(b) if and only if a → b (VC1). No smaller clock does that (Charron-Bost 1991), and the
 * processes must be known beforehand.
 *
 * Source: Mattern 1989, Virtual Time and Global States of Distributed Systems; Fidge 1988, Timestamps in Message-Passing
 * Systems That Preserve the Partial Ordering.
 */
export const vectorClock = ({
  rules: changed = {},
}: {
  readonly rules?: Partial<VectorRules>;
} = {}): EventClock<{ known: VectorStamp }, VectorStamp> => {
  const rules: VectorRules = { ...vectorRules, ...changed };
  return {
    name: "vector clock",
    source: "Mattern 1989; Fidge 1988",
    init: ({ nodes }) => ({ known: perNode(nodes, () => 0) }),
    tick(s, { self }) {
      s.known = bump(s.known, self);
      return s.known;
    },
    receive(s, theirs, from, { self }) {
      s.known = rules.receive(s.known, theirs, self, from);
      return s.known;
    },
    carried: (stamp, self) => rules.carried(stamp, self),
  };
};

/** Whether `a` is below `b`: nowhere larger, and somewhere smaller. */
export const isVectorBefore = (a: VectorStamp, b: VectorStamp): boolean =>
  a.every((count, node) => count <= b[node]!) && a.some((count, node) => count < b[node]!);
