import type { ToldOperation } from "../recorded-verdict.ts";
import { cutTo, escaped } from "./markup.ts";

/** What a figure shows. */
export interface IntervalFigure {
  /** In the order of invocation. */
  readonly operations: readonly ToldOperation[];
  /** By place among `operations`: the number that it has in an order. */
  readonly numbers: ReadonlyMap<number, number>;
  /** Whether the numbers are moments: each operation takes effect within its interval. */
  readonly hasMoments: boolean;
  /** Places of those that the figure is about; all when absent. */
  readonly stressed?: ReadonlySet<number>;
  readonly misfit?: number;
  /** Places before which operations are left out. */
  readonly breaks?: ReadonlySet<number>;
}

const laneHeight = 40;
const barHeight = 12;
const marginLeft = 96;
const marginTop = 14;
const characterWidth = 7.3;
const columnWide = 52;
const columnNarrow = 27;
/** So many are made to fit the page. */
const wideMax = 24;
const pageWidth = 1_120;

/** Calls and returns at equal distances: their order is what counts, and a pause of an hour would be all there is to see. */
const columns = (operations: readonly ToldOperation[]): ReadonlyMap<number, number> => {
  const events = new Set<number>();
  for (const { invokeEvent, returnEvent } of operations) {
    events.add(invokeEvent);
    if (returnEvent !== undefined) events.add(returnEvent);
  }
  return new Map([...events].sort((a, b) => a - b).map((event, at) => [event, at]));
};

/** Where on the axis each numbered operation takes effect: after the latest call of those before it, in between two columns. */
const moments = (
  { operations, numbers }: IntervalFigure,
  columnOf: ReadonlyMap<number, number>,
): ReadonlyMap<number, number> => {
  const found = new Map<number, number>();
  const inOrder = [...numbers].sort(([, a], [, b]) => a - b);
  let column = -1;
  let group: number[] = [];
  const close = (): void => {
    for (const [at, operation] of group.entries()) found.set(operation, column + (at + 1) / (group.length + 1));
    group = [];
  };
  for (const [operation] of inOrder) {
    const call = columnOf.get(operations[operation]!.invokeEvent) as number;
    if (call > column) {
      close();
      column = call;
    }
    group.push(operation);
  }
  close();
  return found;
};

class Drawing {
  readonly #figure: IntervalFigure;
  readonly #columnOf: ReadonlyMap<number, number>;
  readonly #moments: ReadonlyMap<number, number>;
  readonly #lanes: ReadonlyMap<number, number>;
  readonly #columnWidth: number;
  readonly #width: number;

  constructor(figure: IntervalFigure) {
    this.#figure = figure;
    this.#columnOf = columns(figure.operations);
    this.#moments = figure.hasMoments ? moments(figure, this.#columnOf) : new Map();
    const processes = [...new Set(figure.operations.map(({ process }) => process))].sort((a, b) => a - b);
    this.#lanes = new Map(processes.map((process, at) => [process, at]));
    const textWidth = Math.max(...figure.operations.slice(-3).map(({ text }) => Math.min(text.length, 60)));
    const fitting = (pageWidth - marginLeft - textWidth * characterWidth) / (this.#columnOf.size + 1);
    this.#columnWidth =
      figure.operations.length <= wideMax ? Math.max(columnNarrow, Math.min(columnWide, fitting)) : columnNarrow;
    this.#width = marginLeft + (this.#columnOf.size + 1) * this.#columnWidth + textWidth * characterWidth;
  }

  svg(): string {
    const { operations } = this.#figure;
    const height = marginTop + this.#lanes.size * laneHeight + 6;
    const lanes = [...this.#lanes].map(([process, at]) => this.#lane(process, at));
    const bars = operations.map((operation, at) => this.#bar(operation, at));
    const gaps = this.#gaps(height);
    return `<div class="figure" tabindex="0"><svg role="img" aria-label="${operations.length} operations as intervals" width="${Math.round(this.#width)}" height="${height}">${[...lanes, ...gaps, ...bars].join("\n")}</svg></div>`;
  }

  #x(column: number): number {
    return Math.round((marginLeft + column * this.#columnWidth) * 10) / 10;
  }

  #lane(process: number, at: number): string {
    const y = marginTop + at * laneHeight + laneHeight - barHeight / 2 - 4;
    return `<line class="lane" x1="${marginLeft - 8}" x2="${Math.round(this.#width)}" y1="${y}" y2="${y}"/><text class="faint" x="8" y="${y + 4}">process ${process}</text>`;
  }

  /** Marks where operations are left out. */
  #gaps(height: number): readonly string[] {
    return [...(this.#figure.breaks ?? [])].map((at) => {
      const x = this.#x((this.#columnOf.get(this.#figure.operations[at]!.invokeEvent) as number) - 0.5);
      return `<line class="gap" x1="${x}" x2="${x}" y1="4" y2="${height}"/>`;
    });
  }

  #bar(operation: ToldOperation, at: number): string {
    const { stressed, misfit, numbers } = this.#figure;
    const y = marginTop + (this.#lanes.get(operation.process) as number) * laneHeight + laneHeight - barHeight - 4;
    const start = this.#columnOf.get(operation.invokeEvent) as number;
    const isOpen = operation.returnEvent === undefined;
    const end = isOpen ? this.#columnOf.size : (this.#columnOf.get(operation.returnEvent as number) as number);
    const x = this.#x(start);
    const width = Math.max(8, this.#x(end) - x);
    const isMisfit = at === misfit;
    const look = isMisfit ? "bad" : stressed === undefined || stressed.has(at) ? "bar" : "other";
    const number = numbers.get(at);
    const shape = isOpen
      ? `<path class="${look}" d="M${x} ${y}h${width}l6 ${barHeight / 2}l-6 ${barHeight / 2}h-${width}z"/>`
      : `<rect class="${look}" x="${x}" y="${y}" width="${width}" height="${barHeight}" rx="2"/>`;
    const label = `${number === undefined ? "" : `${number} `}${operation.text}`;
    const room = this.#room(operation, start);
    const words = `<text x="${x}" y="${y - 4}"${isMisfit ? ' class="badtext"' : look === "other" ? ' class="faint"' : ""}>${escaped(cutTo(`${isMisfit ? "✘ " : ""}${label}`, room))}</text>`;
    const moment = this.#moments.get(at);
    const point =
      moment === undefined ? "" : `<circle class="point" cx="${this.#x(moment)}" cy="${y + barHeight / 2}" r="4"/>`;
    return `<g${isMisfit && stressed !== undefined ? ' id="misfit"' : ""}><title>${escaped(`${label}, line ${operation.line}${isOpen ? ", no answer" : ""}`)}</title>${shape}${point}${words}</g>`;
  }

  /** How many characters fit before the next operation of the process. */
  #room({ process, invokeEvent }: ToldOperation, start: number): number {
    let next = this.#columnOf.size + 8;
    for (const other of this.#figure.operations) {
      if (other.process !== process || other.invokeEvent <= invokeEvent) continue;
      next = Math.min(next, this.#columnOf.get(other.invokeEvent) as number);
    }
    return Math.max(3, Math.min(60, Math.floor(((next - start) * this.#columnWidth - 4) / characterWidth)));
  }
}

/** Operations as intervals, a lane for each process. */
export const intervalFigure = (figure: IntervalFigure): string =>
  figure.operations.length === 0 ? "" : new Drawing(figure).svg();
