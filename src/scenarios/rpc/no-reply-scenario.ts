import { type AnyProperty, everyCallEnds, properties, property } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import { atMostOnceClient, atMostOnceServer, type Serving, type Stub, stub } from "../../protocols/index.ts";
import { type AnyScenario, choice, type Fault, integer, scenario } from "../../simulate/index.ts";
import { server, serverAndClients } from "./clients.ts";
import { type Likes, likes } from "./services.ts";

/** The three reasons why no reply comes, and the case without trouble. */
export const troubles: readonly ["none", "request lost", "server down", "reply lost"] = [
  "none",
  "request lost",
  "server down",
  "reply lost",
];

const client = 1;
/** After the client knows its server, and before it calls. */
const troubleAtMs = 50;
const callAtMs = 60;
const endMs = 1_000;

/** The fault that makes the trouble. */
const faultOf = (trouble: string): readonly Fault[] => {
  const cut = { kind: "partition", at: troubleAtMs, until: endMs, form: "one-way" } as const;
  if (trouble === "request lost") return [{ ...cut, left: [client], right: [server] }];
  if (trouble === "reply lost") return [{ ...cut, left: [server], right: [client] }];
  if (trouble === "server down") return [{ kind: "crash", at: troubleAtMs, node: server }];
  return [];
};

/** What callers like to believe. It is not implied by anything: the run with the lost reply shows it. */
const noAnswerMeansNotExecuted: AnyProperty = property<{ readonly executed: Map<string, number> }>({
  id: "no-answer-not-executed",
  kind: "safety",
  text: "A call that fails was not executed.",
  init: () => ({ executed: new Map() }),
  on(s, { kind, node, event, name, args }, report) {
    if (kind === "request") report.premise();
    if (kind !== "indication") return;
    if (name === "executed") s.executed.set(`${String(args[0])}:${String(args[1])}`, event);
    const executed = s.executed.get(`${node}:${String(args[0])}`);
    if (name === "failed" && executed !== undefined)
      report.violated(`call ${String(args[0])} of process ${node} failed, and was executed`, executed, event);
  },
});

/** Row 14. */
export const noReplyScenario: AnyScenario = scenario({
  id: "rpc/no-reply",
  rows: [14],
  title: "No reply: lost request, dead server or lost reply?",
  about:
    "Three runs that are one and the same for the client: it asks, it hears nothing, it gives up. In two of them nothing was executed, in the third it was. Where a reply is certain there is no such question.",
  model: { network: "reliable", nodes: "crash-stop", timing: "synchronous" },
  parameters: {
    trouble: choice("why no reply comes", troubles),
    deadlineMs: integer("milliseconds that the caller waits", 80, 60, 60_000),
  },
  setup: ({ trouble, deadlineMs }) => {
    const counting: Bound<Serving> = stack(atMostOnceServer(likes(12_300)), { links: network("rpc") });
    const calling: Bound<Stub<Likes>> = stack(stub<Likes>("like", "likeAs"), {
      calls: stack(atMostOnceClient({ server, deadlineMs }), { links: network("rpc") }),
    });
    return {
      processes: serverAndClients(1, counting, calling),
      workload: () => [
        {
          node: client,
          calls: [
            { request: "like", args: [1], until: ["like", "failed"] },
            { request: "like", args: [2], until: ["like", "failed"], afterMs: trouble === "none" ? 0 : callAtMs },
          ],
        },
      ],
      properties: properties(noAnswerMeansNotExecuted, everyCallEnds("RPC4")),
      plan: faultOf(trouble),
      f: trouble === "server down" ? 1 : 0,
      faults: { crashes: 0 },
      windowMs: 300,
      patienceMs: 3_000,
    };
  },
  counterexamples: [
    {
      change: "messages may be lost: so may the reply",
      model: { network: "fair-loss" },
      violates: "no-answer-not-executed",
      eventsMax: 12,
    },
    {
      change: "messages may be late: so may the reply",
      model: { timing: "asynchronous" },
      violates: "no-answer-not-executed",
      eventsMax: 12,
    },
  ],
});
