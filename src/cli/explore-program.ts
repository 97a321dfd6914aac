import { type Command, Option } from "commander";
import { networkModels, nodeModels, timingModels } from "../model/index.ts";
import { exitCodes, type Finish, modelOption, setOption, stepOption } from "./common-options.ts";
import { secondsOption, wholeNumber } from "./option-values.ts";

const budgetOption = (name: string, text: string): Option =>
  new Option(`--${name} <N>`, text).argParser(wholeNumber(0, 1_000_000));

const workersMax = 64;
const megabytesMax = 16_384;

/** `quorate explore`. */
export const addExplore = (program: Command, finish: Finish): void => {
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
    .option("--few-interruptions", "first runs in which each process deals with all that came: finds what lies deep")
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
    .option("--go-on", "go on behind a violation: count every state within the bounds")
    .option("--no-symmetry", "look at every state, not at one of each orbit of interchangeable processes")
    .option("--no-reduction", "take every step, also those that others stand for")
    .option("--trace <FILE>", "write the first violation to a trace file")
    .addOption(stepOption())
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      `${exitCodes}\n\nA goal that is reached holds, one that no run leads to is violated.\n\nExamples: quorate explore reference/two-phase-commit --set managers=5\n          quorate explore consensus/paxos-safety --goal chosen --timeouts 2`,
    )
    .action(async (texts, flags) => finish(await (await import("./commands/explore.ts")).explore(texts, flags)));
};
