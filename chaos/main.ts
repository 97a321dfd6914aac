// `npm run chaos`: replicas as processes under load, while they are killed, paused, cut off, filled up and replaced. What
// its clients saw is checked. See docs/chaos.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodeOf } from "./exit-code.ts";
import { type ChaosOptions, optionsOf, UsageError, usageText } from "./options.ts";
import { type ChaosResult, runChaos, StartError } from "./run.ts";

const exitUsage = 64;
const exitMissing = 69;
const exitInterrupted = 130;

const textOf = (result: ChaosResult): string => {
  const { seed, replicas, broken, seconds, operations, indeterminate } = result;
  const counts = Object.entries(result.counts).map(([name, count]) => `${String(count).padStart(8)}  ${name}\n`);
  const what = broken === null ? "" : `, the broken build ${broken}`;
  return [
    `${replicas} replicas${what}, seed ${seed}, ${seconds} s: ${operations} operations answered, ${indeterminate} whose end nobody knows\n\n`,
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

const run = async (options: ChaosOptions): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), "quorate-chaos-"));
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      rmSync(directory, { recursive: true, force: true });
      process.exit(exitInterrupted);
    });
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
  try {
    return await run(options);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`quorate: the replicas could not be started: ${error.message}\n`);
    return exitMissing;
  }
};

process.exit(await main());
