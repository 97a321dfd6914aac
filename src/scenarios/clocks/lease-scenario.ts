import { oneHolder, properties } from "../../check/index.ts";
import { type Bound, type Nothing, network, stack } from "../../model/index.ts";
import { type Lease, type LeaseRules, leaseGranter, leaseHolder } from "../../protocols/index.ts";
import { type AnyScenario, choice, integer, scenario } from "../../simulate/index.ts";

/** Row 19: what depends on clocks. */
export const leaseScenario: AnyScenario = scenario({
  id: "clocks/lease",
  rows: [19],
  title: "A lease that ends by the clock: whose clock?",
  about:
    "The holder must stop before the granter gives the lease to another. Counted as a duration from the moment of asking it does, on clocks that run equally fast. As a time of day it depends on two clocks never being set. A granter that starts again has forgotten its grants, and first waits one lease out.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "synchronous" },
  parameters: {
    holders: integer("processes that want the lease", 2, 2, 10),
    attempts: integer("attempts of each", 4, 1, 100),
    leaseMs: integer("milliseconds of a lease", 60, 1, 10_000),
    clock: choice("how both sides count", ["durations", "time of day"]),
  },
  setup: ({ holders, attempts, leaseMs, clock }, _model, rules: Partial<LeaseRules>) => {
    const granter = 0;
    const counting = clock === "time of day" ? "time of day" : "durations";
    const options = { granter, leaseMs, clock: counting, rules } as const;
    const granting: Bound<Nothing> = stack(leaseGranter(options), { links: network("lease") });
    const holding: Bound<Lease> = stack(leaseHolder(options), { links: network("lease") });
    return {
      processes: [
        { name: "granter", stack: granting },
        ...Array.from({ length: holders }, (_, at) => ({ name: `holder ${at + 1}`, stack: holding })),
      ],
      workload: (draw) =>
        Array.from({ length: holders }, (_, at) => ({
          node: at + 1,
          resumes: true,
          calls: Array.from({ length: attempts }, () => ({
            request: "acquire",
            args: [],
            afterMs: 10 + draw.below("pause", 60),
          })),
        })),
      properties: properties(oneHolder("LEASE1")),
      faults: { crashes: 2, clockSteps: 2 },
      windowMs: 300,
      patienceMs: 300,
    };
  },
  counterexamples: [
    {
      change: "the lease ends at a time of day, and NTP steps a clock",
      parameters: { clock: "time of day" },
      violates: "LEASE1",
      eventsMax: 8,
    },
    {
      change: "a granter that starts again grants at once: it has forgotten who has the lease",
      rules: { waitsOut: () => false },
      violates: "LEASE1",
      eventsMax: 8,
    },
  ],
});
