import type { WriteStream } from "node:tty";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ProgressLine } from "./progress.ts";

const clear = "\r\u001b[K";

/** A terminal, or a pipe, that keeps what is written to it. */
const fakeStream = (isTTY: boolean, columns: number): { readonly stream: WriteStream; readonly written: string[] } => {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) > 0 } as unknown as WriteStream;
  return { stream, written };
};

describe("a line of progress", () => {
  beforeEach(() => void vi.useFakeTimers().stubEnv("NO_COLOR", "1").stubEnv("TERM", "xterm"));
  afterEach(() => void vi.useRealTimers().unstubAllEnvs());

  it("is written again in place while the work goes on, and taken away at its end", () => {
    const { stream, written } = fakeStream(true, 80);
    let runs = 0;
    const line = new ProgressLine(() => `${++runs} runs`, stream);
    vi.advanceTimersByTime(600);
    expect(written).toEqual([`${clear}1 runs`, `${clear}2 runs`, `${clear}3 runs`]);
    line.end();
    expect(written.at(-1)).toBe(clear);
    const before = written.length;
    vi.advanceTimersByTime(5_000);
    line.end();
    expect(written).toHaveLength(before);
  });

  it("stays on one line of a narrow terminal", () => {
    const { stream, written } = fakeStream(true, 60);
    const line = new ProgressLine(() => "x".repeat(200), stream);
    vi.advanceTimersByTime(400);
    expect(written).toEqual([clear + "x".repeat(59)]);
    line.end();
  });

  it("is dim where there is colour", () => {
    vi.stubEnv("NO_COLOR", "").stubEnv("TERM", "xterm");
    const { stream, written } = fakeStream(true, 80);
    const line = new ProgressLine(() => "text", stream);
    vi.advanceTimersByTime(400);
    expect(written).toEqual([`${clear}\u001b[2mtext\u001b[22m`]);
    line.end();
  });

  it("says nothing of what is over at once, and nothing at all in a pipe or on a terminal that takes nothing back", () => {
    const terminal = fakeStream(true, 80);
    const short = new ProgressLine(() => "text", terminal.stream);
    vi.advanceTimersByTime(300);
    short.end();
    expect(terminal.written).toEqual([]);
    const pipe = fakeStream(false, 80);
    const long = new ProgressLine(() => "text", pipe.stream);
    vi.advanceTimersByTime(10_000);
    long.end();
    expect(pipe.written).toEqual([]);
    vi.stubEnv("TERM", "dumb");
    const dumb = fakeStream(true, 80);
    const whole = new ProgressLine(() => "text", dumb.stream);
    vi.advanceTimersByTime(10_000);
    whole.end();
    expect(dumb.written).toEqual([]);
  });
});
