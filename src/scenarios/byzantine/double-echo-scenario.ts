import { byzantineReliableBroadcastProperties } from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type DoubleEchoRules, doubleEchoBroadcast } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

const quorumOfTheLive = (n: number, f: number): number => n - f;

/** Row 44. */
export const doubleEchoScenario: AnyScenario = scenario({
  id: "byzantine/reliable-broadcast",
  rows: [44, 70],
  title: "One message for all, though its sender may show everybody another",
  about:
    "Echoes keep two messages of one traitor from both being delivered; readies see to it that what one process delivers all deliver. Both need n > 3f: with n = 3f a quorum that waits for nobody faulty is split.",
  model: { network: "reliable", nodes: "byzantine", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 4, 2, 13),
    f: integer("traitors that it must bear", 1, 0, 4),
    origins: integer("processes that broadcast", 1, 1, 13),
  },
  setup: ({ n, f, origins }, _model, rules: Partial<DoubleEchoRules>) => {
    const broadcast = stack(doubleEchoBroadcast<string>({ f, rules }), { links: network() });
    const messages = ["attack", "retreat"];
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: broadcast })),
      workload: (draw) =>
        Array.from({ length: Math.min(origins, n) }, (_, node) => ({
          node,
          calls: [{ request: "broadcast", args: [draw.pick("message", messages)], afterMs: draw.below("pause", 20) }],
        })),
      properties: byzantineReliableBroadcastProperties(),
      f,
      windowMs: 300,
      // No bound on delays: a message may take seconds.
      patienceMs: 20_000,
      vocabulary: messages.flatMap((message) => [
        { body: { kind: "send", message } },
        ...Array.from({ length: Math.min(origins, n) }, (_, origin) => [
          { body: { kind: "echo", origin, message } },
          { body: { kind: "ready", origin, message } },
        ]).flat(),
      ]),
    };
  },
  counterexamples: [
    {
      change: "no second round: echoes are enough to deliver",
      rules: { deliversOnEchoes: true },
      violates: "BRB5",
    },
    {
      change: "a quorum of 2f instead of 2f + 1",
      rules: { echoQuorum: (_n, f) => 2 * f, readyQuorum: (_n, f) => 2 * f },
      violates: "BRB4",
    },
    {
      change: "n = 3f with quorums of the n - f that answer for sure",
      parameters: { n: 3 },
      rules: { echoQuorum: quorumOfTheLive, readyQuorum: quorumOfTheLive },
      violates: "BRB4",
    },
    {
      change: "n = 3f with the quorums of the book: a silent traitor blocks",
      parameters: { n: 3 },
      violates: "BRB1",
    },
  ],
});
