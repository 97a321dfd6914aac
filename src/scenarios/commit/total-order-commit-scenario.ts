import {
  abortValidity,
  commitAgreement,
  commitIntegrity,
  commitValidity,
  nonBlocking,
  properties,
} from "../../check/index.ts";
import { type Bound, many, network, stack } from "../../model/index.ts";
import {
  type Broadcast,
  bestEffortBroadcast,
  type CommitBallot,
  consensusTotalOrderBroadcast,
  eagerReliableBroadcast,
  paxos,
  type TotalOrderCommitRules,
  totalOrderCommit,
} from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario, toggle } from "../../simulate/index.ts";
import { transactionsOf } from "./two-phase-commit-scenario.ts";

const reliable = <M>(): Bound<Broadcast<M>> =>
  stack(eagerReliableBroadcast<M>(), { bestEffort: stack(bestEffortBroadcast(), { links: network() }) });

/** Row 78. */
export const totalOrderCommitScenario: AnyScenario = scenario({
  id: "commit/total-order",
  rows: [78],
  title: "Fault-tolerant commit: votes through total-order broadcast",
  about:
    "Nobody coordinates, so nobody can be missing. Whoever suspects a participant votes no on its behalf; if its yes was only late, the first of the two in the total order counts, everywhere. Take the order away (ordered=false) and they count differently.",
  model: { network: "reliable", nodes: "crash-stop", timing: "eventually-synchronous" },
  parameters: {
    participants: integer("participants", 2, 1, 9),
    transactions: integer("transactions", 1, 1, 100),
    noOneIn: integer("one vote in so many is a no; 0 for none", 6, 0, 100),
    f: integer("processes that may crash", 1, 0, 9),
    suspectMs: integer("milliseconds after which a participant is suspected", 60, 1, 100_000),
    ordered: toggle("votes go through total-order broadcast, not through reliable broadcast", true),
    clientStopsAtMs: integer("time at which the client's process crashes, 0 for a time that is drawn", 0, 0, 10_000),
  },
  setup: (values, _model, rules: Partial<TotalOrderCommitRules>) => {
    const participants = Array.from({ length: values.participants }, (_, at) => at + 1);
    const votes: Bound<Broadcast<CommitBallot>> = values.ordered
      ? stack(consensusTotalOrderBroadcast<CommitBallot>(), {
          reliable: reliable(),
          consensus: many(paxos()),
        })
      : reliable();
    const stops = values.clientStopsAtMs;
    return {
      processes: [0, ...participants].map((node) => ({
        name: node === 0 ? "client" : `participant ${node}`,
        stack: stack(totalOrderCommit({ participants, suspectMs: values.suspectMs, rules }), { votes }),
      })),
      workload: transactionsOf(participants, values.transactions, values.noOneIn),
      properties: properties(
        nonBlocking("NBAC1"),
        abortValidity("NBAC2"),
        commitValidity("NBAC3", participants),
        commitIntegrity("NBAC4"),
        commitAgreement("NBAC5"),
      ),
      f: values.f,
      faults: stops > 0 ? { crashes: 0 } : {},
      plan: stops > 0 ? [{ kind: "crash", at: stops, node: 0 }] : [],
      windowMs: 200,
      patienceMs: 8_000,
      dials: { gstMs: 200 },
    };
  },
  counterexamples: [
    {
      change: "the votes go through reliable broadcast: a vote on behalf and the late yes race",
      parameters: { ordered: false },
      violates: "NBAC5",
    },
    {
      change: "who suspects a participant aborts at once",
      rules: { abortsAtOnce: () => true },
      violates: "NBAC5",
    },
    { change: "a majority crashes", parameters: { f: 2 }, violates: "NBAC1" },
  ],
});
