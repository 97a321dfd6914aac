import type { Trace } from "../../../model/index.ts";
import type { Violation } from "../../../simulate/index.ts";
import { actions } from "./actions.ts";
import { claims } from "./claims.ts";
import { readLine } from "./forms.ts";
import type { Situation } from "./situation.ts";
import { Stage } from "./stage.ts";

/** How a play went. */
export interface Performance {
  /** Its lines, each with what came of it below. */
  readonly text: string;
  /** Claims that do not hold: what the play says, and what is the case. */
  readonly wrong: readonly string[];
  readonly claims: number;
  /** Safety properties of Raft that broke. */
  readonly violations: readonly Violation[];
  /** Whether all claims hold, and just those properties broke that the situation says. */
  readonly isAsSaid: boolean;
  /** How often the premise of each of them occurred. */
  readonly exercised: ReadonlyMap<string, number>;
  readonly trace: Trace;
}

const widthMax = 80;
const indent = "    ";

/** Breaks a line between words; what follows begins with `margin`. */
const wrapped = (line: string, margin: string): string => {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > widthMax) {
    const at = rest.lastIndexOf(" ", widthMax);
    if (at <= margin.length) break;
    lines.push(rest.slice(0, at));
    rest = margin + rest.slice(at + 1);
  }
  return [...lines, rest].join("\n");
};

/** A play on its stage, with what is told of it. */
class Performer {
  readonly stage: Stage;
  readonly told: string[] = [];
  readonly wrong: string[] = [];
  claims = 0;
  #violationsTold = 0;

  constructor({ servers, options }: Situation) {
    this.stage = new Stage(servers, options ?? {});
    this.stage.lines.length = 0;
  }

  /** A line: a remark, an aside of which only the words are told, a claim, or something that happens. */
  line(line: string): void {
    this.stage.moment++;
    if (line.startsWith("#")) {
      this.told.push("", wrapped(line, "# "));
      return;
    }
    this.told.push(wrapped(line, " "));
    if (line.startsWith("(")) {
      for (const part of line.slice(1, -1).split("; ")) this.#act(part);
      this.stage.lines.length = 0;
    } else if (line.startsWith("then ")) this.#claim(line.slice("then ".length));
    else this.#act(line);
    this.#tellAll();
  }

  #tellAll(): void {
    for (const told of this.stage.lines.splice(0)) this.told.push(wrapped(indent + told, indent + indent));
    const { violations } = this.stage;
    for (const { property, clause } of violations.slice(this.#violationsTold))
      this.told.push(wrapped(`${indent}!! ${property}: ${clause}`, indent + indent));
    this.#violationsTold = violations.length;
  }

  #act(line: string): void {
    const { does, parts } = readLine(line, actions);
    does(this.stage, parts);
  }

  #claim(line: string): void {
    this.claims++;
    const { does, parts } = readLine(line, claims);
    const isTrue = does(this.stage, parts);
    if (isTrue === line) return;
    this.told.push(`${indent}!! no: ${isTrue}`);
    this.wrong.push(`"${line}", but ${isTrue}`);
  }
}

/** Plays a situation. Throws where a line has no meaning, or asks for what cannot happen. */
export const perform = (situation: Situation, code = "unknown"): Performance => {
  const performer = new Performer(situation);
  for (const line of situation.play.trim().split("\n")) {
    const words = line.trim();
    if (words === "") continue;
    try {
      performer.line(words);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      throw new Error(`${situation.name}, at "${words}": ${why}`, { cause: thrown });
    }
  }
  const { stage, told, wrong, claims: count } = performer;
  const { violations, exercised } = stage;
  const trace = stage.trace(`raft/${situation.name}`, code);
  const broken = new Set(violations.map(({ property }) => property));
  const { breaks = [] } = situation;
  const isAsSaid = wrong.length === 0 && broken.size === breaks.length && breaks.every((one) => broken.has(one));
  const text = `${told.join("\n").trim()}\n`;
  return { text, wrong, claims: count, violations, isAsSaid, exercised, trace };
};
