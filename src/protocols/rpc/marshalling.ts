import { decode, encode, type Links, type Module, PlainDataError } from "../../model/index.ts";

/** Between values and bytes. `read` gives undefined for bytes that no `write` gives. */
export interface MarshallingRules {
  /** Bytes from which `read` makes the same value. Throws for a value that has no form in bytes. */
  write(value: unknown): Uint8Array;
  /** The value in a box, so that every value differs from a refusal. */
  read(bytes: Uint8Array): { readonly value: unknown } | undefined;
  /** Whether a message of that version may be taken by a reader of this one. */
  understands(own: number, theirs: number): boolean;
}

/** The plain-data codec of the model: every plain value comes back as it was, other bytes are refused. */
export const marshallingRules: MarshallingRules = {
  write: encode,
  read: (bytes) => {
    try {
      return { value: decode(bytes) };
    } catch (thrown) {
      if (thrown instanceof PlainDataError) return undefined;
      throw thrown;
    }
  },
  understands: (own, theirs) => own === theirs,
};

/** What is marshalled: one protocol in one version. */
export interface MarshallingOptions {
  readonly protocol: string;
  readonly version: number;
  readonly rules?: Partial<MarshallingRules>;
}

const isEnvelope = (value: unknown): value is readonly [protocol: string, version: number, message: unknown] =>
  Array.isArray(value) && value.length === 3 && typeof value[0] === "string" && typeof value[1] === "number";

/**
 * Messages as bytes: each in an envelope that names its protocol and version. What cannot be read, or is of another
 * protocol or version, is refused here and goes no further (RPC1): a half-understood request is worse than none, since
 * no answer is a case that every caller must handle anyway.
 *
 * Source: Birrell and Nelson 1984, Implementing Remote Procedure Calls, sections 2.1 and 2.3.
 */
export const marshalling = <M>({
  protocol,
  version,
  rules: changed = {},
}: MarshallingOptions): Module<{
  provides: Links<M>;
  uses: { bytes: Links<Uint8Array> };
  state: Record<never, never>;
}> => {
  const rules: MarshallingRules = { ...marshallingRules, ...changed };
  return {
    name: "marshalling",
    source: "Birrell and Nelson 1984, 2.1",
    init: () => ({}),
    upon: {
      request: {
        send(_s, io, to, message) {
          io.bytes.send(to, rules.write([protocol, version, message]));
        },
      },
      bytes: {
        deliver(_s, io, from, bytes) {
          const envelope = rules.read(bytes)?.value;
          if (!isEnvelope(envelope)) return io.note("malformed: refused", from);
          const [theirs, theirVersion, message] = envelope;
          if (theirs !== protocol) return io.note("another protocol: refused", from, theirs);
          if (!rules.understands(version, theirVersion)) return io.note("another version: refused", from, theirVersion);
          io.up.deliver(from, message as M);
        },
      },
    },
  };
};
