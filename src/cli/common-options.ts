import { Option } from "commander";
import { secondsOption, setting } from "./option-values.ts";

/** Takes the exit code of the command that ran. */
export type Finish = (exitCode: number) => void;

/** Exit codes of commands that give verdicts, for --help. */
export const exitCodes = `
Exit codes: 0 all verdicts hold, 1 something is violated, 2 something is
unknown, 64 bad usage or input, 69 something is missing on this machine,
70 a fault of ours, 130 interrupted by Ctrl-C.`;

/** A dial of the system model. */
export const modelOption = (name: string, text: string, positions: readonly string[]): Option =>
  new Option(`--${name} <MODEL>`, text).choices(positions);

/** Parameters. */
export const setOption = (): Option =>
  new Option("--set <NAME=VALUE>", "a parameter of the scenario or of a dial; repeatable").argParser(setting);

/** How long foreign code may take. */
export const stepOption = (): Option =>
  new Option("--step-seconds <N>", "how long a step of your own file may take (default: 5)").argParser(secondsOption);
