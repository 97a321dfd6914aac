import type { RecordedVerdict, ToldCulprit, ToldMoment, ToldOperation } from "../recorded-verdict.ts";
import { intervalFigure } from "./interval-figure.ts";
import { escaped, pageStyle } from "./markup.ts";

/** What a page tells. */
export interface HistoryPage {
  /** The name of the file, or what stands for it. */
  readonly title: string;
  readonly format: string;
  readonly model: string;
  readonly consistency: string;
  /** All operations of the history, in the order of invocation. */
  readonly operations: readonly ToldOperation[];
  readonly verdict: RecordedVerdict;
}

/** Operations shown before and after the misfit. */
const shownBefore = 240;
const shownAfter = 60;
/** Operations shown of one key, and in all, where the history holds. */
const shownOfKeyMax = 1_000;
const shownMax = 6_000;
const keysOpen = 3;

const paragraph = (text: string, look = ""): string =>
  `<p${look === "" ? "" : ` class="${look}"`}>${escaped(text)}</p>`;

const row = (cells: readonly string[], isBad: boolean): string =>
  `<tr${isBad ? ' class="bad"' : ""}>${cells.map((cell, at) => `<td${at === 2 || at === 4 ? ' class="op"' : ""}>${escaped(cell)}</td>`).join("")}</tr>`;

const table = ({ operations, misfit, best }: ToldCulprit): string => {
  const steps = new Map((best ?? []).map(({ operation, state }, at) => [operation, { number: at + 1, state }]));
  const rows = operations.map(({ line, process, text }, at) => {
    const step = steps.get(at);
    const order = at === misfit ? "no place" : `${step?.number ?? ""}`;
    return row(
      [`${line}`, `${process}`, text, ...(best === undefined ? [] : [order, step?.state ?? ""])],
      at === misfit,
    );
  });
  const heads = ["line", "process", "operation", ...(best === undefined ? [] : ["order", "state after"])];
  return `<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
};

const numbersOf = ({ best = [] }: ToldCulprit): ReadonlyMap<number, number> =>
  new Map(best.map(({ operation }, at) => [operation, at + 1]));

const carriedIn = ({ before = [] }: ToldCulprit): string =>
  before.length === 0 ? "" : paragraph(`State carried in: ${before.join(", or ")}.`);

const cycle = ({ steps = [], operations }: ToldCulprit): string => {
  const nameOf = (at: number): string => operations[at]!.text.split(":")[0]!;
  const items = steps.map(
    ({ from, to, dependency, sentence }) =>
      `<li><b>${escaped(`${nameOf(from)} → ${nameOf(to)}`)}</b> (${dependency}): ${escaped(sentence)}</li>`,
  );
  return items.length === 0 ? "" : `<ol>${items.join("\n")}</ol>`;
};

/** What happened around: operations on the same key, near the misfit, with those at fault stressed. */
const surroundings = (page: HistoryPage, culprit: ToldCulprit): string => {
  const blamed = new Set(culprit.operations.map(({ invokeEvent }) => invokeEvent));
  const centre = culprit.operations[culprit.misfit ?? culprit.operations.length - 1];
  if (centre === undefined) return "";
  const ofKey = page.operations.filter(({ key }) => culprit.key === undefined || key === culprit.key);
  const at = ofKey.findIndex(({ invokeEvent }) => invokeEvent === centre.invokeEvent);
  const places = [...ofKey.keys()].filter(
    (place) => (place >= at - shownBefore && place <= at + shownAfter) || blamed.has(ofKey[place]!.invokeEvent),
  );
  const window = places.map((place) => ofKey[place]!);
  if (window.length <= culprit.operations.length) return "";
  const stressed = new Set([...window.keys()].filter((place) => blamed.has(window[place]!.invokeEvent)));
  const breaks = new Set([...places.keys()].filter((place) => places[place]! > (places[place - 1] ?? -1) + 1));
  const misfit = culprit.misfit === undefined ? -1 : places.indexOf(at);
  const where = culprit.key === undefined ? "" : ` on key ${culprit.key}`;
  const isWhole = window.length === ofKey.length;
  const shown = isWhole ? `All ${window.length} operations` : `${window.length} of ${ofKey.length} operations`;
  const figure = {
    operations: window,
    numbers: new Map(),
    hasMoments: false,
    stressed,
    breaks,
    ...(misfit < 0 ? {} : { misfit }),
  };
  return `<h2>What happened around it</h2>${paragraph(`${shown}${where}${isWhole ? "" : "; dashes stand where others are left out"}.`, "faint")}${misfit < 0 ? "" : '<p><a href="#misfit">Go to the one that finds no place</a></p>'}${intervalFigure(figure)}`;
};

const violated = (page: HistoryPage, culprit: ToldCulprit): string => {
  const sentence = `${culprit.sentence.charAt(0).toUpperCase()}${culprit.sentence.slice(1)}.`.replace(/\.\.$/, ".");
  const { misfit } = culprit;
  const figure = {
    operations: culprit.operations,
    numbers: numbersOf(culprit),
    hasMoments: false,
    ...(misfit === undefined ? {} : { misfit }),
  };
  const size = culprit.minimal === true ? "None of these can be left out." : "";
  return [
    paragraph(sentence),
    `<h2>The operations at fault</h2>`,
    carriedIn(culprit),
    paragraph(size, "faint"),
    intervalFigure(figure),
    cycle(culprit),
    table(culprit),
    surroundings(page, culprit),
  ].join("\n");
};

/** One key's operations, with the moments at which they take effect. */
const keySection = (
  key: string,
  operations: readonly ToldOperation[],
  orderOf: ReadonlyMap<number, number>,
  page: HistoryPage,
  isOpen: boolean,
): string => {
  const shown = operations.slice(0, shownOfKeyMax);
  const placed = [...shown.keys()].filter((at) => orderOf.has(shown[at]!.invokeEvent));
  placed.sort((a, b) => orderOf.get(shown[a]!.invokeEvent)! - orderOf.get(shown[b]!.invokeEvent)!);
  const numbers = new Map(placed.map((at, order) => [at, order + 1]));
  const figure = { operations: shown, numbers, hasMoments: page.consistency === "linearizable" };
  const more = shown.length < operations.length ? `, the first ${shown.length} shown` : "";
  return `<details${isOpen ? " open" : ""}><summary>${escaped(`${key}: ${operations.length} operations${more}`)}</summary>${intervalFigure(figure)}</details>`;
};

const recorded = ({ operations }: HistoryPage): string => {
  const shown = operations.slice(0, shownOfKeyMax);
  if (shown.length === 0) return "";
  const more = shown.length < operations.length ? `The first ${shown.length} of ${operations.length} operations.` : "";
  const figure = { operations: shown, numbers: new Map<number, number>(), hasMoments: false };
  return `<h2>What was recorded</h2>${more === "" ? "" : paragraph(more, "faint")}${intervalFigure(figure)}`;
};

/** Snapshots and commits, one after the other. */
const scheduled = (schedule: readonly ToldMoment[]): string => {
  const shown = schedule.slice(0, shownOfKeyMax);
  const items = shown.map(({ moment, operation: { text, process, line } }) => {
    const [name = text, what = ""] = text.split(/: (.*)/s);
    const told = moment === "snapshot" ? `takes its snapshot: ${what}` : "commits";
    return `<li><b>${escaped(name)}</b> (line ${line}, process ${process}) ${escaped(told)}</li>`;
  });
  const more =
    shown.length < schedule.length ? paragraph(`${schedule.length - shown.length} more follow.`, "faint") : "";
  return `<h2>An order of snapshots and commits that explains every answer</h2>${paragraph("Each transaction reads what was committed before its snapshot, and writes what its commit shows.", "faint")}<ol>${items.join("\n")}</ol>${more}`;
};

/** What shows that a history holds; where nothing does, what was recorded. */
const holds = (page: HistoryPage): string => {
  const { witness, schedule } = page.verdict;
  if (schedule !== undefined) return scheduled(schedule);
  if (witness === undefined) return recorded(page);
  const orderOf = new Map(witness.map(({ invokeEvent }, at) => [invokeEvent, at]));
  const byKey = new Map<string, ToldOperation[]>();
  for (const operation of page.operations) {
    const key = operation.key === undefined ? "All operations" : `Key ${operation.key}`;
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [operation]);
    else list.push(operation);
  }
  const sections: string[] = [];
  let left = shownMax;
  for (const [key, operations] of byKey) {
    if (left <= 0) break;
    sections.push(keySection(key, operations, orderOf, page, sections.length < keysOpen));
    left -= Math.min(operations.length, shownOfKeyMax);
  }
  const rest = byKey.size - sections.length;
  return [
    `<h2>An order that explains every answer</h2>`,
    paragraph(
      page.consistency === "linearizable"
        ? "Each dot is the moment at which an operation takes effect; the numbers are their order."
        : "The numbers are their order.",
      "faint",
    ),
    ...sections,
    rest > 0 ? paragraph(`${rest} more keys are not drawn.`, "faint") : "",
  ].join("\n");
};

/** A page that shows a verdict on a recorded history: one file, without scripts, fonts or references. */
export const historyPage = (page: HistoryPage): string => {
  const { title, format, model, consistency, operations, verdict } = page;
  const processes = new Set(operations.map(({ process }) => process)).size;
  const facts = `${format}, ${operations.length} operations of ${processes} ${processes === 1 ? "process" : "processes"}, checked as ${model}`;
  const body = [
    `<h1>${escaped(title)}</h1>`,
    paragraph(facts, "faint"),
    `<p class="verdict ${verdict.verdict}">${escaped(consistency)}: ${verdict.verdict}</p>`,
    verdict.reason === undefined ? "" : paragraph(`${verdict.reason}.`),
    verdict.culprit === undefined ? holds(page) : violated(page, verdict.culprit),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escaped(`${consistency} ${verdict.verdict}: ${title}`)}</title><style>${pageStyle}</style></head>
<body>
${body.filter((part) => part !== "").join("\n")}
</body></html>
`;
};
