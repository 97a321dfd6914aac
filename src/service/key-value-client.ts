import {
  type Bytes,
  type Consistency,
  type KeyValue,
  type KeyValueAnswer,
  type KeyValueOperation,
  type KeyValueRefusal,
  type KeyValueResponse,
  type KeyValueResult,
  keyValueMachine,
  type RangeRequest,
  type RangeResponse,
} from "../machines/index.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { arrayOf, bytesOf, copyOf } from "./latin1-bytes.ts";
import { type CallOptions, type ConnectOptions, ServiceConnection } from "./service-connection.ts";

/** A key or value: text is taken as UTF-8. */
export type BytesLike = string | Uint8Array;

/**
 * A key with its value, as it was read. As with Node's own `Buffer` the arrays may be parts of a larger buffer, so whoever
 * looks at `buffer` itself needs `byteOffset` and `byteLength` too.
 */
export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** The revision of the put that created it, after its last deletion. */
  readonly createRevision: number;
  /** The revision of the last put. */
  readonly modRevision: number;
  /** How many puts since it was created. */
  readonly version: number;
}

/** What is read of a range. */
export interface RangeOptions extends CallOptions {
  readonly limit?: number;
  readonly keysOnly?: boolean;
  readonly consistency?: Consistency;
}

const refusalTexts: { readonly [K in KeyValueRefusal]: string } = {
  malformed: "the request has not the form that it must have",
  "empty key": "a key has at least one byte",
  "key too large": "the key is larger than a key may be",
  "value too large": "the value is larger than a value may be",
  "too many operations": "the transaction has more operations than one may have",
  "duplicate key": "the transaction writes one key twice",
  "no space": "the store is full: delete something, or raise its quota",
};

/** The store refused a command or query: it changed nothing. */
export class KeyValueError extends Error {
  override readonly name: string = "KeyValueError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "KEY_VALUE" = "KEY_VALUE";
  readonly why: KeyValueRefusal;

  constructor(why: KeyValueRefusal) {
    super(`refused: ${refusalTexts[why]}. Nothing was changed.`);
    this.why = why;
  }
}

const { join: joinParts } = keyValueMachine().parts!;
const encoder = new TextEncoder();

const isAscii = /^[\0-\x7f]*$/;

const toBytes = (value: BytesLike): Bytes => {
  if (typeof value !== "string" && !(value instanceof Uint8Array))
    throw new TypeError(`a key or a value is text or a Uint8Array, not ${value === null ? "null" : typeof value}`);
  if (typeof value !== "string") return bytesOf(value);
  return isAscii.test(value) ? value : bytesOf(encoder.encode(value));
};

/** Values go as they are, which replicas need not look at: text is for what is compared. */
const toValue = (value: BytesLike): Bytes | Uint8Array =>
  value instanceof Uint8Array ? copyOf(value) : toBytes(value);

const entryOf = ({ key, value, createRevision, modRevision, version }: KeyValue): Entry => ({
  key: arrayOf(key),
  value: typeof value === "string" ? arrayOf(value) : value,
  createRevision,
  modRevision,
  version,
});

/** The key above all that begin with this one; an `end` of one zero byte is above all keys. */
const prefixEnd = (prefix: Bytes): Bytes => {
  for (let at = prefix.length - 1; at >= 0; at--) {
    const byte = prefix.charCodeAt(at);
    if (byte < 255) return prefix.slice(0, at) + String.fromCharCode(byte + 1);
  }
  return "\0";
};

/** Another machine answers as it likes, and may have taken the command for one of its own. */
const storeAnswers = (answer: unknown): void => {
  const { kind } = Object(answer) as { readonly kind?: unknown };
  if (kind !== "done" && kind !== "refused")
    throw new ConfigurationError(
      "this cluster does not serve the key-value store but a machine of its own: ask it by ServiceConnection, in that " +
        "machine's commands and queries",
    );
};

const rangeOf = (result: KeyValueResult): RangeResponse => {
  storeAnswers(result);
  if (result.kind === "refused") throw new KeyValueError(result.why);
  return result.response;
};

const responseOf = (answer: KeyValueAnswer): { readonly revision: number; readonly response: KeyValueResponse } => {
  storeAnswers(answer);
  if (answer.kind === "refused") throw new KeyValueError(answer.why);
  return answer;
};

/** A client of the replicated key-value store. Every write is applied once at most; reads are linearizable by default. */
export class KeyValueClient implements AsyncDisposable {
  /** The connection underneath: commands and queries of any form, the status of the replicas, their members. */
  readonly connection: ServiceConnection<KeyValueOperation, KeyValueAnswer, RangeRequest, KeyValueResult>;

  private constructor(connection: KeyValueClient["connection"]) {
    this.connection = connection;
  }

  /** @throws ConfigurationError, CertificateError. */
  static async open(options: ConnectOptions): Promise<KeyValueClient> {
    return new KeyValueClient(await ServiceConnection.open({ ...options, join: joinParts, commandsArePlain: true }));
  }

  /** Sets a key; the revision of the store right after. @throws CommandError, KeyValueError. */
  async put(key: BytesLike, value: BytesLike, options?: CallOptions): Promise<number> {
    const answer = await this.connection.execute({ kind: "put", key: toBytes(key), value: toValue(value) }, options);
    return responseOf(answer).revision;
  }

  /** The entry of a key, null where there is none. @throws QueryError, KeyValueError. */
  async get(key: BytesLike, consistency?: Consistency, options?: CallOptions): Promise<Entry | null> {
    const { entries } = rangeOf(
      await this.connection.query({ key: toBytes(key), asArrays: true }, consistency, options),
    );
    return entries.length === 0 ? null : entryOf(entries[0]!);
  }

  /** All keys that begin with a prefix, ascending; the empty prefix for all. @throws QueryError, KeyValueError. */
  async list(
    prefix: BytesLike,
    { limit = 0, keysOnly = false, consistency, ...options }: RangeOptions = {},
  ): Promise<Entry[]> {
    const key = toBytes(prefix);
    const keys = key === "" ? { key: "\0", end: "\0" } : { key, end: prefixEnd(key) };
    const range = { ...keys, limit, keysOnly, asArrays: true };
    return rangeOf(await this.connection.query(range, consistency, options)).entries.map(entryOf);
  }

  /** Deletes a key; whether it was there. @throws CommandError, KeyValueError. */
  async delete(key: BytesLike, options?: CallOptions): Promise<boolean> {
    const { response } = responseOf(await this.connection.execute({ kind: "delete", key: toBytes(key) }, options));
    return response.kind === "delete" && response.deleted > 0;
  }

  /**
   * Sets a key if its value is `expected`, null for a key that is not there; whether it was.
   *
   * @throws CommandError, KeyValueError.
   */
  async compareAndSet(
    key: BytesLike,
    expected: BytesLike | null,
    value: BytesLike,
    options?: CallOptions,
  ): Promise<boolean> {
    const bytes = toBytes(key);
    const is = { key: bytes, relation: "=" } as const;
    const transaction: KeyValueOperation = {
      kind: "transaction",
      compare: [
        expected === null
          ? { ...is, target: "version", value: 0 }
          : { ...is, target: "value", value: toBytes(expected) },
      ],
      success: [{ kind: "put", key: bytes, value: toValue(value) }],
      failure: [],
    };
    const { response } = responseOf(await this.connection.execute(transaction, options));
    return response.kind === "transaction" && response.succeeded;
  }

  /** Ends the connections; what is open fails. */
  async close(): Promise<void> {
    await this.connection.close();
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
