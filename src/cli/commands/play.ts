import { type Performance, perform, raftSituations, type Situation } from "../../scenarios/index.ts";
import { drawDiagram, writeTrace } from "../../trace/index.ts";
import { usage } from "../cli-error.ts";
import { codeVersion } from "../code-version.ts";
import { exitHolds, exitViolated } from "../exit-code.ts";
import { nearest, quoteBack } from "../nearest.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { drawingOf, type Paint, print, printJson, terminalOf, wrapText } from "../terminal.ts";

/** Options of `quorate play`. */
export interface PlayFlags {
  readonly diagram?: boolean;
  readonly trace?: string;
  readonly json?: boolean;
}

const family = "raft/";

const entryText = ({ name, title, like }: Situation, paint: Paint, width: number): string =>
  `  ${paint(family + name, "cyan")}\n${wrapText(title, width, "    ")}\n${paint(wrapText(like, width, "    "), "dim")}`;

const listText = (paint: Paint, width: number): string => {
  const foot = `${raftSituations.length} situations, each checked for Raft's safety properties.\nLook at one: npx quorate play ${family}${raftSituations[0]!.name}`;
  return `${raftSituations.map((one) => entryText(one, paint, width)).join("\n")}\n\n${paint(foot, "dim")}`;
};

const find = (text: string): Situation => {
  const found = raftSituations.find(({ name }) => text === name || text === family + name);
  if (found !== undefined) return found;
  const near = nearest(
    text,
    raftSituations.map(({ name }) => family + name),
  );
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  throw usage(`there is no situation ${quoteBack(text)}.${hint} \`quorate play\` lists all ${raftSituations.length}.`);
};

const brokenIn = ({ wrong, violations }: Performance): readonly string[] => [
  ...wrong,
  ...violations.map(({ property, clause }) => `${property}: ${clause}`),
];

const asSaid = ({ breaks }: Situation): string =>
  breaks === undefined
    ? "All that it claims holds, and Raft's safety properties."
    : `All that it claims holds, and ${breaks.join(" and ")} break, as they must where a rule is wrong.`;

/** `quorate play`. */
export const play = (text: string | undefined, { diagram, trace: file, json }: PlayFlags): number => {
  const { paint, width } = terminalOf();
  if (text === undefined) {
    if (json === true)
      printJson({ situations: raftSituations.map(({ name, title, like }) => ({ name, title, like })) });
    else print(listText(paint, width));
    return exitHolds;
  }
  checkOutputFile(file);
  const situation = find(text);
  const { name, title, like } = situation;
  const performance = perform(situation, codeVersion());
  const { text: told, trace, isAsSaid } = performance;
  if (json === true) printJson({ name, title, like, text: told, isAsSaid, broken: brokenIn(performance) });
  else {
    const head = `${paint(family + name, "bold")}\n${wrapText(title, width)}\n${paint(wrapText(like, width), "dim")}`;
    const body = diagram === true ? drawDiagram(trace, drawingOf()) : told;
    const end = isAsSaid ? asSaid(situation) : brokenIn(performance).join("\n");
    print(`${head}\n\n${body.trimEnd()}\n\n${paint(wrapText(end, width), isAsSaid ? "green" : "red")}`);
  }
  if (file !== undefined) writeOutputFile(file, writeTrace(trace));
  return isAsSaid ? exitHolds : exitViolated;
};
