import { generalsProperties } from "../../check/index.ts";
import { type NodeId, network, stack } from "../../model/index.ts";
import { type SignedMessagesRules, type SignedOrder, signedMessages } from "../../protocols/index.ts";
import { type AnyScenario, scenario, toggle } from "../../simulate/index.ts";
import { commander, councilParameters, oneOrder, orders, roundMs, waysOf } from "./council.ts";

/** An order as it would look after a way. Whether a traitor can utter it depends on whose signatures it has. */
const orderAlong = (value: string, way: readonly NodeId[]): SignedOrder<string> => ({
  value,
  signatures: way.map((signer, at) => ({ signer, body: { value, after: way.slice(0, at) }, proof: new Uint8Array() })),
});

/** Row 71. */
export const signedMessagesScenario: AnyScenario = scenario({
  id: "byzantine/signed-messages",
  rows: [70, 71],
  title: "The Byzantine generals by signed messages",
  about:
    "What is signed cannot be denied: three generals bear one traitor, as long as messages come in time and orders are passed on once more than there are traitors.",
  model: { network: "reliable", nodes: "byzantine", timing: "synchronous" },
  parameters: {
    ...councilParameters,
    n: { ...councilParameters.n, default: 3 },
    outOfTurn: toggle("whether traitors also speak when their protocol is silent", true),
  },
  setup: ({ n, f, m, outOfTurn }, _model, rules: Partial<SignedMessagesRules>) => {
    const passings = m < 0 ? f : m;
    const council = { commander, m: passings, roundMs, fallback: "retreat" };
    const general = stack(signedMessages<string>(council, { rules }), { links: network() });
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `g${node + 1}`, stack: general })),
      workload: oneOrder,
      properties: generalsProperties(commander),
      f,
      faults: { traitorsSpeak: outOfTurn ? "at every step" : "in turn" },
      windowMs: 200,
      patienceMs: 500,
      vocabulary: waysOf(n, passings).flatMap((way) => orders.map((value) => ({ body: orderAlong(value, way) }))),
    };
  },
  counterexamples: [
    {
      change: "the last round is dropped: one traitor, and nobody passes its orders on",
      parameters: { m: 0 },
      violates: "IC1",
      eventsMax: 12,
    },
    {
      change: "the last round is dropped: two traitors hold an order back until it is too late to pass it on",
      parameters: { n: 4, f: 2, m: 1 },
      violates: "IC1",
      eventsMax: 12,
    },
    {
      change: "messages may be late: signatures do not replace synchrony",
      model: { timing: "eventually-synchronous" },
      violates: "IC1",
    },
    {
      change: "signatures are not checked",
      rules: { believes: () => true },
      violates: "IC2",
      eventsMax: 12,
    },
  ],
});
