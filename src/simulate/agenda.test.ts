import { describe, expect, it } from "vitest";
import { type Choices, harmless, type Message, type SystemModel, type TimerBox } from "../model/index.ts";
import { type Agenda, type Item, OrderedAgenda, TimedAgenda, type TimerItem } from "./agenda.ts";

const model = (timing: SystemModel["timing"]): SystemModel => ({ network: "reliable", nodes: "crash-stop", timing });

const message = (from: number, to: number): Message => ({
  kind: "message",
  from,
  to,
  channel: 0,
  keys: null,
  body: null,
  due: 0,
  order: 0,
  event: 0,
});

const timer = (node = 0): TimerItem => {
  const box: Partial<TimerBox> = { armed: true, generation: 1, comesUp: -1 };
  return { kind: "timer", node, incarnation: 0, box: box as TimerBox, generation: 1 };
};

const arm = (agenda: Agenda, time: number, until: number, { node, incarnation, box }: TimerItem): void =>
  agenda.arm(time, until, node, incarnation, box);

/** Takes the last alternative wherever there is one, and counts how often it was asked. */
const greedy = (asked: number[]): Choices => ({
  ...harmless,
  below: (_name, _which, _count, alternatives) => {
    asked.push(alternatives);
    return alternatives - 1;
  },
});

const kindsOf = (agenda: Agenda): string[] => {
  const kinds: string[] = [];
  for (let item = agenda.pop(); item !== undefined; item = agenda.pop()) kinds.push(item.kind);
  return kinds;
};

describe("the agenda of runs by time", () => {
  it("lets a timer that was put off keep its place, and go off once, when it is due", () => {
    const agenda = new TimedAgenda();
    const one = timer();
    arm(agenda, 10, 10, one);
    for (const time of [20, 30, 40]) arm(agenda, time, time, one);
    expect(agenda.size).toBe(1);
    const seen: (readonly [number, boolean])[] = [];
    for (let item = agenda.pop(); item !== undefined; item = agenda.pop())
      seen.push([agenda.now, agenda.isDue(item as TimerItem)]);
    expect(seen).toEqual([
      [10, false],
      [40, true],
    ]);
  });

  it("lets a timer that was set to an earlier time go off then, and no more at its old time", () => {
    const agenda = new TimedAgenda();
    const one = timer();
    arm(agenda, 30, 30, one);
    arm(agenda, 10, 10, one);
    const due = [agenda.pop(), agenda.pop()].map((item) => agenda.isDue(item as TimerItem));
    expect(due).toEqual([true, false]);
  });

  it("keeps the order of setting among what is due at one time, however long it was put off", () => {
    const agenda = new TimedAgenda();
    const [first, second] = [timer(), timer(1)];
    arm(agenda, 5, 5, second);
    arm(agenda, 20, 20, first);
    arm(agenda, 20, 20, second);
    const order: number[] = [];
    for (let item = agenda.pop() as TimerItem; item !== undefined; item = agenda.pop() as TimerItem)
      if (agenda.isDue(item)) order.push(item.node);
    expect(order).toEqual([0, 1]);
  });
});

describe("what is pushed for the present moment", () => {
  const settle = (node: number): Item => ({ kind: "settle", node, incarnation: 0 });
  const nodesOf = (agenda: Agenda, count: number): number[] =>
    Array.from({ length: count }, () => (agenda.pop() as { readonly node: number }).node);

  it("comes after all that was pushed for it before, and before what is later", () => {
    const agenda = new TimedAgenda();
    for (const node of [1, 2]) agenda.push(10, settle(node));
    agenda.push(11, settle(6));
    expect(nodesOf(agenda, 1)).toEqual([1]);
    for (const [time, node] of [
      [10, 3],
      [4, 4],
    ] as const)
      agenda.push(time, settle(node));
    arm(agenda, 10, 10, timer(5));
    expect(agenda.size).toBe(5);
    expect(nodesOf(agenda, 3)).toEqual([2, 3, 4]);
    const last = agenda.pop() as TimerItem;
    expect([last.node, agenda.isDue(last), agenda.now, agenda.nextTime]).toEqual([5, true, 10, 11]);
    expect(nodesOf(agenda, 1)).toEqual([6]);
    expect([agenda.size, agenda.pop()]).toEqual([0, undefined]);
  });
});

describe("the agenda of exhaustive runs", () => {
  it("lets no timer overtake a message whose bound passes before it, where timing is synchronous", () => {
    const agenda = new OrderedAgenda(greedy([]), model("synchronous"), 10, 1);
    agenda.push(0, message(0, 1));
    agenda.push(11, timer());
    expect(kindsOf(agenda)).toEqual(["message", "timer"]);
  });

  it("lets no message come before its shortest time, where timing is synchronous", () => {
    const asked: number[] = [];
    const agenda = new OrderedAgenda(greedy(asked), model("synchronous"), 10, 1);
    agenda.push(0, message(0, 1));
    agenda.push(0, timer());
    expect(kindsOf(agenda)).toEqual(["timer", "message"]);
    expect(asked).toEqual([]);
  });

  it("leaves both orders to choose where a timer is due between the shortest and the longest time", () => {
    const asked: number[] = [];
    const agenda = new OrderedAgenda(greedy(asked), model("synchronous"), 10, 1);
    agenda.push(0, message(0, 1));
    agenda.push(5, timer());
    expect(kindsOf(agenda)).toEqual(["timer", "message"]);
    expect(asked).toEqual([2]);
  });

  it("lets a timer overtake anything where there is no bound", () => {
    const agenda = new OrderedAgenda(greedy([]), model("asynchronous"), 10, 1);
    agenda.push(0, message(0, 1));
    agenda.push(1_000_000, timer());
    expect(kindsOf(agenda)).toEqual(["timer", "message"]);
  });

  it("lets a timer whose delay is a range come at any time in it, where timing is synchronous", () => {
    const asked: number[] = [];
    const agenda = new OrderedAgenda(greedy(asked), model("synchronous"), 10, 1);
    arm(agenda, 20, 40, timer());
    arm(agenda, 30, 30, timer(1));
    expect(kindsOf(agenda)).toEqual(["timer", "timer"]);
    expect(asked).toEqual([2]);
  });

  it("keeps the timers of one node in the order in which they are due, whatever the timing", () => {
    for (const timing of ["synchronous", "asynchronous"] as const) {
      const agenda = new OrderedAgenda(greedy([]), model(timing), 10, 1);
      const [late, early] = [timer(), timer()];
      agenda.push(20, late);
      agenda.push(10, early);
      expect([agenda.pop(), agenda.pop()]).toEqual([early, late]);
    }
  });

  it.each(["eventually-synchronous", "unknown-bound"] as const)("lets a timer overtake anything: %s", (timing) => {
    const agenda = new OrderedAgenda(greedy([]), model(timing), 10, 1);
    agenda.push(0, message(0, 1));
    agenda.push(1_000_000, timer());
    expect(kindsOf(agenda)).toEqual(["timer", "message"]);
  });

  it("leaves nothing to choose where delays are exact", () => {
    const asked: number[] = [];
    const agenda = new OrderedAgenda(greedy(asked), model("synchronous"), 10, 10);
    agenda.push(0, message(0, 1));
    agenda.push(0, message(0, 2));
    agenda.push(5, timer());
    const order: Item[] = [];
    for (let item = agenda.pop(); item !== undefined; item = agenda.pop()) order.push(item);
    expect(order.map((item) => (item.kind === "message" ? `message to ${item.to}` : item.kind))).toEqual([
      "timer",
      "message to 1",
      "message to 2",
    ]);
    expect(asked).toEqual([]);
  });
});
