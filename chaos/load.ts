import { setTimeout as sleep } from "node:timers/promises";
import { bytesOf, type KeyValueAnswer, type KeyValueOperation } from "quorate/machines";
import { CommandError, KeyValueClient, QueryError } from "#service";
import type { HistoryRecorder, Input, Outcome } from "./history-recorder.ts";
import type { Random } from "./random.ts";
import type { Tally } from "./tally.ts";

const connectionCount = 5;
const callersPerConnection = 2;
/**
 * Connections of which one caller only reads, and the other one nearly so. A write leads a client to the leader, and as long
 * as reads are answered it stays there: so these are with a leader that was deposed and does not know it, for longer than
 * those that write.
 */
const readingConnections = 2;
const turnsPerJournalWrite = { writing: 10, reading: 40, never: Number.POSITIVE_INFINITY } as const;
/** Keys in use at a time, and operations after which others take their place: short histories are quick to decide. */
const keysInUse = 4;
const operationsPerKeys = 320;
type CallerKind = keyof typeof turnsPerJournalWrite;

const kindOf = (connection: number, caller: number): CallerKind => {
  if (connection >= readingConnections) return "writing";
  return caller === 0 ? "reading" : "never";
};
const timeoutMs = 3_000;
const pauseMsMax = 8;

const encoder = new TextEncoder();
const toBytes = (text: string): string => bytesOf(encoder.encode(text));

/** Writes of one caller to a key of its own, counted by the caller and, in the version of the key, by the store. */
export interface Journal {
  readonly key: string;
  acknowledged: number;
  unknown: number;
}

/** Clients that put, get, compare-and-set and delete, with values that are written once. */
export class Load {
  readonly keys = new Set<string>();
  readonly journals: Journal[] = [];
  /** The revision of every write that was acknowledged: each has one of its own. */
  readonly revisions = new Map<number, number>();
  unknownWrites = 0;
  readonly #recorder: HistoryRecorder;
  readonly #random: Random;
  readonly #clients: KeyValueClient[] = [];
  readonly #callers: Promise<void>[] = [];
  #operations = 0;
  #values = 0;
  #stopping = false;

  constructor(recorder: HistoryRecorder, random: Random) {
    this.#recorder = recorder;
    this.#random = random;
  }

  async start(cluster: string, tally: Tally): Promise<void> {
    for (let connection = 0; connection < connectionCount; connection++) {
      const onMark = (_module: string, name: string): void => tally.clientMark(name);
      this.#clients.push(await KeyValueClient.open({ cluster, timeoutMs, onMark }));
    }
    for (const [at, client] of this.#clients.entries())
      for (let caller = 0; caller < callersPerConnection; caller++)
        this.#callers.push(this.#call(client, at * callersPerConnection + caller, kindOf(at, caller)));
  }

  /** Lets what is open end, and closes the clients. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#callers);
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  async #call(client: KeyValueClient, caller: number, kind: CallerKind): Promise<void> {
    const journal: Journal = { key: `journal/${caller}`, acknowledged: 0, unknown: 0 };
    this.journals.push(journal);
    this.keys.add(journal.key);
    const every = turnsPerJournalWrite[kind];
    const known = new Map<string, string | null>();
    for (let turn = 1; !this.#stopping; turn++) {
      if (turn % every === 0) await this.#writeJournal(client, journal, turn);
      else await this.#operate(client, this.#draw(known, kind), known);
      await sleep(this.#random.between(0, pauseMsMax));
    }
  }

  #draw(known: ReadonlyMap<string, string | null>, kind: CallerKind): Input {
    const generation = Math.floor(this.#operations++ / operationsPerKeys);
    const key = `${generation}/${this.#random.below(keysInUse)}`;
    this.keys.add(key);
    const value = `v${++this.#values}`;
    const draw = kind === "writing" ? this.#random.fraction() : 0;
    if (draw < 0.4) return { kind: "get", key };
    if (draw < 0.75) return { kind: "put", key, value };
    // A deletion makes a value come back that was there before, the absent one; few of them keep the check quick.
    if (draw < 0.78) return { kind: "delete", key };
    return { kind: "cas", key, expected: known.get(key) ?? null, value };
  }

  async #operate(client: KeyValueClient, input: Input, known: Map<string, string | null>): Promise<void> {
    const outcome = await this.#recorder.record(input, () => this.#ask(client, input));
    if (outcome.kind !== "answer") return;
    const key = input.key as string;
    if (input.kind === "get") known.set(key, outcome.output as string | null);
    else if (input.kind === "delete") known.set(key, null);
    else if (input.kind === "put" || outcome.output === true) known.set(key, (input as { value: string }).value);
  }

  async #ask(client: KeyValueClient, input: Input): Promise<Outcome> {
    if (input.kind === "get") {
      try {
        const entry = await client.get(input.key as string);
        return { kind: "answer", output: entry === null ? null : Buffer.from(entry.value).toString() };
      } catch (error) {
        if (error instanceof QueryError) return { kind: "did not happen" };
        throw error;
      }
    }
    return this.#write(client, operationOf(input), (answer) => outputOf(input, answer));
  }

  /** What a write came to; its revision is noted, for each is given once. */
  async #write(
    client: KeyValueClient,
    operation: KeyValueOperation,
    read: (answer: KeyValueAnswer) => { readonly output: boolean | undefined; readonly wrote: boolean },
  ): Promise<Outcome> {
    try {
      const answer = await client.connection.execute(operation);
      const { output, wrote } = read(answer);
      if (wrote) this.revisions.set(answer.revision, (this.revisions.get(answer.revision) ?? 0) + 1);
      return { kind: "answer", output };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.happened === "no") return { kind: "did not happen" };
      this.unknownWrites++;
      return error.happened === "yes" ? { kind: "answer", output: undefined } : { kind: "unknown" };
    }
  }

  async #writeJournal(client: KeyValueClient, journal: Journal, number: number): Promise<void> {
    const { key } = journal;
    const value = String(number);
    const outcome = await this.#recorder.record({ kind: "put", key, value }, () =>
      this.#write(client, { kind: "put", key: toBytes(key), value: toBytes(value) }, () => ({
        output: undefined,
        wrote: true,
      })),
    );
    if (outcome.kind === "unknown") journal.unknown++;
    else if (outcome.kind === "answer") journal.acknowledged++;
  }
}

const operationOf = (input: Exclude<Input, { readonly kind: "get" }>): KeyValueOperation => {
  const key = toBytes(input.key as string);
  if (input.kind === "delete") return { kind: "delete", key };
  if (input.kind === "append") throw new Error("the store cannot append");
  const put: KeyValueOperation = { kind: "put", key, value: toBytes(input.value) };
  if (input.kind === "put") return put;
  const { expected } = input;
  return {
    kind: "transaction",
    compare: [
      expected === null
        ? { key, relation: "=", target: "version", value: 0 }
        : { key, relation: "=", target: "value", value: toBytes(expected) },
    ],
    success: [put],
    failure: [],
  };
};

const outputOf = (
  { kind }: Input,
  answer: KeyValueAnswer,
): { readonly output: boolean | undefined; readonly wrote: boolean } => {
  if (answer.kind === "refused") throw new Error(`the store refused a ${kind}: ${answer.why}`);
  const { response } = answer;
  if (response.kind === "delete") return { output: response.deleted > 0, wrote: response.deleted > 0 };
  if (response.kind === "transaction") return { output: response.succeeded, wrote: response.succeeded };
  return { output: undefined, wrote: true };
};
