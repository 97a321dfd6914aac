import { hashPlain, hashText, hashWord } from "../model/index.ts";

/** What kind of thing a part is; the end mark keeps a body of one field apart from the beginning of a longer one. */
const OBJECT = 0x3f84_d5b5;
const ARRAY = 0x4c1b_6e21;
const INTEGER = 0x1d2c_9a47;
const END = 0x07f8_09db;

const keyHashes = new Map<string, number>();

/** The hash of a field's name; names are few and come back with every message. */
const keyHash = (key: string): number => {
  let hash = keyHashes.get(key);
  if (hash === undefined) {
    hash = hashText(0, key);
    keyHashes.set(key, hash);
  }
  return hash;
};

/** So many fields of a body are remembered by their place; a power of two. */
const places = 128;
/** What is an item of a list has no name. */
const noPlace = places;
/** Fields of items stand apart from those behind their list, and those of one kind from those of another. */
const itemPlaces = 32;
/** From here on in no value is remembered as a whole. */
const wholeDepth = 2;
const kindPlaces = 5;

type Fields = { readonly [key: string]: unknown };

/**
 * Hashes the bodies of messages and the writes of steps into a rolling hash. It is the hash of one run, told to nobody who
 * could have another version of this code: so the name of a field is one word of it.
 *
 * Within one step a broadcast sends one and the same value to many, each time in an envelope of its own, perhaps with a
 * message in it that differs by receiver: what lies in the envelope, and in the message, is hashed once. A module that
 * changed it between two of these sends breaks the law of frozen messages, which is tested by itself; after the step
 * nothing is remembered.
 */
export class BodyHash {
  /** What was hashed last in an envelope, and in what lay in one. */
  #inEnvelope: object | null = null;
  #inEnvelopeHash = 0;
  #inMessage: object | null = null;
  #inMessageHash = 0;
  /** Messages of one kind have the same fields in the same places, mostly with the same names: these stood there last. */
  readonly #names: string[] = new Array<string>(places).fill("");
  readonly #words: number[] = new Array<number>(places).fill(keyHash(""));
  /** Whether its text is one of few: the kind of a message, the port path and the name of what is written. */
  readonly #isWord: boolean[] = new Array<boolean>(places + 1).fill(false);
  /** Such a text that stood last in each place, and its hash. */
  readonly #texts: string[] = new Array<string>(places).fill("");
  readonly #textHashes: number[] = new Array<number>(places).fill(hashText(0, ""));
  #place = 0;

  /** A new step: values may have changed. */
  forget(): void {
    this.#inEnvelope = null;
    this.#inMessage = null;
  }

  /** Mixes a body into `hash`. Plain data; throws as `hashPlain` does. */
  mix(hash: number, body: unknown): number {
    if (typeof body !== "object" || body === null) return hashPlain(hash, body);
    this.#place = 0;
    try {
      return this.#container(hash, body, 0);
    } catch {
      // Once more as a whole: the error then names the place within the body.
      return hashPlain(hash, body);
    }
  }

  /** Mixes what is not sent: a state, the arguments of a call. `which` tells values of one form from those of others. */
  mixWhole(hash: number, value: object, which: number): number {
    this.#place = which & (places - 1);
    try {
      return this.#container(hash, value, wholeDepth);
    } catch {
      return hashPlain(hash, value);
    }
  }

  #container(hash: number, value: object, depth: number): number {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#object(hash, value as Fields, depth);
    if (prototype === Array.prototype) return this.#array(hash, value as readonly unknown[], depth);
    return hashPlain(hash, value);
  }

  #object(hash: number, value: Fields, depth: number): number {
    let mixed = hash ^ OBJECT;
    for (const key in value) {
      const at = this.#place++ & (places - 1);
      if (this.#names[at] !== key) {
        this.#names[at] = key;
        this.#words[at] = keyHash(key);
        this.#isWord[at] = key === "kind" || key === "path" || key === "name";
      }
      const part = value[key];
      mixed = this.#part(hashWord(mixed, this.#words[at]!), part, depth, at);
      if (key === "kind" && typeof part === "string") this.#place += kindPlaces * part.length;
    }
    return hashWord(mixed, END);
  }

  #array(hash: number, value: readonly unknown[], depth: number): number {
    const { length } = value;
    let mixed = hashWord(hash ^ ARRAY, length);
    // The items of a list mostly have the same fields.
    const place = this.#place;
    for (let index = 0; index < length; index++) {
      this.#place = place + itemPlaces;
      mixed = this.#part(mixed, value[index], depth, noPlace);
    }
    this.#place = place;
    return mixed;
  }

  #part(hash: number, value: unknown, depth: number, at: number): number {
    if (typeof value === "number")
      return (value | 0) === value ? hashWord(hash ^ INTEGER, value) : hashPlain(hash, value);
    if (typeof value === "string")
      return this.#isWord[at] ? hashWord(hash, this.#word(value, at)) : hashText(hash, value);
    if (typeof value !== "object" || value === null) return hashPlain(hash, value);
    return depth >= wholeDepth
      ? this.#container(hash, value, depth + 1)
      : hashWord(hash, this.#remembered(value, depth));
  }

  #word(text: string, at: number): number {
    if (this.#texts[at] !== text) {
      this.#texts[at] = text;
      this.#textHashes[at] = hashText(0, text);
    }
    return this.#textHashes[at]!;
  }

  #remembered(value: object, depth: number): number {
    if (value === (depth === 0 ? this.#inEnvelope : this.#inMessage))
      return depth === 0 ? this.#inEnvelopeHash : this.#inMessageHash;
    const hash = this.#container(0, value, depth + 1);
    if (depth === 0) {
      this.#inEnvelope = value;
      this.#inEnvelopeHash = hash;
    } else {
      this.#inMessage = value;
      this.#inMessageHash = hash;
    }
    return hash;
  }
}
