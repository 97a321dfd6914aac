import {
  fifoOrder,
  gapFreeTotalOrder,
  properties,
  reliableBroadcastProperties,
  totalOrder,
  uniformBroadcastProperties,
  uniformTotalOrder,
} from "../../check/index.ts";
import { many, stack } from "../../model/index.ts";
import {
  consensusTotalOrderBroadcast,
  fifoBroadcast,
  type LamportTotalOrderRules,
  lamportTotalOrderBroadcast,
  majorityAckUniformBroadcast,
  paxos,
  type SequencerRules,
  sequencerBroadcast,
} from "../../protocols/index.ts";
import { type AnyScenario, choice, scenario, toggle } from "../../simulate/index.ts";
import { bestEffort, everybodyBroadcasts, group, perfectLinks, processes, reliable, timing } from "./broadcasting.ts";

const sequencer = 0;

/** Row 39, one process numbers all messages. */
export const sequencerScenario: AnyScenario = scenario({
  id: "broadcast/total-order-sequencer",
  rows: [39],
  title: "Total-order broadcast by a fixed sequencer",
  about:
    "One process numbers the messages of all. The order is that of its numbers, for everybody and without gaps; agreement is no better than that of the broadcast which carries the numbers. If the sequencer crashes, nothing is delivered any more.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    ...group(3, 2, 1),
    below: choice("the broadcast that carries the numbers", ["reliable", "uniform"]),
    sequencerMayCrash: toggle("the sequencer may crash too", false),
  },
  setup: ({ n, messages, f, below, sequencerMayCrash }, model, rules: Partial<SequencerRules>) => ({
    processes: processes(
      n,
      stack(sequencerBroadcast<string>({ sequencer, rules }), {
        links: perfectLinks(model),
        reliable:
          below === "uniform"
            ? stack(majorityAckUniformBroadcast(), { bestEffort: bestEffort(model) })
            : reliable(model),
      }),
    ),
    workload: everybodyBroadcasts(n, messages),
    // What stands on total order claims no more than the broadcast below it.
    properties: properties(
      ...(below === "uniform" ? uniformBroadcastProperties("TOB") : reliableBroadcastProperties("TOB")),
      uniformTotalOrder("TOB5"),
    ),
    f,
    faults: sequencerMayCrash
      ? {}
      : { candidates: Array.from({ length: n }, (_, node) => node).filter((node) => node !== sequencer) },
    ...timing,
  }),
  counterexamples: [
    { change: "the sequencer crashes", parameters: { sequencerMayCrash: true }, violates: "TOB1", eventsMax: 12 },
    {
      change: "deliver while a smaller number is still to come",
      rules: { isNext: () => true },
      violates: "TOB5",
      eventsMax: 12,
    },
  ],
});

/** Row 39, by timestamps. */
export const lamportTotalOrderScenario: AnyScenario = scenario({
  id: "broadcast/total-order-lamport",
  rows: [39, 40],
  title: "Total-order broadcast by Lamport clocks",
  about:
    "Deliver by timestamp, once everybody was heard of with a later one. Nobody leads; one process that falls silent stops all, and none of them lies.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: group(3, 2, 0),
  setup: ({ n, messages, f }, model, rules: Partial<LamportTotalOrderRules>) => ({
    processes: processes(
      n,
      stack(lamportTotalOrderBroadcast<string>({ rules }), {
        fifo: stack(fifoBroadcast(), { reliable: bestEffort(model) }),
      }),
    ),
    workload: everybodyBroadcasts(n, messages),
    properties: properties(...reliableBroadcastProperties("TOB"), totalOrder("TOB5"), fifoOrder("FRB5")),
    f,
    ...timing,
  }),
  counterexamples: [
    { change: "one process falls silent", parameters: { f: 1 }, violates: "TOB1" },
    {
      change: "deliver without having heard from all",
      rules: { nothingSmallerToCome: () => true },
      violates: "TOB5",
      eventsMax: 12,
    },
  ],
});

/** Row 39, by consensus. */
export const consensusTotalOrderScenario: AnyScenario = scenario({
  id: "broadcast/total-order-consensus",
  rows: [39],
  title: "Total-order broadcast by a sequence of consensus instances",
  about:
    "Spread messages reliably, then agree, round by round, on the batch that comes next. A minority may crash; whoever solves this solves consensus, and the other way round.",
  model: { network: "reliable", nodes: "crash-stop", timing: "eventually-synchronous" },
  alsoModels: [{ network: "reliable", nodes: "crash-stop", timing: "unknown-bound" }],
  parameters: group(3, 2, 1),
  setup: ({ n, messages, f }, model) => ({
    processes: processes(
      n,
      stack(consensusTotalOrderBroadcast<string>(), {
        reliable: reliable(model),
        consensus: many(paxos()),
      }),
    ),
    workload: everybodyBroadcasts(n, messages),
    properties: properties(...reliableBroadcastProperties("TOB"), uniformTotalOrder("TOB5")),
    f,
    windowMs: 200,
    patienceMs: 8_000,
    dials: { gstMs: 200, boundFactorMax: 5 },
  }),
  counterexamples: [{ change: "a majority crashes", parameters: { f: 2 }, violates: "TOB1" }],
});

/** Row 40. */
export const fifoTotalOrderScenario: AnyScenario = scenario({
  id: "broadcast/fifo-total-order",
  rows: [40],
  title: "FIFO-total order: numbers of the origin over the numbers of all",
  about:
    "FIFO broadcast over total-order broadcast is both, since what it holds back depends only on the sequence that all have in common.",
  model: { network: "reliable", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    ...group(3, 3, 1),
    fifo: toggle("number the messages of each process; without it total order alone is left", true),
  },
  setup: ({ n, messages, f, fifo }, model) => {
    const total = <M>() =>
      stack(sequencerBroadcast<M>({ sequencer }), { links: perfectLinks(model), reliable: reliable(model) });
    return {
      processes: processes(n, fifo ? stack(fifoBroadcast<string>(), { reliable: total() }) : total<string>()),
      workload: everybodyBroadcasts(n, messages, 10),
      properties: properties(
        ...reliableBroadcastProperties("TOB"),
        uniformTotalOrder("TOB5"),
        fifoOrder("FRB5"),
        gapFreeTotalOrder("gap-free"),
      ),
      f,
      faults: { candidates: Array.from({ length: n }, (_, node) => node).filter((node) => node !== sequencer) },
      ...timing,
    };
  },
  counterexamples: [
    { change: "total order alone is not FIFO", parameters: { fifo: false }, violates: "FRB5", eventsMax: 12 },
  ],
});
