import { noCreation, noDuplication, properties, reliableDelivery } from "../../check/index.ts";
import { type Bound, type Links, network, stack } from "../../model/index.ts";
import { acknowledgedLink, bestEffortBroadcast, eagerReliableBroadcast, relayedLink } from "../../protocols/index.ts";
import { type AnyScenario, choice, scenario } from "../../simulate/index.ts";
import { everybodySends } from "./perfect-link-scenario.ts";

/** Longer than any run. */
const forEver = 1_000_000;

const direct = <M>(): Bound<Links<M>> => stack(acknowledgedLink<M>(), { fairLoss: network() });

/** Row 12. */
export const bridgeScenario: AnyScenario = scenario({
  id: "links/bridge",
  rows: [12],
  title: "A bridge: p1 and p3 hear p2, and not each other",
  about:
    "Being connected is not transitive. The link between p1 and p3 is cut for ever; both reach p2, so {p1, p2} and {p2, p3} are two majorities that meet in p2, and each outer process takes the other for dead. Retransmission does not help over a cut link (route=direct); passing messages on does.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: { route: choice("how messages go", ["relayed", "direct"]) },
  setup: ({ route }) => {
    const links: Bound<Links<string>> =
      route === "direct"
        ? direct()
        : stack(relayedLink(), {
            flood: stack(eagerReliableBroadcast(), { bestEffort: stack(bestEffortBroadcast(), { links: direct() }) }),
          });
    return {
      processes: [0, 1, 2].map((node) => ({ name: `p${node + 1}`, stack: links })),
      workload: everybodySends(3, 2),
      properties: properties(reliableDelivery("PL1"), noDuplication("PL2"), noCreation("PL3")),
      plan: [{ kind: "partition", at: 0, until: forEver, form: "bridge", left: [0, 1], right: [1, 2] }],
      windowMs: 300,
      patienceMs: 1_500,
    };
  },
  counterexamples: [
    { change: "messages go by the direct link only", parameters: { route: "direct" }, violates: "PL1" },
  ],
});
