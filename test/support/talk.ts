import type { AnyProperty } from "../../src/check/index.ts";
import {
  type AnyBound,
  type Links,
  type Module,
  network,
  type Port,
  type SystemModel,
  stack,
} from "../../src/model/index.ts";
import { type AnyScenario, type Script, type Setup, scenario } from "../../src/simulate/index.ts";

/** Sends what it is told to, and indicates what it hears with its clocks; a write may come first. */
export interface Talk extends Port {
  readonly requests: {
    readonly tell: (to: number, text: string) => void;
    readonly write: (value: number) => void;
    readonly wait: (delayMs: number) => void;
  };
  readonly indications: {
    readonly heard: (from: number, text: string) => void;
    readonly wrote: (value: number) => void;
    readonly waited: (monotonicMs: number, wallMs: number) => void;
    readonly restarted: (value: number) => void;
  };
}

/** The module behind the tests of the simulator: it does nothing but what it is told. */
export const talk = (): Module<{
  provides: Talk;
  uses: { links: Links<string> };
  state: { from: number; fromWall: number };
  disk: { value: number };
  timers: { over: [] };
}> => ({
  name: "talk",
  source: "a test",
  disk: { value: 0 },
  init: () => ({ from: 0, fromWall: 0 }),
  start(_s, io) {
    if (io.incarnation > 0) io.up.restarted(io.disk.value.value);
  },
  upon: {
    request: {
      tell: (_s, io, to, text) => io.links.send(to, text),
      write(_s, io, value) {
        io.disk.value.set(value);
        io.up.wrote(value);
      },
      wait(s, io, delayMs) {
        s.from = io.clock("monotonic");
        s.fromWall = io.clock("wall");
        io.timers.over.set(delayMs);
      },
    },
    links: { deliver: (_s, io, from, text) => io.up.heard(from, text) },
    timer: { over: (s, io) => io.up.waited(io.clock("monotonic") - s.from, io.clock("wall") - s.fromWall) },
  },
});

/** A scenario of `n` talking processes. */
export const talking = (
  model: SystemModel,
  scripts: readonly Script[],
  more: Partial<Setup> & { readonly n?: number; readonly stack?: AnyBound } = {},
  properties: readonly AnyProperty[] = [],
): AnyScenario =>
  scenario({
    id: "test/talking",
    rows: [],
    title: "a test",
    model,
    parameters: {},
    setup: () => ({
      processes: Array.from({ length: more.n ?? 2 }, (_, node) => ({
        name: `p${node}`,
        stack: more.stack ?? talkStack,
      })),
      workload: () => scripts,
      properties,
      ...more,
    }),
  });

const talkStack: AnyBound = stack(talk(), { links: network() });

/** A script of calls, one after the other. */
export const calls = (node: number, ...all: readonly (readonly [request: string, ...args: unknown[]])[]): Script => ({
  node,
  calls: all.map(([request, ...args]) => ({ request, args })),
});
