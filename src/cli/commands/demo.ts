import { mutants } from "../../scenarios/index.ts";
import type { Mutant } from "../../simulate/index.ts";
import { codeVersion } from "../code-version.ts";
import { exitCodeOf, exitInterrupted, exitUnknown } from "../exit-code.ts";
import { effortOf, headOf, verdictLines, violationText } from "../report.ts";
import { scenarioOf } from "../search/load-scenario.ts";
import { outcomeOf } from "../search/outcome.ts";
import { type Searched, search } from "../search/search.ts";
import type { RunTask } from "../search/search-task.ts";
import { drawingOf, print, type Terminal, terminalOf, wrapText } from "../terminal.ts";

/** Known bugs that say most in one picture, the best first. */
const telling: readonly string[] = ["paxos/P1", "register/A1"];
const seconds = 8;
const stepSeconds = 60;

const chooseMutant = (): Mutant | undefined =>
  telling.map((id) => mutants.find((mutant) => mutant.id === id)).find((mutant) => mutant !== undefined) ??
  mutants.find(({ equivalent }) => equivalent === undefined);

const taskFor = (scenario: string, mutant?: string): RunTask => ({
  kind: "run",
  scenario: { kind: "id", id: scenario },
  code: codeVersion(),
  change: {},
  set: {},
  seed: 1,
  runs: mutant === undefined ? 1_000 : 5_000,
  seconds,
  exhaustive: false,
  drawing: drawingOf(),
  trace: false,
  mutant,
});

const claimText = ({ report }: Searched, terminal: Terminal): string => {
  const { about } = scenarioOf(report.scenario);
  const words = about === undefined ? [] : [wrapText(about, terminal.width)];
  const verdicts = verdictLines(report.verdicts, terminal);
  return [headOf(report, terminal), ...words, verdicts, effortOf(report, terminal)].join("\n\n");
};

const bugText = ({ change, id }: Mutant, { report }: Searched, terminal: Terminal): string => {
  const head = `${terminal.paint("Now the same with a known bug", "bold")} (${id})\n${wrapText(change, terminal.width)}`;
  const broken = report.verdicts.filter(({ verdict }) => verdict === "violated");
  const verdicts = verdictLines(broken.length > 0 ? broken : report.verdicts, terminal);
  return [head, verdicts, ...report.violations.slice(0, 1).map((one) => violationText(one, terminal))].join("\n\n");
};

const nextText = ({ paint, width }: Terminal, scenario: string): string => {
  const lines: readonly (readonly [string, string])[] = [
    ["npx quorate lab", "every scenario there is"],
    [`npx quorate run ${scenario}`, "this one, with your own seeds and dials"],
    ["npx quorate run ./mine.ts", "a protocol of yours"],
    ["npx quorate --help", "all the rest"],
  ];
  const commands = Math.max(...lines.map(([command]) => command.length));
  const rows = lines.map(([command, words]) => {
    const row = `  ${paint(command.padEnd(commands), "cyan")}  ${words}`;
    return commands + words.length + 4 > width ? `  ${paint(command, "cyan")}\n      ${words}` : row;
  });
  return `${paint("Go on with", "bold")}\n${rows.join("\n")}`;
};

/** `quorate demo`: what this is, in one picture. */
export const demo = async (): Promise<number> => {
  const terminal = terminalOf();
  const mutant = chooseMutant();
  const scenario = mutant?.scenario ?? "links/perfect";
  print("\nOne file a protocol, every fault of the textbook, a verdict on each property.\n\n");
  const claim = await search(taskFor(scenario), stepSeconds);
  print(`${claimText(claim, terminal)}\n\n`);
  if (claim.interrupted) return exitInterrupted;
  const outcome = outcomeOf(claim.report);
  if (mutant === undefined) return exitCodeOf(outcome);
  const bug = await search(taskFor(scenario, mutant.id), stepSeconds);
  print(`${bugText(mutant, bug, terminal)}\n\n`);
  if (bug.interrupted) return exitInterrupted;
  print(`${nextText(terminal, scenario)}\n\n`);
  // A bug that was not found says nothing; that the claim holds does.
  return outcome === "holds" && bug.report.violations.length === 0 ? exitUnknown : exitCodeOf(outcome);
};
