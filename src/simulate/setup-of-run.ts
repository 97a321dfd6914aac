import { dialNames, dialsOf, dialsOfRun } from "./dials.ts";
import type { RunInput } from "./run-input.ts";
import { drawFrom } from "./workload.ts";

/** What the user set of the dials: it counts more than what a run draws. */
const dialsSet = ({ parameters }: RunInput): { readonly [name: string]: unknown } =>
  Object.fromEntries(dialNames.flatMap((name) => (name in parameters ? [[name, parameters[name]]] : [])));

/**
 * The input of one run, where the scenario draws part of its setup anew in each: options of the protocol, faults, dials.
 * Runs whose order is enumerated take the setup as it stands.
 */
export const inputOfRun = (input: RunInput): RunInput => {
  const { setup, choices, schedule } = input;
  if (schedule !== "timed") return input;
  const drawn = setup.swarm?.(drawFrom(choices, "swarm"));
  if (drawn === undefined) return { ...input, dials: dialsOfRun(input.dials, choices) };
  const dials = dialsOf(input.dials as never, drawn.dials, dialsSet(input));
  return {
    ...input,
    setup: { ...setup, ...drawn, faults: { ...setup.faults, ...drawn.faults } },
    dials: dialsOfRun(dials, choices),
  };
};
