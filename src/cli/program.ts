import { Argument, Command, Option } from "commander";
import { networkModels, nodeModels, timingModels } from "../model/index.ts";
import { dialDefinitions, dialNames } from "../simulate/dials.ts";
import { exportFormats } from "../trace/index.ts";
import { addCheck } from "./check-program.ts";
import { addClusterCommands } from "./cluster-program.ts";
import { exitCodes, type Finish, modelOption, setOption, stepOption } from "./common-options.ts";
import { addExplore } from "./explore-program.ts";
import { secondsOption, wholeNumber } from "./option-values.ts";
import { packageVersion } from "./package-version.ts";
import { grouped, terminalOf, wrapText } from "./terminal.ts";

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

/** What is wrong with a command line, in the form of all other complaints. */
const sayUsage = (text: string): string => {
  const own = text.replace(/^error: /, "quorate: ");
  if (!process.stderr.isTTY) return own;
  const { width } = terminalOf(process.stderr);
  return own
    .split("\n")
    .map((line) => wrapText(line, width))
    .join("\n");
};

const seedMax = 2 ** 31 - 1;
const runsMax = 1_000_000_000;

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

const addPlay = (program: Command, finish: Finish): void => {
  program
    .command("play")
    .summary("play a situation of Raft by hand, line by line, or list them")
    .description(
      "Plays one of the situations of Raft that are written as plays: who stands, who hears whom, whose disk waits. Prints each line with what came of it.",
    )
    .argument("[NAME]", "name of a situation; all are listed without it")
    .option("--diagram", "draw a space-time diagram instead")
    .option("--trace <FILE>", "write the run to a trace file")
    .option("--json", "print JSON")
    .action(async (name, flags) => finish((await import("./commands/play.ts")).play(name, flags)));
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
      "Puts each known bug into its protocol and looks for it with the seeds of the scenario, and where it is small enough state by state. Changes that are no bugs must not be reported.",
    )
    .argument("[ID...]", "only these mutants")
    .addOption(new Option("--seconds <N>", "time for all of them").argParser(secondsOption).default(240))
    .addOption(
      new Option("--search <HOW>", "by seeds, state by state where the scenario allows, or both")
        .choices(["seeds", "states", "both"])
        .default("both"),
    )
    .addOption(
      new Option("--workers <N>", "searches at a time (default: cores, two at most)").argParser(wholeNumber(1, 64)),
    )
    .addOption(cacheOption())
    .option("--markdown", "print a table for a page")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThe time is shared out: what one does not need goes to those after it.\n\nExit codes: 0 each bug is found, 1 one is not or an equivalent change is\nreported, 2 the time was over before one was decided (unknown).",
    )
    .action(async (ids, flags) => finish(await (await import("./commands/mutants.ts")).mutants(ids, flags)));
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
    .configureOutput({ outputError: (text, write) => write(sayUsage(text)) })
    .showHelpAfterError("`quorate --help` and `quorate COMMAND --help` list what there is.")
    .addHelpText("after", `${exitCodes}\n\nStart with: quorate lab`);
  for (const add of [
    addDemo,
    addLab,
    addRun,
    addExplore,
    addPlay,
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
