import type { Form } from "./form-scanner.ts";
import type { HistoryEvent } from "./history-event.ts";
import type { SourceText } from "./source-text.ts";

const types: ReadonlySet<unknown> = new Set(["invoke", "ok", "fail", "info"]);
const nanosecondsAMillisecond = 1e6;

interface Fields {
  readonly [name: string]: unknown;
}

const fieldsOf = (source: SourceText, { value, offset }: Form): Fields => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw source.expected("a map with process, type, f and value", offset);
};

const timeOf = (source: SourceText, { at, time }: Fields, offset: number): number | undefined => {
  if (at === undefined && (time === undefined || time === null)) return undefined;
  if (typeof at === "number") return at;
  if (at === undefined && typeof time === "number") return time / nanosecondsAMillisecond;
  throw source.error("the time of this event is no number", offset);
};

/** Whoever is no client speaks of faults, not of operations. */
const isOutsider = ({ process }: Fields): boolean => typeof process === "string" && !/^\d+$/.test(process);

const eventOf = (source: SourceText, form: Form): HistoryEvent | undefined => {
  const fields = fieldsOf(source, form);
  const { process, type, f: name, key, value } = fields;
  const { offset } = form;
  if (isOutsider(fields)) return undefined;
  if (!types.has(type)) {
    const found = type === undefined ? "none" : JSON.stringify(type);
    throw source.error(`expected the type of this event to be invoke, ok, fail or info, found ${found}`, offset);
  }
  if (typeof process !== "number" || !Number.isSafeInteger(process)) {
    const found = process === undefined ? "none" : JSON.stringify(process);
    throw source.error(`expected the process of this event to be a whole number, found ${found}`, offset);
  }
  if (name !== undefined && name !== null && typeof name !== "string") {
    throw source.error(`expected the function f of this event to be a name, found ${JSON.stringify(name)}`, offset);
  }
  return {
    process,
    type: type as "invoke" | "ok" | "fail" | "info",
    name: name ?? undefined,
    key,
    value: value ?? null,
    atMs: timeOf(source, fields, offset),
    offset,
  };
};

/** The events of a history whose lines are maps, as Jepsen, Knossos, elle and we have it. */
export const mapEvents = (source: SourceText, forms: readonly Form[]): readonly HistoryEvent[] =>
  forms.map((form) => eventOf(source, form)).filter((event) => event !== undefined);
