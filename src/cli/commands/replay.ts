import { existsSync } from "node:fs";
import { basename } from "node:path";
import { parseReplay, type Replay } from "../../simulate/index.ts";
import { usage } from "../cli-error.ts";
import { codeVersion } from "../code-version.ts";
import { checkOutputFile } from "../output-file.ts";
import { scenarioArgument, stepSecondsFor } from "../scenario-argument.ts";
import { search } from "../search/search.ts";
import type { ScenarioReference } from "../search/search-task.ts";
import { sourceHash } from "../search/source-hash.ts";
import { complain, drawingOf } from "../terminal.ts";
import { finishReport } from "./run.ts";

/** Options of `quorate replay`. */
export interface ReplayFlags {
  readonly anyway?: boolean;
  readonly trace?: string;
  readonly json?: boolean;
  readonly stepSeconds?: number;
}

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);

/** A string may be whole and still hold nonsense, if someone made it by hand. */
const isSound = ({ scenario, code, parameters, source }: Replay): boolean =>
  typeof scenario === "string" &&
  typeof code === "string" &&
  typeof parameters === "object" &&
  parameters !== null &&
  (source.kind === "seed"
    ? isWhole(source.seed) &&
      source.edits.every(
        ({ name, which, count, value }) => typeof name === "string" && [which, count, value].every(isWhole),
      )
    : Array.isArray(source.path) &&
      source.path.every(isWhole) &&
      isWhole(source.crashesMax) &&
      isWhole(source.lossesMax));

const readReplay = (text: string): Replay => {
  const replay = parseReplay(text.trim());
  if (!isSound(replay)) throw usage("this replay string is damaged or cut short; copy it whole from the output of run");
  return replay;
};

/** The file that a string is of must be given beside it, and be the same; unless the user wants to see it anyway. */
const referenceOf = ({ scenario }: Replay, file: string | undefined, anyway: boolean): ScenarioReference => {
  if (!scenario.startsWith("file:")) {
    if (file !== undefined)
      throw usage(`this replay string is of the scenario ${scenario}: leave the file ${file} out.`);
    return { kind: "id", id: scenario };
  }
  if (file === undefined)
    throw usage("this replay string is of a run of your own file: give its path too, `quorate replay STRING FILE.ts`.");
  const reference = scenarioArgument(file);
  const path = reference.kind === "file" ? reference.path : file;
  if (!existsSync(path)) throw usage(`there is no file ${path}: give the path of the file that was run.`);
  const hash = sourceHash(path);
  if (`file:${hash}` !== scenario && !anyway)
    throw usage(
      `${basename(path)} is not the file of this run (its hash is ${hash}, the string has ${scenario.slice(5)}): restore it, or add --anyway to run it as it is now.`,
    );
  return { kind: "file", path, name: reference.kind === "file" ? reference.name : undefined };
};

const checkCode = ({ code }: Replay, anyway: boolean): void => {
  const current = codeVersion();
  if (code === current) return;
  const what = `this replay string was made by other code (${code}, this is ${current})`;
  if (!anyway) throw usage(`${what}: the run may differ. Add --anyway to run it with this code.`);
  complain(`quorate: ${what}; the run may differ.`);
};

/** `quorate replay`. */
export const replay = async (text: string, file: string | undefined, flags: ReplayFlags): Promise<number> => {
  checkOutputFile(flags.trace);
  const parsed = readReplay(text);
  const anyway = flags.anyway ?? false;
  const scenario = referenceOf(parsed, file, anyway);
  checkCode(parsed, anyway);
  const { report, interrupted } = await search(
    {
      kind: "replay",
      scenario,
      code: codeVersion(),
      replay: parsed,
      text: text.trim(),
      drawing: drawingOf(),
      trace: flags.trace !== undefined,
    },
    stepSecondsFor(scenario, flags.stepSeconds),
  );
  const { property } = parsed;
  const stillBroken = report.verdicts.some(
    (verdict) => verdict.verdict === "violated" && verdict.property === property,
  );
  if (property !== undefined && !stillBroken)
    complain(`quorate: this run violated ${property} when the string was made, and does not now.`);
  return finishReport(report, interrupted, flags, file);
};
