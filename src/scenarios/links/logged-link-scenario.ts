import { noCreation, noDuplication, properties, reliableDelivery, survivesRecovery } from "../../check/index.ts";
import { type Bound, type Links, network, stack } from "../../model/index.ts";
import { loggedLink, stubbornLink } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { everybodySends } from "./perfect-link-scenario.ts";

/** Row 9. */
export const loggedLinkScenario: AnyScenario = scenario({
  id: "links/logged",
  rows: [9],
  title: "Logged perfect links",
  about:
    "Where processes recover, to deliver is to log. Set writeBehindMs to deliver first and log later: one crash in between, and a process no longer knows what its user acted upon.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of each process", 3, 1, 100),
    crashes: integer("crashes", 2, 0, 9),
    writeBehindMs: integer("milliseconds that a message is delivered before it is logged", 0, 0, 1_000),
  },
  setup: ({ n, messages, crashes, writeBehindMs }) => {
    const links: Bound<Links<string>> = stack(loggedLink({ writeBehindMs }), {
      stubborn: stack(stubbornLink({ retransmitMs: 100 }), { fairLoss: network() }),
    });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: links })),
      workload: (draw) => everybodySends(n, messages)(draw).map((script) => ({ ...script, resumes: true })),
      properties: properties(
        reliableDelivery("LPL1"),
        noDuplication("LPL2", true),
        noCreation("LPL3"),
        survivesRecovery("LOG1"),
      ),
      faults: { crashes },
      windowMs: 500,
      patienceMs: 5_000,
    };
  },
  counterexamples: [
    {
      change: "a message is delivered before it is logged, and the process crashes in between",
      parameters: { writeBehindMs: 20, n: 2 },
      violates: "LOG1",
      eventsMax: 12,
    },
  ],
});
