import { noCreation, noDuplication, properties, reliableDelivery } from "../../check/index.ts";
import { type Bound, type Links, network, stack } from "../../model/index.ts";
import { type AuthenticatedLinkRules, authenticatedLink, stubbornLink } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario, toggle } from "../../simulate/index.ts";
import { everybodySends } from "./perfect-link-scenario.ts";

/** Row 10. */
export const authenticatedLinkScenario: AnyScenario = scenario({
  id: "links/authenticated",
  rows: [10],
  title: "Authenticated links over a network that forges",
  about:
    "The network says anything in anybody's name, and repeats what it heard. Proofs of origin stop the forgeries; the numbers inside them stop the replays, for a valid proof is as valid the second time. Without retries what is left is a fair-loss link: it can still be cut.",
  model: { network: "arbitrary", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of each process", 2, 1, 100),
    f: integer("processes that may crash", 1, 0, 9),
    retries: toggle("send again until the end of time", true),
  },
  setup: ({ n, messages, f, retries }, _model, rules: Partial<AuthenticatedLinkRules>) => {
    const links: Bound<Links<string>> = retries
      ? stack(authenticatedLink({ rules }), {
          stubborn: stack(stubbornLink({ retransmitMs: 100 }), { fairLoss: network() }),
        })
      : stack(authenticatedLink({ rules }), { stubborn: network() });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: links })),
      workload: everybodySends(n, messages),
      properties: properties(
        reliableDelivery("AL1"),
        noDuplication("AL2"),
        noCreation(
          "AL3",
          "If a correct process delivers a message with correct sender p, then p sent it to that process.",
        ),
      ),
      f,
      windowMs: 500,
      patienceMs: 5_000,
    };
  },
  counterexamples: [
    {
      change: "proofs are not checked: forged messages",
      rules: { isMadeBy: () => true },
      violates: "AL3",
      eventsMax: 12,
    },
    {
      change: "proofs are checked and numbers are not: replayed messages",
      rules: { isNew: () => true },
      violates: "AL2",
      eventsMax: 12,
    },
    {
      change: "a proof made for one receiver is shown to another",
      rules: { isFor: () => true },
      violates: "AL3",
      eventsMax: 12,
    },
    {
      change: "nothing is sent again: the network cuts",
      parameters: { retries: false },
      violates: "AL1",
      eventsMax: 12,
    },
  ],
});
