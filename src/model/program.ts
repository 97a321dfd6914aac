import type { NodeId } from "./ids.ts";
import { type AnyBound, type Blueprint, blueprintOf } from "./stack.ts";

/**
 * The channels of one system: every network leaf of every stack in it has a number, so that messages carry a small
 * integer and unlike stacks meet by name. Hosts that talk over a wire exchange the table when they connect.
 */
export class ChannelTable {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  /** The number of a channel; the first asking gives it one. */
  numberOf(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.length;
      this.#numbers.set(name, number);
      this.#names.push(name);
    }
    return number;
  }

  /** The number of a channel, or undefined where no stack has it. */
  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  /** The name of a channel. */
  nameOf(number: number): string {
    return this.#names[number] ?? `channel ${number}`;
  }

  /** All names, by number. */
  get names(): readonly string[] {
    return this.#names;
  }
}

/** A stack ready to be run on many nodes: its description and the table of channels that it shares with the others. */
export interface Program {
  readonly blueprint: Blueprint;
  readonly channels: ChannelTable;
  /** Whether any module of the stack writes to disk. */
  readonly writes: boolean;
}

/** The path of a port below a module. */
export const childPath = (path: string, port: string): string => (path === "" ? port : `${path}.${port}`);

const anyModule = (blueprint: Blueprint, holds: (module: object) => boolean): boolean => {
  if (blueprint.kind === "network") return false;
  if (blueprint.kind === "many") return anyModule(blueprint.template, holds);
  if (blueprint.kind === "shared" || blueprint.kind === "among") return anyModule(blueprint.one, holds);
  return holds(blueprint.module) || Object.values(blueprint.below).some((below) => anyModule(below, holds));
};

const internChannels = (blueprint: Blueprint, path: string, channels: ChannelTable): void => {
  if (blueprint.kind === "network") {
    channels.numberOf(blueprint.channel ?? path);
    if (blueprint.sends !== null) channels.numberOf(blueprint.sends);
  } else if (blueprint.kind === "many") internChannels(blueprint.template, `${path}[]`, channels);
  else if (blueprint.kind === "shared" || blueprint.kind === "among") internChannels(blueprint.one, path, channels);
  else
    for (const [port, below] of Object.entries(blueprint.below)) internChannels(below, childPath(path, port), channels);
};

/** Prepares a stack. Stacks of one system share one table of channels. */
export const programOf = (bound: AnyBound, channels: ChannelTable = new ChannelTable()): Program => {
  const blueprint = blueprintOf(bound);
  internChannels(blueprint, "", channels);
  return { blueprint, channels, writes: anyModule(blueprint, (module) => "disk" in module) };
};

/** The shared stack at a port path (with `[]` for the keys of families), and the processes that its modules see. */
export const sharedAt = (
  { blueprint: top }: Program,
  wanted: string,
  all: readonly NodeId[],
):
  | { readonly blueprint: Extract<Blueprint, { readonly kind: "shared" }>; readonly nodes: readonly NodeId[] }
  | undefined => {
  const walk = (blueprint: Blueprint, path: string, nodes: readonly NodeId[]): ReturnType<typeof sharedAt> => {
    if (blueprint.kind === "network") return undefined;
    if (blueprint.kind === "many") return walk(blueprint.template, `${path}[]`, nodes);
    if (blueprint.kind === "among") return walk(blueprint.one, path, blueprint.members);
    if (blueprint.kind === "shared") return path === wanted ? { blueprint, nodes } : walk(blueprint.one, path, nodes);
    for (const [port, below] of Object.entries(blueprint.below)) {
      const found = walk(below, childPath(path, port), nodes);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(top, "", all);
};

/** What tools need to know of a module. */
export interface ModuleDescription {
  readonly name: string;
  readonly source: string;
  /** Its rare paths: see `Module.marks`. */
  readonly marks?: readonly string[];
}

/** The name of a mark among those of other modules. */
export const markName = (module: string, mark: string): string => `${module}: ${mark}`;

/** The marks of the modules of a stack, by the names under which runs count them. */
export const marksOf = (bound: AnyBound): readonly string[] => {
  const all = modulesOf(bound).flatMap(({ module: { name, marks = [] } }) => marks.map((mark) => markName(name, mark)));
  return [...new Set(all)];
};

/** Every module of a stack once, top first: for tools that list or check them. */
export const modulesOf = (bound: AnyBound): { readonly path: string; readonly module: ModuleDescription }[] => {
  const found: { path: string; module: ModuleDescription }[] = [];
  const walk = (blueprint: Blueprint, path: string): void => {
    if (blueprint.kind === "many") walk(blueprint.template, `${path}[]`);
    else if (blueprint.kind === "shared" || blueprint.kind === "among") walk(blueprint.one, path);
    else if (blueprint.kind === "module") {
      found.push({ path, module: blueprint.module });
      for (const [port, below] of Object.entries(blueprint.below)) walk(below, childPath(path, port));
    }
  };
  walk(blueprintOf(bound), "");
  return found;
};
