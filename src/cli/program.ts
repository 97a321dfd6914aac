import { Argument, Command, Option } from "commander";
import { historyFormats } from "../check/index.ts";
import { networkModels, nodeModels, timingModels } from "../model/index.ts";
import { dialDefinitions, dialNames } from "../simulate/dials.ts";
import { exportFormats } from "../trace/index.ts";
import { checkableConsistencies, checkableModels } from "./check/checkable.ts";
import { addClusterCommands } from "./cluster-program.ts";
import { jsonOption, secondsOption, setting, wholeNumber } from "./option-values.ts";
import { packageVersion } from "./package-version.ts";
import { grouped, wrapText } from "./terminal.ts";

/** Takes the exit code of the command that ran. */
export type Finish = (exitCode: number) => void;

const exitCodes = `
Exit codes: 0 all verdicts hold, 1 something is violated, 2 something is
unknown, 64 bad usage or input, 69 something is missing on this machine,
70 a fault of ours, 130 interrupted by Ctrl-C.`;

const codeText = `
The string holds the scenario, its model and parameters, the seed and what was
changed of its run, and the version of the code: a hash over the built files
that decide how a run goes (protocols, scenarios, simulator, checks), the same
on every machine and however the command is started. With other code the run
may be another one, so it is refused without --anyway. Of your own file the
string holds a hash over the file and what it imports by a relative path;
packages that it imports are not part of it.
`;

/** The parameters that every scenario has, for --help. */
const dialsText = (): string =>
  dialNames
    .map((name) => {
      const definition = dialDefinitions[name];
      const range =
        "options" in definition
          ? definition.options.join(", ")
          : `${grouped(definition.min)}…${grouped(definition.max)}`;
      return wrapText(`${definition.text}: ${definition.default} (${range})`, 80, " ".repeat(25)).replace(
        /^ {25}/,
        `  ${name.padEnd(23)}`,
      );
    })
    .join("\n");

const seedMax = 2 ** 31 - 1;
const runsMax = 1_000_000_000;

const modelOption = (name: string, text: string, positions: readonly string[]): Option =>
  new Option(`--${name} <MODEL>`, text).choices(positions);
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
    .addHelpText(
      "after",
      () => `\nParameters of the dials, for --set (those of a scenario: quorate lab ID):\n${dialsText()}`,
    )
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
    .option("--anyway", "run it even if the code or your file has changed since")
    .option("--trace <FILE>", "write the run to a trace file")
    .addOption(stepOption())
    .option("--json", "print JSON")
    .addHelpText("after", `${codeText}${exitCodes}`)
    .action(async (text, file, flags) =>
      finish(await (await import("./commands/replay.ts")).replay(text, file, flags)),
    );
};

const addLab = (program: Command, finish: Finish): void => {
  program
    .command("lab")
    .summary("list the scenarios, or describe one")
    .description("Lists the scenarios of the lab with their models and properties, or describes one of them.")
    .argument("[ID|FILE.ts]", "id of a scenario, or a file that exports one")
    .addOption(stepOption())
    .option("--json", "print JSON")
    .action(async (scenario, flags) => finish(await (await import("./commands/lab.ts")).lab(scenario, flags)));
};

const cacheOption = (): Option => new Option("--no-cache", "search again what was found before by the same code");

const addMatrix = (program: Command, finish: Finish): void => {
  program
    .command("matrix")
    .summary("compute the table protocol × model by search")
    .description(
      "Searches each scenario in the model that it claims and one step outside: it holds, or here is the shortest counterexample found.",
    )
    .argument("[ID|FILE.ts...]", "only these scenarios, or those that your own files export")
    .addOption(new Option("--seconds <N>", "time for the whole table").argParser(secondsOption).default(120))
    .addOption(setOption())
    .option("--all", "every model, not only those one step outside the claim")
    .addOption(cacheOption())
    .addOption(stepOption())
    .addOption(new Option("--markdown", "print a table for a page").conflicts("json"))
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThe exit code is that of the claims: 0 all hold, 1 one is violated, 2 one is\nunknown. What breaks outside the claims is what the table is for.",
    )
    .action(async (texts, flags) => finish(await (await import("./commands/matrix.ts")).matrix(texts, flags)));
};

const addMutants = (program: Command, finish: Finish): void => {
  program
    .command("mutants")
    .summary("look for known bugs, put in one at a time")
    .description(
      "Puts each known bug into its protocol and looks for it with the seeds of the scenario. Changes that are no bugs must not be reported.",
    )
    .argument("[ID...]", "only these mutants")
    .addOption(new Option("--seconds <N>", "time for all of them").argParser(secondsOption).default(240))
    .addOption(cacheOption())
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThe time is shared out: what one does not need goes to those after it.\n\nExit codes: 0 each bug is found, 1 one is not or an equivalent change is\nreported, 2 the time was over before one was decided (unknown).",
    )
    .action(async (ids, flags) => finish(await (await import("./commands/mutants.ts")).mutants(ids, flags)));
};

const budgetOption = (name: string, text: string): Option =>
  new Option(`--${name} <N>`, text).argParser(wholeNumber(0, 1_000_000));

const workersMax = 64;
const megabytesMax = 16_384;

const addExplore = (program: Command, finish: Finish): void => {
  program
    .command("explore")
    .summary("look at every state that a scenario can reach, within bounds")
    .description(
      "Tries every order of events, every draw and every fault within the bounds, on the protocol's own code; equal states are seen once. Reference models with published counts: reference/two-phase-commit, reference/paxos, reference/abd, reference/single-copy.",
    )
    .argument("<ID|FILE.ts...>", "ids of scenarios or of reference models, or files that export a scenario")
    .addOption(modelOption("network", "what the network may do", networkModels))
    .addOption(modelOption("nodes", "how nodes may fail", nodeModels))
    .addOption(modelOption("timing", "what is known of time", timingModels))
    .addOption(setOption())
    .addOption(budgetOption("crashes", "crashes in one run (default: the scenario's)"))
    .addOption(budgetOption("losses", "messages lost in one run, as steps of their own"))
    .addOption(budgetOption("duplicates", "messages delivered once more in one run"))
    .addOption(budgetOption("timeouts", "timers that fire in one run (default: any number)"))
    .addOption(budgetOption("partitions", "cuts of links in one run, one at a time (default: 0)"))
    .addOption(budgetOption("traitors", "traitors (default: the scenario's, where nodes are byzantine)"))
    .addOption(budgetOption("lies", "words that traitors say in one run (default: any number)"))
    .addOption(budgetOption("forgeries", "messages that the network makes up (default: 1 where it is arbitrary)"))
    .addOption(new Option("--sync <WHEN>", "when writes are durable").choices(["at-once", "later"]))
    .addOption(new Option("--goal <ID>", "a goal of the scenario: show a run that reaches it"))
    .addOption(new Option("--stages <ID,ID>", "goals to reach one after the other, then look on from there"))
    .addOption(new Option("--mutant <ID>", "put a known bug of the scenario in (see `quorate mutants`)"))
    .addOption(
      new Option("--carries <KIND>", "how messages are carried: each once, again and again, in order").choices([
        "multiset",
        "set",
        "ordered",
      ]),
    )
    .addOption(new Option("--depth <N>", "steps of one run").argParser(wholeNumber(0, 1_000_000_000)))
    .option("--depth-first", "depth first instead of breadth first: no shortest runs, a smaller frontier")
    .addOption(new Option("--seconds <N>", "how long each search").argParser(secondsOption).default(60))
    .addOption(
      new Option("--memory-mb <N>", "megabytes of each search's tables")
        .argParser(wholeNumber(1, megabytesMax))
        .default(1_024),
    )
    .addOption(
      new Option("--workers <N>", "searches at a time (default: cores, two at most)").argParser(
        wholeNumber(1, workersMax),
      ),
    )
    .option("--no-symmetry", "look at every state, not at one of each orbit of interchangeable processes")
    .option("--no-reduction", "take every step, also those that others stand for")
    .option("--trace <FILE>", "write the first violation to a trace file")
    .addOption(stepOption())
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `${exitCodes}

Example: quorate explore reference/two-phase-commit --set managers=5`,
    )
    .action(async (texts, flags) => finish(await (await import("./commands/explore.ts")).explore(texts, flags)));
};

const addExport = (program: Command, finish: Finish): void => {
  program
    .command("export")
    .summary("turn a trace file into what other programs read")
    .description(
      "Turns a trace file, as --trace FILE writes it, into JSON, a log for ShiViz, a Mermaid or SVG diagram, or a file for Perfetto.",
    )
    .argument("<TRACE>", "a trace file")
    .addOption(new Option("--to <FORMAT>", "the format").choices(exportFormats).makeOptionMandatory())
    .option("--out <FILE>", "write to a file instead of stdout")
    .action(async (trace, flags) => finish((await import("./commands/export.ts")).exportCommand(trace, flags)));
};

const consistencyText = `
Consistency of one object: linearizable, sequential, causal, pram, and the
session guarantees. Of transactions (list-append, rw-register): serializable,
strict-serializable, snapshot-isolation, and what lies below.

Formats: porcupine-etcd (INFO  jepsen.util - 0 :invoke :write 3), porcupine-kv
and jepsen (EDN maps, one after the other or in a vector), elle-json (an array
of the same maps in JSON), jsonl (one such map a line):
  {"process":0,"type":"invoke","f":"write","value":1,"at":12.5}
type is invoke, ok, fail (did not happen) or info (nobody knows); key and at
(milliseconds) are optional. FILE may be - for stdin.`;

const addCheck = (program: Command, finish: Finish): void => {
  program
    .command("check")
    .summary("hold a recorded history against a consistency model")
    .description(
      "Reads what clients of some system called and were answered, and decides whether the answers are those of the object that it claims to be. What is violated is shown small, with the state carried in.",
    )
    .argument("<FILE>", "a recorded history, or - for stdin")
    .addOption(new Option("--format <FORMAT>", "the format (default: by its content)").choices(historyFormats))
    .addOption(new Option("--model <MODEL>", "the object (default: by its functions)").choices(checkableModels))
    .addOption(
      new Option("--consistency <MODEL>", "what it is held to (default: linearizable)").choices(checkableConsistencies),
    )
    .addOption(new Option("--initial <JSON>", "what the object holds at first").argParser(jsonOption))
    .addOption(new Option("--seconds <N>", "how long").argParser(secondsOption).default(60))
    .addOption(
      new Option("--memory-mb <N>", "memory for what was visited").argParser(wholeNumber(1, 65_536)).default(1_024),
    )
    .option("--html <OUT>", "write a page that shows the operations as intervals")
    .option("--json", "print JSON")
    .addHelpText("after", `${consistencyText}\n${exitCodes}`)
    .action(async (file, flags) => finish((await import("./commands/check.ts")).check(file, flags)));
};

const addCompletion = (program: Command, finish: Finish): void => {
  program
    .command("completion")
    .summary("print completions for a shell")
    .description("Prints completions for a shell, to be sourced by it.")
    .addArgument(new Argument("<SHELL>", "the shell").choices(["bash", "zsh", "fish"]))
    .action(async (shell) => finish((await import("./commands/completion.ts")).completion(shell, program)));
};

const addDemo = (program: Command, finish: Finish): void => {
  program
    .command("demo")
    .summary("show what this is: a protocol that holds, and the same one with a known bug")
    .description(
      "Runs the most telling scenario of the lab, once as claimed and once with a known bug, and prints verdicts and diagram.",
    )
    .action(async () => finish(await (await import("./commands/demo.ts")).demo()));
};

/** An argument as usage lines have it: `<ID>`, `[ID...]`. */
const argumentText = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
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
    .configureHelp({
      showGlobalOptions: false,
      subcommandTerm: (command) =>
        `${command.name()} ${command.registeredArguments.map(argumentText).join(" ")}`.trimEnd(),
    })
    .exitOverride()
    .configureOutput({
      // Its own words, in the form of all other complaints.
      outputError: (text, write) => write(text.replace(/^error: /, "quorate: ")),
    })
    .showHelpAfterError("`quorate --help` and `quorate COMMAND --help` list what there is.")
    .addHelpText("after", `${exitCodes}\n\nStart with: quorate lab`);
  for (const add of [
    addDemo,
    addLab,
    addRun,
    addExplore,
    addReplay,
    addExport,
    addCheck,
    addMatrix,
    addMutants,
    addCompletion,
  ])
    add(program, finish);
  addClusterCommands(program, finish);
  return program;
};
