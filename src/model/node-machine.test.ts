import { describe, expect, it } from "vitest";
import { type Facts, facts } from "../../test/support/facts.ts";
import { manualHost } from "../../test/support/manual-host.ts";
import {
  type Channel,
  channel,
  decode,
  encode,
  type Links,
  type Many,
  type Module,
  many,
  type Nothing,
  network,
  type Port,
  type Spec,
  shared,
  stack,
} from "./index.ts";

/** A port with one request and one indication, both of text. */
interface Echo extends Port {
  readonly requests: { readonly say: (text: string) => void };
  readonly indications: { readonly said: (text: string) => void };
}

/** Sends what it is asked to say to process 1 and indicates what it hears. */
const echo = (): Module<{ provides: Echo; uses: { links: Links<string> }; state: Record<never, never> }> => ({
  name: "echo",
  source: "a test",
  init: () => ({}),
  upon: {
    request: { say: (_s, io, text) => io.links.send(1, text) },
    links: { deliver: (_s, io, _from, text) => io.up.said(text) },
  },
});

describe("a step", () => {
  it("runs local events first in, first out, each handler to its end (T1)", () => {
    const order: string[] = [];
    const below = (): Module<{ provides: Echo; uses: Record<never, never>; state: Record<never, never> }> => ({
      name: "below",
      source: "a test",
      init: () => ({}),
      upon: {
        request: {
          say(_s, io, text) {
            order.push(`below starts ${text}`);
            io.up.said(text);
            order.push(`below ends ${text}`);
          },
        },
      },
    });
    const above = (): Module<{ provides: Echo; uses: { echo: Echo }; state: Record<never, never> }> => ({
      name: "above",
      source: "a test",
      init: () => ({}),
      upon: {
        request: { say: (_s, io, text) => io.echo.say(text) },
        echo: {
          said(_s, io, text) {
            order.push(`above hears ${text}`);
            if (text === "a") io.echo.say("b");
          },
        },
      },
    });
    const { machine } = manualHost(stack(above(), { echo: stack(below(), {}) }));
    machine.request("say", ["a"]);
    expect(order).toEqual([
      "below starts a",
      "below ends a",
      "above hears a",
      "below starts b",
      "below ends b",
      "above hears b",
    ]);
  });

  it("tags messages by port path, and routes by it", () => {
    const host = manualHost(stack(echo(), { links: network() }));
    host.machine.request("say", ["hello"]);
    expect(host.messages.map(({ to, body, channel }) => [to, body, host.channels.nameOf(channel)])).toEqual([
      [1, "hello", "links"],
    ]);
    expect(host.deliver("links", 2, "hi")).toBe(true);
    expect(host.answers.map(({ name, args }) => [name, args])).toEqual([["said", ["hi"]]]);
    expect(host.deliver("elsewhere", 2, "hi")).toBe(false);
  });

  it("names the request that a module does not have", () => {
    const { machine } = manualHost(stack(echo(), { links: network() }));
    expect(() => machine.request("shout", [])).toThrow(/echo has no request shout; it has say/);
  });

  it("refuses a circle of requests instead of running for ever", () => {
    const circle = (): Module<{ provides: Echo; uses: { echo: Echo }; state: Record<never, never> }> => ({
      name: "circle",
      source: "a test",
      init: () => ({}),
      upon: {
        request: { say: (_s, io, text) => io.echo.say(text) },
        echo: { said: (_s, io, text) => io.echo.say(text) },
      },
    });
    const answering = (): Module<{ provides: Echo; uses: Record<never, never>; state: Record<never, never> }> => ({
      name: "answering",
      source: "a test",
      init: () => ({}),
      upon: { request: { say: (_s, io, text) => io.up.said(text) } },
    });
    const { machine } = manualHost(stack(circle(), { echo: stack(answering(), {}) }));
    expect(() => machine.request("say", ["again"])).toThrow(/in a circle/);
  });
});

interface Voting extends Port {
  readonly requests: {
    readonly vote: () => void;
    readonly ask: () => void;
    readonly append: (entry: string) => void;
    readonly sendThenVote: () => void;
  };
  readonly indications: { readonly voted: () => void; readonly stored: (end: number) => void };
}

/** Writes a vote, answers questions, appends to a log with an early send. */
const voter = (): Module<{
  provides: Voting;
  uses: { links: Links<string> };
  state: Record<never, never>;
  disk: { vote: string; entries: { readonly log: string } };
  later: { stored: [end: number] };
}> => ({
  name: "voter",
  source: "a test",
  disk: { vote: "nobody", entries: "log" },
  init: () => ({}),
  upon: {
    request: {
      vote(_s, io) {
        io.links.send(1, `voting while the vote is ${io.disk.vote.value}`);
        io.disk.vote.set("me");
        io.up.voted();
      },
      ask(_s, io) {
        io.links.send(1, `my vote is ${io.disk.vote.value}`);
      },
      append(_s, io, entry) {
        io.disk.entries.append(entry);
        io.early(() => io.links.send(1, `early ${entry}`));
        io.links.send(1, `late ${entry}`);
        io.whenDurable.stored(io.disk.entries.end);
      },
      sendThenVote(_s, io) {
        io.early(() => io.links.send(1, "before the vote is written"));
        io.disk.vote.set("me");
      },
    },
    links: { deliver: () => undefined },
    durable: { stored: (_s, io, end) => io.up.stored(end) },
  },
});

describe("durable before visible", () => {
  it("D1: an output waits for every write of its step and of every earlier step", () => {
    const { machine, gate, messages, answers, frames } = manualHost(stack(voter(), { links: network() }));
    machine.request("vote", []);
    // The second step writes nothing. Without the look back its answer would leave at once, and a crash would then
    // forget a vote that another process knows of.
    machine.request("ask", []);
    expect(frames.length).toBe(1);
    expect([messages.length, answers.length]).toEqual([0, 0]);
    gate.advance(frames[0]!.position);
    expect(messages.map(({ body }) => body)).toEqual(["voting while the vote is nobody", "my vote is me"]);
    expect(answers.length).toBe(1);
  });

  it("D2: all writes of a step are one frame", () => {
    const { machine, frames } = manualHost(stack(voter(), { links: network() }));
    machine.request("vote", []);
    machine.request("append", ["x"]);
    expect(frames.map(({ frame }) => frame.length)).toEqual([1, 1]);
    expect(frames.map(({ position }) => position)).toEqual([1, 2]);
  });

  it("D3: an early send waives its module's logs, never its records", () => {
    const { machine, gate, messages } = manualHost(stack(voter(), { links: network() }));
    machine.request("append", ["x"]);
    expect(messages.map(({ body }) => body)).toEqual(["early x"]);
    machine.request("vote", []);
    machine.request("append", ["y"]);
    expect(messages.map(({ body }) => body)).toEqual(["early x"]);
    gate.advance(2);
    expect(messages.map(({ body }) => body)).toEqual([
      "early x",
      "late x",
      "voting while the vote is nobody",
      "early y",
    ]);
    gate.advance(3);
    expect(messages.at(-1)?.body).toBe("late y");
  });

  it("D3: an early send waits for the records of its own step, also for those written after it", () => {
    const { machine, gate, messages, frames } = manualHost(stack(voter(), { links: network() }));
    machine.request("sendThenVote", []);
    // A crash now forgets the vote: nobody may have heard from this step.
    expect(messages.length).toBe(0);
    gate.advance(frames[0]!.position);
    expect(messages.length).toBe(1);
  });

  it("tells a module that what it wrote is durable", () => {
    const { machine, gate, notices, answers } = manualHost(stack(voter(), { links: network() }));
    machine.request("append", ["x"]);
    expect(notices.length).toBe(0);
    gate.advance(1);
    expect(notices.length).toBe(1);
    const { instance, name, args } = notices[0]!;
    machine.durable(instance, name, args);
    expect(answers.map(({ name: what, args: values }) => [what, values])).toEqual([["stored", [1]]]);
  });
});

describe("plain state", () => {
  it("is all that the next step depends on: a node made again from state and disk goes on", () => {
    const bound = stack(voter(), { links: network() });
    const first = manualHost(bound);
    first.machine.request("vote", []);
    const again = manualHost(bound, { disk: decode(encode(first.machine.disk)) as never, restoring: true });
    again.machine.restore(decode(encode(first.machine.volatile())));
    again.machine.request("ask", []);
    again.gate.advance(1);
    expect(again.messages.map(({ body }) => body)).toEqual(["my vote is me"]);
  });

  it("T2: a message that is changed after it was sent throws at the faulty line", () => {
    const leaky = (): Module<{ provides: Echo; uses: { links: Links<string[]> }; state: { list: string[] } }> => ({
      name: "leaky",
      source: "a test",
      init: () => ({ list: [] }),
      upon: {
        request: {
          say(s, io, text) {
            s.list.push(text);
            io.links.send(1, s.list);
          },
        },
        links: { deliver: () => undefined },
      },
    });
    const { machine } = manualHost(stack(leaky(), { links: network() }), { freeze: true });
    machine.request("say", ["a"]);
    expect(() => machine.request("say", ["b"])).toThrow(/not extensible|frozen/);
  });
});

/** Hears of facts from a shared module and passes them on. */
const member = (): Module<{
  provides: Echo;
  uses: { facts: Facts; links: Links<string> };
  state: { heard: string[] };
  disk: { last: string };
}> => ({
  name: "member",
  source: "a test",
  disk: { last: "" },
  init: () => ({ heard: [] }),
  upon: {
    request: {
      say(_s, io, text) {
        io.disk.last.set(text);
        if (text.startsWith("fact ")) io.facts.know(text.slice(5));
        else io.links.send(1, text);
      },
    },
    facts: {
      fact(s, io, fact) {
        s.heard.push(fact);
        io.up.said(`heard ${fact}`);
      },
    },
    links: { deliver: (_s, io, _from, text) => io.up.said(text) },
  },
});

interface Slots extends Port {
  readonly requests: { readonly say: (slot: number, text: string) => void; readonly forget: (slot: number) => void };
  readonly indications: { readonly said: (slot: number, text: string) => void };
}

const slots = (): Module<{ provides: Slots; uses: { slot: Many<Echo> }; state: Record<never, never> }> => ({
  name: "slots",
  source: "a test",
  init: () => ({}),
  upon: {
    request: { say: (_s, io, slot, text) => io.slot(slot).say(text), forget: (_s, io, slot) => io.slot.forget(slot) },
    slot: { said: (_s, io, slot, text) => io.up.said(slot, text) },
  },
});

const slotted = () => {
  const one = shared(stack(facts(), {}));
  return stack(slots(), { slot: many(stack(member(), { facts: one, links: network() })) });
};

describe("families and sharing", () => {
  it("D9: members are made by their first request or message, and messages carry their key", () => {
    const host = manualHost(slotted());
    host.machine.boot();
    host.machine.request("say", [3, "x"]);
    host.gate.advance(1);
    expect(host.messages.map(({ keys, body }) => [keys, body])).toEqual([[[3], "x"]]);
    expect(host.deliver("slot[].links", 2, "hello", [7])).toBe(true);
    expect(host.answers.map(({ args }) => args)).toEqual([[7, "hello"]]);
  });

  it("D9: forgotten members are gone with their records, and late messages for them are dropped", () => {
    const host = manualHost(slotted());
    host.machine.boot();
    host.machine.request("say", [1, "x"]);
    host.machine.request("say", [2, "y"]);
    expect([...host.machine.disk.keys()]).toEqual(["slot[1]", "slot[2]"]);
    host.machine.request("forget", [2]);
    // What is left says that there is nothing below 2 any more.
    expect([...host.machine.disk.keys()]).toEqual(["slot[2]", "slot[]"]);
    expect(host.deliver("slot[].links", 2, "late", [1])).toBe(false);
    expect(host.deliver("slot[].links", 2, "fine", [2])).toBe(true);
  });

  it("D9: a record on disk brings its member back at boot", () => {
    const bound = slotted();
    const first = manualHost(bound);
    first.machine.boot();
    first.machine.request("say", [5, "x"]);
    const again = manualHost(bound, { disk: first.machine.disk, incarnation: 1 });
    again.machine.boot();
    expect(again.machine.at("slot[5]")?.module.name).toBe("member");
  });

  it("D8: a shared module is one instance; a late user, and only it, hears again what holds", () => {
    const host = manualHost(slotted());
    host.machine.boot();
    host.machine.request("say", [1, "fact a"]);
    host.machine.request("say", [2, "x"]);
    host.gate.advance(2);
    expect(host.answers.map(({ args }) => args)).toEqual([
      [1, "heard a"],
      [2, "heard a"],
    ]);
    host.machine.request("say", [1, "fact b"]);
    host.gate.advance(3);
    expect(host.answers.slice(2).map(({ args }) => args)).toEqual([
      [1, "heard b"],
      [2, "heard b"],
    ]);
  });
});

interface Ask extends Port {
  readonly requests: { readonly ask: (to: number, question: string) => void };
  readonly indications: { readonly answer: (from: number, reply: number) => void };
}

/** Asks, and counts letters for who asks: two roles in one process, each with its own end of the channel. */
const asker = (): Module<{
  provides: Ask;
  uses: { counters: Channel<string, number>; counter: Nothing };
  state: Record<never, never>;
}> => ({
  name: "asker",
  source: "a test",
  init: () => ({}),
  upon: {
    request: { ask: (_s, io, to, question) => io.counters.send(to, question) },
    counters: { deliver: (_s, io, from, reply) => io.up.answer(from, reply) },
    counter: {},
  },
});

const counter = (): Module<{
  provides: Nothing;
  uses: { askers: Channel<number, string>; log: Channel<string, never> };
  state: Record<never, never>;
}> => ({
  name: "counter",
  source: "a test",
  init: () => ({}),
  upon: {
    request: {},
    askers: {
      deliver(_s, io, from, question) {
        io.askers.send(from, question.length);
        io.log.send(2, question);
      },
    },
    log: {},
  },
});

describe("channels between roles", () => {
  const count = channel<string, number>("count");
  const log = channel<string, never>("log");
  const bound = stack(asker(), {
    counters: count.caller,
    counter: stack(counter(), { askers: count.callee, log: log.caller }),
  });

  it("bring what one end sends to the other end, in another process or the same", () => {
    const host = manualHost(bound);
    host.machine.request("ask", [1, "four"]);
    expect(host.messages.map(({ to, body, channel: number }) => [to, body, host.channels.nameOf(number)])).toEqual([
      [1, "four", "count/callee"],
    ]);
    expect(host.deliver("count/callee", 2, "seven!!")).toBe(true);
    expect(
      host.messages.slice(1).map(({ to, body, channel: number }) => [to, body, host.channels.nameOf(number)]),
    ).toEqual([
      [2, 7, "count/caller"],
      [2, "seven!!", "log/callee"],
    ]);
    expect(host.deliver("count/caller", 1, 4)).toBe(true);
    expect(host.answers.map(({ args }) => args)).toEqual([[1, 4]]);
  });

  it("drop what comes to an end that nobody holds", () => {
    expect(manualHost(bound).deliver("log/callee", 2, "x")).toBe(false);
  });
});

describe("whenever", () => {
  it("runs after each handler of its module, whichever made the condition true", () => {
    const pairing = (): Module<{
      provides: Echo;
      uses: { links: Links<string> };
      state: { said: string[]; heard: string[] };
    }> => ({
      name: "pairing",
      source: "a test",
      init: () => ({ said: [], heard: [] }),
      whenever(s, io) {
        while (s.said.length > 0 && s.heard.length > 0) io.up.said(`${s.said.shift()}+${s.heard.shift()}`);
      },
      upon: {
        request: { say: (s, _io, text) => void s.said.push(text) },
        links: { deliver: (s, _io, _from, text) => void s.heard.push(text) },
      },
    });
    const host = manualHost(stack(pairing(), { links: network() }));
    host.machine.request("say", ["a"]);
    host.machine.request("say", ["b"]);
    host.deliver("links", 1, "x");
    host.deliver("links", 1, "y");
    expect(host.answers.map(({ args }) => args)).toEqual([["a+x"], ["b+y"]]);
  });
});

/** A bundle by extending the interface needs no table for what it does not have. */
interface Plainly extends Spec {
  provides: Echo;
  uses: { links: Links<string> };
  state: Record<never, never>;
}
const plainly = (): Module<Plainly> => ({
  name: "plainly",
  source: "a test",
  init: () => ({}),
  upon: { request: { say: (_s, io, text) => io.links.send(1, text) }, links: { deliver: () => undefined } },
});

describe("a type bundle", () => {
  it("may extend Spec", () => {
    const host = manualHost(stack(plainly(), { links: network() }));
    host.machine.request("say", ["hello"]);
    expect(host.messages.length).toBe(1);
  });
});

describe("settled (D12)", () => {
  it("tells the modules that were touched, once, when the host has no more input", () => {
    const batching = (): Module<{
      provides: Echo;
      uses: { links: Links<readonly string[]> };
      state: { batch: string[] };
    }> => ({
      name: "batching",
      source: "a test",
      init: () => ({ batch: [] }),
      settled(s, io) {
        if (s.batch.length === 0) return;
        io.links.send(1, s.batch);
        s.batch = [];
      },
      upon: { request: { say: (s, _io, text) => void s.batch.push(text) }, links: { deliver: () => undefined } },
    });
    const host = manualHost(stack(batching(), { links: network() }));
    host.machine.request("say", ["a"]);
    host.machine.request("say", ["b"]);
    expect(host.settledWanted).toBe(1);
    host.machine.settle();
    expect(host.messages.map(({ body }) => body)).toEqual([["a", "b"]]);
    host.machine.settle();
    expect(host.messages.length).toBe(1);
  });
});

describe("idle (D12)", () => {
  it("spares the host an event as long as there is nothing to send; what was wanted before stays wanted", () => {
    const batching = (): Module<{
      provides: Echo;
      uses: { links: Links<readonly string[]> };
      state: { batch: string[] };
    }> => ({
      name: "batching",
      source: "a test",
      init: () => ({ batch: [] }),
      idle: ({ batch }) => batch.length === 0,
      settled(s, io) {
        io.links.send(1, s.batch);
        s.batch = [];
      },
      upon: {
        request: { say: (s, _io, text) => void (text === "" || s.batch.push(text)) },
        links: { deliver: () => undefined },
      },
    });
    const host = manualHost(stack(batching(), { links: network() }));
    host.machine.request("say", [""]);
    expect(host.settledWanted).toBe(0);
    host.machine.request("say", ["a"]);
    host.machine.request("say", [""]);
    expect(host.settledWanted).toBe(1);
    host.machine.settle();
    host.machine.settle();
    expect(host.messages.map(({ body }) => body)).toEqual([["a"]]);
  });
});

describe("timers (T3)", () => {
  it("are told apart by name and arguments; setting one again replaces it", () => {
    const ticking = (): Module<{
      provides: Nothing;
      uses: Record<never, never>;
      state: { fired: string[] };
      timers: { tick: [name: string] };
    }> => ({
      name: "ticking",
      source: "a test",
      init: () => ({ fired: [] }),
      start(_s, io) {
        io.timers.tick.set(10, "a");
        io.timers.tick.set({ from: 5, to: 20 }, "b");
        io.timers.tick.set(30, "a");
      },
      upon: { request: {}, timer: { tick: (s, _io, name) => void s.fired.push(name) } },
    });
    const host = manualHost(stack(ticking(), {}));
    host.machine.boot();
    expect(host.armed.map(({ key }) => key)).toEqual(['/tick(string:"a")', '/tick(string:"b")', '/tick(string:"a")']);
    expect(host.armed[0]).toBe(host.armed[2]);
    host.machine.fire(host.armed[1]!);
    expect(host.machine.at("")?.state).toEqual({ fired: ["b"] });
  });

  const retrying = (): Module<{
    provides: { requests: { readonly retry: (number: number) => void }; indications: Record<never, never> };
    uses: Record<never, never>;
    state: Record<never, never>;
    timers: { again: [number: number] };
  }> => ({
    name: "retrying",
    source: "a test",
    init: () => ({}),
    upon: {
      request: { retry: (_s, io, number) => io.timers.again.set(10, number) },
      timer: { again: () => undefined },
    },
  });
  const fireNewest = (host: ReturnType<typeof manualHost>): void => {
    const box = host.armed.pop()!;
    box.armed = false;
    host.machine.fire(box);
  };

  it("may be as many in the course of time as a long life needs: only those that run count", () => {
    const host = manualHost(stack(retrying(), {}));
    for (let number = 0; number < 150_000; number++) {
      host.machine.request("retry", [number]);
      fireNewest(host);
    }
    expect(host.machine.at("")!.timers.size).toBeLessThan(5_000);
  });

  it("that went off make room for others, however many they were at once; those that run have a limit", () => {
    const host = manualHost(stack(retrying(), {}));
    const setUntil = (end: number, first: number): void => {
      for (let number = first; host.armed.length < end; number++) host.machine.request("retry", [number]);
    };
    setUntil(70_000, 0);
    while (host.armed.length > 10) fireNewest(host);
    setUntil(100_000, 1_000_000);
    expect(() => setUntil(100_001, 2_000_000)).toThrow("retrying has 100000 timers running");
  });
});
