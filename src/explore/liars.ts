import { type ChannelTable, following, type NodeId } from "../model/index.ts";
import { Adversary, type Setup, type Word, wordsOf } from "../simulate/index.ts";
import type { Atoms } from "./atoms.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { CarriedMessage } from "./node-image.ts";

/** What a lie is: a message that arrives, in whose name is part of it. */
export interface Lie {
  readonly message: number;
  /** The network's own, not a traitor's. */
  readonly isForged: boolean;
}

/** Who lies. */
export interface LiarsInput {
  readonly atoms: Atoms;
  readonly local: LocalTransitions;
  readonly channels: ChannelTable;
  readonly setup: Setup;
  /** Whether the network speaks in anybody's name. */
  readonly forges: boolean;
}

const holdsProof = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  if (!Array.isArray(value) && "proof" in value && "signer" in value) return true;
  const parts = value instanceof Map || value instanceof Set ? [...value.values()] : Object.values(value);
  return parts.some(holdsProof);
};

/**
 * Traitors, and a network that lies. A traitor may at any time say any word of the scenario's vocabulary to anybody; what
 * it does with what it hears adds nothing to that but the signatures of others, which it cannot make and may repeat. So a
 * traitor has no state of its own: what liars know is what is on its way to them, which nobody takes off the network.
 * Where a scenario states no vocabulary the words are those that were seen.
 *
 * Source: Dolev, Yao 1983; Lamport, Shostak, Pease 1982, on what a traitor may do.
 */
export class Liars {
  readonly #in: LiarsInput;
  readonly #words: readonly Word[];
  /** Whether what can be said depends on what was seen. */
  readonly learn: boolean;
  readonly #lies = new Map<string, readonly Lie[]>();

  constructor(input: LiarsInput) {
    this.#in = input;
    this.#words = wordsOf(input.setup, input.channels);
    this.learn = this.#words.length === 0 || this.#words.some(({ body }) => holdsProof(body));
  }

  /** Whether the words are always the same, and no node says them too. */
  get isPredictable(): boolean {
    return !(this.learn || this.#in.forges);
  }

  /** Everything that these traitors, or the network, may say while such messages are on their way. */
  wordsIn(traitors: readonly NodeId[], items: Int32Array, from: number, count: number): readonly Lie[] {
    const seen = this.learn ? this.#seen(traitors, items, from, count) : [];
    const key = `${traitors.join()}/${seen.join()}`;
    const known = this.#lies.get(key);
    if (known !== undefined) return known;
    const lies = this.#liesOf(traitors, seen);
    this.#lies.set(key, lies);
    return lies;
  }

  /** What the liars see: all of a network that is theirs, else what goes to a traitor. */
  #seen(traitors: readonly NodeId[], items: Int32Array, from: number, count: number): readonly number[] {
    const { local, forges } = this.#in;
    const seen = Array.from(items.subarray(from, from + count));
    return forges ? seen : seen.filter((message) => traitors.includes(local.receiver.at(message) - 1));
  }

  #liesOf(traitors: readonly NodeId[], seen: readonly number[]): readonly Lie[] {
    const { atoms, local, setup, forges } = this.#in;
    const adversary = new Adversary(following([]), new Set(traitors), this.#words);
    for (const message of seen) adversary.sees(atoms.valueOf(message) as CarriedMessage);
    const { words } = adversary;
    const honest = setup.processes.map((_, node) => node).filter((node) => !traitors.includes(node));
    const lie = (sender: NodeId, to: NodeId, isForged: boolean): readonly Lie[] =>
      words.map(({ channel, keys, body }) => ({
        message: local.messageOf({ from: sender, to, channel, keys, body }),
        isForged,
      }));
    const told = traitors.flatMap((traitor) => honest.flatMap((to) => lie(traitor, to, false)));
    const forged = forges
      ? honest.flatMap((to) =>
          setup.processes.flatMap((_, sender) => (traitors.includes(sender) ? [] : lie(sender, to, true))),
        )
      : [];
    return [...told, ...forged];
  }
}
