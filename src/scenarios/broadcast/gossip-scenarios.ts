import {
  type AnyProperty,
  broadcastNoCreation,
  noDuplication,
  probabilisticValidity,
  properties,
} from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import {
  bestEffortBroadcast,
  eagerProbabilisticBroadcast,
  lazyProbabilisticBroadcast,
  rumourMongering,
} from "../../protocols/index.ts";
import { type AnyScenario, integer, type Setup, scenario, toggle } from "../../simulate/index.ts";
import { everybodyBroadcasts, group, processes, timing } from "./broadcasting.ts";

const share = integer("share of the correct processes that must be reached, in %", 50, 0, 100);

const partitions = toggle("the network may be cut in two", false);

/**
 * Probability is all that gossip has: messages are lost rarely and each by itself. A partition loses many at a time, and
 * nothing is ever sent again. The groups are small: at the dials' own odds (10 % lost, 5 % doubled) 1, 15 and 0 of 3,000
 * runs of the eager, the lazy and the rumour scenario stay below the share; at these none of 20,000 runs of each did.
 */
const odds = (cuts: boolean): Pick<Setup, "faults" | "dials" | "windowMs" | "patienceMs"> => ({
  faults: cuts ? {} : { partitions: 0 },
  dials: { loss: 0.01, duplication: 0 },
  ...timing,
});

const probabilisticProperties = (percent: number): readonly AnyProperty[] =>
  properties(probabilisticValidity("PB1", percent / 100), noDuplication("PB2"), broadcastNoCreation("PB3"));

/** Row 41, eager. */
export const eagerGossipScenario: AnyScenario = scenario({
  id: "broadcast/gossip-eager",
  rows: [41],
  title: "Gossip: tell a few, who tell a few",
  about:
    "Nobody sends more than a few messages, and nearly everybody is reached. With one listener a time the rumour dies out.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    ...group(10, 1, 1),
    fanOut: integer("others that a process tells", 5, 1, 9),
    rounds: integer("times that a message is passed on", 5, 1, 20),
    share,
    partitions,
  },
  setup: ({ n, messages, f, fanOut, rounds, share: percent, partitions: cuts }) => ({
    processes: processes(n, stack(eagerProbabilisticBroadcast<string>({ fanOut, rounds }), { fairLoss: network() })),
    workload: everybodyBroadcasts(n, messages),
    properties: probabilisticProperties(percent),
    f,
    ...odds(cuts),
  }),
  counterexamples: [
    { change: "tell one only: the rumour dies out", parameters: { fanOut: 1 }, violates: "PB1" },
    { change: "a partition loses all copies at a time", parameters: { partitions: true }, violates: "PB1" },
  ],
});

/** Row 41, lazy. */
export const lazyGossipScenario: AnyScenario = scenario({
  id: "broadcast/gossip-lazy",
  rows: [41],
  title: "Gossip about what is missing",
  about:
    "An unreliable broadcast reaches most; who sees a gap asks a few others, and one of them has kept it. A gap is given up after a while, and what comes later than that is lost: here time matters.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    ...group(8, 2, 1),
    fanOut: integer("others that are asked", 3, 1, 9),
    rounds: integer("times that a question is passed on", 2, 1, 20),
    oneStoresOf: integer("of so many processes one keeps a message", 2, 1, 10),
    share,
    partitions,
  },
  setup: ({ n, messages, f, fanOut, rounds, oneStoresOf, share: percent, partitions: cuts }) => ({
    processes: processes(
      n,
      stack(lazyProbabilisticBroadcast<string>({ fanOut, rounds, oneStoresOf, patienceMs: 200 }), {
        unreliable: stack(bestEffortBroadcast(), { links: network() }),
        fairLoss: network(),
      }),
    ),
    workload: everybodyBroadcasts(n, messages),
    properties: probabilisticProperties(percent),
    f,
    ...odds(cuts),
  }),
  counterexamples: [{ change: "the network loses nearly everything", parameters: { loss: 0.8 }, violates: "PB1" }],
});

/** Row 41, rumours. */
export const rumourScenario: AnyScenario = scenario({
  id: "broadcast/rumour-mongering",
  rows: [41],
  title: "Rumour mongering: go on until it is no news",
  about: "Who meets others that knew already loses interest. The less patience, the more are never told.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    ...group(10, 1, 1),
    k: integer("interest is lost one time in k", 50, 1, 1_000),
    share,
    partitions,
  },
  setup: ({ n, messages, f, k, share: percent, partitions: cuts }) => ({
    processes: processes(n, stack(rumourMongering<string>({ k, pushMs: 20 }), { fairLoss: network() })),
    workload: everybodyBroadcasts(1, messages),
    properties: probabilisticProperties(percent),
    f,
    ...odds(cuts),
  }),
  counterexamples: [
    {
      change: "interest is lost at the first that knew, and everybody was to be reached",
      parameters: { k: 1, share: 100 },
      violates: "PB1",
    },
  ],
});
