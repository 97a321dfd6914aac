import type { Call, Draw, Script } from "../../simulate/index.ts";

/** What is read. */
export const readCall = (afterMs: number): Call => ({ request: "read", args: [], afterMs, until: ["readReturn"] });

/** What is written: each value once, so that a reader's value tells the write. */
export const writeCall = (value: string, afterMs: number): Call => ({
  request: "write",
  args: [value],
  afterMs,
  until: ["writeReturn"],
});

/** How many operations one writer and each of its readers make. */
export interface OneWriter {
  readonly n: number;
  readonly writes: number;
  readonly reads: number;
  readonly pauseMsMax?: number;
}

/** Process 0 writes, the others read, one operation after the other each. */
export const oneWriter =
  ({ n, writes, reads, pauseMsMax = 30 }: OneWriter) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: node === 0 ? writes : reads }, (_one, at) => {
        const afterMs = draw.below("pause", pauseMsMax + 1);
        return node === 0 ? writeCall(`v${at + 1}`, afterMs) : readCall(afterMs);
      }),
      resumes: true,
    }));

/** Everybody writes and reads as the draw has it. */
export const manyWriters =
  (n: number, operations: number, pauseMsMax = 15) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      calls: Array.from({ length: operations }, (_, at) => {
        const afterMs = draw.below("pause", pauseMsMax + 1);
        return draw.chance("writes", 0.3) ? writeCall(`v${node + 1}.${at + 1}`, afterMs) : readCall(afterMs);
      }),
      resumes: true,
    }));
