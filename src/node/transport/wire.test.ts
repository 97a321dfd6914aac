import { describe, expect, it } from "vitest";
import { damaged, drawing } from "../../../test/support/drawing.ts";
import { withoutStackTraces } from "../../../test/support/without-stack-traces.ts";
import { type EncodeTarget, encode } from "../../model/index.ts";
import { FrameError } from "../errors.ts";
import { FrameCutter } from "./frame-cutter.ts";
import { greetingOf, type Hello, helloBytesMax, putMessage, readGreeting, readMessage, signOfLife } from "./wire.ts";

const mutations = 100_000;

withoutStackTraces();

const hello: Hello = {
  kind: "hello",
  protocol: 1,
  cluster: "bank",
  from: 0,
  to: 2,
  directory: "ab-cd",
  session: 7,
  channels: ["sessions/raft", "links[]"],
};

const bodies: readonly { channel: number; keys: readonly number[] | null; body: unknown }[] = [
  {
    channel: 0,
    keys: null,
    body: {
      kind: "append",
      term: 3,
      entries: [
        { term: 3, value: new Uint8Array(30) },
        { term: 4, value: "\xff" },
      ],
    },
  },
  { channel: 300, keys: [1, 2 ** 40], body: [new Map([["a", 1n]]), null, "é"] },
  { channel: 1, keys: null, body: "x".repeat(300) },
];

const framesOf = (): Uint8Array => {
  const target: EncodeTarget = { bytes: new Uint8Array(8), at: 0 };
  for (const { channel, keys, body } of bodies) putMessage(target, channel, keys, body);
  return target.bytes.slice(0, target.at);
};

describe("frames on the wire", () => {
  it("are the same however the stream is cut", () => {
    const stream = new Uint8Array([...framesOf(), ...signOfLife, ...framesOf()]);
    const draw = drawing(3);
    for (let round = 0; round < 2_000; round++) {
      const cutter = new FrameCutter(1_000);
      const heard: unknown[] = [];
      for (let at = 0; at < stream.length; ) {
        const size = 1 + draw(round % 7 === 0 ? 3 : 200);
        cutter.push(stream.slice(at, at + size), (bytes, from, to) =>
          heard.push(from === to ? "alive" : readMessage(bytes, from, to)),
        );
        at += size;
      }
      expect(heard).toEqual([...bodies, "alive", ...bodies]);
    }
  });

  it("are refused by their length alone when they are too long, before their bytes are there", () => {
    const cutter = new FrameCutter(100);
    expect(() => cutter.push(new Uint8Array([101, 0, 0, 0]), () => undefined)).toThrow(FrameError);
    const bytewise = new FrameCutter(100);
    bytewise.push(new Uint8Array([0, 0]), () => undefined);
    expect(() => bytewise.push(new Uint8Array([255, 255]), () => undefined)).toThrow("at most 100");
  });

  it("hand out nothing more once they are stopped", () => {
    const cutter = new FrameCutter(1_000);
    let count = 0;
    cutter.push(framesOf(), () => {
      count++;
      cutter.stop();
    });
    cutter.push(framesOf(), () => count++);
    expect(count).toBe(1);
  });

  it(`${mutations} damaged streams give messages or a FrameError, never anything else`, () => {
    const stream = framesOf();
    const draw = drawing(4);
    let refused = 0;
    let read = 0;
    for (let round = 0; round < mutations; round++) {
      const cutter = new FrameCutter(4_096);
      const bytes = damaged(stream, draw);
      try {
        cutter.push(bytes, (frame, from, to) => {
          if (from === to) return;
          const { body } = readMessage(frame, from, to);
          // What was taken is plain data: it can be sent on.
          if (round % 100 === 0) encode(body);
          read++;
        });
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(mutations / 4);
    expect(read).toBeGreaterThan(mutations / 4);
  });

  it(`${mutations} damaged greetings are a hello, a refusal, or a FrameError`, () => {
    const frames = [greetingOf(hello), greetingOf({ kind: "refused", reason: "cluster", message: "no" })];
    const draw = drawing(5);
    const seen = { hello: 0, refused: 0, error: 0 };
    for (let round = 0; round < mutations; round++) {
      const cutter = new FrameCutter(helloBytesMax);
      try {
        cutter.push(damaged(frames[round % 2]!, draw), (frame, from, to) => {
          const greeting = readGreeting(frame, from, to);
          seen[greeting.kind]++;
          if (greeting.kind !== "hello") return;
          const isHello = greeting.channels.every((name) => typeof name === "string");
          if (!isHello || !Number.isSafeInteger(greeting.session)) throw new Error("a hello that is none");
        });
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        seen.error++;
      }
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1_000);
  });

  it("keep their format: other versions must be able to say that they do not understand", () => {
    expect(Buffer.from(greetingOf(hello)).toString("hex")).toBe(
      "6700000001e8046b696e648568656c6c6f0870726f746f636f6c4107636c75737465728462616e6b0466726f6d4002746f4209646972" +
        "6563746f72798561622d63640773657373696f6e47086368616e6e656c73c28d73657373696f6e732f72616674876c696e6b735b5d",
    );
    const target: EncodeTarget = { bytes: new Uint8Array(8), at: 0 };
    putMessage(target, 300, [1, 2 ** 40], "é");
    expect(Buffer.from(target.bytes.subarray(0, target.at)).toString("hex")).toBe("0d000000ac0202018080808080200281e9");
  });
});
