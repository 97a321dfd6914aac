import type { Operation, specifications } from "quorate/check";

/** What clients ask of a store: values written once, five values and compare-and-set, or text that is appended to. */
export type ClientMix = "unique" | "cas" | "append";

/** A load on a key-value store. */
export interface ClientLoad {
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  readonly mix: ClientMix;
  /** Whether one read, at nine tenths of the history, answers what was read there long before. */
  readonly stale?: boolean;
}

type Input = specifications.KeyValueInput<string | number>;
type Value = string | number | null;
type Output = Value | boolean;

/** One call in the making. */
interface Draft {
  readonly process: number;
  readonly input: Input;
  readonly invokedAt: number;
  readonly invokeEvent: number;
  output?: Output;
  returnedAt?: number;
  returnEvent?: number;
}

interface Client {
  at: number;
  step: "call" | "effect" | "return";
  draft: Draft | undefined;
}

/** Draws below a bound, the same ones each time. */
const drawing = (): ((bound: number) => number) => {
  let state = 0x9e3779b9;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
};

const textLengthMax = 240;

/** A store that is atomic, and clients that call it with delays before and after the moment of effect. */
class Simulation {
  readonly #load: ClientLoad;
  readonly #draw = drawing();
  readonly #values = new Map<number, Value>();
  readonly #drafts: Draft[] = [];
  #numbers = 0;
  #events = 0;

  constructor(load: ClientLoad) {
    this.#load = load;
  }

  run(): readonly Draft[] {
    const { clients, operations } = this.#load;
    const all = Array.from({ length: clients }, (): Client => ({ at: this.#draw(20), step: "call", draft: undefined }));
    let left = operations;
    while (left > 0) {
      let next = 0;
      for (let at = 1; at < all.length; at++) if (all[at]!.at < all[next]!.at) next = at;
      if (this.#step(next, all[next]!)) left--;
    }
    return this.#drafts;
  }

  /** True when an operation returned. */
  #step(process: number, client: Client): boolean {
    const { draft, at } = client;
    if (client.step === "call" || draft === undefined) {
      client.draft = { process, input: this.#input(), invokedAt: at, invokeEvent: this.#events++ };
      this.#drafts.push(client.draft);
      client.step = "effect";
      client.at += 1 + this.#draw(100);
      return false;
    }
    if (client.step === "effect") {
      this.#take(draft);
      client.step = "return";
      client.at += 1 + this.#draw(100);
      return false;
    }
    draft.returnedAt = at;
    draft.returnEvent = this.#events++;
    client.step = "call";
    client.at += 1 + this.#draw(10);
    return true;
  }

  #input(): Input {
    const { mix, keys } = this.#load;
    const key = this.#draw(keys);
    const share = this.#draw(6);
    if (share < 2 || (mix !== "cas" && share < 3)) return { kind: "get", key };
    if (mix === "unique") return { kind: "put", key, value: ++this.#numbers };
    if (mix === "append") {
      // Text that has become long is replaced, as a client would begin anew.
      const { length } = `${this.#values.get(key) ?? ""}`;
      const text = `${++this.#numbers};`;
      return length > textLengthMax ? { kind: "put", key, value: text } : { kind: "append", key, suffix: text };
    }
    if (share < 4) return { kind: "put", key, value: this.#draw(5) };
    return { kind: "cas", key, expected: this.#draw(5), value: this.#draw(5) };
  }

  #take(draft: Draft): void {
    const { input } = draft;
    const key = input.key as number;
    const value = this.#values.get(key) ?? null;
    if (input.kind === "get") draft.output = value;
    else if (input.kind === "put") this.#values.set(key, input.value);
    else if (input.kind === "append") this.#values.set(key, `${value ?? ""}${input.suffix}`);
    else if (input.kind === "cas") {
      draft.output = value === input.expected;
      if (draft.output) this.#values.set(key, input.value);
    }
  }
}

/** Gives one late read the answer of one long before. */
const withStaleRead = (drafts: readonly Draft[]): void => {
  const isRead = ({ input, output, returnedAt }: Draft): boolean =>
    input.kind === "get" && returnedAt !== undefined && output !== null;
  const late = drafts.slice(Math.floor(drafts.length * 0.9)).find(isRead);
  const early = drafts
    .slice(Math.floor(drafts.length * 0.4))
    .find((draft) => isRead(draft) && draft.input.key === late?.input.key && draft.output !== late.output);
  if (late !== undefined && early?.output !== undefined) late.output = early.output;
};

/** A history of clients of a key-value store, linearizable unless it is to have a stale read. */
export const clientHistory = (load: ClientLoad): readonly Operation<Input, Output>[] => {
  const drafts = new Simulation(load).run();
  if (load.stale === true) withStaleRead(drafts);
  return drafts.map(({ output, returnedAt, returnEvent, ...call }) =>
    returnedAt === undefined || returnEvent === undefined
      ? call
      : { ...call, returnedAt, returnEvent, ...(output === undefined ? {} : { output }) },
  );
};
