import type { Script, Setup } from "./scenario.ts";

/*
 * What a compiler says of a scenario, for files that were written without one: everything that a run would otherwise
 * stumble over, as a sentence that names the field.
 */

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null;

const when = (wrong: boolean, sentence: string): readonly string[] => (wrong ? [sentence] : []);

const inProcesses = (processes: unknown): readonly string[] => {
  if (!Array.isArray(processes)) return ["`processes` of its setup must be a list of { name, stack }"];
  return processes.flatMap((process: unknown, at) => [
    ...when(!isRecord(process) || typeof process["name"] !== "string", `process ${at} needs a name`),
    ...when(
      !isRecord(process) || !isRecord(process["stack"]) || typeof process["stack"]["kind"] !== "string",
      `process ${at} needs a stack, as stack() or network() makes it`,
    ),
  ]);
};

const inProperties = (properties: unknown): readonly string[] => {
  if (!Array.isArray(properties)) return ["`properties` of its setup must be a list"];
  return properties.flatMap((property: unknown, at) => {
    const name = isRecord(property) && typeof property["id"] === "string" ? property["id"] : `number ${at}`;
    const whole = isRecord(property) && typeof property["id"] === "string" && typeof property["init"] === "function";
    return when(!whole, `property ${name} must be made by property({ id, kind, text, init, … })`);
  });
};

const numbers = ["f", "windowMs", "patienceMs"] as const;

const inNumbers = (setup: { readonly [name: string]: unknown }): readonly string[] =>
  numbers.flatMap((name) => {
    const value = setup[name];
    const fits = value === undefined || (typeof value === "number" && Number.isFinite(value) && value >= 0);
    return when(!fits, `\`${name}\` of its setup must be a number from 0, not ${String(value)}`);
  });

const inDistances = ({ distancesMs, processes }: { readonly [name: string]: unknown }): readonly string[] => {
  if (distancesMs === undefined) return [];
  const count = (processes as readonly unknown[]).length;
  const isRow = (row: unknown): boolean =>
    Array.isArray(row) && row.length === count && row.every((each) => typeof each === "number" && each >= 0);
  const square = Array.isArray(distancesMs) && distancesMs.length === count && distancesMs.every(isRow);
  return when(!square, `\`distancesMs\` of its setup must have ${count} rows of ${count} numbers from 0`);
};

/** What of a setup has not the shape that its type says, a sentence each. */
export const misshapenIn = (setup: Setup | undefined): readonly string[] => {
  const made: unknown = setup;
  if (!isRecord(made) || made instanceof Promise)
    return ["setup must return { processes, workload, properties }, at once"];
  const parts = [
    ...inProcesses(made["processes"]),
    ...when(
      typeof made["workload"] !== "function",
      "`workload` of its setup must be a function: () => [{ node, calls }]",
    ),
    ...when(
      made["swarm"] !== undefined && typeof made["swarm"] !== "function",
      "`swarm` of its setup must be a function: (draw) => ({ dials })",
    ),
    ...inProperties(made["properties"]),
    ...inNumbers(made),
  ];
  return parts.length > 0 ? parts : inDistances(made);
};

/** What is wrong with the clients that a workload gave, a sentence each. */
export const misshapenClients = (scripts: readonly Script[], processes: number): readonly string[] => {
  if (!Array.isArray(scripts)) return ["a workload must give a list of { node, calls }"];
  return (scripts as readonly Partial<Script>[]).flatMap(({ node, calls }, at) => [
    ...when(!Array.isArray(calls), `client ${at} of its workload needs a list of calls`),
    ...when(
      !Number.isInteger(node) || node! < 0 || node! >= processes,
      `a client calls process ${String(node)}, and the last one is ${processes - 1}`,
    ),
  ]);
};
