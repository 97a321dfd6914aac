import { fifoDelivery, noCreation, noDuplication, properties, reliableDelivery } from "../../check/index.ts";
import { type Bound, type Links, network, stack } from "../../model/index.ts";
import { durableFifoLink, type FifoLinkRules, fifoLink, stubbornLink } from "../../protocols/index.ts";
import { type AnyScenario, integer, type Script, type Setup, scenario } from "../../simulate/index.ts";

/** The first process sends numbered messages to the others in turn; it goes on after a recovery. */
const oneSends = (n: number, messages: number) => (): readonly Script[] => [
  {
    node: 0,
    resumes: true,
    calls: Array.from({ length: messages }, (_, at) => ({
      request: "send",
      args: [1 + (at % (n - 1)), `m${at + 1}`],
      afterMs: 20,
    })),
  },
];

const processesOf = (n: number, links: Bound<Links<string>>): Setup["processes"] =>
  Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: links }));

/** Row 8. */
export const fifoLinkScenario: AnyScenario = scenario({
  id: "links/fifo",
  rows: [8],
  title: "FIFO links by sequence numbers",
  about:
    "The network reorders; the receiver holds back what came too early. Let processes recover (`--nodes crash-recovery`) and the two counters no longer agree: messages wait for ever, or in the wrong order.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of the first process", 6, 1, 100),
    f: integer("processes that may crash", 1, 0, 9),
  },
  setup: ({ n, messages, f }, { nodes }, rules: Partial<FifoLinkRules>) => ({
    processes: processesOf(n, stack(fifoLink({ rules }), { perfect: network() })),
    workload: oneSends(n, messages),
    properties: properties(reliableDelivery("PL1"), noDuplication("PL2"), noCreation("PL3"), fifoDelivery("FPL4")),
    f,
    // What is sent to a node while it is down no link without a memory can deliver; here the counters are on trial.
    faults: nodes === "crash-recovery" ? { crashes: 1, candidates: [0] } : {},
    windowMs: 500,
    patienceMs: 5_000,
  }),
  counterexamples: [
    {
      change: "a sender that recovers starts at 0 again, and its messages wait for ever",
      model: { nodes: "crash-recovery" },
      parameters: { n: 2, messages: 2 },
      violates: "PL1",
      eventsMax: 6,
    },
    {
      change: "a sender that recovers fills the gaps of its former life: later messages overtake",
      model: { nodes: "crash-recovery" },
      parameters: { n: 2, messages: 4 },
      violates: "FPL4",
      eventsMax: 12,
    },
  ],
});

/** Row 8 where processes recover: the cure. */
export const durableFifoLinkScenario: AnyScenario = scenario({
  id: "links/durable-fifo",
  rows: [8, 9],
  title: "FIFO links whose counters are on disk",
  about: "The FIFO link where processes recover: counters are as long as the logs, and what was logged is said again.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of the first process", 6, 1, 100),
    crashes: integer("crashes", 2, 0, 9),
  },
  setup: ({ n, messages, crashes }, _model, rules: Partial<FifoLinkRules>) => ({
    processes: processesOf(
      n,
      stack(durableFifoLink({ rules }), {
        stubborn: stack(stubbornLink({ retransmitMs: 100 }), { fairLoss: network() }),
      }),
    ),
    workload: oneSends(n, messages),
    properties: properties(
      reliableDelivery("LPL1"),
      noDuplication("LPL2", true),
      noCreation("LPL3"),
      fifoDelivery("FPL4", true),
    ),
    faults: { crashes },
    windowMs: 500,
    patienceMs: 5_000,
  }),
});
