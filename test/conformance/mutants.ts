import { describe, expect, it } from "vitest";
import {
  type AnyScenario,
  type Mutant,
  prepare,
  runCampaign,
  runOnce,
  type Scenario,
} from "../../src/simulate/index.ts";

const seedsMax = 2_000;
/** For one test, on a machine that has other work. */
const timeoutMs = 120_000;

/**
 * The first property of a mutant that breaks, looked for with the scenario and the seeds of the correct protocol. Where the
 * search takes long, a seed that it found is looked at first.
 */
const firstBroken = (mutant: Mutant, scenarios: readonly AnyScenario[], knownSeed?: number): string | undefined => {
  const scenario = scenarios.find((one) => (one as unknown as Scenario).id === mutant.scenario);
  if (scenario === undefined) throw new Error(`mutant ${mutant.id} names scenario ${mutant.scenario}, which is none`);
  const prepared = prepare(scenario, mutant.parameters ?? {}, mutant.model ?? {}, {
    rules: mutant.rules,
    mutant: mutant.id,
  });
  if (knownSeed !== undefined) {
    const { violations } = runOnce(prepared, { kind: "seed", seed: knownSeed, edits: [] }, { cover: "outside" });
    const known = violations.find(({ property }) => mutant.violates.includes(property));
    if (known !== undefined) return known.property;
  }
  for (const property of mutant.violates) {
    let isFound = false;
    const { verdicts } = runCampaign(prepared, {
      runs: mutant.seedsMax ?? seedsMax,
      first: property,
      cover: "outside",
      shrinkRunsMax: 0,
      // Once it is found, nothing is shrunk that a better run would help.
      progress: (_runs, _violated, broken) => {
        isFound = broken.has(property);
      },
      expired: () => isFound,
    });
    if (verdicts.some(({ property: id, verdict }) => id === property && verdict === "violated")) return property;
  }
  return undefined;
};

/** What every mutant must do: be found, by a property that it names; one that is equivalent must not be reported. */
export const mutantsAreFound = (
  mutants: readonly Mutant[],
  scenarios: readonly AnyScenario[],
  /** For mutants that take many seeds: one that the search found. `npx quorate mutants` searches from the first on. */
  knownSeeds: { readonly [id: string]: number } = {},
): void => {
  describe("mutants", { timeout: timeoutMs }, () => {
    for (const mutant of mutants) {
      const { id, change, equivalent, violates } = mutant;
      if (equivalent === undefined)
        it(`finds ${id}: ${change}`, () => expect(violates).toContain(firstBroken(mutant, scenarios, knownSeeds[id])));
      else it(`does not report ${id}: ${change}`, () => expect(firstBroken(mutant, scenarios)).toBeUndefined());
    }
  });
};
