import { noInversion, operationTermination, properties, regularValidity } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import {
  bestEffortBroadcast,
  countedQuorums,
  excludeOnTimeout,
  gridQuorums,
  majorityQuorums,
  majorityVotingRegister,
  type Quorums,
  type Register,
  readOneWriteAllRegister,
  registerCalls,
  treeQuorums,
} from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";
import { oneWriter } from "./register-workload.ts";

const votingStack = (quorums: Quorums): Bound<Register<string>> =>
  stack(majorityVotingRegister<string>(), registerCalls<string>({ quorums }));

/** Row 47. */
export const regularRegisterScenario: AnyScenario = scenario({
  id: "registers/majority-voting",
  rows: [47],
  title: "A regular register of one writer by majority voting",
  about:
    "A reader takes the latest value of a majority: never one older than the last finished write. But while a write is " +
    "under way one reader may see the new value and a later reader the old one: regular is less than atomic (B25).",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes; the first writes, the others read", 3, 2, 9),
    writes: integer("writes", 3, 1, 50),
    reads: integer("reads of each reader", 3, 1, 50),
    f: integer("processes that may crash", 1, 0, 8),
    claim: choice("what the register is claimed to be", ["regular", "atomic"]),
  },
  setup: ({ n, writes, reads, f, claim }) => {
    const one = votingStack(majorityQuorums);
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: node === 0 ? "writer" : `p${node + 1}`, stack: one })),
      workload: oneWriter({ n, writes, reads }),
      properties: [
        ...properties(operationTermination("ONRR1"), regularValidity("ONRR2")),
        ...(claim === "atomic" ? [noInversion("ONAR3")] : []),
      ],
      f,
      windowMs: 300,
    };
  },
  counterexamples: [
    {
      change: "the regular register is taken for an atomic one: new-old inversion (B25)",
      parameters: { claim: "atomic", writes: 1 },
      violates: "ONAR3",
      eventsMax: 12,
    },
    { change: "a majority may crash", parameters: { f: 2 }, violates: "ONRR1" },
    {
      change: "a process that recovers has forgotten what it acknowledged",
      model: { nodes: "crash-recovery" },
      violates: "ONRR2",
    },
  ],
});

/** The decision on which quorums of counted processes rest. */
export interface QuorumRules {
  /** How many acknowledgements complete a write, of those that were asked for. */
  readonly waitsFor: (members: number) => number;
}

/** Row 45: the register asks only that read and write quorums meet. */
export const quorumsScenario: AnyScenario = scenario({
  id: "registers/quorums",
  rows: [45],
  title: "Quorums: every read meets every write, or reads are stale",
  about:
    "The same register on quorums of one's choice: R of n to read and W of n to write, a grid, a tree. It is right exactly " +
    "when every read quorum meets every write quorum; with R + W = n the two may miss each other.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes; the first writes, the others read", 4, 2, 9),
    quorums: choice("which sets suffice", ["counted", "grid", "tree"]),
    R: integer("processes that suffice to read", 2, 1, 9),
    W: integer("processes that suffice to write", 3, 1, 9),
    columns: integer("columns of the grid", 2, 1, 9),
    writes: integer("writes", 3, 1, 50),
    reads: integer("reads of each reader", 3, 1, 50),
    pauseMsMax: integer("longest pause before an operation; 0 for exhaustive runs", 30, 0, 1_000),
  },
  setup: (
    { n, quorums, R, W, columns, writes, reads, pauseMsMax },
    _model,
    { waitsFor = (members) => members }: Partial<QuorumRules>,
  ) => {
    const one = votingStack(
      quorums === "grid" ? gridQuorums(columns) : quorums === "tree" ? treeQuorums : countedQuorums(R, waitsFor(W)),
    );
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: node === 0 ? "writer" : `p${node + 1}`, stack: one })),
      workload: oneWriter({ n, writes, reads, pauseMsMax }),
      properties: properties(operationTermination("ONRR1"), regularValidity("ONRR2")),
      // How many may crash is a question of its own for each system: here nobody does.
      f: 0,
      windowMs: 300,
    };
  },
  counterexamples: [
    {
      change: "R + W = n: a read quorum that misses the write quorum",
      parameters: { n: 2, R: 1, W: 1, writes: 1 },
      violates: "ONRR2",
      eventsMax: 6,
    },
    {
      change: "R + W = n in a larger system",
      parameters: { n: 4, R: 2, W: 2, writes: 1 },
      violates: "ONRR2",
      eventsMax: 12,
    },
  ],
});

/** Row 47, with a failure detector instead of quorums. */
export const readOneWriteAllScenario: AnyScenario = scenario({
  id: "registers/read-one-write-all",
  rows: [47],
  title: "A regular register that reads one copy and writes all",
  about:
    "With a perfect failure detector nobody needs a majority: the writer waits for everybody who is not known to have " +
    "crashed, and all but one may. The price is timing: one false accusation and a reader keeps the old value.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    n: integer("processes; the first writes, the others read", 3, 2, 9),
    writes: integer("writes", 3, 1, 50),
    reads: integer("reads of each reader", 3, 1, 50),
    f: integer("processes that may crash", 2, 0, 8),
  },
  setup: ({ n, writes, reads, f }) => {
    const one: Bound<Register<string>> = stack(readOneWriteAllRegister<string>(), {
      broadcast: stack(bestEffortBroadcast(), { links: network() }),
      links: network(),
      detector: stack(excludeOnTimeout(), { links: network() }),
    });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: node === 0 ? "writer" : `p${node + 1}`, stack: one })),
      workload: oneWriter({ n, writes, reads }),
      properties: properties(operationTermination("ONRR1"), regularValidity("ONRR2")),
      f,
      windowMs: 200,
    };
  },
  counterexamples: [
    {
      change: "time is not bounded: a live process is accused, and reads what was overwritten",
      model: { timing: "asynchronous" },
      violates: "ONRR2",
    },
  ],
});
