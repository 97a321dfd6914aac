import { noCreation, noDuplication, properties, quiescence, reliableDelivery } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type AcknowledgedLinkRules, acknowledgedLink } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";
import { everybodySends } from "./perfect-link-scenario.ts";

/** Row 7, for use. */
export const acknowledgedLinkScenario: AnyScenario = scenario({
  id: "links/acknowledged",
  rows: [7],
  title: "Perfect links with acknowledgements",
  about: "The same three properties as retransmission for ever, and with the last acknowledgement the traffic ends.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of each process", 3, 1, 100),
    f: integer("processes that may crash", 1, 0, 9),
  },
  setup: ({ n, messages, f }, _model, rules: Partial<AcknowledgedLinkRules>) => ({
    processes: Array.from({ length: n }, (_, node) => ({
      name: `p${node + 1}`,
      stack: stack(acknowledgedLink({ rules }), { fairLoss: network() }),
    })),
    workload: everybodySends(n, messages),
    properties: properties(
      reliableDelivery("PL1"),
      noDuplication("PL2"),
      noCreation("PL3"),
      quiescence("QUI1", "", "unacknowledged"),
    ),
    f,
  }),
  counterexamples: [
    {
      change: "a receiver that recovers has forgotten what it delivered",
      model: { nodes: "crash-recovery" },
      violates: "PL2",
      eventsMax: 12,
    },
  ],
});
