import { describe, expect, it } from "vitest";
import { marksOf } from "../../src/model/index.ts";
import {
  type AnyScenario,
  declaredFaults,
  prepare,
  runCampaign,
  runOnce,
  type Scenario,
} from "../../src/simulate/index.ts";

/** Seeds for each scenario in its claimed model, where its family does not say otherwise. */
const seedsByDefault = 1_000;
const lawSeedsByDefault = 20;
const markSeeds = 100;
/** For one test, on a machine that has other work. */
const timeoutMs = 120_000;

/**
 * The rare paths that modules declare and that no run takes, over all scenarios together. Those of the modules named in
 * `elsewhere` are not asked for: a family of their own takes them. Nor are those that other runs of the same scenarios
 * have reached.
 */
export const unreachedMarks = (
  scenarios: readonly AnyScenario[],
  elsewhere: readonly string[] = [],
  reached: ReadonlySet<string> = new Set(),
): readonly string[] => {
  const left = new Set<string>();
  for (const prepared of scenarios.map((scenario) => prepare(scenario)))
    for (const { stack } of prepared.setup.processes)
      for (const mark of marksOf(stack)) if (!elsewhere.some((name) => mark.startsWith(`${name}: `))) left.add(mark);
  for (const mark of reached) left.delete(mark);
  for (const scenario of scenarios) {
    // In parts: most marks are reached within some hundred seeds.
    for (let seed = 1; seed <= seedsByDefault && left.size > 0; seed += markSeeds) {
      const { marks } = runCampaign(prepare(scenario), { seed, runs: markSeeds, cover: "outside", shrinkRunsMax: 0 });
      for (const mark of marks.keys()) left.delete(mark);
    }
  }
  return [...left];
};

/**
 * What every scenario of the lab must do: hold in the model that it claims, with every premise and every declared fault
 * having occurred; break where it says that it breaks; and give the same run when nodes are rebuilt from plain data and
 * messages are frozen.
 */
export const conformance = (
  scenarios: readonly AnyScenario[],
  {
    elsewhere = [],
    seeds = seedsByDefault,
    lawSeeds = lawSeedsByDefault,
  }: { readonly elsewhere?: readonly string[]; readonly seeds?: number; readonly lawSeeds?: number } = {},
): void => {
  const reached = new Set<string>();
  for (const scenario of scenarios as unknown as readonly Scenario[]) {
    describe(scenario.id, { timeout: timeoutMs }, () => {
      for (const model of [scenario.model, ...(scenario.alsoModels ?? [])]) {
        it(`holds in ${model.network} × ${model.nodes} × ${model.timing}`, () => {
          const prepared = prepare(scenario as unknown as AnyScenario, {}, model);
          const { verdicts, struck, marks } = runCampaign(prepared, { runs: seeds, cover: "outside" });
          for (const mark of marks.keys()) reached.add(mark);
          expect(verdicts.length).toBeGreaterThan(0);
          expect(
            verdicts
              .filter(({ verdict }) => verdict !== "holds")
              .map(({ property, verdict, clause, replay }) => ({ property, verdict, clause, replay })),
          ).toEqual([]);
          for (const { exercised } of verdicts) expect(exercised).toBeGreaterThan(0);
          expect(declaredFaults(prepared).filter((fault) => !struck.has(fault))).toEqual([]);
        });
      }

      it("keeps no hidden state and does not alias what it sends", () => {
        const prepared = prepare(scenario as unknown as AnyScenario);
        for (let seed = 1; seed <= lawSeeds; seed++) {
          const plain = runOnce(prepared, { kind: "seed", seed, edits: [] }, { eventsMax: 3_000 });
          const checked = runOnce(
            prepared,
            { kind: "seed", seed, edits: [] },
            { eventsMax: 3_000, laws: { rebuild: true, freeze: true } },
          );
          expect(checked.violations).toEqual(plain.violations);
          expect(checked.hash).toBe(plain.hash);
        }
      });

      for (const { change, model, parameters, rules, violates, eventsMax, search } of scenario.counterexamples ?? []) {
        it(`breaks ${violates}: ${change}`, () => {
          const prepared = prepare(scenario as unknown as AnyScenario, parameters ?? {}, model ?? {}, {
            rules: rules ?? {},
          });
          const { verdicts } = runCampaign(prepared, {
            runs: search === "exhaustive" ? 200_000 : 2_000,
            first: violates,
            exhaustive: search === "exhaustive",
            cover: "outside",
            // Shrinking is worth its time only where the length is checked.
            ...(eventsMax === undefined ? { shrinkRunsMax: 0 } : {}),
          });
          const verdict = verdicts.find(({ property }) => property === violates);
          expect(verdict?.verdict).toBe("violated");
          if (eventsMax !== undefined) expect(verdict?.strength.events).toBeLessThanOrEqual(eventsMax);
        });
      }
    });
  }

  // The last one: what the runs above reached need not be looked for again.
  it("reaches every mark of the modules of its scenarios", { timeout: timeoutMs }, () => {
    expect(unreachedMarks(scenarios, elsewhere, reached)).toEqual([]);
  });
};
