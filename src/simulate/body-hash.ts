import { hashPlain, hashText, hashWord } from "../model/index.ts";

/** Keeps a body of one field apart from the beginning of a longer one. */
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
const places = 16;

/**
 * Hashes the bodies of messages into a rolling hash. Within one step a broadcast sends one and the same value to many,
 * each time in an envelope of its own: that value is hashed once. A module that changed it between two of these sends
 * breaks the law of frozen messages, which is tested by itself; after the step nothing is remembered.
 */
export class BodyHash {
  #value: object | null = null;
  #hash = 0;
  /** The field that stood last at each place of a body, and the hash of its name. */
  readonly #names: string[] = new Array<string>(places).fill("");
  readonly #words: number[] = new Array<number>(places).fill(keyHash(""));

  /** A new step: values may have changed. */
  forget(): void {
    this.#value = null;
  }

  /** Mixes a body into `hash`. Plain data; throws as `hashPlain` does. */
  mix(hash: number, body: unknown): number {
    if (typeof body !== "object" || body === null || Object.getPrototypeOf(body) !== Object.prototype)
      return hashPlain(hash, body);
    try {
      return this.#envelope(hash, body as { readonly [key: string]: unknown });
    } catch {
      // Once more as a whole: the error then names the place within the body.
      return hashPlain(hash, body);
    }
  }

  #envelope(hash: number, body: { readonly [key: string]: unknown }): number {
    let mixed = hash;
    let place = 0;
    for (const key in body) {
      const value = body[key];
      // Messages of one kind have the same fields in the same places: mostly the name was here before.
      const known = place++ & (places - 1);
      if (this.#names[known] !== key) {
        this.#names[known] = key;
        this.#words[known] = keyHash(key);
      }
      mixed = hashWord(mixed, this.#words[known]!);
      mixed = typeof value === "object" && value !== null ? hashWord(mixed, this.#of(value)) : hashPlain(mixed, value);
    }
    return hashWord(mixed, END);
  }

  #of(value: object): number {
    if (value !== this.#value) {
      this.#hash = hashPlain(0, value);
      this.#value = value;
    }
    return this.#hash;
  }
}
