import { type Command, Option } from "commander";
import { historyFormats } from "../check/index.ts";
import { checkableConsistencies, checkableModels } from "./check/checkable.ts";
import { exitCodes, type Finish } from "./common-options.ts";
import { jsonOption, secondsOption, wholeNumber } from "./option-values.ts";

const consistencyText = `
One object (register, kv, queue …) can be linearizable, sequential, causal,
pram, or keep a session guarantee; transactions (list-append, rw-register) can
be strict-serializable, serializable, snapshot-isolation and so on; a trace
file of ours keeps properties by their ids, or \`order\` and \`accuracy\`.

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
  program
    .command("check")
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
        "what it is held to (default: linearizable; transactions: strict-serializable)",
      ).choices(checkableConsistencies),
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
