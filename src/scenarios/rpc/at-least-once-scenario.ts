import { type AnyProperty, executedAtLeastOnce, properties, property } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import { atLeastOnceClient, atLeastOnceServer, type Serving, type Stub, stub } from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";
import { everyClientCalls, server, serverAndClients } from "./clients.ts";
import { type Likes, likes } from "./services.ts";

/** No more likes than users that like it: `before`, and those who called. */
export const oneLikeEach = (before: number): AnyProperty =>
  property<{ readonly callers: Set<number> }>({
    id: "one-like-each",
    kind: "safety",
    text: "The number of likes grows by one at most for each call.",
    init: () => ({ callers: new Set() }),
    on(s, { kind, node, event, name, args: [call, count] }, report) {
      if (kind === "request") s.callers.add(node * 1_000 + (call as number));
      if (kind !== "indication" || (name !== "like" && name !== "likeAs")) return;
      report.premise();
      const most = before + s.callers.size;
      if ((count as number) > most)
        report.violated(`the post has ${String(count)} likes after ${s.callers.size} calls, at most ${most}`, event);
    },
  });

/** Row 15, the second of three semantics; row 16. */
export const atLeastOnceScenario: AnyScenario = scenario({
  id: "rpc/at-least-once",
  rows: [15, 16],
  title: "At least once: right for idempotent methods only",
  about:
    "12,300 people like a post, and one more presses the button; the acknowledgement is lost, the client asks again. A counter says 12,302, a set of users says 12,301.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    clients: integer("clients", 2, 1, 10),
    calls: integer("calls of each client", 2, 1, 100),
    crashes: integer("crashes, of the server or of clients", 2, 0, 10),
    likesBefore: integer("likes that the post has already", 12_300, 0, 1_000_000),
    service: choice("how likes are kept", ["set of users", "counter"]),
  },
  setup: ({ clients, calls, crashes, likesBefore, service }) => {
    const counting: Bound<Serving> = stack(atLeastOnceServer(likes(likesBefore)), { links: network("rpc") });
    const calling: Bound<Stub<Likes>> = stack(stub<Likes>("like", "likeAs"), {
      calls: stack(atLeastOnceClient({ server }), { links: network("rpc") }),
    });
    return {
      processes: serverAndClients(clients, counting, calling),
      workload: everyClientCalls(clients, calls, (client, call) =>
        service === "counter" ? ["like"] : ["likeAs", 1_000_000 * client + call],
      ),
      properties: properties(executedAtLeastOnce("RPC3"), oneLikeEach(likesBefore)),
      faults: { crashes },
      windowMs: 300,
      patienceMs: 5_000,
    };
  },
  counterexamples: [
    {
      change: "likes are counted, and a like whose acknowledgement was lost is counted twice",
      parameters: { service: "counter" },
      violates: "one-like-each",
      eventsMax: 6,
    },
  ],
});
