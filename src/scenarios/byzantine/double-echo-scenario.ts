import { byzantineReliableBroadcastProperties } from "../../check/index.ts";
import { type Bound, type Links, network, type SystemModel, stack } from "../../model/index.ts";
import {
  authenticatedLink,
  bestEffortBroadcast,
  type DoubleEcho,
  type DoubleEchoRules,
  doubleEchoBroadcast,
  stubbornLink,
} from "../../protocols/index.ts";
import { type AnyScenario, type Goal, integer, scenario, toggle } from "../../simulate/index.ts";
import { echoesOnly, quorumsTooSmall } from "./double-echo-mutants.ts";

const vocabularyOf = (messages: readonly string[], origins: number): readonly { readonly body: DoubleEcho<string> }[] =>
  messages.flatMap((message) => [
    { body: { kind: "send", message } },
    ...Array.from({ length: origins }, (_, origin) => [
      { body: { kind: "echo", origin, message } as const },
      { body: { kind: "ready", origin, message } as const },
    ]).flat(),
  ]);

/** A quorum that waits for nobody who may be faulty. */
const quorumOfTheLive: Partial<DoubleEchoRules> = {
  isReady: (echoes, readies, n, f) => echoes >= n - f || readies > f,
  delivers: (_echoes, readies, n, f) => readies >= n - f,
};

/** Links that tell who speaks: the network itself where it can be trusted with that, else proofs of origin. */
const linksFor = ({ network: kind }: SystemModel, authenticated: boolean): Bound<Links<DoubleEcho<string>>> =>
  kind === "reliable" || !authenticated
    ? network()
    : stack(authenticatedLink(), {
        stubborn: stack(stubbornLink({ retransmitMs: 100 }), { fairLoss: network() }),
      });

const someDelivered = (look: Parameters<Goal["reached"]>[0], n: number): boolean =>
  Array.from(
    { length: n },
    (_, node) => look.state(node, "") as { readonly origins: readonly { readonly delivered: boolean }[] } | undefined,
  ).some((state) => state?.origins.some(({ delivered }) => delivered) === true);

/** Row 44. */
export const doubleEchoScenario: AnyScenario = scenario({
  id: "byzantine/reliable-broadcast",
  rows: [44, 70],
  title: "One message for all, though its sender may show everybody another",
  about:
    "Echoes keep two messages of one traitor from both being delivered; readies see to it that what one process delivers all deliver. Both need n > 3f: with n = 3f a quorum that waits for nobody faulty is split.",
  model: { network: "reliable", nodes: "byzantine", timing: "asynchronous" },
  alsoModels: [{ network: "arbitrary", nodes: "byzantine", timing: "asynchronous" }],
  parameters: {
    n: integer("processes", 4, 2, 13),
    f: integer("traitors that it must bear", 1, 0, 4),
    origins: integer("processes that broadcast", 1, 1, 13),
    authenticated: toggle("whether messages prove their origin where the network may lie", true),
  },
  setup: ({ n, f, origins, authenticated }, model, rules: Partial<DoubleEchoRules>) => {
    const broadcast = stack(doubleEchoBroadcast<string>({ f, rules }), {
      bestEffort: stack(bestEffortBroadcast(), { links: linksFor(model, authenticated) }),
    });
    const messages = ["attack", "retreat"];
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: broadcast })),
      workload: (draw) =>
        Array.from({ length: Math.min(origins, n) }, (_, node) => ({
          node,
          calls: [{ request: "broadcast", args: [draw.pick("message", messages)], afterMs: draw.below("pause", 20) }],
        })),
      properties: byzantineReliableBroadcastProperties(),
      // Half-way to two deliveries that contradict each other.
      goals: [{ id: "delivered", text: "a process has delivered", reached: (look) => someDelivered(look, n) }],
      f,
      windowMs: 300,
      // No bound on delays: a message may take seconds.
      patienceMs: 20_000,
      // Over authenticated links a word is what was seen, signed by whoever may sign it.
      ...(model.network === "reliable" ? { vocabulary: vocabularyOf(messages, Math.min(origins, n)) } : {}),
    };
  },
  stateSearches: [
    // As many words as one traitor needs to show two processes two messages, …
    { lies: 5, order: "few interruptions first" },
    // … and the same for a run that ends while somebody waits for ever.
    { lies: 5, order: "few interruptions first", liveness: true },
  ],
  counterexamples: [
    {
      change: "the network may lie, and messages prove nothing",
      model: { network: "arbitrary" },
      parameters: { authenticated: false },
      violates: "BRB3",
    },
    {
      change: "no second round: echoes are enough to deliver",
      rules: echoesOnly,
      violates: "BRB5",
    },
    {
      change: "a quorum of 2f instead of 2f + 1",
      rules: quorumsTooSmall,
      violates: "BRB4",
    },
    {
      change: "n = 3f with quorums of the n - f that answer for sure",
      parameters: { n: 3 },
      rules: quorumOfTheLive,
      violates: "BRB4",
    },
    {
      change: "n = 3f with the quorums of the book: a silent traitor blocks",
      parameters: { n: 3 },
      violates: "BRB1",
    },
  ],
});
