import type {
  EagerReliableRules,
  FifoRules,
  LamportTotalOrderRules,
  LazyReliableRules,
  MajorityAckUniformRules,
  SequencerRules,
  WaitingCausalRules,
} from "../../protocols/index.ts";
import type { Mutant } from "../../simulate/index.ts";

/** Known bugs of broadcast, and one change that is none. */
export const broadcastMutantList: readonly Mutant[] = [
  {
    id: "broadcast/C1",
    scenario: "broadcast/fifo",
    change: "FIFO broadcast delivers over a gap",
    rules: { isNext: (sequence, next) => sequence >= next } satisfies Partial<FifoRules>,
    violates: ["FRB5"],
  },
  {
    id: "broadcast/fifo-drops-early",
    scenario: "broadcast/fifo",
    change: "FIFO broadcast drops what comes too early (the other half of C1)",
    rules: { keepsEarly: false } satisfies Partial<FifoRules>,
    violates: ["FRB1", "FRB4"],
  },
  {
    id: "broadcast/C4",
    scenario: "broadcast/total-order-sequencer",
    change: "total order is delivered while a smaller number is still to come (JGRP-1785)",
    rules: { isNext: () => true } satisfies Partial<SequencerRules>,
    violates: ["TOB5"],
  },
  {
    id: "broadcast/C7",
    scenario: "broadcast/eager-reliable",
    change: "best-effort broadcast is passed off as reliable: nobody relays",
    rules: { relays: () => false } satisfies Partial<EagerReliableRules>,
    violates: ["RB4"],
  },
  {
    id: "broadcast/lazy-without-relay",
    scenario: "broadcast/lazy-reliable",
    change: "lazy reliable broadcast does not relay for a process that crashed",
    rules: { relaysForCrashed: false } satisfies Partial<LazyReliableRules>,
    violates: ["RB4"],
  },
  {
    id: "broadcast/uniform-on-first-receipt",
    scenario: "broadcast/uniform-majority-ack",
    change: "uniform broadcast delivers on first receipt",
    rules: { canDeliver: () => true } satisfies Partial<MajorityAckUniformRules>,
    violates: ["URB4"],
  },
  {
    id: "broadcast/causal-without-wait",
    scenario: "broadcast/causal-waiting",
    change: "causal broadcast does not wait for the past of a message",
    rules: { mayDeliver: () => true } satisfies Partial<WaitingCausalRules>,
    violates: ["CRB5"],
  },
  {
    id: "broadcast/stamped-after-increment",
    scenario: "broadcast/causal-waiting",
    change: "the vector is stamped after the increment, and a message waits for itself",
    rules: { ownInPast: (sentBefore) => sentBefore + 1 } satisfies Partial<WaitingCausalRules>,
    violates: ["CRB1"],
  },
  {
    id: "broadcast/lamport-without-hearing",
    scenario: "broadcast/total-order-lamport",
    change: "total order by Lamport clocks delivers without having heard from all",
    rules: { nothingSmallerToCome: () => true } satisfies Partial<LamportTotalOrderRules>,
    violates: ["TOB5"],
  },
  {
    id: "broadcast/relays-own-too",
    scenario: "broadcast/eager-reliable",
    change: "an eager broadcaster relays its own messages as well",
    rules: { relays: () => true } satisfies Partial<EagerReliableRules>,
    violates: ["RB1", "RB2", "RB3", "RB4"],
    equivalent: "everybody has seen the number of a message that comes again, and drops it",
  },
];
