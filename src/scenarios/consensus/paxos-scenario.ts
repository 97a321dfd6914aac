import { type AnyProperty, consensusProperties, consensusSafety } from "../../check/index.ts";
import { erase, type SystemModel, typed } from "../../model/index.ts";
import { type Acceptor, acceptor, paxos } from "../../protocols/index.ts";
import { type AnyScenario, type Draw, integer, type Script, type Setup, scenario } from "../../simulate/index.ts";
import { forgetsAtRestart, type PaxosChanges } from "./paxos-mutants.ts";

/** The first so many processes propose a value of their own each, at times that are drawn, and wait for the decision. */
export const proposals =
  (proposers: number, withinMs: number) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: proposers }, (_, node) => ({
      node,
      calls: [
        { request: "propose", args: [`v${node + 1}`], afterMs: draw.below("pause", withinMs), until: ["decide"] },
      ],
    }));

const parameters = {
  n: integer("processes, each proposer, acceptor and learner", 3, 1, 9),
  proposers: integer("processes that propose", 3, 1, 9),
  f: integer("processes that may stop for good", 1, 0, 4),
  retryMs: integer("milliseconds of a proposer's first patience", 40, 1, 10_000),
  attempts: integer("times that a proposer asks before it gives up", 1_000, 1, 1_000),
};

interface Values {
  readonly n: number;
  readonly proposers: number;
  readonly f: number;
  readonly retryMs: number;
  readonly attempts: number;
}

const setup = (
  values: Values,
  model: SystemModel,
  rules: Partial<PaxosChanges>,
  properties: readonly AnyProperty[],
): Setup => {
  const { n, f, retryMs, attempts } = values;
  const remembering = rules.acceptorMemory ?? ((module) => module);
  const one = paxos<string>({
    rules,
    retryMs,
    attemptsMax: attempts,
    accepting: typed(remembering(erase(acceptor<string>({ rules })))) as Acceptor<string>,
  });
  return {
    processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
    workload: proposals(Math.min(values.proposers, n), 60),
    properties,
    f,
    faults: { crashes: model.nodes === "crash-recovery" ? 2 : f },
    windowMs: 400,
    patienceMs: 4_000,
  };
};

/** Row 61. */
export const paxosScenario: AnyScenario = scenario({
  id: "consensus/paxos",
  rows: [57, 59, 61],
  title: "Paxos decides one value",
  about:
    "Promises keep two ballots from choosing two values; durable memory keeps the promises through crashes; growing patience lets one proposer through in the end.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "eventually-synchronous" },
  parameters,
  setup: (values, model, rules: Partial<PaxosChanges>) => setup(values, model, rules, consensusProperties()),
  counterexamples: [
    {
      change: "an acceptor refuses the ballot that it has promised: “greater or equal” (§0.1)",
      rules: { mayAccept: (promised, ballot) => ballot > promised },
      violates: "C1",
    },
    {
      change: "phase 2 asks for the proposer's own value, whatever was accepted before",
      rules: { valueToAsk: (_promises, own) => own },
      violates: "C4",
    },
    {
      change: "an acceptor forgets its promise when it restarts",
      rules: { acceptorMemory: forgetsAtRestart },
      violates: "C4",
    },
    {
      change: "two proposers whose patience does not grow overtake each other for ever",
      model: { timing: "asynchronous" },
      parameters: { proposers: 2, retryMs: 100, delayMsMin: 40, delayMsMax: 40 },
      rules: { climbs: () => true, patience: (baseMs) => baseMs },
      violates: "C1",
    },
  ],
});

/** Row 61, safety alone: in the weakest model of crashes. */
export const paxosSafetyScenario: AnyScenario = scenario({
  id: "consensus/paxos-safety",
  rows: [57, 61],
  title: "Paxos never decides two values, however late",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters,
  setup: (values, model, rules: Partial<PaxosChanges>) => setup(values, model, rules, consensusSafety()),
});
