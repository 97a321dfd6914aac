import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { networkModels, nodeModels, timingModels } from "../model/index.ts";
import { secondsOption, setting, wholeNumber } from "./option-values.ts";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** The version of this package. */
export const packageVersion: string = manifest.version;

/** Takes the exit code of the command that ran. */
export type Finish = (exitCode: number) => void;

const exitCodes = `
Exit codes: 0 all verdicts hold, 1 something is violated, 2 something is unknown, 64 bad usage or
input, 69 something is missing on this machine, 70 a fault of ours, 130 interrupted by Ctrl-C.`;

const seedMax = 2 ** 31 - 1;
const runsMax = 1_000_000_000;

const modelOption = (name: string, text: string, positions: readonly string[]): Option =>
  new Option(`--${name} <MODEL>`, `${text}: ${positions.join(", ")}`);
const setOption = (): Option =>
  new Option("--set <NAME=VALUE>", "a parameter of the scenario or of a dial; repeatable").argParser(setting);
const stepOption = (): Option =>
  new Option("--step-seconds <N>", "how long a step of your own file may take (default: 5)").argParser(secondsOption);

const addRun = (program: Command, finish: Finish): void => {
  program
    .command("run")
    .summary("run a scenario, or your own file, and give a verdict on each property")
    .description(
      "Runs a scenario of the lab, or one that your own file exports, under many seeds, and gives a verdict on each property. What is violated is shrunk, drawn, and can be shown again.",
    )
    .argument("<ID|FILE.ts>", "id of a scenario (see `quorate lab`), or a file that exports one")
    .addOption(modelOption("network", "what the network may do", networkModels))
    .addOption(modelOption("nodes", "how nodes may fail", nodeModels))
    .addOption(modelOption("timing", "what is known of time", timingModels))
    .addOption(new Option("--seed <N>", "the first seed").argParser(wholeNumber(0, seedMax)).default(1))
    .addOption(new Option("--runs <N>", "how many runs (default: 1000)").argParser(wholeNumber(1, runsMax)))
    .addOption(new Option("--seconds <N>", "how long (default: 10; exhaustive: 60)").argParser(secondsOption))
    .addOption(setOption())
    .option("--exhaustive", "every order, crash and loss instead of seeds: exact, for small scenarios")
    .option("--trace <FILE>", "write the shrunk violation, else the first run, to a trace file")
    .addOption(stepOption())
    .option("--json", "print JSON")
    .addHelpText("after", `${exitCodes}\n\nExample: quorate run links/perfect --nodes crash-recovery --set loss=0.3`)
    .action(async (scenario, flags) => finish(await (await import("./commands/run.ts")).run(scenario, flags)));
};

const addReplay = (program: Command, finish: Finish): void => {
  program
    .command("replay")
    .summary("show exactly one run again")
    .description("Shows exactly the run again that a replay string stands for.")
    .argument("<STRING>", "what `quorate run` printed, starting with q1:")
    .argument("[FILE.ts]", "your own file, where the run was of one")
    .option("--anyway", "run it even if the code has changed since")
    .option("--trace <FILE>", "write the run to a trace file")
    .addOption(stepOption())
    .option("--json", "print JSON")
    .addHelpText("after", exitCodes)
    .action(async (text, file, flags) =>
      finish(await (await import("./commands/replay.ts")).replay(text, file, flags)),
    );
};

const addLab = (program: Command, finish: Finish): void => {
  program
    .command("lab")
    .summary("list the scenarios, or describe one")
    .description("Lists the scenarios of the lab with their models and properties, or describes one of them.")
    .argument("[ID]", "id of a scenario")
    .option("--json", "print JSON")
    .action(async (id, flags) => finish((await import("./commands/lab.ts")).lab(id, flags)));
};

const addStart = (program: Command, finish: Finish): void => {
  program
    .command("start")
    .summary("show what this is: a protocol that holds, and the same one with a known bug")
    .description(
      "Runs the most telling scenario of the lab, once as claimed and once with a known bug, and prints verdicts and diagram. This is what `npm start` runs.",
    )
    .action(async () => finish(await (await import("./commands/start.ts")).start()));
};

/** The command with all that it can do. Each command's code is loaded when it is called. */
export const makeProgram = (finish: Finish): Command => {
  const program = new Command("quorate");
  program
    .description("Write a protocol once, break it in a simulator, then run it as a cluster.")
    .version(`quorate ${packageVersion}`, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help on a command")
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: false })
    .exitOverride()
    .addHelpText("after", `${exitCodes}\n\nStart with: quorate lab`);
  for (const add of [addStart, addLab, addRun, addReplay]) add(program, finish);
  return program;
};
