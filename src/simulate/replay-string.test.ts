import { describe, expect, it } from "vitest";
import { UsageError } from "./prepare.ts";
import { parseReplay, type Replay, replayString } from "./replay-string.ts";

const model = { network: "fair-loss", nodes: "crash-recovery", timing: "asynchronous" } as const;
const common = { scenario: "links/perfect", code: "0123456789ab", model, parameters: { n: 3, loss: 0.25, flag: true } };
const replays: readonly Replay[] = [
  {
    ...common,
    source: {
      kind: "seed",
      seed: 4_000_000_000,
      edits: [
        { name: "delay", which: 2, count: 0, value: 7 },
        { name: "delay", which: 1, count: 3, value: 0 },
        { name: "loss", which: 0, count: 9, value: 1 },
      ],
    },
    property: "PL2",
    mutant: "links/forgets",
  },
  {
    ...common,
    source: { kind: "path", path: [0, 1, 2, 300], crashesMax: 1, lossesMax: 2 },
    property: undefined,
    mutant: undefined,
  },
];

describe("a replay string", () => {
  it.each(replays)("says all of a run, $source.kind", (replay) => {
    const text = replayString(replay);
    expect(text).toMatch(/^q1:[\w-]+$/);
    expect(parseReplay(text)).toEqual(replay);
  });

  it("is refused with any one letter wrong, missing or too many: it never shows another run", () => {
    for (const replay of replays) {
      const text = replayString(replay);
      for (let at = 3; at < text.length; at++) {
        const wrong = text[at] === "A" ? "B" : "A";
        for (const instead of [wrong, "", text[at]!.repeat(2)]) {
          const changed = text.slice(0, at) + instead + text.slice(at + 1);
          if (changed !== text) expect(() => parseReplay(changed)).toThrow(UsageError);
        }
      }
    }
  });
});
