import {
  type ChannelTable,
  type Choices,
  clone,
  encode,
  hashPlain,
  type NodeId,
  type Signed,
  toHex,
} from "../model/index.ts";
import type { Behaviour } from "./fault.ts";
import type { Setup } from "./scenario.ts";

/** A symbolic proof that verifies: one byte. A forged one is empty. */
const proofValid: Uint8Array = new Uint8Array([1]);
const proofForged: Uint8Array = new Uint8Array([]);

/** Signs symbolically: the value is its own proof, and only the host hands it out. */
export const signSymbolically = (signer: NodeId, body: unknown): Signed<unknown> => ({
  signer,
  body,
  proof: proofValid,
});

/** A shape check: what a liar made carries an empty proof. Pure, so that searches may memoise it. */
export const verifySymbolically = (signed: Signed<unknown>): boolean =>
  typeof signed === "object" &&
  signed !== null &&
  typeof signed.signer === "number" &&
  signed.proof instanceof Uint8Array &&
  signed.proof.length === 1;

const isSigned = (value: object): value is Signed<unknown> => "signer" in value && "body" in value && "proof" in value;

const keyOf = (value: unknown): string => {
  const bytes = encode(value);
  return `${bytes.length}/${toHex(hashPlain(17, value))}/${String.fromCharCode(...bytes.slice(0, 256))}`;
};

/** One message that somebody could say. */
export interface Word {
  readonly channel: number;
  readonly keys: readonly number[] | null;
  readonly body: unknown;
}

/** A scenario's vocabulary; a message without a channel can be said on every one. */
export const wordsOf = ({ vocabulary = [] }: Setup, channels: ChannelTable): readonly Word[] =>
  vocabulary.flatMap(({ channel, body }) =>
    (channel === undefined ? channels.names : [channel]).map((name) => ({
      channel: channels.numberOf(name),
      keys: null,
      body,
    })),
  );

/**
 * What the liars of a run know: every message that one of them, or the network that is theirs, has seen, and every
 * signature in it (Dolev and Yao 1983: they can repeat and recombine what they saw, and sign as themselves, nothing
 * more). All traitors are in league.
 */
export class Adversary {
  readonly #choices: Choices;
  readonly #traitors: ReadonlySet<NodeId>;
  readonly #words: Word[];
  readonly #given: number;
  readonly #known = new Set<string>();
  readonly #signatures = new Set<string>();
  readonly #values = new Map<string, unknown[]>();
  readonly #counts = new Map<number, number>();

  constructor(choices: Choices, traitors: ReadonlySet<NodeId>, vocabulary: readonly Word[]) {
    this.#choices = choices;
    this.#traitors = traitors;
    this.#words = [...vocabulary];
    this.#given = vocabulary.length;
    for (const { body } of vocabulary) this.#learnValues(body, "");
  }

  /** A liar sees a message. */
  sees({ channel, keys, body }: Word): void {
    const key = `${channel}/${keyOf(body)}`;
    if (this.#known.has(key) || this.#words.length > 256) return;
    this.#known.add(key);
    this.#learnValues(body, "");
    this.#learnSignatures(body);
    if (this.#given === 0) this.#words.push({ channel, keys, body });
  }

  /** What a traitor says instead of the messages of one step to one receiver: theirs, nothing, or another word. */
  says(traitor: NodeId, behaviour: Behaviour, to: NodeId, own: readonly Word[]): readonly Word[] {
    if (behaviour === "silent") return this.#choose(traitor, 2) === 0 ? own : [];
    if (behaviour === "replay")
      return this.#choose(traitor, 2) === 0 ? own : [...own, ...this.#word(traitor, (word) => word)];
    if (behaviour === "arbitrary") return this.#arbitrary(traitor, own);
    // Equivocating: half of the receivers are shown another value; forging: now one, now another.
    const lies =
      behaviour === "equivocate" ? this.#choices.below("face", traitor, to, 2) === 1 : this.#choose(traitor, 2) === 1;
    return lies ? own.map((word) => this.#altered(traitor, word)) : own;
  }

  /** What can be said, sealed: the scenario's vocabulary, or what was seen. */
  get words(): readonly Word[] {
    return this.#words.map((word) => ({ ...word, body: this.#seal(clone(word.body)) }));
  }

  /** A word of the network's own: something seen, perhaps altered, in anybody's name. */
  forges(link: number): readonly Word[] {
    return this.#word(link, (word) => (this.#choose(link, 2) === 0 ? word : this.#altered(link, word)));
  }

  /** Whether a word has parts that the liars could have made: false leaves a forged proof in it. */
  #seal(value: unknown): unknown {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    if (Array.isArray(value)) return value.map((part) => this.#seal(part));
    if (value instanceof Map) return new Map([...value].map(([key, part]) => [this.#seal(key), this.#seal(part)]));
    if (value instanceof Set) return new Set([...value].map((part) => this.#seal(part)));
    const sealed = Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, key === "proof" ? part : this.#seal(part)]),
    );
    if (!isSigned(sealed)) return sealed;
    const makeable =
      this.#traitors.has(sealed.signer) || this.#signatures.has(keyOf({ signer: sealed.signer, body: sealed.body }));
    return { ...sealed, proof: makeable ? proofValid : proofForged };
  }

  /** Each message of its own may stay, go, or become any word; where it has none it may say one word all the same. */
  #arbitrary(traitor: NodeId, own: readonly Word[]): readonly Word[] {
    if (own.length > 0) return own.flatMap((word) => this.#instead(traitor, [word], []));
    return this.#instead(traitor, []);
  }

  #instead(traitor: NodeId, ...others: readonly (readonly Word[])[]): readonly Word[] {
    const choice = this.#choose(traitor, others.length + this.#words.length);
    if (choice < others.length) return others[choice]!;
    const word = this.#words[choice - others.length]!;
    return [{ ...word, body: this.#seal(clone(word.body)) }];
  }

  #word(which: number, make: (word: Word) => Word): readonly Word[] {
    if (this.#words.length === 0) return [];
    const word = make(this.#words[this.#choose(which, this.#words.length)]!);
    return [{ ...word, body: this.#seal(clone(word.body)) }];
  }

  /** The same message with one of its values exchanged for another that was seen at the same place. */
  #altered(which: number, word: Word): Word {
    const places: { readonly at: string; readonly others: readonly unknown[] }[] = [];
    walk(word.body, "", (at, value) => {
      const others = (this.#values.get(at) ?? []).filter((other) => other !== value);
      if (others.length > 0) places.push({ at, others });
    });
    if (places.length === 0) return word;
    const { at, others } = places[this.#choose(which, places.length)]!;
    const other = others[this.#choose(which, others.length)];
    return { ...word, body: this.#seal(replaceAt(clone(word.body), "", at, other)) };
  }

  #choose(which: number, alternatives: number): number {
    const count = this.#counts.get(which) ?? 0;
    this.#counts.set(which, count + 1);
    return this.#choices.below("lie", which, count, alternatives);
  }

  #learnValues(body: unknown, at: string): void {
    walk(body, at, (place, value) => {
      const values = this.#values.get(place);
      if (values === undefined) this.#values.set(place, [value]);
      else if (!values.includes(value) && values.length < 16) values.push(value);
    });
  }

  #learnSignatures(value: unknown): void {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
    if (isSigned(value) && verifySymbolically(value))
      this.#signatures.add(keyOf({ signer: value.signer, body: value.body }));
    const parts =
      value instanceof Map
        ? [...value.keys(), ...value.values()]
        : value instanceof Set
          ? [...value]
          : Object.values(value);
    for (const part of parts) this.#learnSignatures(part);
  }
}

/** Visits the scalar values of a message; positions in arrays are one place. */
const walk = (value: unknown, at: string, visit: (at: string, value: unknown) => void): void => {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) visit(at, value);
  else if (Array.isArray(value)) for (const part of value) walk(part, `${at}[]`, visit);
  else if (value instanceof Map) for (const part of value.values()) walk(part, `${at}[]`, visit);
  else if (!(value instanceof Set))
    // The kind of a message says what else is in it: with another one it would be no message of the protocol at all.
    for (const [key, part] of Object.entries(value))
      if (key !== "proof" && key !== "kind") walk(part, `${at}.${key}`, visit);
};

const replaceAt = (value: unknown, here: string, at: string, other: unknown): unknown => {
  if (here === at) return other;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Set) return value;
  if (Array.isArray(value)) return value.map((part) => replaceAt(part, `${here}[]`, at, other));
  if (value instanceof Map)
    return new Map([...value].map(([key, part]) => [key, replaceAt(part, `${here}[]`, at, other)]));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, replaceAt(part, `${here}.${key}`, at, other)]),
  );
};
