import type { HistoryEvent } from "./history-event.ts";
import type { SourceText } from "./source-text.ts";

const line = /^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(invoke|ok|fail|info)\s+:(\w+)\s+(\S.*?)\s*$/;
const values: { readonly [name: string]: RegExp } = {
  read: /^(?:nil|-?\d+|:timed-out)$/,
  write: /^(?:-?\d+|:timed-out)$/,
  cas: /^(?:\[-?\d+ -?\d+\]|:timed-out)$/,
};
const shapes = { read: "nil or a number", write: "a number", cas: "two numbers such as [3 0]" };

const parsedValue = (text: string): unknown => {
  if (text === "nil" || text.startsWith(":")) return null;
  return text.startsWith("[") ? text.slice(1, -1).split(" ").map(Number) : Number(text);
};

/** A read that failed was made, its answer is lost; a compare-and-set that failed answered no. */
const typeOf = (type: string, name: string): HistoryEvent["type"] => {
  if (type === "fail" && name === "read") return "unseen";
  if (type === "fail" && name === "cas") return "refused";
  return type as "invoke" | "ok" | "fail" | "info";
};

const eventOf = (source: SourceText, text: string, offset: number): HistoryEvent => {
  const [, process = "", type = "", name = "", value = ""] = line.exec(text) ?? [];
  if (process === "") {
    throw source.expected("a line such as `INFO  jepsen.util - 3 :invoke :write 4`", offset);
  }
  const allowed = values[name];
  if (allowed === undefined) {
    throw source.error(`unknown function "${name}": expected :read, :write or :cas`, offset + text.indexOf(`:${name}`));
  }
  const isTimeout = value === ":timed-out" && type !== "invoke" && type !== "ok";
  if (!allowed.test(value) || (value === ":timed-out" && !isTimeout)) {
    throw source.expected(`${shapes[name as keyof typeof shapes]} after :${name}`, offset + text.lastIndexOf(value));
  }
  return {
    process: Number(process),
    type: typeOf(type, name),
    name,
    key: undefined,
    value: parsedValue(value),
    atMs: undefined,
    offset,
  };
};

/** Reads the logs of one compare-and-set register that porcupine has among its test data. */
export const readPorcupineEtcd = (source: SourceText): readonly HistoryEvent[] => {
  const events: HistoryEvent[] = [];
  for (let offset = 0; offset < source.text.length; ) {
    const end = source.text.indexOf("\n", offset);
    const text = source.text.slice(offset, end < 0 ? source.text.length : end);
    if (text.trim() !== "") events.push(eventOf(source, text, offset));
    offset += text.length + 1;
  }
  return events;
};
