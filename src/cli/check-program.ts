import { type Command, Help, InvalidArgumentError, Option } from "commander";
import { consistencyModels, historyFormats, objectConsistencies, tracePropertyNames } from "../check/index.ts";
import { checkableConsistencies, checkableModels } from "./check/checkable.ts";
import { exitCodes, type Finish } from "./common-options.ts";
import { nearest } from "./nearest.ts";
import { jsonOption, secondsOption, wholeNumber } from "./option-values.ts";
import { wrapText } from "./terminal.ts";

/** Names in lines of at most 78 columns, indented. */
const listed = (names: readonly string[]): string => wrapText(names.join(", "), 78, "  ");

/** A consistency model by its name. */
const consistencyOption = (text: string): string => {
  if (checkableConsistencies.includes(text)) return text;
  const near = nearest(text, checkableConsistencies);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw new InvalidArgumentError(`There is no such model.${hint} There are ${checkableConsistencies.join(", ")}.`);
};

const consistencyText = `
--consistency, of one object (register, kv, queue …; below linearizable and
sequential of reads and writes only, \`interval\` of a set or a counter: what
an operation must or may show; \`final-interval\` asks that of the reads after
the last change only, as of replicas that converge):
${listed(objectConsistencies)}
of transactions (list-append, rw-register):
${listed(consistencyModels)}
of a trace file of ours:
${listed(tracePropertyNames)}

Formats: porcupine-etcd (INFO  jepsen.util - 0 :invoke :write 3), porcupine-kv
and jepsen (EDN maps, one after the other or in a vector), elle-json (an array
of the same maps in JSON), jsonl (one such map a line):
  {"process":0,"type":"invoke","f":"write","value":1,"at":12.5}
type is invoke, ok, fail (did not happen) or info (nobody knows); key and at
(milliseconds) are optional.

A model of your own is a file that exports { name, init, step }: input is
{ process, f, key, value }, output the value of the completion (undefined where
nobody saw it), and step gives the next state or \`illegal\` of quorate/check.`;

/** `quorate check`. */
export const addCheck = (program: Command, finish: Finish): void => {
  const command = program.command("check");
  const helping = command.configureHelp();
  command
    // The names are listed by kind below the options.
    .configureHelp({
      ...helping,
      optionDescription(option) {
        return option.long === "--consistency"
          ? option.description
          : Help.prototype.optionDescription.call(this, option);
      },
    })
    .summary("hold a recorded history against a consistency model")
    .description(
      "Reads what clients of some system called and were answered, and decides whether the answers are those of the object that it claims to be. What is violated is shown small, with the state carried in.",
    )
    .argument("<FILE>", "a recorded history, or - for stdin")
    .addOption(new Option("--format <FORMAT>", "the format (default: by its content)").choices(historyFormats))
    .addOption(
      new Option("--model <MODEL|FILE.ts>", "the object (default: by its functions)")
        .choices(checkableModels)
        // Your own file is one more: what there is not is refused where the model is looked up.
        .argParser((text) => text),
    )
    .addOption(
      new Option(
        "--consistency <MODEL>",
        "what it is held to, by a name of those below (default: linearizable; transactions: strict-serializable)",
      )
        .choices(checkableConsistencies)
        .argParser(consistencyOption),
    )
    .option("--port <PATH>", "of a trace file: the port to look at (default: calls and answers)")
    .addOption(new Option("--initial <JSON>", "what the object holds at first").argParser(jsonOption))
    .addOption(new Option("--seconds <N>", "how long").argParser(secondsOption).default(60))
    .addOption(
      new Option("--memory-mb <N>", "memory for what was visited").argParser(wholeNumber(1, 65_536)).default(1_024),
    )
    .option("--html <OUT>", "write a page that shows the operations as intervals")
    .option("--json", "print JSON")
    .addHelpText("after", `${consistencyText}\n${exitCodes}`)
    .action(async (file, flags) => finish(await (await import("./commands/check.ts")).check(file, flags)));
};
