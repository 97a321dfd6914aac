import { assert, type NodeId } from "../../../model/index.ts";

/** What the words of a line stand for. What its form does not have is empty. */
export interface Parts {
  readonly s: NodeId;
  readonly to: NodeId;
  readonly list: readonly NodeId[];
  readonly others: readonly NodeId[];
  readonly n: number;
  readonly words: readonly string[];
  readonly kind: string;
}

/** What a line of a play may say: capitals stand for the parts. */
export interface Form<T> {
  readonly form: string;
  readonly does: T;
}

const server = "s\\d+";
const patterns: { readonly [part: string]: string } = {
  S: `(?<s>${server})`,
  TO: `(?<to>${server})`,
  LIST: `(?<list>${server}(?: ${server})*)`,
  OTHERS: `(?<others>${server}(?: ${server})*)`,
  N: "(?<n>\\d+)",
  WORDS: "(?<words>.+)",
  KIND: "(?<kind>[A-Z]\\w+)",
};

const compiled = new Map<string, RegExp>();

const patternOf = (form: string): RegExp => {
  let pattern = compiled.get(form);
  if (pattern === undefined) {
    pattern = new RegExp(`^${form.replace(/\b[A-Z]+\b/g, (part) => patterns[part] ?? part)}$`);
    compiled.set(form, pattern);
  }
  return pattern;
};

const nodeOf = (name: string | undefined): NodeId => (name === undefined ? -1 : Number(name.slice(1)) - 1);
const nodesOf = (names: string | undefined): NodeId[] => (names === undefined ? [] : names.split(" ").map(nodeOf));

/** The form that a line has, and its parts. Throws where it has none. */
export const readLine = <T>(line: string, forms: readonly Form<T>[]): { readonly does: T; readonly parts: Parts } => {
  for (const { form, does } of forms) {
    const groups = patternOf(form).exec(line)?.groups;
    if (groups === undefined && !patternOf(form).test(line)) continue;
    const { s, to, list, others, n, words, kind } = groups ?? {};
    const parts = {
      s: nodeOf(s),
      to: nodeOf(to),
      list: nodesOf(list),
      others: nodesOf(others),
      n: Number(n ?? 0),
      words: words?.split(" ") ?? [],
      kind: kind ?? "",
    };
    return { does, parts };
  }
  assert(false, `no line of a play says "${line}"`);
};
