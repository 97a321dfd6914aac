import {
  at,
  fifoDelivery,
  noCreation,
  noDuplication,
  properties,
  reliableDelivery,
  sessionLossIsAnnounced,
  sessionOrder,
} from "../../check/index.ts";
import { network, stack } from "../../model/index.ts";
import { type ResumingLinkRules, resumingLink, sessionLink } from "../../protocols/index.ts";
import { type AnyScenario, type Draw, integer, type Script, scenario } from "../../simulate/index.ts";

const eachSendsToOthers =
  (n: number, messages: number) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: messages }, (_, call) => ({
        request: "send",
        args: [(node + 1 + draw.below("receiver", n - 1)) % n, `m${node}.${call + 1}`],
        afterMs: draw.below("pause", 100),
      })),
    }));

/** Row 11. */
export const sessionScenario: AnyScenario = scenario({
  id: "links/session",
  rows: [11],
  title: "Session links: what TCP gives, and what it does not",
  about:
    "A connection is reliable and in order until it breaks; then the last messages may or may not have arrived. A layer above that knows it keeps what was not acknowledged and says it again in the next session. One that ignores the end has links that lose messages in silence.",
  model: { network: "fair-loss", nodes: "crash-stop", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    messages: integer("messages of each process", 4, 1, 100),
    f: integer("processes that may crash", 1, 0, 9),
    attemptsMax: integer("transmissions in vain that end a session", 4, 0, 100),
  },
  setup: ({ n, messages, f, attemptsMax }, _model, rules: Partial<ResumingLinkRules>) => ({
    processes: Array.from({ length: n }, (_, node) => ({
      name: `p${node + 1}`,
      stack: stack(resumingLink<string>({ rules }), {
        sessions: stack(sessionLink({ attemptsMax }), { fairLoss: network() }),
      }),
    })),
    workload: eachSendsToOthers(n, messages),
    properties: properties(
      reliableDelivery("PL1"),
      noDuplication("PL2"),
      noCreation("PL3"),
      fifoDelivery("FPL4"),
      at("sessions", sessionOrder("SES1")),
      at("sessions", sessionLossIsAnnounced("SES2")),
    ),
    f,
    windowMs: 800,
    patienceMs: 5_000,
  }),
  counterexamples: [
    {
      change: "the layer above ignores that a session ended: the last messages are lost in silence",
      rules: { resumes: (sessionsBefore) => sessionsBefore === 0 },
      violates: "PL1",
    },
    {
      change: "the same, seen at the other end: the next session goes on after a gap",
      parameters: { n: 2, attemptsMax: 1 },
      rules: { resumes: (sessionsBefore) => sessionsBefore === 0 },
      violates: "FPL4",
      eventsMax: 12,
    },
  ],
});
