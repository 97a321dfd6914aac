import { type AnyProperty, executedAtLeastOnce, properties, property } from "../../check/index.ts";
import { type Bound, network, stack } from "../../model/index.ts";
import { atLeastOnceClient, atLeastOnceServer, type Serving, type Stub, stub } from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";
import { server, serverAndClients } from "./clients.ts";
import { plainSet, type SharedSet, timestampedSet } from "./services.ts";

/** What one client removed stays away, if nobody makes another call to add it. */
const removedStaysRemoved: AnyProperty = property<{ removed: number | null }>({
  id: "removed-stays-removed",
  kind: "safety",
  text: "If a client removes an element that was there, and nobody makes another call to add it, the client does not see it again.",
  init: () => ({ removed: null }),
  on(s, { kind, event, name, args: [, answer] }, report) {
    if (kind !== "indication") return;
    if (name === "remove" && answer === true) s.removed = event;
    if (name !== "has" || s.removed === null) return;
    report.premise();
    if (answer === true) report.violated("x was there, was removed, and is there again", s.removed, event);
  },
});

/** Row 16: idempotent alone is not idempotent among others. */
export const addRemoveScenario: AnyScenario = scenario({
  id: "rpc/add-remove",
  rows: [16],
  title: "A retry of add after another client's remove",
  about:
    "Client 1 adds x and the acknowledgement is lost; client 2 removes x; client 1 asks again. Adding is idempotent, and x is back. Timestamps and tombstones tell an old request from a new one.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    crashes: integer("crashes, of the server or of clients", 1, 0, 10),
    set: choice("how the set is kept", ["timestamps and tombstones", "elements only"]),
  },
  setup: ({ crashes, set }) => {
    const keeping: Bound<Serving> = stack(
      set === "elements only" ? atLeastOnceServer(plainSet) : atLeastOnceServer(timestampedSet),
      { links: network("rpc") },
    );
    const calling: Bound<Stub<SharedSet>> = stack(stub<SharedSet>("add", "remove", "has"), {
      calls: stack(atLeastOnceClient({ server }), { links: network("rpc") }),
    });
    return {
      processes: serverAndClients(2, keeping, calling),
      workload: (draw) => [
        { node: 1, calls: [{ request: "add", args: [1, "x", 1] }] },
        {
          node: 2,
          resumes: true,
          calls: [
            { request: "has", args: [1, "x"], until: ["has"] },
            { request: "remove", args: [2, "x", 2], until: ["remove"], afterMs: draw.below("pause", 40) },
            { request: "has", args: [3, "x"], until: ["has"], afterMs: draw.below("pause", 80) },
            { request: "has", args: [4, "x"], until: ["has"], afterMs: draw.below("pause", 80) },
          ],
        },
      ],
      properties: properties(removedStaysRemoved, executedAtLeastOnce("RPC3")),
      faults: { crashes },
      windowMs: 300,
      patienceMs: 5_000,
    };
  },
  counterexamples: [
    {
      change: "the set keeps elements only, and a retry is taken for a new request",
      parameters: { set: "elements only" },
      violates: "removed-stays-removed",
      eventsMax: 12,
    },
  ],
});
