import { describe, expect, it } from "vitest";
import { type Facts, facts } from "../../test/support/facts.ts";
import { manualHost } from "../../test/support/manual-host.ts";
import {
  type AnyBound,
  decode,
  encode,
  type Links,
  type Many,
  type Module,
  many,
  network,
  type Port,
  shared,
  stack,
} from "./index.ts";

interface Slot extends Port {
  readonly requests: { readonly say: (text: string) => void };
  readonly indications: { readonly heard: (text: string) => void };
}

interface Slots extends Port {
  readonly requests: {
    readonly say: (slot: number, text: string) => void;
    readonly forget: (below: number) => void;
    readonly sayAndForget: (slot: number, text: string) => void;
  };
  readonly indications: { readonly heard: (slot: number, text: string) => void };
}

/** Writes and sends what it is told; what starts with "fact" it tells the facts. */
const slot = (): Module<{
  provides: Slot;
  uses: { facts: Facts; links: Links<string> };
  state: { said: number };
  disk: { last: string };
}> => ({
  name: "slot",
  source: "a test",
  disk: { last: "" },
  init: () => ({ said: 0 }),
  upon: {
    request: {
      say(s, io, text) {
        s.said++;
        if (text.startsWith("fact")) return io.facts.know(text);
        if (text !== "nothing") io.disk.last.set(text);
        io.links.send(1, text);
      },
    },
    facts: { fact: (_s, io, fact) => io.up.heard(fact) },
    links: { deliver: (_s, io, _from, text) => io.up.heard(text) },
  },
});

const slots = (): Module<{ provides: Slots; uses: { slot: Many<Slot> }; state: Record<never, never> }> => ({
  name: "slots",
  source: "a test",
  init: () => ({}),
  upon: {
    request: {
      say: (_s, io, number, text) => io.slot(number).say(text),
      forget: (_s, io, below) => io.slot.forget(below),
      sayAndForget(_s, io, number, text) {
        io.slot(number).say(text);
        io.slot.forget(number + 1);
      },
    },
    slot: { heard: (_s, io, number, text) => io.up.heard(number, text) },
  },
});

const bound = (): AnyBound => {
  const one = shared(stack(facts(), {}));
  return stack(slots(), { slot: many(stack(slot(), { facts: one, links: network() })) });
};

const channel = "slot[].links";

describe("a family that forgets (D9)", () => {
  it("runs nothing more of a forgotten member, also not what was queued for it in the same step", () => {
    const host = manualHost(bound());
    host.machine.boot();
    host.machine.request("sayAndForget", [3, "x"]);
    // A record written now would bring the forgotten member back at the next boot.
    expect(
      host.frames.flatMap(({ frame }) => frame).filter(({ kind, path }) => kind === "set" && path === "slot[3]"),
    ).toEqual([]);
    expect(host.messages).toEqual([]);
  });

  it("still has forgotten after a crash: a late message does not make a member anew", () => {
    const host = manualHost(bound());
    host.machine.boot();
    host.machine.request("say", [3, "x"]);
    host.machine.request("forget", [5]);
    const again = manualHost(bound(), { disk: decode(encode(host.machine.disk)) as never, incarnation: 1 });
    again.machine.boot();
    expect(again.deliver(channel, 2, "late", [3])).toBe(false);
    expect(again.deliver(channel, 2, "late", [4])).toBe(false);
    expect(again.deliver(channel, 2, "fine", [5])).toBe(true);
  });

  it("still has forgotten when it is made again from state and disk", () => {
    const host = manualHost(bound());
    host.machine.boot();
    host.machine.request("say", [3, "nothing"]);
    host.machine.request("forget", [5]);
    const again = manualHost(bound(), { disk: decode(encode(host.machine.disk)) as never, restoring: true });
    again.machine.restore(decode(encode(host.machine.volatile())));
    expect(again.deliver(channel, 2, "late", [3])).toBe(false);
    expect(encode(again.machine.volatile())).toEqual(encode(host.machine.volatile()));
  });

  it("is made again in the order in which its members were made, not that of their records", () => {
    const host = manualHost(bound());
    host.machine.boot();
    host.machine.request("say", [7, "nothing"]);
    host.machine.request("say", [2, "x"]);
    host.machine.request("say", [7, "y"]);
    const again = manualHost(bound(), { disk: decode(encode(host.machine.disk)) as never, restoring: true });
    again.machine.restore(decode(encode(host.machine.volatile())));
    expect(again.machine.instances.map(({ path }) => path)).toEqual(host.machine.instances.map(({ path }) => path));
    expect(encode(again.machine.volatile())).toEqual(encode(host.machine.volatile()));
  });

  it("tells a new member what holds, also when all who knew are forgotten (D8)", () => {
    const host = manualHost(bound());
    host.machine.boot();
    host.machine.request("say", [1, "fact a"]);
    host.machine.request("forget", [2]);
    host.machine.request("say", [2, "nothing"]);
    host.gate.advance(9);
    expect(host.answers.map(({ args }) => args)).toEqual([
      [1, "fact a"],
      [2, "fact a"],
    ]);
  });
});
