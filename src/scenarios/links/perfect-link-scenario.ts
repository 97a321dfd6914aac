import { noCreation, noDuplication, properties, reliableDelivery } from "../../check/index.ts";
import { type Bound, type Links, network, stack } from "../../model/index.ts";
import { type PerfectLinkRules, perfectLink, stubbornLink } from "../../protocols/index.ts";
import { type AnyScenario, type Draw, integer, type Script, scenario } from "../../simulate/index.ts";

/** Every process sends so many messages, each told apart by its text, to processes that it draws. */
export const everybodySends =
  (n: number, messages: number) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: messages }, (_, at) => ({
        request: "send",
        args: [draw.below("receiver", n), `m${node}.${at + 1}`],
        afterMs: draw.below("pause", 50),
      })),
    }));

/** Row 7. */
export const perfectLinkScenario: AnyScenario = scenario({
  id: "links/perfect",
  rows: [7],
  title: "Perfect links from fair-loss links",
  about: "Retransmission gives reliable delivery, remembering gives no duplication: perfect links stand on lossy ones.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of each process", 3, 1, 100),
    f: integer("processes that may crash", 1, 0, 9),
  },
  setup: ({ n, messages, f }, _model, rules: Partial<PerfectLinkRules>) => {
    const links: Bound<Links<string>> = stack(perfectLink({ rules }), {
      stubborn: stack(stubbornLink(), { fairLoss: network() }),
    });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: links })),
      workload: everybodySends(n, messages),
      properties: properties(reliableDelivery("PL1"), noDuplication("PL2"), noCreation("PL3")),
      f,
    };
  },
  counterexamples: [
    {
      change: "a receiver that recovers has forgotten what it delivered",
      model: { nodes: "crash-recovery" },
      violates: "PL2",
      eventsMax: 12,
    },
    { change: "the network forges", model: { network: "arbitrary" }, violates: "PL3", eventsMax: 12 },
  ],
});
