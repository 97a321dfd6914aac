import { assert } from "./assert.ts";
import type { Instance } from "./instance.ts";
import { type ChannelTable, childPath } from "./program.ts";
import type { Blueprint } from "./stack.ts";
import type { Handler } from "./step-queue.ts";

/** Where a message of a channel goes in; `key` is set where the user hears a family of raw channels. */
export interface Leaf {
  readonly instance: Instance;
  readonly handler: Handler;
  readonly key: number | null;
  readonly path: string;
}

/** The instances that live and die together: those of a node outside families, or those of one member. */
export interface Scope {
  readonly keys: readonly number[] | null;
  readonly leaves: Map<number, Leaf>;
  /** By channel, for messages. */
  readonly families: Map<number, Family>;
  /** By port path, for records on disk. */
  readonly byPath: Map<string, Family>;
  readonly instances: Instance[];
  readonly owner?: { readonly family: Family; readonly key: number };
  dropped?: boolean;
}

interface Member {
  readonly scope: Scope;
  readonly requests: Instance["requests"];
}

/** How many members one family may have at a time. */
export const membersMax = 100_000;

const channelsOf = (blueprint: Blueprint, path: string, channels: ChannelTable): number[] => {
  if (blueprint.kind === "network") return [channels.numberOf(blueprint.channel ?? path)];
  if (blueprint.kind === "many") return channelsOf(blueprint.template, `${path}[]`, channels);
  // What is shared belongs to the node, not to the member.
  if (blueprint.kind === "shared") return [];
  if (blueprint.kind === "among") return channelsOf(blueprint.one, path, channels);
  return Object.entries(blueprint.below).flatMap(([port, below]) => channelsOf(below, childPath(path, port), channels));
};

/** The members of one `many(…)`: made on first use, dropped below a key. */
export class Family {
  readonly channels: readonly number[];
  readonly #make: (key: number) => Member;
  readonly #members = new Map<number, Member>();
  #forgotten = 0;
  #late = 0;

  constructor(
    template: Blueprint,
    path: string,
    channels: ChannelTable,
    forgottenBelow: number,
    make: (key: number) => Member,
  ) {
    this.channels = channelsOf(template, path, channels);
    this.#forgotten = forgottenBelow;
    this.#make = make;
  }

  /** Members with keys below this were dropped and are never made again. */
  get forgottenBelow(): number {
    return this.#forgotten;
  }

  /** Messages and requests that came for members already forgotten. */
  get late(): number {
    return this.#late;
  }

  /** The scope of a member, made when absent; undefined when it was forgotten. */
  member(key: number): Scope | undefined {
    return this.#member(key)?.scope;
  }

  /** The requests of a member; asking a forgotten one does nothing. */
  requests(key: number): Instance["requests"] {
    return this.#member(key)?.requests ?? silent;
  }

  /** Drops the members below `key`; returns their instances, with those of the families inside them. */
  forget(key: number): Instance[] {
    const dropped: Instance[] = [];
    this.#forgotten = Math.max(this.#forgotten, key);
    for (const [number, { scope }] of this.#members) {
      if (number >= key) continue;
      this.#members.delete(number);
      scope.dropped = true;
      dropped.push(...scope.instances);
      for (const inside of scope.byPath.values()) dropped.push(...inside.forget(Number.POSITIVE_INFINITY));
    }
    return dropped;
  }

  #member(key: number): Member | undefined {
    assert(Number.isSafeInteger(key) && key >= 0, `the key of a family member is a whole number from 0, not ${key}`);
    let member = this.#members.get(key);
    if (member !== undefined) return member;
    if (key < this.#forgotten) {
      this.#late++;
      return undefined;
    }
    assert(this.#members.size < membersMax, `a family has ${membersMax} members: forget those that are done`);
    member = this.#make(key);
    this.#members.set(key, member);
    return member;
  }
}

const silent: Instance["requests"] = new Proxy({}, { get: () => () => undefined });
