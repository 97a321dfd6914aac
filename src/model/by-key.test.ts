import { describe, expect, it } from "vitest";
import { manualHost } from "../../test/support/manual-host.ts";
import {
  type ByKey,
  byKey,
  type Links,
  type Many,
  type Module,
  many,
  type Nothing,
  network,
  type Port,
  stack,
} from "./index.ts";

interface Tally extends Port {
  readonly requests: { readonly add: (amount: number, by: string) => void };
  readonly indications: { readonly total: (sum: number) => void; readonly known: (sum: number) => void };
}

/** Adds up on disk, tells process 1 and says the sum; after a boot it says what it knows. */
const tally = (): Module<{
  provides: Tally;
  uses: { links: Links<string> };
  state: Record<never, never>;
  disk: { sum: number };
}> => ({
  name: "tally",
  source: "a test",
  disk: { sum: 0 },
  init: () => ({}),
  start(_s, io) {
    if (io.disk.sum.value > 0) io.up.known(io.disk.sum.value);
  },
  upon: {
    request: {
      add(_s, io, amount, by) {
        io.disk.sum.set(io.disk.sum.value + amount);
        io.up.total(io.disk.sum.value);
        io.links.send(1, `${by} added ${amount}`);
      },
    },
    links: { deliver: (_s, io, _from, text) => io.up.total(text.length) },
  },
});

const tallies = byKey(stack(tally(), { links: network() }));

describe("families", () => {
  it("are refused where two of one stack would hear the same channel: each would get the other's messages", () => {
    const two = (): Module<{
      provides: Nothing;
      uses: { one: Many<Links<string>>; other: Many<Links<string>> };
      state: Record<never, never>;
    }> => ({
      name: "two",
      source: "a test",
      init: () => ({}),
      upon: { request: {}, one: { deliver: () => undefined }, other: { deliver: () => undefined } },
    });
    expect(() => manualHost(stack(two(), { one: many(network("a")), other: many(network("b")) }))).not.toThrow();
    expect(() => manualHost(stack(two(), { one: many(network("a")), other: many(network("a")) }))).toThrow(
      /two families of one stack hear a/,
    );
  });
});

describe("byKey", () => {
  it.each([false, true])("asks one member, and says which one indicates (freeze: %s)", (freeze) => {
    const host = manualHost(tallies, { freeze });
    host.machine.request("add", [7, 2, "anna"]);
    host.machine.request("add", [8, 3, "berta"]);
    host.machine.request("add", [7, 4, "anna"]);
    expect(host.deliver("each[].links", 2, "four", [9])).toBe(true);
    host.gate.advance(3);
    expect(host.answers.map(({ name, args }) => [name, args])).toEqual([
      ["total", [7, 2]],
      ["total", [8, 3]],
      ["total", [7, 6]],
      ["total", [9, 4]],
    ]);
    expect(host.messages.map(({ keys, body }) => [keys, body])).toEqual([
      [[7], "anna added 2"],
      [[8], "berta added 3"],
      [[7], "anna added 4"],
    ]);
  });

  it("brings members back from their records, each of which says what it knows", () => {
    const before = manualHost(tallies);
    before.machine.request("add", [7, 2, "anna"]);
    const after = manualHost(tallies, { disk: before.machine.disk, incarnation: 1 });
    after.machine.boot();
    expect(after.answers.map(({ name, args }) => [name, args])).toEqual([["known", [7, 2]]]);
  });

  it("keeps the order in which a member indicates and sends", () => {
    const left: string[] = [];
    const host = manualHost(tallies);
    host.messages.push = (...sent) => left.push(...sent.map(({ body }) => String(body)));
    host.answers.push = (...said) => left.push(...said.map(({ name }) => name));
    host.machine.request("add", [7, 2, "anna"]);
    host.gate.advance(1);
    expect(left).toEqual(["total", "anna added 2"]);
  });

  it("stands below a module like any port", () => {
    const doubling = (): Module<{
      provides: ByKey<Tally>;
      uses: { tallies: ByKey<Tally> };
      state: Record<never, never>;
    }> => ({
      name: "doubling",
      source: "a test",
      init: () => ({}),
      upon: {
        request: { add: (_s, io, key, amount, by) => io.tallies.add(key, 2 * amount, by) },
        tallies: {
          total: (_s, io, key, sum) => io.up.total(key, sum),
          known: (_s, io, key, sum) => io.up.known(key, sum),
        },
      },
    });
    const host = manualHost(stack(doubling(), { tallies }));
    host.machine.request("add", [7, 2, "anna"]);
    host.gate.advance(1);
    expect(host.answers.map(({ args }) => args)).toEqual([[7, 4]]);
    expect(host.messages.map(({ body }) => body)).toEqual(["anna added 4"]);
  });

  it("refuses what is no family of modules", () => {
    expect(() => byKey(network())).toThrow(/family of modules/);
    expect(() => byKey(many(network()))).toThrow(/family of modules/);
  });
});
