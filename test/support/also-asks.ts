import type { AnyProperty } from "../../src/check/index.ts";
import type { AnyScenario, Scenario } from "../../src/simulate/index.ts";

/** The same scenario, asked for more than it claims. */
export const alsoAsks = (of: AnyScenario, ...more: readonly AnyProperty[]): AnyScenario => {
  const definition = of as unknown as Scenario;
  return {
    ...definition,
    setup: (...args: Parameters<Scenario["setup"]>) => {
      const setup = definition.setup(...args);
      return { ...setup, properties: [...setup.properties, ...more] };
    },
  } as unknown as AnyScenario;
};
