import { consensusProperties } from "../../check/index.ts";
import { network, shared, stack } from "../../model/index.ts";
import { increasingTimeout, monarchicalLeaderDetector, paxos } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { proposals } from "./paxos-scenario.ts";

/** Rows 59 and 61, with a leader. */
export const ledPaxosScenario: AnyScenario = scenario({
  id: "consensus/paxos-led",
  rows: [59, 61],
  title: "Paxos with Ω: one proposer at a time, in the end",
  about:
    "Only the process that is trusted to lead proposes. While suspicions come and go two may duel; once they end one is left in peace, and decides. Without any bound on time Ω cannot be had, and so not this.",
  model: { network: "reliable", nodes: "crash-stop", timing: "unknown-bound" },
  alsoModels: [{ network: "reliable", nodes: "crash-stop", timing: "eventually-synchronous" }],
  parameters: {
    n: integer("processes", 3, 1, 9),
    f: integer("processes that may stop", 1, 0, 4),
    retryMs: integer("milliseconds of a proposer's first patience", 40, 1, 10_000),
  },
  setup: ({ n, f, retryMs }) => {
    const leader = shared(
      stack(monarchicalLeaderDetector(), { detector: stack(increasingTimeout({ stepMs: 40 }), { links: network() }) }),
    );
    const consensus = paxos<string>({ leader, retryMs });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: consensus })),
      workload: proposals(n, 60),
      properties: consensusProperties("all propose"),
      f,
      windowMs: 400,
      dials: { gstMs: 300 },
    };
  },
  counterexamples: [{ change: "a majority stops", parameters: { f: 2 }, violates: "C1" }],
});
