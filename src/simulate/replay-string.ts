import type { Parameters } from "../check/index.ts";
import { decode, type Edit, encode, hashText, type SystemModel } from "../model/index.ts";
import { UsageError } from "./prepare.ts";
import type { RunSource } from "./run.ts";

/** All that is needed to show exactly one run again. */
export interface Replay {
  /** Scenario id, or `file:` and the hash of a user's file. */
  readonly scenario: string;
  /** Version of the code that made the run; other code may run otherwise. */
  readonly code: string;
  readonly model: SystemModel;
  readonly parameters: Parameters;
  readonly source: RunSource;
  /** The mutant whose rules were in force, if any. */
  readonly mutant?: string | undefined;
  /** The property that it violates, if any. */
  readonly property?: string | undefined;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const prefix = "q1:";
const damaged = "this replay string is damaged or cut short; copy it whole from the output of run";

const toText = (bytes: Uint8Array): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const chars = letters[word >> 18]! + letters[(word >> 12) & 63]! + letters[(word >> 6) & 63]! + letters[word & 63]!;
    text += chars.slice(0, Math.min(4, bytes.length - at + 1));
  }
  return text;
};

const toBytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  for (let at = 0; at < text.length; at += 4) {
    let word = 0;
    for (let digit = 0; digit < 4; digit++) {
      const value = at + digit < text.length ? letters.indexOf(text[at + digit]!) : 0;
      if (value < 0)
        throw new UsageError(`a replay string is letters, digits, - and _; "${text[at + digit]}" is none of them`);
      word = (word << 6) | value;
    }
    const to = (at / 4) * 3;
    bytes[to] = word >> 16;
    if (to + 1 < bytes.length) bytes[to + 1] = (word >> 8) & 255;
    if (to + 2 < bytes.length) bytes[to + 2] = word & 255;
  }
  return bytes;
};

/** Letters of the sum at the end of a string. */
const sumLetters = 4;

/** Without a sum every third string with one letter wrong would show another run, and nobody would notice. */
const sumOf = (body: string): string => {
  const hash = hashText(0, body);
  return Array.from({ length: sumLetters }, (_, at) => letters[(hash >>> (6 * at)) & 63]!).join("");
};

/** The letters before the sum. Throws where the sum is wrong. */
const withoutSum = (text: string): string => {
  const body = text.slice(0, -sumLetters);
  if (sumOf(body) !== text.slice(-sumLetters)) throw new UsageError(damaged);
  return body;
};

/** Edits by name, so that a name stands once. */
const packEdits = (edits: readonly Edit[]): Map<string, number[]> => {
  const packed = new Map<string, number[]>();
  for (const { name, which, count, value } of edits)
    packed.set(name, [...(packed.get(name) ?? []), which, count, value]);
  return packed;
};

const unpackEdits = (packed: ReadonlyMap<string, readonly number[]>): Edit[] => {
  const edits: Edit[] = [];
  for (const [name, numbers] of packed) {
    for (let at = 0; at + 2 < numbers.length; at += 3)
      edits.push({ name, which: numbers[at]!, count: numbers[at + 1]!, value: numbers[at + 2]! });
  }
  return edits;
};

/** The string that shows a run again. */
export const replayString = ({ scenario, code, model, parameters, source, property, mutant }: Replay): string => {
  const run =
    source.kind === "seed"
      ? [source.seed, packEdits(source.edits)]
      : [source.path, source.crashesMax, source.lossesMax];
  const { network, nodes, timing } = model;
  const body = toText(encode([scenario, code, network, nodes, timing, parameters, source.kind, run, property, mutant]));
  return prefix + body + sumOf(body);
};

/** Reads a replay string. Throws UsageError where it is none. */
export const parseReplay = (text: string): Replay => {
  if (!text.startsWith(prefix))
    throw new UsageError(`a replay string starts with "${prefix}"; copy it whole from the output of run`);
  try {
    const coded = text.slice(prefix.length);
    toBytes(coded); // names a letter that is none, before the sum says no more than that something is wrong
    const [scenario, code, network, nodes, timing, parameters, kind, run, property, mutant] = decode(
      toBytes(withoutSum(coded)),
    ) as [
      string,
      string,
      SystemModel["network"],
      SystemModel["nodes"],
      SystemModel["timing"],
      Parameters,
      string,
      unknown[],
      string | undefined,
      string | undefined,
    ];
    const source: RunSource =
      kind === "seed"
        ? { kind: "seed", seed: run[0] as number, edits: unpackEdits(run[1] as Map<string, number[]>) }
        : { kind: "path", path: run[0] as number[], crashesMax: run[1] as number, lossesMax: run[2] as number };
    return { scenario, code, model: { network, nodes, timing }, parameters, source, property, mutant };
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    throw new UsageError(damaged);
  }
};
