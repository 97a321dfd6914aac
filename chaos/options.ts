import type { NetworkKind } from "./network.ts";
import type { Broken } from "./orders.ts";

/** What a run is asked for. */
export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly replicas: number;
  readonly broken: Broken | null;
  readonly network: NetworkKind;
  /** Nothing strikes: load alone, and nobody may call for an election. */
  readonly calm: boolean;
  /** Puts that are open at a time in a calm run. */
  readonly outstanding: number;
  /** Puts a second that a calm run is held to; null: as fast as they are answered. */
  readonly rate: number | null;
  readonly json: boolean;
  readonly help: boolean;
}

/** The options are not what they can be. */
export class UsageError extends Error {}

/** How it is called. */
export const usageText = `npm run chaos -- [options]

  --seconds N       how long faults strike, 1 to 86400 (60); at least every fault once
  --seed N          what the plan of faults and the load are drawn from (drawn, and printed)
  --replicas 3|5    how many replicas (3)
  --broken no-sync|stale-reads
                    run a build that is wrong: one that acknowledges before it syncs, or
                    one that answers reads from a leader that was deposed; it must be found
  --network proxies|namespaces
                    what is cut: a proxy between each two replicas (the default), or the
                    network of the kernel, with a namespace for each replica (Linux)
  --calm            let nothing strike: load alone, on replicas as \`quorate serve\` runs
                    them; an election or a put that fails makes the run fail
  --outstanding N   puts that are open at a time in a calm run (256)
  --rate N          puts a second in a calm run (as fast as they are answered)
  --json            print JSON
  --help            print this

Exit codes: 0 all faults struck and nothing was wrong, 1 something was wrong or a fault
never struck, or, in a calm run, there was an election, 2 the history could not be decided,
64 bad usage, 69 it could not be started.
`;

const numberOf = (name: string, text: string | undefined, min: number, max: number): number => {
  const value = Number(text);
  if (text === undefined || !Number.isInteger(value) || value < min || value > max)
    throw new UsageError(`--${name} must be a whole number from ${min} to ${max}`);
  return value;
};

const oneOf = <const T extends string>(name: string, text: string | undefined, options: readonly T[]): T => {
  const found = options.find((option) => option === text);
  if (found === undefined) throw new UsageError(`--${name} must be one of ${options.join(", ")}`);
  return found;
};

/** Reads the arguments of the command. @throws UsageError. */
export const optionsOf = (args: readonly string[]): ChaosOptions => {
  let options: ChaosOptions = {
    seconds: 60,
    seed: Math.floor(Math.random() * 2 ** 32),
    replicas: 3,
    broken: null,
    network: "proxies",
    calm: false,
    outstanding: 256,
    rate: null,
    json: false,
    help: false,
  };
  const rest = [...args];
  while (rest.length > 0) {
    const name = rest.shift()!;
    if (name === "--seconds") options = { ...options, seconds: numberOf("seconds", rest.shift(), 1, 86_400) };
    else if (name === "--seed") options = { ...options, seed: numberOf("seed", rest.shift(), 0, 2 ** 32 - 1) };
    else if (name === "--replicas")
      options = { ...options, replicas: Number(oneOf("replicas", rest.shift(), ["3", "5"])) };
    else if (name === "--broken")
      options = { ...options, broken: oneOf("broken", rest.shift(), ["no-sync", "stale-reads"]) };
    else if (name === "--network")
      options = { ...options, network: oneOf("network", rest.shift(), ["proxies", "namespaces"]) };
    else if (name === "--calm") options = { ...options, calm: true };
    else if (name === "--outstanding")
      options = { ...options, outstanding: numberOf("outstanding", rest.shift(), 1, 10_000) };
    else if (name === "--rate") options = { ...options, rate: numberOf("rate", rest.shift(), 1, 1_000_000) };
    else if (name === "--json") options = { ...options, json: true };
    else if (name === "--help") options = { ...options, help: true };
    else throw new UsageError(`there is no option ${name}`);
  }
  if (options.calm && options.broken !== null) throw new UsageError("--calm finds no broken build: leave --broken out");
  if (options.calm && options.network !== "proxies") throw new UsageError("--calm cuts nothing: leave --network out");
  return options;
};
