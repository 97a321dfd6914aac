import {
  type DisciplineRules,
  type HybridRules,
  type LamportRules,
  mergeVectors,
  type VectorRules,
} from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

/** Known bugs of clocks, and a change that is none. */
export const clocksMutants: readonly Mutant[] = [
  {
    id: "broadcast/C8",
    scenario: "clocks/lamport",
    change: "a Lamport clock counts a receipt as one more event of its own, whatever the message carries",
    rules: { receive: (own) => own + 1 } satisfies Partial<LamportRules>,
    violates: ["LC1"],
  },
  {
    id: "broadcast/C8-vector",
    scenario: "clocks/vector",
    change: "at a receipt a vector clock increments the entry of the sender",
    rules: {
      receive: (own, theirs, _self, from) => {
        const merged = mergeVectors(own, theirs);
        return merged.with(from, merged[from]! + 1);
      },
    } satisfies Partial<VectorRules>,
    violates: ["VC1"],
  },
  {
    id: "clocks/receive-without-increment",
    scenario: "clocks/vector",
    change: "at a receipt a vector clock takes the maximum and does not count the receipt (textbook, note 0.2)",
    rules: { receive: mergeVectors } satisfies Partial<VectorRules>,
    violates: ["VC1"],
  },
  {
    id: "clocks/receive-without-maximum",
    scenario: "clocks/lamport",
    change: "a Lamport clock is set to just after the message, even if it was later already",
    rules: { receive: (_own, theirs) => theirs + 1 } satisfies Partial<LamportRules>,
    violates: ["LC1"],
  },
  {
    id: "clocks/own-entry-only",
    scenario: "clocks/vector",
    change: "a message carries the entry of its sender alone",
    rules: {
      carried: (stamp, self) => stamp.map((count, node) => (node === self ? count : 0)),
    } satisfies Partial<VectorRules>,
    violates: ["VC1"],
  },
  {
    id: "clocks/hybrid-without-message-time",
    scenario: "clocks/hybrid",
    change: "a hybrid clock ignores the time of a message at its receipt",
    rules: { latest: (own, _theirs, wall) => Math.max(own, wall) } satisfies Partial<HybridRules>,
    violates: ["HLC1"],
  },
  {
    id: "clocks/steps-whatever-the-difference",
    scenario: "clocks/ntp-discipline",
    change: "a disciplined clock is set at once, however small the difference: it goes back by milliseconds",
    rules: {
      correctionOf: (offsetMs) => (Math.abs(offsetMs) < 1_000_000 ? "step" : "panic"),
    } satisfies Partial<DisciplineRules>,
    violates: ["NTPD1"],
  },
  {
    id: "clocks/set-while-asking",
    scenario: "clocks/ntp-discipline",
    change: "an exchange during which the time of day was set is used like any other",
    rules: { isUndisturbed: () => true } satisfies Partial<DisciplineRules>,
    violates: ["NTPD2"],
  },
  {
    id: "clocks/counts-in-twos",
    scenario: "clocks/lamport",
    change: "a Lamport clock counts in twos",
    rules: {
      tick: (time) => time + 2,
      receive: (own, theirs) => Math.max(own, theirs) + 2,
    } satisfies Partial<LamportRules>,
    violates: ["LC1", "LC2"],
    equivalent: "every counter is doubled, which changes no comparison; Lamport asks for growth, not for steps of one",
  },
];
