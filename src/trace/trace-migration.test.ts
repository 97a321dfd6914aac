import { describe, expect, it } from "vitest";
import { TraceError } from "./trace-error.ts";
import { type Migration, migrationFor } from "./trace-migration.ts";

/** Two invented steps: version 2 renamed a field of events, version 3 added one to the header. */
const table: ReadonlyMap<number, Migration> = new Map([
  [1, { header: (raw) => raw, event: ({ time, ...rest }) => ({ ...rest, at: time }) }],
  [2, { header: (raw) => ({ ...raw, code: "unknown" }), event: (raw) => ({ ...raw, kind: raw["kind"] ?? "note" }) }],
]);

const header = (version: number) => ({ format: "quorate-trace", version });

describe("an older trace", () => {
  it("passes through every step between its version and the current one, in order", () => {
    const migration = migrationFor(header(1), 3, table);
    expect(migration.header(header(1))).toEqual({ format: "quorate-trace", version: 3, code: "unknown" });
    expect(migration.event({ id: 0, time: 7 })).toEqual({ id: 0, at: 7, kind: "note" });
  });

  it("passes through the later steps only, when it is not the oldest", () => {
    expect(migrationFor(header(2), 3, table).event({ id: 0, time: 7 })).toEqual({ id: 0, time: 7, kind: "note" });
  });

  it("is left alone when it is not older", () => {
    const raw = { id: 0, time: 7 };
    expect(migrationFor(header(3), 3, table).event(raw)).toBe(raw);
  });

  it("is refused when its step is gone, and when it is newer", () => {
    expect(() => migrationFor(header(1), 3, new Map())).toThrow(TraceError);
    expect(() => migrationFor(header(1), 3, new Map())).toThrow(
      /version 1 can no longer be read; use an older quorate/,
    );
    expect(() => migrationFor(header(4), 3, table)).toThrow(/version 4 .* reads up to 3; update quorate/);
  });
});
