import { type AtomicRegisterRules, isSameTimestamp } from "../../protocols/index.ts";
import type { AnyScenario, Mutant } from "../../simulate/index.ts";
import {
  atomicRegisterScenario,
  loggedAtomicRegisterScenario,
  oneWriterRegisterScenario,
} from "./atomic-register-scenario.ts";
import {
  type QuorumRules,
  quorumsScenario,
  readOneWriteAllScenario,
  regularRegisterScenario,
} from "./regular-register-scenario.ts";

/** The lab's scenarios on registers. */
export const registersScenarios: readonly AnyScenario[] = [
  quorumsScenario,
  readOneWriteAllScenario,
  regularRegisterScenario,
  oneWriterRegisterScenario,
  atomicRegisterScenario,
  loggedAtomicRegisterScenario,
];

/** Known bugs of registers that the scenarios must find. */
export const registersMutants: readonly Mutant[] = [
  {
    id: "register/A1",
    scenario: "registers/abd",
    change: "A read returns without writing back what it read: textbook; the same shape as scylladb#6299.",
    rules: { writesBack: () => false } satisfies Partial<AtomicRegisterRules>,
    violates: ["LIN"],
  },
  {
    id: "register/A3",
    scenario: "registers/abd",
    change: "A writer skips the query phase and counts on from the timestamp that it happens to have stored.",
    rules: { consults: () => false } satisfies Partial<AtomicRegisterRules>,
    violates: ["LIN"],
  },
  {
    id: "register/A4",
    scenario: "registers/abd",
    change:
      "Timestamps are compared by their counters alone: of two concurrent writes each process keeps the first to come.",
    rules: { isLater: (a, b) => a.counter > b.counter } satisfies Partial<AtomicRegisterRules>,
    violates: ["LIN"],
  },
  {
    id: "register/A7",
    scenario: "registers/abd-logged",
    change: "Replicas are volatile: what a recovering process acknowledged is gone.",
    rules: { keepsOnDisk: () => false } satisfies Partial<AtomicRegisterRules>,
    violates: ["LIN"],
  },
  {
    id: "register/timestamp-without-writer",
    scenario: "registers/abd",
    change: "A timestamp is made without its writer's id: two values under one timestamp.",
    rules: { next: ({ counter }) => ({ counter: counter + 1, writer: 0 }) } satisfies Partial<AtomicRegisterRules>,
    violates: ["LIN"],
  },
  {
    id: "register/no-write-back",
    scenario: "registers/abd-one-writer",
    change: "Readers of the register of one writer return at once: new-old inversion.",
    rules: { writesBack: () => false } satisfies Partial<AtomicRegisterRules>,
    violates: ["LIN"],
  },
  {
    id: "register/quorums-that-miss",
    scenario: "registers/quorums",
    change: "R + W = N: a write waits for one process less, and a read quorum may miss it.",
    rules: { waitsFor: (members) => members - 1 } satisfies Partial<QuorumRules>,
    violates: ["ONRR2"],
  },
  {
    id: "register/write-back-when-answers-differ",
    scenario: "registers/abd",
    change: "A reader skips the write-back when its whole read quorum answered with one timestamp.",
    rules: {
      writesBack: (answers) => answers.some((timestamp) => !isSameTimestamp(timestamp, answers[0]!)),
    } satisfies Partial<AtomicRegisterRules>,
    violates: ["LIN"],
    equivalent: "A whole quorum has the value already: writing it back would change nothing at any of them.",
  },
];
