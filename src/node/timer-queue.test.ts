import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { TimerBox } from "../model/index.ts";
import { TimerQueue } from "./timer-queue.ts";

const boxOf = (key: string): TimerBox => ({ key, armed: false, due: 0 }) as TimerBox;

describe("the timers of a node", () => {
  it("go off in the order of their times, once each, not before them", async () => {
    const fired: string[] = [];
    const started = performance.now();
    const queue = new TimerQueue((box) => {
      expect(performance.now() - started).toBeGreaterThanOrEqual(Number(box.key) - 1);
      fired.push(box.key);
    });
    const delays = [40, 5, 25, 5.5, 60, 0, 30, 12, 50, 33];
    for (const delay of delays) queue.arm(boxOf(String(delay)), delay);
    await sleep(120);
    expect(fired.map(Number)).toEqual(delays.toSorted((one, other) => one - other));
  });

  it("that are put off, brought forward or disarmed go off when they were set to last, or not at all", async () => {
    const fired = new Map<string, number>();
    const started = performance.now();
    const queue = new TimerQueue((box) => {
      expect(fired.has(box.key)).toBe(false);
      fired.set(box.key, performance.now() - started);
    });
    const [later, sooner, never, again, toggled] = ["later", "sooner", "never", "again", "toggled"].map(boxOf);
    queue.arm(later!, 10);
    for (let count = 0; count < 1_000; count++) queue.arm(later!, 60);
    queue.arm(sooner!, 80);
    queue.arm(sooner!, 20);
    queue.arm(never!, 15);
    queue.disarm(never!);
    queue.arm(again!, 10);
    queue.disarm(again!);
    queue.arm(again!, 40);
    queue.arm(toggled!, 90);
    queue.arm(toggled!, 5);
    queue.arm(toggled!, 70);
    await sleep(150);
    expect([...fired.keys()]).toEqual(["sooner", "again", "later", "toggled"]);
    expect(fired.get("later")).toBeGreaterThanOrEqual(59);
    expect(fired.get("toggled")).toBeGreaterThanOrEqual(69);
    expect(never!.armed).toBe(false);
  });

  it("set from within one that goes off wait for the next turn, and stop when the queue does", async () => {
    let count = 0;
    const box = boxOf("again");
    const queue = new TimerQueue((due) => {
      count++;
      queue.arm(due, 0);
    });
    queue.arm(box, 0);
    await sleep(30);
    expect(count).toBeGreaterThan(2);
    queue.stop();
    const before = count;
    await sleep(20);
    expect(count).toBe(before);
  });
});
