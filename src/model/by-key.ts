import { assert } from "./assert.ts";
import type { Port } from "./module.ts";
import { type Blueprint, type Bound, blueprintOf, type ErasedModule, many, stack } from "./stack.ts";

type WithKey<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => void ? (key: number, ...args: A) => void : never;
};

/** A port whose every request and indication names first the member of a family that it is for. */
export interface ByKey<P extends Port> extends Port {
  readonly requests: WithKey<P["requests"]>;
  readonly indications: WithKey<P["indications"]>;
}

const requestsOf = (blueprint: Blueprint): readonly string[] => {
  assert(blueprint.kind !== "many" && blueprint.kind !== "network", "byKey is for a family of modules");
  return blueprint.kind === "module" ? Object.keys(blueprint.module.upon["request"] ?? {}) : requestsOf(blueprint.one);
};

/**
 * A family offered as it is: for a protocol that treats each transaction, each object, each peer by itself. The protocol
 * is written for one of them; no module keeps a table of them or passes anything on. As in every family the members come
 * back from their records on disk. What a member says and hears does not pass through the queue of the step a second
 * time, so that its indications and messages stay in their order. A member's requests and indications have three arguments at most, besides the key.
 */
export const byKey = <P extends Port>(template: Bound<P>): Bound<ByKey<P>> => {
  const owner: ErasedModule = {
    name: "each by itself",
    source: "the contract",
    init: () => ({}),
    upon: {},
    passesOn: requestsOf(blueprintOf(template)),
  };
  return stack(owner, { each: many(template) }) as Bound<ByKey<P>>;
};
