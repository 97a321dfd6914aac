import { describe, expect, it } from "vitest";
import { logOfOne } from "../../test/support/log-of-one.ts";
import { encode, type NodeHost, NodeMachine, OutputGate, programOf, stack } from "../model/index.ts";
import { type CommandRun, commandsOf, type Entry } from "./entry.ts";
import { entriesOf } from "./replica-state.ts";
import { replicatedService } from "./replicated-service.ts";
import type { ToClient } from "./service-messages.ts";
import { hashOf, MachineStateError, type StateMachine, slicingOf, type Turn } from "./state-machine.ts";

const runOf = (commands: readonly unknown[], first = 0, more: Partial<CommandRun> = {}): CommandRun => ({
  session: 1,
  doneBelow: 0,
  first,
  count: commands.length,
  commands: encode(commands),
  ...more,
});

/** Answers that are no plain data, by command. */
const strange: Readonly<Record<string, unknown>> = { nan: Number.NaN, date: new Date(0), inside: [{ run: () => 1 }] };
const turns: Turn[] = [];
const text: StateMachine<{ text: string }, string, string, null, string> = {
  name: "text",
  version: 1,
  init: () => ({ text: "" }),
  apply(state, more, turn) {
    turns.push(turn);
    if (more === "bad") throw new Error("refused");
    if (more in strange) return strange[more] as string;
    state.text += more;
    return state.text;
  },
  query: (state) => state.text,
};

/** A replica on a log of its own, which commits at once, with one open session: what it says, and what its log holds. */
const replica = () => {
  const entries: Entry[] = [];
  const said: (readonly [number, ToClient<string, string>])[] = [];
  const gate = new OutputGate((output) => {
    if (output.kind === "answer") said.push(output.args as [number, ToClient<string, string>]);
  });
  const nothing = (): undefined => undefined;
  const host = { write: nothing, arm: nothing, disarm: nothing, wantSettled: nothing, clock: () => 0, mark: nothing };
  const machine = new NodeMachine(
    programOf(
      replicatedService(text).replica(
        stack(
          logOfOne((entry) => entries.push(entry)),
          {},
        ),
      ),
    ),
    host as unknown as NodeHost,
    { self: 0, nodes: [0], incarnation: 0, disk: new Map(), gate, freeze: false },
  );
  const send = (client: number, message: unknown): void => machine.request("receive", [client, message]);
  machine.boot();
  send(1, { kind: "open", token: 1 });
  machine.settle();
  said.length = 0;
  entries.length = 0;
  turns.length = 0;
  return { send, settle: () => machine.settle(), said, entries };
};

const answer = (value: string) => ({ kind: "answer", answer: value });

describe("runs of commands", () => {
  it("of all clients that came in one turn are one entry, and each client hears once of all of its commands", () => {
    const { send, settle, said, entries } = replica();
    send(1, { kind: "execute", run: runOf(["a", "bad"]) });
    send(2, { kind: "execute", run: runOf(["b"], 2) });
    expect([said, entries]).toEqual([[], []]);
    settle();
    expect(entries).toHaveLength(1);
    expect(said).toEqual([
      [1, { kind: "executed", session: 1, first: 0, ends: [answer("a"), { kind: "machine failed" }] }],
      [2, { kind: "executed", session: 1, first: 2, ends: [answer("ab")] }],
    ]);
    expect(turns.map(({ index, place }) => [index, place])).toEqual([
      [2, 0],
      [2, 1],
      [2, 2],
    ]);
  });

  it("an answer that is no plain data is a failure of the machine: sent or kept, it would end each replica", () => {
    const { send, settle, said } = replica();
    send(1, { kind: "execute", run: runOf(["a", ...Object.keys(strange), "b"]) });
    settle();
    const failed = { kind: "machine failed" };
    const ends = [answer("a"), failed, failed, failed, answer("ab")];
    expect(said).toEqual([[1, { kind: "executed", session: 1, first: 0, ends }]]);
  });

  it("say again what came of those that had their turn, and do the others", () => {
    const { send, settle, said } = replica();
    send(1, { kind: "execute", run: runOf(["a"]) });
    settle();
    send(1, { kind: "execute", run: runOf(["a", "b"]) });
    settle();
    expect(said.at(-1)).toEqual([1, { kind: "executed", session: 1, first: 0, ends: [answer("a"), answer("ab")] }]);
  });

  it("whose bytes are no commands, or not as many as they say, are refused and leave nothing behind", () => {
    const { send, settle, said } = replica();
    const good = encode(["a", "b"]);
    const wrong = [new Uint8Array([1, 2, 3]), new Uint8Array(2), good.subarray(0, good.length - 1), encode(["a"])];
    for (const commands of [...wrong, encode({ a: 1 }), encode(new Map())]) {
      expect(commandsOf(runOf(["a", "b"], 0, { commands }))).toBe(null);
      send(1, { kind: "execute", run: runOf(["a", "b"], 0, { commands }) });
      settle();
      const refused = { kind: "refused", why: "malformed" };
      expect(said.at(-1)).toEqual([1, { kind: "executed", session: 1, first: 0, ends: [refused, refused] }]);
    }
    expect(turns).toEqual([]);
    send(1, { kind: "execute", run: runOf(["a", "b"], 0, { commands: good }) });
    settle();
    expect(said.at(-1)).toEqual([1, { kind: "executed", session: 1, first: 0, ends: [answer("a"), answer("ab")] }]);
  });

  it("are put into entries that have a bound, but for a run that is larger by itself", () => {
    const sent = (count: number, bytes: number) => ({
      client: 1,
      run: runOf([], 0, { count, commands: new Uint8Array(bytes) }),
    });
    const sizes = (...runs: readonly ReturnType<typeof sent>[]): number[] => entriesOf(runs).map((some) => some.length);
    expect(sizes(sent(1, 10), sent(1, 10))).toEqual([2]);
    expect(sizes(sent(1_000, 10), sent(24, 10), sent(1, 10))).toEqual([2, 1]);
    expect(sizes(sent(1, 200_000), sent(1, 62_144), sent(1, 1))).toEqual([2, 1]);
    expect(sizes(sent(1, 10), sent(9_000, 1_000_000), sent(1, 10))).toEqual([1, 1, 1]);
  });
});

describe("a state that is no plain data", () => {
  const machine = { name: "dates" };

  it("is named with its machine and its path, whoever looks at it first", () => {
    const date = new Map([["today", new Date(0)]]);
    const named = /machine "dates" is not plain data: state\.get\("today"\): an instance of Date/;
    expect(() => hashOf(machine, date)).toThrow(named);
    expect(() => slicingOf(machine).view(date)).toThrow(named);
    expect(() => slicingOf(machine).view({ sum: Number.NaN })).toThrow(MachineStateError);
    expect(slicingOf(machine).view({ sum: 1 })).toEqual({ sum: 1 });
  });
});
