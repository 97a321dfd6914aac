// `npm run chaos`: replicas as processes under load, while they are killed, paused, cut off, filled up and replaced. What
// its clients saw is checked. See docs/chaos.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CalmResult, runCalm } from "./calm.ts";
import { exitCodeOf } from "./exit-code.ts";
import { enterOwnNetwork } from "./namespaces.ts";
import { type ChaosOptions, optionsOf, UsageError, usageText } from "./options.ts";
import { type ChaosResult, runChaos, StartError } from "./run.ts";

const exitUsage = 64;
const exitMissing = 69;
const exitInterrupted = 130;

const textOf = (result: ChaosResult): string => {
  const { seed, replicas, broken, network, seconds, operations, indeterminate } = result;
  const counts = Object.entries(result.counts).map(([name, count]) => `${String(count).padStart(8)}  ${name}\n`);
  const what = broken === null ? "" : `, the broken build ${broken}`;
  return [
    `${replicas} replicas over ${network}${what}, seed ${seed}, ${seconds} s: ${operations} operations answered, ${indeterminate} whose end nobody knows\n\n`,
    ...counts,
    "\n",
    ...result.neverHappened.map((name) => `NEVER HAPPENED: ${name}\n`),
    ...result.violations.map((text) => `VIOLATED: ${text}\n`),
    ...result.unknowns.map((text) => `UNKNOWN: ${text}\n`),
    exitCodeOf(result) === 0
      ? "The history is linearizable, no acknowledged write was lost or doubled, and the replicas have one state.\n"
      : `Ask for the same plan again with --seed ${seed}; what the machine does beside it differs from run to run.\n`,
  ].join("");
};

const calmTextOf = (result: CalmResult): string => {
  const { replicas, seconds, outstanding, rate, puts, p50Ms, p99Ms, longestMs, othersAsked, loopHeldMs } = result;
  const pace = rate === null ? "as fast as they were answered" : `${rate} a second at most`;
  const held = Object.entries(loopHeldMs).map(([id, ms]) => `replica ${id} ${ms} ms`);
  return [
    `${replicas} replicas, ${seconds} s, ${outstanding} puts open at a time, ${pace}: ${puts} answered\n`,
    `a put took ${p50Ms} ms in the middle, ${p99Ms} ms at the 99th percentile, ${longestMs} ms at most\n`,
    `another replica was asked ${othersAsked} times; event loops were held at most: ${held.join(", ")}\n`,
    ...result.violations.map((text) => `VIOLATED: ${text}\n`),
    result.violations.length === 0
      ? `Replica ${result.leaderAtFirst} led in term ${result.termAtFirst} from first to last; no put failed.\n`
      : "",
  ].join("");
};

const runWithout = async (directory: string, options: ChaosOptions): Promise<number> => {
  const result = await runCalm(join(directory, "data"), options);
  const exitCode = result.violations.length === 0 ? 0 : 1;
  rmSync(directory, { recursive: true, force: true });
  process.stdout.write(options.json ? `${JSON.stringify({ ...result, exitCode }, null, 2)}\n` : calmTextOf(result));
  return exitCode;
};

const run = async (options: ChaosOptions): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), "quorate-chaos-"));
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      rmSync(directory, { recursive: true, force: true });
      process.exit(exitInterrupted);
    });
  if (options.calm) return await runWithout(directory, options);
  const result = await runChaos(join(directory, "data"), options);
  const exitCode = exitCodeOf(result);
  // The logs of a run that went wrong are evidence.
  if (exitCode === 0 || options.broken !== null) rmSync(directory, { recursive: true, force: true });
  else process.stderr.write(`The data of the replicas is kept in ${directory}.\n`);
  process.stdout.write(options.json ? `${JSON.stringify({ ...result, exitCode }, null, 2)}\n` : textOf(result));
  return exitCode;
};

const main = async (): Promise<number> => {
  let options: ChaosOptions;
  try {
    options = optionsOf(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`quorate: ${error.message}.\n\n${usageText}`);
    return exitUsage;
  }
  if (options.help) {
    process.stdout.write(usageText);
    return 0;
  }
  if (process.platform === "win32") {
    process.stderr.write("quorate: the chaos run needs SIGSTOP, which Windows does not have.\n");
    return exitMissing;
  }
  if (options.network === "namespaces") {
    try {
      const exitCode = await enterOwnNetwork();
      if (exitCode !== null) return exitCode;
    } catch (error) {
      process.stderr.write(`quorate: no network namespaces here: ${(error as Error).message}.\n`);
      return exitMissing;
    }
  }
  try {
    return await run(options);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`quorate: the replicas could not be started: ${error.message}\n`);
    return exitMissing;
  }
};

process.exit(await main());
