import { fairLoss, finiteDuplication, noCreation, properties, stubbornDelivery } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { stubbornLink } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario, toggle } from "../../simulate/index.ts";
import { everybodySends } from "./perfect-link-scenario.ts";

/** Longer than any run: what is cut until then is cut for ever. */
const forEver = 1_000_000;
/** A partition lasts half the window at most; sent every 20 ms, one of so many copies is outside of it. */
const sendsMax = 40;

/** Row 5. */
export const fairLossLinkScenario: AnyScenario = scenario({
  id: "links/fair-loss",
  rows: [5],
  title: "Fair-loss links: the network itself",
  about:
    "Messages are lost, doubled and overtake each other, but what is said over and over again is heard over and over again. A network that drops for ever (cutForEver=true) is no fair-loss network, and the check says so of the scenario.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    sends: integer("how often the first process sends each message", 90, 1, 10_000),
    f: integer("processes that may crash", 1, 0, 2),
    cutForEver: toggle("the network drops every message from the first process, for ever", false),
  },
  setup: ({ sends, f, cutForEver }) => ({
    processes: [0, 1].map((node) => ({ name: `p${node + 1}`, stack: network() })),
    workload: () => [
      {
        node: 0,
        calls: Array.from({ length: sends }, () => ({ request: "send", args: [1, "hello"], afterMs: 20 })),
      },
    ],
    properties: properties(fairLoss("FLL1", sendsMax), finiteDuplication("FLL2", 2), noCreation("FLL3")),
    f,
    plan: cutForEver ? [{ kind: "partition", at: 0, until: forEver, form: "one-way", left: [0], right: [1] }] : [],
  }),
  counterexamples: [
    {
      change: "the adversary drops for ever: this is no fair-loss link",
      parameters: { cutForEver: true, sends: sendsMax, f: 0 },
      violates: "FLL1",
    },
    { change: "the network forges", model: { network: "arbitrary" }, violates: "FLL3", eventsMax: 12 },
  ],
});

/** Row 6. */
export const stubbornLinkScenario: AnyScenario = scenario({
  id: "links/stubborn",
  rows: [6],
  title: "Stubborn links: send for ever",
  about:
    "Whatever was sent is sent again until the end of time, so it gets through any loss that is fair. The sender never forgets and never falls silent; only its crash ends it, and after a recovery it has forgotten everything.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of each process", 1, 1, 100),
    f: integer("processes that may crash", 1, 0, 9),
  },
  setup: ({ n, messages, f }) => ({
    processes: Array.from({ length: n }, (_, node) => ({
      name: `p${node + 1}`,
      stack: stack(stubbornLink(), { fairLoss: network() }),
    })),
    workload: everybodySends(n, messages),
    properties: properties(stubbornDelivery("SL1", 5), noCreation("SL2")),
    f,
  }),
  counterexamples: [
    {
      change: "the sender crashes and recovers: it has forgotten what to send",
      model: { nodes: "crash-recovery" },
      violates: "SL1",
    },
    { change: "the network forges", model: { network: "arbitrary" }, violates: "SL2", eventsMax: 12 },
  ],
});
