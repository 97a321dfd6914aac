import { type AnyProperty, consensusProperties, consensusSafety } from "../../check/index.ts";
import { erase, type NodeId, type SystemModel, typed } from "../../model/index.ts";
import { type Acceptor, acceptor, paxos, type Vote } from "../../protocols/index.ts";
import {
  type AnyScenario,
  type Draw,
  type Goal,
  integer,
  type Script,
  type Setup,
  scenario,
} from "../../simulate/index.ts";
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
  readonly learners?: number;
}

/** Half-way marks of a run in which an acceptor that forgets lets two values be decided: for a search in stages. */
const goalsOf = (n: number): readonly Goal[] => {
  const nodes: readonly NodeId[] = Array.from({ length: n }, (_, node) => node);
  type Look = Parameters<Goal["reached"]>[0];
  /** The vote of a majority, as a learner knows it. */
  const chosenIn = (look: Look): Vote<string> | undefined => {
    for (const node of nodes) {
      const learner = look.state(node, "learner") as { readonly votes: readonly (Vote<string> | null)[] } | undefined;
      for (const vote of learner?.votes ?? [])
        if (vote !== null && 2 * learner!.votes.filter((each) => each?.ballot === vote.ballot).length > n) return vote;
    }
    return undefined;
  };
  const isAskedFor = (look: Look, isIt: (vote: Vote<string>) => boolean): boolean =>
    nodes.some((node) => {
      const proposer = look.state(node, "proposer") as
        | { readonly phase: string; readonly vote: Vote<string> | null }
        | undefined;
      return proposer?.phase === "asks" && proposer.vote !== null && isIt(proposer.vote);
    });
  const holders = (look: Look): number =>
    nodes.filter((node) => (look.record(node, "acceptor", "accepted") ?? null) !== null).length;
  const askedFor = (look: Look): readonly string[] =>
    nodes.flatMap((node) => {
      const proposer = look.state(node, "proposer") as { readonly vote: Vote<string> | null } | undefined;
      return proposer == null || proposer.vote === null ? [] : [proposer.vote.value];
    });
  return [
    {
      id: "rivals",
      text: "two proposers have asked for two values",
      reached: (look) => new Set(askedFor(look)).size > 1,
    },
    { id: "chosen", text: "a process knows which value was chosen", reached: (look) => chosenIn(look) !== undefined },
    {
      id: "forgotten",
      text: "a value was chosen, and no majority remembers that it accepted one",
      reached: (look) => chosenIn(look) !== undefined && 2 * holders(look) <= n,
    },
    {
      id: "contradicted",
      text: "a proposer asks for another value than the one that was chosen, in a higher ballot",
      reached: (look) => {
        const chosen = chosenIn(look);
        return (
          chosen !== undefined &&
          isAskedFor(look, ({ ballot, value }) => ballot > chosen.ballot && value !== chosen.value)
        );
      },
    },
  ];
};

const setup = (
  values: Values,
  model: SystemModel,
  rules: Partial<PaxosChanges>,
  properties: readonly AnyProperty[],
): Setup => {
  const { n, f, retryMs, attempts, learners = n } = values;
  const remembering = rules.acceptorMemory ?? ((module) => module);
  const one = paxos<string>({
    rules,
    retryMs,
    attemptsMax: attempts,
    accepting: typed(remembering(erase(acceptor<string>({ rules, learners })))) as Acceptor<string>,
  });
  return {
    processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: one })),
    workload: proposals(Math.min(values.proposers, n), 60),
    properties,
    goals: goalsOf(n),
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
  // One proposer whose messages all arrive, and who therefore asks once.
  stateSearches: [{ parameters: { n: 3, proposers: 1, attempts: 1 }, crashes: 0, carries: "multiset", liveness: true }],
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

const plainly = { sync: "at once", carries: "multiset", order: "few interruptions first" } as const;

/** Row 61, safety alone: in the weakest model of crashes. */
export const paxosSafetyScenario: AnyScenario = scenario({
  id: "consensus/paxos-safety",
  rows: [57, 61],
  title: "Paxos never decides two values, however late",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    ...parameters,
    learners: integer("processes that are told what was accepted, the first so many", 9, 1, 9),
  },
  setup: (values, model, rules: Partial<PaxosChanges>) => setup(values, model, rules, consensusSafety()),
  // Two ballots and a crash; three ballots, or two and a timeout more.
  stateSearches: [
    {
      parameters: { n: 3, proposers: 2, attempts: 1, learners: 2 },
      crashes: 1,
      timeouts: 2,
      statesMax: 1_000_000,
      ...plainly,
    },
    { parameters: { n: 3, proposers: 2, attempts: 2, learners: 2 }, crashes: 0, timeouts: 3, ...plainly },
  ],
});
