import type { Verdict } from "../../check/index.ts";
import type { SystemModel } from "../../model/index.ts";
import type { Setup } from "../../simulate/index.ts";

type Names = readonly string[];

const partitionNames: Names = ["full partition", "one-way partition", "bridge partition"];

/** The faults that a scenario states itself, each with the names under which it strikes in this model. */
const declared = ({ faults = {}, plan = [] }: Setup, model: SystemModel): readonly (readonly [string, Names])[] => {
  const untimely = model.timing !== "synchronous";
  const recovers = model.nodes === "crash-recovery";
  const budget: readonly (readonly [string, number | undefined, boolean, Names])[] = [
    ["crash", faults.crashes, true, ["crash"]],
    ["partition", faults.partitions, untimely, (faults.forms ?? []).map((form) => `${form} partition`)],
    ["pause", faults.pauses, untimely, ["pause"]],
    ["slow node", faults.slowNodes, untimely, ["slow"]],
    ["slow disk", faults.slowDisks, true, ["slow-disk"]],
    ["full disk", faults.fullDisks, recovers, ["full-disk"]],
    ["clock step", faults.clockSteps, true, ["clock-step"]],
    ["clock drift", faults.clockDrifts, true, ["clock-drift"]],
    ["leap second", faults.leapSeconds, true, ["leap-second"]],
    ["traitor", faults.traitors, model.nodes === "byzantine", ["byzantine"]],
  ];
  return [
    ...budget.flatMap(([name, count, allowed, names]): (readonly [string, Names])[] =>
      (count ?? 0) > 0 && allowed ? [[name, names.length === 0 ? partitionNames : names]] : [],
    ),
    ...plan.map((fault): readonly [string, Names] => [
      fault.kind,
      [fault.kind === "partition" ? `${fault.form} partition` : fault.kind],
    ]),
  ];
};

/** The faults that a scenario declares and that struck in none of its runs. */
export const neverStruck = (setup: Setup, model: SystemModel, struck: ReadonlyMap<string, number>): string[] => [
  ...new Set(declared(setup, model).flatMap(([name, names]) => (names.some((one) => struck.has(one)) ? [] : [name]))),
];

/** Where a fault that the scenario declares never struck, nothing that holds says anything. */
export const withFaultsExercised = (verdicts: readonly Verdict[], absent: readonly string[]): readonly Verdict[] =>
  absent.length === 0
    ? verdicts
    : verdicts.map((verdict) =>
        verdict.verdict === "holds"
          ? { ...verdict, verdict: "unknown", clause: `never exercised: no ${absent.join(", no ")} struck` }
          : verdict,
      );
