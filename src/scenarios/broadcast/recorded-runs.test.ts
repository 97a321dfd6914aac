import { describe, expect, it } from "vitest";
import { checkTrace } from "../../check/index.ts";
import { type AnyScenario, prepare, runOnce } from "../../simulate/index.ts";
import { readTrace, writeTrace } from "../../trace/index.ts";
import { detectorsScenarios } from "../detectors/index.ts";
import { broadcastScenarios } from "./index.ts";

const chosen = ["broadcast/fifo", "broadcast/causal-waiting", "broadcast/total-order-sequencer", "detectors/perfect"];
const scenarios = [...broadcastScenarios, ...detectorsScenarios].filter(({ id }) => chosen.includes(id));

/** The verdicts of a run on its safety properties, and those of its trace read from a file. */
const verdicts = (
  scenario: AnyScenario,
  seed: number,
  which: number,
): { live: unknown[]; recorded: unknown[]; broken: number } => {
  const change = scenario.counterexamples?.[which];
  const { parameters = {}, model = {}, rules } = change ?? {};
  const prepared = prepare(scenario, parameters, model, { rules: rules ?? {} });
  const run = runOnce(prepared, { kind: "seed", seed, edits: [] }, { trace: true, stopAtViolation: false });
  const safety = prepared.setup.properties.filter(
    ({ kind, port, inspect }) => kind === "safety" && port === undefined && inspect === undefined,
  );
  const recorded = checkTrace(readTrace(writeTrace(run.trace!)), safety);
  const live = safety.map(({ id }) => {
    const violation = run.violations.find(({ property }) => property === id);
    return { id, clause: violation?.clause, exercised: run.exercised.get(id) };
  });
  return {
    live,
    recorded: recorded.map(({ property, clause, exercised }) => ({ id: property, clause, exercised })),
    broken: run.violations.length,
  };
};

describe("a trace from a file gets the verdicts that the run got", () => {
  it.each(scenarios.map((scenario) => [scenario.id, scenario] as const))("%s", (_, scenario) => {
    let broken = 0;
    for (let which = -1; which < (scenario.counterexamples?.length ?? 0); which++) {
      for (let seed = 1; seed <= 4; seed++) {
        const { live, recorded, broken: violations } = verdicts(scenario, seed, which);
        expect(recorded, `seed ${seed}`).toEqual(live);
        broken += violations;
      }
    }
    expect(broken).toBeGreaterThan(0);
  });
});
