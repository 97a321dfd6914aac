import { everyCommitEnds, externallyConsistent, properties } from "../../check/index.ts";
import { type Bound, stack } from "../../model/index.ts";
import { type Commits, type CommitWaitRules, commitWait } from "../../protocols/index.ts";
import { type AnyScenario, integer, scenario } from "../../simulate/index.ts";

/** Row 24, second half. */
export const commitWaitScenario: AnyScenario = scenario({
  id: "clocks/commit-wait",
  rows: [24],
  title: "Clocks as intervals: wait out the uncertainty",
  about:
    "A transaction takes the latest time that it may be, and is kept to itself until that has passed on every clock: twice ε. Who starts after hearing of it gets a later timestamp, without a message between the two.",
  model: { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" },
  parameters: {
    n: integer("processes", 3, 2, 10),
    commits: integer("transactions of each process", 3, 1, 50),
    offsetMs: integer("largest difference of a wall clock from true time", 10, 0, 1_000),
    uncertaintyMs: integer("ε: the same, as the protocol believes it to be", 10, 0, 1_000),
  },
  setup: ({ n, commits, offsetMs, uncertaintyMs }, _model, rules: Partial<CommitWaitRules>) => {
    const committing: Bound<Commits> = stack(commitWait({ uncertaintyMs, rules }), {});
    return {
      processes: Array.from({ length: n }, (_, node) => ({ name: `p${node + 1}`, stack: committing })),
      workload: (draw) =>
        Array.from({ length: n }, (_, node) => ({
          node,
          resumes: true,
          calls: Array.from({ length: commits }, (_, count) => ({
            request: "commit",
            args: [`t${node + 1}.${count + 1}`],
            until: ["committed"],
            afterMs: draw.below("pause", 30),
          })),
        })),
      properties: properties(externallyConsistent("EC1"), everyCommitEnds("EC2")),
      dials: { clockOffsetMsMax: offsetMs },
      faults: { crashes: 1 },
      windowMs: 200,
      patienceMs: 1_000,
    };
  },
  counterexamples: [
    {
      change: "ε is understated: the clocks are off by more",
      parameters: { uncertaintyMs: 2 },
      violates: "EC1",
      eventsMax: 4,
    },
    {
      change: "the wait covers half of the interval",
      rules: { waitMs: (timestamp, { earliest, latest }) => timestamp - (earliest + latest) / 2 },
      violates: "EC1",
      eventsMax: 4,
    },
    { change: "there is no wait", rules: { waitMs: () => 0 }, violates: "EC1", eventsMax: 4 },
  ],
});
