import { generalsProperties } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { oralMessages } from "../../protocols/index.ts";
import { type AnyScenario, scenario } from "../../simulate/index.ts";
import { commander, councilParameters, oneOrder, orders, roundMs, waysOf } from "./council.ts";

/** Rows 69 and 70. */
export const oralMessagesScenario: AnyScenario = scenario({
  id: "byzantine/oral-messages",
  rows: [69, 70],
  title: "The Byzantine generals by oral messages",
  about:
    "Four generals bear one traitor. Of three, a lieutenant that hears “attack” from its commander and “he told me to retreat” from its colleague cannot know who lies.",
  model: { network: "reliable", nodes: "byzantine", timing: "synchronous" },
  parameters: councilParameters,
  setup: ({ n, f, m }) => {
    const passings = m < 0 ? f : m;
    const council = { commander, m: passings, roundMs, fallback: "retreat" };
    const general = stack(oralMessages<string>(council), { links: network() });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `g${node + 1}`, stack: general })),
      workload: oneOrder,
      properties: generalsProperties(commander),
      f,
      faults: { traitorsSpeak: "in turn" },
      windowMs: 200,
      patienceMs: 500,
      vocabulary: waysOf(n, passings).flatMap((path) => orders.map((value) => ({ body: { path, value } }))),
    };
  },
  counterexamples: [
    {
      change: "three generals, one traitor",
      parameters: { n: 3 },
      violates: "IC2",
      eventsMax: 12,
      search: "exhaustive",
    },
    { change: "three generals, one traitor, found by seeds", parameters: { n: 3 }, violates: "IC2", eventsMax: 12 },
    {
      change: "orders are not passed on: a lying commander is not found out",
      parameters: { m: 0 },
      violates: "IC1",
      eventsMax: 12,
    },
    {
      change: "messages may be late: silence no longer means treason",
      model: { timing: "asynchronous" },
      violates: "IC2",
    },
  ],
});
